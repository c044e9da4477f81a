import { isNoIpv6Host } from '../attributes/next-hop.js';
import { Column8, Column32 } from './columns.js';
import { FarEnds } from './far-ends.js';
import { hashBytes } from './hash.js';
import { HashIndex, isTagged } from './hash-index.js';
import { IdAllocator } from './id-allocator.js';
import type { NextHopId, PeerIndex } from './ids.js';

const CANDIDATE = 1;
const UNREACHABLE = 2;

/** An interface, to which link-local addresses are bound; 0 is none. */
export type Zone = number & { readonly __brand: 'Zone' };
export const NO_ZONE = 0 as Zone;

/**
 * Next hops by address: 4 or 16 octets, or 32 with a link-local address behind (RFC 2545 §3); in VPN families 12, 24 or 48,
 * each address behind a route distinguisher (RFC 4364 §4.3.2); none at all for flow specifications. There are few, so that
 * each has an array of its own, which is never changed. References and freeing as in the attribute store.
 *
 * A link-local address means something on one link only, so that it comes with a zone: `fe80::1` on two interfaces is two
 * next hops. Of 32 octets with a zone packets go to the link-local address, without one to the global one.
 */
export class NextHopTable {
  private readonly addresses: Uint8Array[] = [new Uint8Array(0)];
  private readonly hashes = new Column32();
  private readonly refs = new Column32();
  private readonly metrics = new Column32();
  private readonly state = new Column8();
  /** For 32 octets: the ids of the first 16 and of the last; for 48 that of the first half. Each with a reference. */
  private readonly globals = new Column32();
  private readonly links = new Column32();
  private readonly zones = new Column32();
  /** How many sessions have this address as their own. */
  private readonly owners = new Column32();
  private readonly farEnds = new FarEnds();
  private readonly zoneNames: string[] = [''];
  private readonly ids = new IdAllocator(this.refs);
  private readonly index = new HashIndex((id) => this.hashes.get(id));
  private candidates: number[] = [];
  /** Goes up whenever an id was freed: who remembers ids without references forgets them all. */
  generation = 0;

  /** Called when an address comes, and before its id is freed. */
  onTake: ((id: NextHopId) => void) | null = null;
  onFree: ((id: NextHopId) => void) | null = null;

  get size(): number {
    return this.ids.live;
  }

  /** The zone of an interface. */
  zone(name: string): Zone {
    const known = this.zoneNames.indexOf(name);
    return (known >= 0 ? known : this.zoneNames.push(name) - 1) as Zone;
  }

  /**
   * A next hop as it came in an UPDATE, in one of the five forms that are in use for IPv6: a global address, with or without
   * a link-local one, or a link-local one alone, behind `::`, or twice. The last three are one and the same.
   * `isOnLink`: the session itself runs over link-local addresses, which then are the better next hop.
   */
  learn(bytes: Uint8Array, start: number, end: number, zone: Zone, isOnLink: boolean): NextHopId {
    const length = end - start;
    if (length === 16) return this.intern(bytes, start, end, isLinkLocal(bytes, start) ? zone : NO_ZONE);
    if (length !== 32) return this.intern(bytes, start, end);
    const second = start + 16;
    const hasSecond = isLinkLocal(bytes, second);
    if (isLinkLocal(bytes, start) || (hasSecond && isNoIpv6Host(bytes, start))) {
      const at = hasSecond ? second : start;
      return this.intern(bytes, at, at + 16, zone);
    }
    if (hasSecond) return this.intern(bytes, start, end, isOnLink ? zone : NO_ZONE);
    return this.intern(bytes, start, second);
  }

