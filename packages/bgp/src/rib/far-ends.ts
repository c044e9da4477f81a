import { toHex } from '../wire/hex.js';
import { Column16 } from './columns.js';
import type { NextHopId, PeerIndex } from './ids.js';

/** Octets of an IPv4-mapped IPv6 address in front of the IPv4 one (RFC 4291 §2.5.5.2). */
const MAPPED = '00000000000000000000ffff';
const RD_LENGTH = 8;

/**
 * Which next hops are the address of the far end of a session: a route with such a one is not sent to that end as it is (RFC 4271
 * §5.1.3). Both come by name, so that neither a session nor a next hop has the others looked through: in a mesh there are as many
 * next hops as sessions.
 */
export class FarEnds {
  private readonly ends = new Map<string, PeerIndex>();
  /** The next hops in which an address is. */
  private readonly holders = new Map<string, Set<NextHopId>>();
  /** By next hop: what its addresses are called. */
  private readonly names: (readonly string[])[] = [];
  /** By next hop. */
  private readonly column = new Column16();

  /** The session whose far end has this address; 0: none. */
  of(id: NextHopId): PeerIndex {
    return this.column.get(id) as PeerIndex;
  }

  /** A next hop came. `zone`: of its link-local address. */
  note(id: NextHopId, address: Uint8Array, zone: number): void {
    const names = namesOf(address, zone);
    this.names[id] = names;
    for (const name of names) {
      const holders = this.holders.get(name);
      if (holders === undefined) this.holders.set(name, new Set([id]));
      else holders.add(id);
    }
    this.find(id);
  }

  forget(id: NextHopId): void {
    for (const name of this.names[id] ?? []) {
      const holders = this.holders.get(name);
      holders?.delete(id);
      if (holders?.size === 0) this.holders.delete(name);
    }
    this.names[id] = [];
    this.column.set(id, 0);
  }

  /** A session is up. */
  join(peer: PeerIndex, address: Uint8Array, zone: number): void {
    const name = nameOf(address, 0, address.length, zone);
    this.ends.set(name, peer);
    for (const id of this.holders.get(name) ?? []) this.find(id);
  }

  /** The session is gone. */
  leave(peer: PeerIndex, address: Uint8Array, zone: number): void {
    const name = nameOf(address, 0, address.length, zone);
    if (this.ends.get(name) === peer) this.ends.delete(name);
    for (const id of this.holders.get(name) ?? []) this.find(id);
  }

  private find(id: NextHopId): void {
    const name = this.names[id]?.find((one) => this.ends.has(one));
    this.column.set(id, name === undefined ? 0 : (this.ends.get(name) ?? 0));
  }
}

/** Of one or two addresses, each of which may be behind a route distinguisher. */
function namesOf(octets: Uint8Array, zone: number): readonly string[] {
  const count = octets.length === 32 || octets.length === 48 ? 2 : 1;
  const size = octets.length / count;
  const skipped = size === RD_LENGTH + 4 || size === RD_LENGTH + 16 ? RD_LENGTH : 0;
  const names: string[] = [];
  for (let start = 0; start < octets.length; start += size)
    names.push(nameOf(octets, start + skipped, start + size, zone));
  return names;
}

/** An address as text; link-local ones with where they are. */
function nameOf(octets: Uint8Array, start: number, end: number, zone: number): string {
  const hex = toHex(octets, start, end);
  if (hex.startsWith(MAPPED)) return hex.slice(MAPPED.length);
  return /^fe[89ab]/.test(hex) && hex.length === 32 ? `${hex}%${zone}` : hex;
}
