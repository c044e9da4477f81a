import { Column8, Column32 } from './columns.js';
import { hashBytes } from './hash.js';
import { HashIndex, isTagged } from './hash-index.js';
import { IdAllocator } from './id-allocator.js';
import type { NextHopId } from './ids.js';

const CANDIDATE = 1;
const UNREACHABLE = 2;

/**
 * Next hops by address: 4 or 16 octets, or 32 with a link-local address behind (RFC 2545 §3). There are few, so that each
 * has an array of its own, which is never changed. References and freeing as in the attribute store.
 */
export class NextHopTable {
  private readonly addresses: Uint8Array[] = [new Uint8Array(0)];
  private readonly hashes = new Column32();
  private readonly refs = new Column32();
  private readonly metrics = new Column32();
  private readonly state = new Column8();
  /** For 32 octets: the id of the first 16, with a reference. */
  private readonly globals = new Column32();
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

  intern(bytes: Uint8Array, start: number, end: number): NextHopId {
    const hash = hashBytes(bytes, start, end);
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) break;
      if (!isTagged(slot, hash, idMask)) continue;
      const id = slot & idMask;
      if (this.hashes.get(id) === hash && equal(this.addresses[id]!, bytes, start, end))
        return id as NextHopId;
    }
    const id = this.ids.take() as NextHopId;
    this.addresses[id] = bytes.slice(start, end);
    this.hashes.set(id, hash);
    this.state.set(id, CANDIDATE);
    this.candidates.push(id);
    this.index.insert(hash, id);
    if (end - start === 32) {
      const global = this.intern(bytes, start, start + 16);
      this.retain(global);
      this.globals.set(id, global);
    }
    this.onTake?.(id);
    return id;
  }

  retain(id: NextHopId): void {
    this.refs.set(id, this.refs.get(id) + 1);
  }

  release(id: NextHopId): void {
    const refs = this.refs.get(id) - 1;
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
      this.metrics.set(id, 0);
      this.state.set(id, 0);
      this.ids.give(id);
      this.generation++;
    }
  }

  /** Octets of a next hop as it was learned. Never changed, also after the id was freed. */
  address(id: NextHopId): Uint8Array {
    return this.addresses[id]!;
  }

  /** The same next hop without a link-local address, which means nothing beyond the link. */
  globalOf(id: NextHopId): NextHopId {
    const global = this.globals.get(id) as NextHopId;
    return global === 0 || this.isUnspecified(global) ? id : global;
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

function equal(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false;
  for (let i = 0; i < own.length; i++) if (own[i] !== bytes[start + i]) return false;
  return true;
}
