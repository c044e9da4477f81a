import type { AttributeStore } from './attribute-store.js';
import { Column8, Column32 } from './columns.js';
import { fold32, mix32 } from './hash.js';
import { HashIndex, isTagged } from './hash-index.js';
import { IdAllocator } from './id-allocator.js';
import type { AttrId, NextHopId, OutId } from './ids.js';
import type { NextHopTable } from './next-hop-table.js';

const CANDIDATE = 1;

/**
 * What is advertised, interned: an exported attribute set with the next hop that goes out with it. All update groups
 * share it, so that "what this peer was sent" compares by one integer, also after it moved to another group.
 * References and freeing as in the attribute store.
 */
export class OutTable {
  private readonly attributes: AttributeStore;
  private readonly nextHops: NextHopTable;
  private readonly sets = new Column32();
  private readonly hops = new Column32();
  private readonly refs = new Column32();
  private readonly serials = new Column32();
  private readonly state = new Column8();
  private readonly ids = new IdAllocator(this.refs);
  private readonly index = new HashIndex((id) => hashPair(this.sets.get(id), this.hops.get(id)));
  private candidates: number[] = [];
  private lastSerial = 0;

  constructor(attributes: AttributeStore, nextHops: NextHopTable) {
    this.attributes = attributes;
    this.nextHops = nextHops;
  }

  get size(): number {
    return this.ids.live;
  }

  /** The id of this pair. Takes no reference for the caller. */
  intern(set: AttrId, nextHop: NextHopId): OutId {
    const hash = hashPair(set, nextHop);
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) break;
      if (!isTagged(slot, hash, idMask)) continue;
      const id = slot & idMask;
      if (this.sets.get(id) === set && this.hops.get(id) === nextHop) return id as OutId;
    }
    const id = this.ids.take() as OutId;
    this.attributes.retain(set);
    this.nextHops.retain(nextHop);
    this.sets.set(id, set);
    this.hops.set(id, nextHop);
    this.lastSerial = (this.lastSerial + 1) | 0;
    this.serials.set(id, this.lastSerial);
    this.state.set(id, CANDIDATE);
    this.candidates.push(id);
    this.index.insert(hash, id);
    return id;
  }

  retain(id: OutId): void {
    this.refs.set(id, this.refs.get(id) + 1);
  }

  release(id: OutId): void {
    const refs = this.refs.get(id) - 1;
    this.refs.set(id, refs);
    if (refs > 0) return;
    const state = this.state.get(id);
    if ((state & CANDIDATE) !== 0) return;
    this.state.set(id, state | CANDIDATE);
    this.candidates.push(id);
  }

  serial(id: OutId): number {
    return this.serials.get(id);
  }

  set(id: OutId): AttrId {
    return this.sets.get(id) as AttrId;
  }

  nextHop(id: OutId): NextHopId {
    return this.hops.get(id) as NextHopId;
  }

  /** Frees what nobody refers to. */
  collect(): void {
    if (this.candidates.length === 0) return;
    const candidates = this.candidates;
    this.candidates = [];
    for (const id of candidates) {
      if (this.refs.get(id) > 0) {
        this.state.set(id, this.state.get(id) & ~CANDIDATE);
        continue;
      }
      this.index.remove(hashPair(this.sets.get(id), this.hops.get(id)), id);
      this.attributes.release(this.sets.get(id) as AttrId);
      this.nextHops.release(this.hops.get(id) as NextHopId);
      this.state.set(id, 0);
      this.serials.set(id, 0);
      this.ids.give(id);
    }
    if (this.ids.live > 0) return;
    this.ids.restart();
    for (const column of [this.sets, this.hops, this.refs, this.serials]) column.clear();
    this.state.clear();
  }
}

function hashPair(set: number, hop: number): number {
  return mix32(fold32(set, hop));
}
