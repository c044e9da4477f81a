import { ByteWriter } from '../wire/byte-writer.js';
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
  NO_TREATMENT,
  type OutId,
  type PeerIndex,
  type TreatmentId,
} from './ids.js';
import type { NextHopTable } from './next-hop-table.js';
import { type Treatment, TreatmentTable } from './treatment-table.js';

const CANDIDATE = 1;

/**
 * What is advertised: an accepted set, and the treatment that it goes out with. The octets that are sent are made from both when
 * they are asked for, and kept nowhere; `isSame` compares them where something that was advertised changes. All update groups
 * share the table, so that "what this peer was sent" is one integer, also after it moved to another group.
 *
 * ```
 * out id    set ‥‥‥‥ 0   the set with its main treatment, the first that it was given; has the references of the set
 *           row ‥‥‥‥ 1   a row of this table: the set with another treatment, or with NLRI octets of its own
 * ```
 *
 * Most sets have one treatment in all their life, so that most of what is advertised takes four octets a set here. References
 * and freeing as in the attribute store.
 */
export class OutTable {
  readonly treatments: TreatmentTable;
  private readonly attributes: AttributeStore;
  private readonly nextHops: NextHopTable;
  private readonly formTable: FormTable;
  /** By set. */
  private readonly mains = new Column32();
  private readonly sets = new Column32();
  private readonly others = new Column32();
  private readonly forms = new Column32();
  private readonly bases = new Column32();
  private readonly refs = new Column32();
  private readonly serials = new Column32();
  private readonly state = new Column8();
  private readonly ids = new IdAllocator(this.refs);
  private readonly index = new HashIndex((row) =>
    hashThree(this.sets.get(row), this.others.get(row), this.forms.get(row)),
  );
  private readonly candidates = new IdList();
  private lastSerial = 0;
  private readonly one = new ByteWriter(4096);
  private readonly other = new ByteWriter(4096);
  /** What `isSame` compared last: a change comes in runs of prefixes that have it in common. */
  private comparedOne = NO_OUT;
  private comparedOther = NO_OUT;
  private comparedOneSerial = 0;
  private comparedOtherSerial = 0;
  private wasSame = false;

  constructor(attributes: AttributeStore, nextHops: NextHopTable, forms: FormTable = new FormTable()) {
    this.attributes = attributes;
    this.nextHops = nextHops;
    this.formTable = forms;
    this.treatments = new TreatmentTable(nextHops);
    attributes.onFree = (set) => this.forgetMain(set);
  }

  /** Rows of sets with another treatment than their main one, or with NLRI octets of their own. */
  get size(): number {
    return this.ids.live;
  }

  /** The id of a set that goes out with a treatment. Takes no reference for the caller. */
  of(set: AttrId, treatment: TreatmentId): OutId {
    const main = this.mains.get(set);
    if (main === treatment) return (set << 1) as OutId;
    if (main !== NO_TREATMENT) return this.row(set, treatment, NO_FORM, NO_OUT);
    this.mains.set(set, treatment);
    this.treatments.retain(treatment);
    return (set << 1) as OutId;
  }

  /** The same with NLRI octets of its own. Takes no reference for the caller. */
  withForm(out: OutId, form: FormId): OutId {
    const base = this.base(out);
    return form === NO_FORM ? base : this.row(this.set(base), this.treatment(base), form, base);
  }

  /** The same with another next hop. Takes no reference for the caller. */
  withNextHop(out: OutId, nextHop: NextHopId): OutId {
    const treatment = this.treatments.get(this.treatment(out)).withNextHop(nextHop);
    return this.withForm(this.of(this.set(out), this.treatments.intern(treatment)), this.form(out));
  }

  /** The same without NLRI octets of its own: what goes into one UPDATE has the same base. */
  base(out: OutId): OutId {
    const base = isRow(out) ? this.bases.get(out >>> 1) : NO_OUT;
    return (base === NO_OUT ? out : base) as OutId;
  }

  form(out: OutId): FormId {
    return (isRow(out) ? this.forms.get(out >>> 1) : NO_FORM) as FormId;
  }

  /** The accepted set. */
  set(out: OutId): AttrId {
    return (isRow(out) ? this.sets.get(out >>> 1) : out >>> 1) as AttrId;
  }

  treatment(out: OutId): TreatmentId {
    return (isRow(out) ? this.others.get(out >>> 1) : this.mains.get(out >>> 1)) as TreatmentId;
  }

  nextHop(out: OutId): NextHopId {
    return this.treatments.nextHop(this.treatment(out));
  }

  /** The session whose far end is the next hop of this; 0: none. */
  farEnd(out: OutId): PeerIndex {
    return this.nextHops.farEnd(this.nextHop(out));
  }

