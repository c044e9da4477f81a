import type { AttributeStore } from './attribute-store.js';
import { Column8, Column32 } from './columns.js';
import { FormTable } from './form-table.js';
import { fold32, mix32 } from './hash.js';
import { HashIndex, isTagged } from './hash-index.js';
import { IdAllocator } from './id-allocator.js';
import { IdList } from './id-list.js';
import {
  type AttrId,
  type FormId,
  type NextHopId,
  NO_FORM,
  NO_OUT,
  type OutId,
  type PeerIndex,
} from './ids.js';
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
  private readonly formTable: FormTable;
  private readonly sets = new Column32();
  private readonly hops = new Column32();
  private readonly forms = new Column32();
  private readonly bases = new Column32();
  private readonly refs = new Column32();
  private readonly serials = new Column32();
  private readonly state = new Column8();
  private readonly ids = new IdAllocator(this.refs);
  private readonly index = new HashIndex((id) =>
    hashThree(this.sets.get(id), this.hops.get(id), this.forms.get(id)),
  );
  private readonly candidates = new IdList();
  private lastSerial = 0;

  constructor(attributes: AttributeStore, nextHops: NextHopTable, forms: FormTable = new FormTable()) {
    this.attributes = attributes;
    this.nextHops = nextHops;
    this.formTable = forms;
  }

  get size(): number {
    return this.ids.live;
  }

  /** The id of this pair. Takes no reference for the caller. */
  intern(set: AttrId, nextHop: NextHopId): OutId {
    return this.put(set, nextHop, NO_FORM, NO_OUT);
  }

  /** The same with NLRI octets of its own. Takes no reference for the caller. */
  withForm(out: OutId, form: FormId): OutId {
    const base = this.base(out);
    return form === NO_FORM ? base : this.put(this.set(base), this.nextHop(base), form, base);
  }

  /** The same without NLRI octets of its own: what goes into one UPDATE has the same base. */
  base(out: OutId): OutId {
    const base = this.bases.get(out);
    return (base === 0 ? out : base) as OutId;
  }

  form(out: OutId): FormId {
    return this.forms.get(out) as FormId;
  }

  private put(set: AttrId, nextHop: NextHopId, form: FormId, base: OutId): OutId {
    const hash = hashThree(set, nextHop, form);
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) break;
      if (!isTagged(slot, hash, idMask)) continue;
      const id = slot & idMask;
      if (this.sets.get(id) === set && this.hops.get(id) === nextHop && this.forms.get(id) === form) {
        return id as OutId;
      }
    }
    const id = this.ids.take() as OutId;
    this.attributes.retain(set);
    this.nextHops.retain(nextHop);
    if (form !== NO_FORM) {
      this.formTable.retain(form);
      this.retain(base);
      this.forms.set(id, form);
      this.bases.set(id, base);
    }
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

  /** The session whose far end is the next hop of this; 0: none. */
  farEnd(id: OutId): PeerIndex {
    return this.nextHops.farEnd(this.nextHop(id));
  }

  /** The same with another next hop. Takes no reference for the caller. */
  withNextHop(id: OutId, nextHop: NextHopId): OutId {
    return this.withForm(this.intern(this.set(id), nextHop), this.form(id));
  }

  /** Frees what nobody refers to. */
  collect(): void {
    const count = this.candidates.length;
    if (count === 0) return;
    const candidates = this.candidates.take();
    for (let i = 0; i < count; i++) {
      const id = candidates[i]! as OutId;
      if (this.refs.get(id) > 0) {
        this.state.set(id, this.state.get(id) & ~CANDIDATE);
        continue;
      }
      const form = this.forms.get(id) as FormId;
      this.index.remove(hashThree(this.sets.get(id), this.hops.get(id), form), id);
      if (form !== NO_FORM) this.endForm(id, form);
      this.attributes.release(this.sets.get(id) as AttrId);
      this.nextHops.release(this.hops.get(id) as NextHopId);
      this.state.set(id, 0);
      this.serials.set(id, 0);
      this.ids.give(id);
    }
    if (this.ids.live > 0) return;
    this.ids.restart();
    for (const column of [this.sets, this.hops, this.refs, this.serials]) column.clear();
    for (const column of [this.forms, this.bases]) column.clear();
    this.state.clear();
  }

  private endForm(id: number, form: FormId): void {
    this.formTable.release(form);
    this.release(this.bases.get(id) as OutId);
    this.forms.set(id, 0);
    this.bases.set(id, 0);
  }
}

function hashThree(set: number, hop: number, form: number): number {
  const pair = fold32(set, hop);
  return mix32(form === 0 ? pair : fold32(pair, form));
}
