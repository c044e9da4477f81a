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
 * Each session asks several times while it comes up, and the kernel lists every interface for an answer, of which a node has hundreds,
 * and one of them thousands of addresses. So a list serves for a tenth of a second, as the same objects; an address that is not in it has
 * the kernel asked anew.
 */
export function interfaceLookup(
  clock: Pick<Clock, 'now'>,
  list: () => Interfaces = networkInterfaces,
): (local: Endpoint) => LocalInterface | null {
  let known: ByAddress = new Map();
  let askedAt = Number.NEGATIVE_INFINITY;
  return (local) => {
    const now = clock.now();
    const found = now - askedAt < GOOD_FOR ? find(known, local) : null;
    if (found !== null) return found;
    known = byAddress(list());
    askedAt = now;
    return find(known, local);
  };
}

type ByAddress = ReadonlyMap<string, readonly LocalInterface[]>;

function byAddress(interfaces: Interfaces): ByAddress {
  const found = new Map<string, LocalInterface[]>();
  for (const [name, entries = []] of Object.entries(interfaces)) {
    const one = { name, addresses: entries.flatMap(({ cidr }) => (cidr === null ? [] : [cidr])) };
    for (const { address } of entries) {
      const others = found.get(address);
      if (others === undefined) found.set(address, [one]);
      else others.push(one);
    }
  }
  return found;
}

function find(interfaces: ByAddress, { address }: Endpoint): LocalInterface | null {
  const [bare = '', scope] = address.split('%');
  return interfaces.get(bare)?.find(({ name }) => scope === undefined || scope === name) ?? null;
}
