import type { ByteWriter } from '../wire/byte-writer.js';
import type { AttributeStore } from './attribute-store.js';
import type { AttrId, NextHopId, TreatmentId } from './ids.js';
import { NO_TREATMENT } from './ids.js';
import type { NextHopTable } from './next-hop-table.js';

/** How accepted sets go out over one kind of session: a pure function of the octets of a set, and the next hop beside it. */
export interface Treatment {
  /** Treatments with equal keys make the same of every set. */
  readonly key: string;
  readonly nextHop: NextHopId;
  /** Appends the canonical octets of what goes out of a set, which is prepared. */
  write(attributes: AttributeStore, set: AttrId, out: ByteWriter): void;
  withNextHop(nextHop: NextHopId): Treatment;
}

/**
 * Treatments, by number. There are few: kinds of sessions, edits of their policies and next hops, not routes. References as in
 * the attribute store; one without any goes at the next `collect`.
 */
export class TreatmentTable {
  private readonly nextHops: NextHopTable;
  private readonly treatments: (Treatment | null)[] = [null];
  private readonly refs: number[] = [0];
  private readonly serials: number[] = [0];
  private readonly byKey = new Map<string, TreatmentId>();
  private readonly free: TreatmentId[] = [];
  private candidates: TreatmentId[] = [];
  private lastSerial = 0;

  constructor(nextHops: NextHopTable) {
    this.nextHops = nextHops;
  }

  get size(): number {
    return this.byKey.size;
  }

  /** The number of a treatment with this key; `NO_TREATMENT`: there is none. */
  find(key: string): TreatmentId {
    return this.byKey.get(key) ?? NO_TREATMENT;
  }

  /** Takes no reference for the caller. */
  intern(treatment: Treatment): TreatmentId {
    const known = this.find(treatment.key);
    if (known !== NO_TREATMENT) return known;
    const id = this.free.pop() ?? (this.treatments.length as TreatmentId);
    this.treatments[id] = treatment;
    this.refs[id] = 0;
    this.lastSerial = (this.lastSerial + 1) | 0;
    this.serials[id] = this.lastSerial;
    this.byKey.set(treatment.key, id);
    this.candidates.push(id);
    this.nextHops.retain(treatment.nextHop);
    return id;
  }

  get(id: TreatmentId): Treatment {
    return this.treatments[id]!;
  }

  nextHop(id: TreatmentId): NextHopId {
    return this.treatments[id]!.nextHop;
  }

  /** Tells two lives of a number apart. */
  serial(id: TreatmentId): number {
    return this.serials[id]!;
  }

  retain(id: TreatmentId): void {
    this.refs[id]!++;
  }

  release(id: TreatmentId): void {
    if (--this.refs[id]! === 0) this.candidates.push(id);
  }

  collect(): void {
    if (this.candidates.length === 0) return;
    const { candidates } = this;
    this.candidates = [];
    for (const id of candidates) {
      const treatment = this.treatments[id];
      // It may be a candidate twice.
      if (!treatment || this.refs[id]! > 0) continue;
      this.byKey.delete(treatment.key);
      this.nextHops.release(treatment.nextHop);
      this.treatments[id] = null;
      this.serials[id] = 0;
      this.free.push(id);
    }
  }
}