  intern(bytes: Uint8Array, start: number, end: number, zone: Zone = NO_ZONE): NextHopId {
    const hash = hashBytes(bytes, start, end) ^ Math.imul(zone, 0x9e3779b1);
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) break;
      if (!isTagged(slot, hash, idMask)) continue;
      const id = slot & idMask;
      if (
        this.hashes.get(id) === hash &&
        this.zones.get(id) === zone &&
        equal(this.addresses[id]!, bytes, start, end)
      ) {
        return id as NextHopId;
      }
    }
    const id = this.ids.take() as NextHopId;
    this.addresses[id] = bytes.slice(start, end);
    this.hashes.set(id, hash);
    this.zones.set(id, zone);
    this.state.set(id, CANDIDATE);
    this.candidates.push(id);
    this.index.insert(hash, id);
    const length = end - start;
    if (length === 32 || length === 48) {
      const global = this.intern(bytes, start, start + length / 2);
      this.retain(global);
      this.globals.set(id, global);
      if (length === 32) {
        const link = this.intern(bytes, start + 16, end, zone);
        this.retain(link);
        this.links.set(id, link);
      }
    }
    this.farEnds.note(id, this.addresses[id]!, zone);
    this.onTake?.(id);
    return id;
  }

  retain(id: NextHopId, count = 1): void {
    this.refs.set(id, this.refs.get(id) + count);
  }

  release(id: NextHopId, count = 1): void {
    const refs = this.refs.get(id) - count;
    this.refs.set(id, refs);
    const state = this.state.get(id);
    if (refs > 0 || (state & CANDIDATE) !== 0) return;
    this.state.set(id, state | CANDIDATE);
    this.candidates.push(id);
  }

  collect(): void {
    if (this.candidates.length === 0) return;
    const candidates = this.candidates;
    this.candidates = [];
    for (const id of candidates) {
      if (this.refs.get(id) > 0) {
        this.state.set(id, this.state.get(id) & ~CANDIDATE);
        continue;
      }
      this.onFree?.(id as NextHopId);
      this.index.remove(this.hashes.get(id), id);
      this.addresses[id] = this.addresses[0]!;
      const global = this.globals.get(id) as NextHopId;
      if (global !== 0) this.release(global);
      this.globals.set(id, 0);
      const link = this.links.get(id) as NextHopId;
      if (link !== 0) this.release(link);
      this.links.set(id, 0);
      this.metrics.set(id, 0);
      this.farEnds.forget(id as NextHopId);
      this.state.set(id, 0);
      this.ids.give(id);
      this.generation++;
    }
  }

  /** Octets of a next hop as it was learned. Never changed, also after the id was freed. */
  address(id: NextHopId): Uint8Array {
    return this.addresses[id]!;
  }

  /** The same next hop without a link-local address, which means nothing beyond the link; itself if it has no other. */
  globalOf(id: NextHopId): NextHopId {
    const global = this.globals.get(id) as NextHopId;
    return global === 0 || this.isUnspecified(global) ? id : global;
  }

  /** The 4 or 16 octets of the address that packets are sent to. Never changed. */
  gateway(id: NextHopId): Uint8Array {
    const part = this.zones.get(id) === NO_ZONE ? this.globalOf(id) : this.links.get(id);
    const address = this.addresses[part === 0 ? id : part]!;
    if (address.length === 32) return this.addresses[this.links.get(id)]!;
    return isBehindRd(address) ? address.subarray(RD_LENGTH) : address;
  }

  /** The interface over which `gateway` is reached, when that is link-local and its interface is known. */
  interfaceOf(id: NextHopId): string | null {
    const zone = this.zones.get(id);
    return zone === NO_ZONE ? null : this.zoneNames[zone]!;
  }

  zoneOf(id: NextHopId): Zone {
    return this.zones.get(id) as Zone;
  }

  /** Whether it has no address that means something beyond a link. */
  isLinkLocal(id: NextHopId): boolean {
    const address = this.addresses[id]!;
    return address.length === 16 && isLinkLocal(address, 0);
  }

  /** A session has this address as its own, until `disown`. */
  own(id: NextHopId): void {
    this.retain(id);
    this.owners.set(id, this.owners.get(id) + 1);
  }

  disown(id: NextHopId): void {
    this.owners.set(id, this.owners.get(id) - 1);
    this.release(id);
  }

  /** Whether it leads to an address of our own. */
  isOwn(id: NextHopId): boolean {
    const { owners } = this;
    return owners.get(id) > 0 || owners.get(this.globals.get(id)) > 0 || owners.get(this.links.get(id)) > 0;
  }

  /** A session is up whose far end has this address, until `leave`. */
  join(peer: PeerIndex, address: Uint8Array, zone: Zone): void {
    this.farEnds.join(peer, address, zone);
  }

  leave(peer: PeerIndex, address: Uint8Array, zone: Zone): void {
    this.farEnds.leave(peer, address, zone);
  }

  /** The session whose far end it is; 0: none. */
  farEnd(id: NextHopId): PeerIndex {
    return this.farEnds.of(id);
  }

  /** Whether it is 0.0.0.0 or ::, which stands for "own address of the session" in routes of our own. */
  isUnspecified(id: NextHopId): boolean {
    return this.addresses[id]!.every((octet) => octet === 0);
  }

  /** Whether paths over it may be chosen (RFC 4271 §9.1.2.1). True until told otherwise. */
  isReachable(id: NextHopId): boolean {
    return (this.state.get(id) & UNREACHABLE) === 0;
  }

  setReachable(id: NextHopId, reachable: boolean): void {
    const state = this.state.get(id);
    this.state.set(id, reachable ? state & ~UNREACHABLE : state | UNREACHABLE);
  }

  /** Interior cost to it (RFC 4271 §9.1.2.2 e). 0 until told otherwise. */
  metric(id: NextHopId): number {
    return this.metrics.get(id) >>> 0;
  }

  setMetric(id: NextHopId, metric: number): void {
    this.metrics.set(id, metric);
  }
}

const RD_LENGTH = 8;

/** Whether an address is behind a route distinguisher (RFC 4364 §4.3.2, RFC 4659 §3.2.1). */
function isBehindRd({ length }: Uint8Array): boolean {
  return length === RD_LENGTH + 4 || length === RD_LENGTH + 16;
}

/** fe80::/10 */
export function isLinkLocal(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xfe && (bytes[at + 1]! & 0xc0) === 0x80;
}

function equal(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false;
  for (let i = 0; i < own.length; i++) if (own[i] !== bytes[start + i]) return false;
  return true;
}