  /** Appends the canonical octets of the attributes that go out. */
  write(id: OutId, out: ByteWriter): void {
    const treatment: Treatment = this.treatments.get(this.treatment(id));
    treatment.write(this.attributes, this.set(id), out);
  }

  /** Whether who was sent the one has nothing to be told when it is the other now: equal octets, next hop and NLRI. */
  isSame(one: OutId, other: OutId): boolean {
    if (one === other) return true;
    if (one === NO_OUT || other === NO_OUT || this.form(one) !== this.form(other)) return false;
    if (this.nextHop(one) !== this.nextHop(other)) return false;
    const isKnown =
      one === this.comparedOne &&
      other === this.comparedOther &&
      this.serial(one) === this.comparedOneSerial &&
      this.serial(other) === this.comparedOtherSerial;
    if (isKnown) return this.wasSame;
    this.comparedOne = one;
    this.comparedOther = other;
    this.comparedOneSerial = this.serial(one);
    this.comparedOtherSerial = this.serial(other);
    this.one.reset();
    this.other.reset();
    this.write(one, this.one);
    this.write(other, this.other);
    this.wasSame = this.one.equals(this.other);
    return this.wasSame;
  }

  retain(out: OutId, count = 1): void {
    if (!isRow(out)) this.attributes.retain((out >>> 1) as AttrId, count);
    else this.refs.set(out >>> 1, this.refs.get(out >>> 1) + count);
  }

  release(out: OutId, count = 1): void {
    const row = out >>> 1;
    if (!isRow(out)) {
      this.attributes.release(row as AttrId, count);
      return;
    }
    const refs = this.refs.get(row) - count;
    this.refs.set(row, refs);
    if (refs > 0) return;
    const state = this.state.get(row);
    if ((state & CANDIDATE) !== 0) return;
    this.state.set(row, state | CANDIDATE);
    this.candidates.push(row);
  }

  serial(out: OutId): number {
    return isRow(out) ? this.serials.get(out >>> 1) : this.attributes.serial((out >>> 1) as AttrId);
  }

  /** Frees what nobody refers to. */
  collect(): void {
    const count = this.candidates.length;
    if (count === 0) return;
    const candidates = this.candidates.take();
    for (let i = 0; i < count; i++) {
      const row = candidates[i]!;
      if (this.refs.get(row) > 0) this.state.set(row, this.state.get(row) & ~CANDIDATE);
      else this.free(row);
    }
    if (this.ids.live > 0) return;
    this.ids.restart();
    for (const column of [this.sets, this.others, this.refs, this.serials]) column.clear();
    for (const column of [this.forms, this.bases]) column.clear();
    this.state.clear();
  }

  private row(set: AttrId, treatment: TreatmentId, form: FormId, base: OutId): OutId {
    const hash = hashThree(set, treatment, form);
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) break;
      if (!isTagged(slot, hash, idMask)) continue;
      const row = slot & idMask;
      const isIt =
        this.sets.get(row) === set && this.others.get(row) === treatment && this.forms.get(row) === form;
      if (isIt) return ((row << 1) | 1) as OutId;
    }
    const row = this.ids.take();
    this.attributes.retain(set);
    this.treatments.retain(treatment);
    if (form !== NO_FORM) {
      this.formTable.retain(form);
      this.retain(base);
      this.forms.set(row, form);
      this.bases.set(row, base);
    }
    this.sets.set(row, set);
    this.others.set(row, treatment);
    this.lastSerial = (this.lastSerial + 1) | 0;
    this.serials.set(row, this.lastSerial);
    this.state.set(row, CANDIDATE);
    this.candidates.push(row);
    this.index.insert(hash, row);
    return ((row << 1) | 1) as OutId;
  }

  private free(row: number): void {
    const form = this.forms.get(row) as FormId;
    this.index.remove(hashThree(this.sets.get(row), this.others.get(row), form), row);
    if (form !== NO_FORM) {
      this.formTable.release(form);
      this.release(this.bases.get(row) as OutId);
      this.forms.set(row, 0);
      this.bases.set(row, 0);
    }
    this.attributes.release(this.sets.get(row) as AttrId);
    this.treatments.release(this.others.get(row) as TreatmentId);
    this.state.set(row, 0);
    this.serials.set(row, 0);
    this.ids.give(row);
  }

  private forgetMain(set: AttrId): void {
    const main = this.mains.get(set);
    if (main === NO_TREATMENT) return;
    this.mains.set(set, NO_TREATMENT);
    this.treatments.release(main as TreatmentId);
    if (this.attributes.size === 0) this.mains.clear();
  }
}

function isRow(out: OutId): boolean {
  return (out & 1) !== 0;
}

function hashThree(set: number, treatment: number, form: number): number {
  const pair = fold32(set, treatment);
  return mix32(form === 0 ? pair : fold32(pair, form));
}
