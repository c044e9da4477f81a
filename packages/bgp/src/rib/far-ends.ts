import { toHex } from '../wire/hex.js';
import { Column16 } from './columns.js';
import type { NextHopId, PeerIndex } from './ids.js';

/** Octets of an IPv4-mapped IPv6 address in front of the IPv4 one (RFC 4291 §2.5.5.2). */
const MAPPED = '00000000000000000000ffff';
const RD_LENGTH = 8;

/**
 * Which next hops are the address of the far end of a session: a route with such a one is not sent to that end as it is (RFC 4271
 * §5.1.3). Sessions come seldom, so that the next hops are looked through for each.
 */
export class FarEnds {
  private readonly ends = new Map<string, PeerIndex>();
  /** By next hop. */
  private readonly column = new Column16();

  /** The session whose far end has this address; 0: none. */
  of(id: NextHopId): PeerIndex {
    return this.column.get(id) as PeerIndex;
  }

  /** A next hop came. `zone`: of its link-local address. */
  note(id: NextHopId, address: Uint8Array, zone: number): void {
    if (this.ends.size > 0) this.column.set(id, this.find(address, zone));
  }

  forget(id: NextHopId): void {
    this.column.set(id, 0);
  }

  /** A session is up; `each` calls back for all next hops. */
  join(peer: PeerIndex, address: Uint8Array, zone: number, each: EachNextHop): void {
    this.ends.set(nameOf(address, 0, address.length, zone), peer);
    each((id, octets, own) => {
      if (this.find(octets, own) === peer) this.column.set(id, peer);
    });
  }

  /** The session is gone. */
  leave(peer: PeerIndex, address: Uint8Array, zone: number, each: EachNextHop): void {
    const name = nameOf(address, 0, address.length, zone);
    if (this.ends.get(name) === peer) this.ends.delete(name);
    each((id) => {
      if (this.column.get(id) === peer) this.column.set(id, 0);
    });
  }

  /** Of one or two addresses, each of which may be behind a route distinguisher. */
  private find(octets: Uint8Array, zone: number): PeerIndex | 0 {
    const count = octets.length === 32 || octets.length === 48 ? 2 : 1;
    const size = octets.length / count;
    const skipped = size === RD_LENGTH + 4 || size === RD_LENGTH + 16 ? RD_LENGTH : 0;
    for (let start = 0; start < octets.length; start += size) {
      const found = this.ends.get(nameOf(octets, start + skipped, start + size, zone));
      if (found !== undefined) return found;
    }
    return 0;
  }
}

type EachNextHop = (visit: (id: NextHopId, address: Uint8Array, zone: number) => void) => void;

/** An address as text; link-local ones with where they are. */
function nameOf(octets: Uint8Array, start: number, end: number, zone: number): string {
  const hex = toHex(octets, start, end);
  if (hex.startsWith(MAPPED)) return hex.slice(MAPPED.length);
  return /^fe[89ab]/.test(hex) && hex.length === 32 ? `${hex}%${zone}` : hex;
}
