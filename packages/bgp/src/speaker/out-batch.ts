import { Column32 } from '../rib/columns.js';
import type { OutId, PrefixId } from '../rib/ids.js';

/**
 * Who gets a change: 0 all members that keep up; `+p` all but peer `p`, which is the source of the route; `-p` only `p`.
 * A batch has a prefix at most once for any member, so that the order in which a batch is sent does not matter.
 */
export type Audience = number;

/** Changes for one audience: prefixes with what is advertised of them from now on (`NO_OUT`: withdrawn). */
export class OutBatch {
  readonly prefixes: number[] = [];
  readonly outs: number[] = [];

  add(prefix: PrefixId, out: OutId): void {
    this.prefixes.push(prefix);
    this.outs.push(out);
  }

  get length(): number {
    return this.prefixes.length;
  }

  clear(): void {
    this.prefixes.length = 0;
    this.outs.length = 0;
  }
}

/** The batches of one step of a group, by audience. */
export class OutBatches {
  readonly all = new OutBatch();
  private readonly others = new Map<Audience, OutBatch>();

  to(audience: Audience): OutBatch {
    if (audience === 0) return this.all;
    let batch = this.others.get(audience);
    if (batch === undefined) {
      batch = new OutBatch();
      this.others.set(audience, batch);
    }
    return batch;
  }

  *[Symbol.iterator](): IterableIterator<[Audience, OutBatch]> {
    if (this.all.length > 0) yield [0, this.all];
    yield* this.others;
  }

  clear(): void {
    this.all.clear();
    this.others.clear();
  }
}

/**
 * Sorts a batch by what is advertised, in one pass: a chain through the batch for each out id.
 *
 * ```
 * heads  out id ─▶ last change ─▶ … ─▶ first change      index + 1; 0 ends
 * ```
 */
export class OutBuckets {
  private readonly heads = new Column32();
  private links = new Int32Array(4096);
  /** Out ids in the order of their first change; `NO_OUT` may be among them. */
  readonly outs: number[] = [];
  private batch: OutBatch | null = null;

  sort(batch: OutBatch): void {
    this.batch = batch;
    this.outs.length = 0;
    if (this.links.length < batch.length) this.links = new Int32Array(2 * batch.length);
    for (let i = 0; i < batch.length; i++) {
      const out = batch.outs[i]!;
      const head = this.heads.get(out);
      if (head === 0) this.outs.push(out);
      this.links[i] = head;
      this.heads.set(out, i + 1);
    }
  }

  /** Takes the last change of a bucket that was not taken yet: its prefix, or 0 when none is left. */
  take(out: number): PrefixId {
    const head = this.heads.get(out);
    if (head === 0) return 0 as PrefixId;
    this.heads.set(out, this.links[head - 1]!);
    return this.batch!.prefixes[head - 1]! as PrefixId;
  }
}
