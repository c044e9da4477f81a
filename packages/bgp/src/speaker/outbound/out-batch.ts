import { Column32 } from '../../rib/columns.js';
import { NO_OUT, type OutId, type OutKey, type PeerIndex } from '../../rib/ids.js';

/**
 * Who gets a change: 0 all members that keep up; `+p` all but peer `p`, which is the source of the route, and another one in the
 * upper 16 bits; `-p` only `p`.
 * A batch has a prefix at most once for any member, so that the order in which a batch is sent does not matter.
 */
export type Audience = number;

/** All but these two, each of which may be 0. */
export function allBut(one: PeerIndex | 0, other: PeerIndex | 0): Audience {
  return one === 0 ? other : one + other * 0x10000;
}

/** Whether a member is in an audience. */
export function isIn(audience: Audience, index: PeerIndex): boolean {
  if (audience < 0) return index === -audience;
  return index !== (audience & 0xffff) && index !== audience >>> 16;
}

/**
 * Changes for one audience: prefixes (slots with add-path) with what is advertised of them from now on (`NO_OUT`: withdrawn). The arrays are kept
 * across batches, with a count of their own: setting the length of an array to 0 gives its memory away (110 octets a change).
 */
export class OutBatch {
  prefixes = new Int32Array(64);
  outs = new Int32Array(64);
  length = 0;

  add(prefix: OutKey, out: OutId): void {
    if (this.length === this.prefixes.length) {
      this.prefixes = grown(this.prefixes);
      this.outs = grown(this.outs);
    }
    this.prefixes[this.length] = prefix;
    this.outs[this.length++] = out;
  }

  clear(): void {
    this.length = 0;
  }
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** So many batches are kept for the next step. */
const KEPT_AUDIENCES = 64;

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

  /**
   * A prefix for the members that keep up. `before` and `now` are those of them that its route came from and comes from; 0: it is
   * none of them.
   */
  change(
    prefix: OutKey,
    out: OutId,
    oldOut: OutId,
    isSame: boolean,
    before: PeerIndex | 0,
    now: PeerIndex | 0,
  ): void {
    if (out === NO_OUT) {
      this.to(before).add(prefix, NO_OUT);
      return;
    }
    // The best path moved between members: the old source gets it now, the new one loses what it was sent.
    if (!isSame) this.to(now).add(prefix, out);
    else if (before !== 0) this.to(-before).add(prefix, out);
    if (now !== 0 && oldOut !== NO_OUT && before !== now) this.to(-now).add(prefix, NO_OUT);
  }

  /** Calls back for each batch that has changes, then forgets them all. */
  drain(take: (audience: Audience, batch: OutBatch) => void): void {
    if (this.all.length > 0) take(0, this.all);
    this.all.clear();
    if (this.others.size === 0) return;
    for (const [audience, batch] of this.others) {
      if (batch.length > 0) take(audience, batch);
      batch.clear();
    }
    if (this.others.size > KEPT_AUDIENCES) this.others.clear();
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
  /** Out ids in the order of their first change, `count` of them; `NO_OUT` may be among them. */
  outs = new Int32Array(4096);
  count = 0;
  private batch: OutBatch | null = null;
  /** Place in the batch of the change that was taken last. */
  private taken = 0;
  /** The bucket that is taken from, and its next change; -1: none. */
  private open = -1;
  private next = 0;

  /** `by`: sorts by these in place of the out ids of the batch. */
  sort(batch: OutBatch, by: Int32Array = batch.outs): void {
    this.batch = batch;
    this.count = 0;
    if (this.links.length < batch.length) {
      this.links = new Int32Array(2 * batch.length);
      this.outs = new Int32Array(2 * batch.length);
    }
    // Neighbours are mostly of one bucket, whose head is looked up when it begins and kept when it ends.
    const { heads, links } = this;
    let last = -1;
    let head = 0;
    for (let i = 0; i < batch.length; i++) {
      const out = by[i]!;
      if (out !== last) {
        if (last !== -1) heads.set(last, head);
        last = out;
        head = heads.get(out);
        if (head === 0) this.outs[this.count++] = out;
      }
      links[i] = head;
      head = i + 1;
    }
    if (last !== -1) heads.set(last, head);
    this.open = -1;
  }

  /** Takes the last change of a bucket that was not taken yet: its prefix, or 0 when none is left. A bucket is emptied before the next is begun. */
  take(out: number): OutKey {
    if (out !== this.open) {
      this.open = out;
      this.next = this.heads.get(out);
      this.heads.set(out, 0);
    }
    const head = this.next;
    if (head === 0) return 0 as OutKey;
    this.next = this.links[head - 1]!;
    this.taken = head - 1;
    return this.batch!.prefixes[head - 1]! as OutKey;
  }

  /** What is advertised of the change that was taken last. */
  get out(): OutId {
    return this.batch!.outs[this.taken]! as OutId;
  }
}
