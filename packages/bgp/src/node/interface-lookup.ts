import { networkInterfaces } from 'node:os';
import type { Clock } from '../ports/clock.js';
import type { LocalInterface } from '../ports/local-interface.js';
import type { Endpoint } from '../ports/transport.js';

/** How long an answer of the kernel is good for, in milliseconds. */
const GOOD_FOR = 100;

type Interfaces = ReturnType<typeof networkInterfaces>;

/**
 * Finds the interface that has an address: the one that its scope names, else the first. Null when none has it.
 *
 * Each session asks several times while it comes up, and the kernel lists every interface for an answer, of which a node has hundreds.
 * So a list serves for a tenth of a second; an address that is not in it has the kernel asked anew.
 */
export function interfaceLookup(
  clock: Pick<Clock, 'now'>,
  list: () => Interfaces = networkInterfaces,
): (local: Endpoint) => LocalInterface | null {
  let known: Interfaces = {};
  let askedAt = Number.NEGATIVE_INFINITY;
  return (local) => {
    const now = clock.now();
    const found = now - askedAt < GOOD_FOR ? find(known, local) : null;
    if (found !== null) return found;
    known = list();
    askedAt = now;
    return find(known, local);
  };
}

function find(interfaces: Interfaces, { address }: Endpoint): LocalInterface | null {
  const [bare = '', scope] = address.split('%');
  for (const [name, entries = []] of Object.entries(interfaces)) {
    if ((scope !== undefined && scope !== name) || !entries.some((entry) => entry.address === bare)) continue;
    return { name, addresses: entries.flatMap(({ cidr }) => (cidr === null ? [] : [cidr])) };
  }
  return null;
}
