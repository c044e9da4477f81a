import type { AdjRibIn } from './adj-rib-in.js';
import { Column8 } from './columns.js';
import type { Decision } from './decision.js';
import { Step } from './decision.js';
import { IdQueue } from './id-queue.js';
import { NO_ROW, type PathRow, type PrefixId } from './ids.js';

const DIRTY = 1;
/** The head of the chain is the best path; without it there is none. */
const HAS_BEST = 2;
/** The head says nothing until `decideNext` walked the chain. */
const RESCAN = 4;
/** Somebody looked beyond the best path, so that changes behind it matter. */
const DEEP = 8;
/** There was a best path when the prefix was decided last. */
const CHOSEN = 16;

/**
 * The chosen paths of one family: the best path of a prefix is the head of its chain in the adj-RIB-in, so that it takes
 * one octet of flags.
 *
 * A change is first compared with the present best: one that loses before MED changes nothing, one that wins before MED
 * is the new best, and only what ties, or touches the best itself, has the chain walked, once per turn, by `decideNext`.
 */
export class LocRib {
  private readonly paths: AdjRibIn;
  private readonly decision: Decision;
  private readonly flags = new Column8();
  private readonly dirty = new IdQueue();
  /** Outcome of the last `decideNext` or `decide`; no path: `NO_ROW`. */
  bestPath: PathRow = NO_ROW;
  hadBest = false;

  constructor(paths: AdjRibIn, decision: Decision) {
    this.paths = paths;
    this.decision = decision;
  }

  /** Prefixes that wait for `decideNext`. */
  get dirtyCount(): number {
    return this.dirty.count;
  }

  isDirty(prefix: PrefixId): boolean {
    return (this.flags.get(prefix) & DIRTY) !== 0;
  }

  markDirty(prefix: PrefixId): void {
    const flags = this.flags.get(prefix);
    if ((flags & DIRTY) !== 0) return;
    this.flags.set(prefix, flags | DIRTY);
    this.dirty.push(prefix);
  }

  /** To be called before a row changes or goes. */
  beforeChange(row: PathRow): void {
    const { paths, decision } = this;
    const prefix = paths.prefix(row);
    const flags = this.flags.get(prefix);
    if ((flags & RESCAN) !== 0 || !decision.isUsable(paths, row)) return;
    const head = paths.head(prefix);
    // A path that ties with the best up to ORIGIN may have hidden another by its MED.
    if (row === head || decision.compareEarly(paths, row, head) === 0) this.rescan(prefix);
    else if ((flags & DEEP) !== 0) this.markDirty(prefix);
  }

  /** To be called after a row came or changed. */
  afterChange(row: PathRow): void {
    const { paths, decision } = this;
    const prefix = paths.prefix(row);
    const flags = this.flags.get(prefix);
    if ((flags & RESCAN) !== 0 || !decision.isUsable(paths, row)) return;
    if ((flags & HAS_BEST) !== 0) {
      const step = decision.compareEarly(paths, row, paths.head(prefix));
      if (step === 0) this.rescan(prefix);
      else if (step < 0 && (flags & DEEP) !== 0) this.markDirty(prefix);
      if (step <= 0) return;
    }
    paths.moveToFront(row);
    this.flags.set(prefix, flags | HAS_BEST);
    this.markDirty(prefix);
  }

  /** Nothing is known of the prefix: it has no best path, is not dirty, and nobody looks at it. */
  isUntouched(prefix: PrefixId): boolean {
    return this.flags.get(prefix) === 0;
  }

  /** As `afterChange`, of a path that may be chosen, the only one of an untouched prefix. */
  cameAlone(prefix: PrefixId): void {
    this.flags.set(prefix, HAS_BEST | DIRTY);
    this.dirty.push(prefix);
  }

  /** As `beforeChange`, of the only path of a prefix, which goes. */
  wentAlone(prefix: PrefixId): void {
    const flags = this.flags.get(prefix);
    if ((flags & RESCAN) !== 0 || (flags & HAS_BEST) === 0) return;
    this.flags.set(prefix, (flags & ~HAS_BEST) | DIRTY);
    if ((flags & DIRTY) === 0) this.dirty.push(prefix);
  }

  /**
   * Takes the next prefix to be decided and finds its best path; 0 when none waits. `bestPath` and `hadBest` (whether there
   * was one when it was decided last) tell of it.
   */
  decideNext(): PrefixId {
    const prefix = this.dirty.shift() as PrefixId;
    if (prefix !== 0) this.settle(prefix, DIRTY | DEEP);
    return prefix;
  }

  /** The best path, found anew where it has to be; `NO_ROW` when none may be chosen. A prefix that is dirty stays so. */
  decide(prefix: PrefixId): PathRow {
    this.settle(prefix, 0);
    return this.bestPath;
  }

  private settle(prefix: PrefixId, done: number): void {
    const flags = this.flags.get(prefix);
    let best = (flags & HAS_BEST) === 0 ? NO_ROW : this.paths.head(prefix);
    if ((flags & RESCAN) !== 0) {
      best = this.decision.select(this.paths, prefix);
      if (best !== NO_ROW) this.paths.moveToFront(best);
    }
    const kept = flags & ~(done | RESCAN | HAS_BEST | CHOSEN);
    this.flags.set(prefix, best === NO_ROW ? kept : kept | HAS_BEST | CHOSEN);
    this.hadBest = (flags & CHOSEN) !== 0;
    this.bestPath = best;
  }

  /** The best path of a prefix that is not dirty. */
  best(prefix: PrefixId): PathRow {
    return (this.flags.get(prefix) & HAS_BEST) === 0 ? NO_ROW : this.paths.head(prefix);
  }

  /** The best path and by which step, without touching anything: for those who show it. */
  explain(prefix: PrefixId): { readonly best: PathRow; readonly reason: Step } {
    const best = this.decision.select(this.paths, prefix);
    return { best, reason: best === NO_ROW ? Step.Only : this.decision.reason };
  }

  /** Asks to be told of changes behind the best path too, until it is decided next. */
  lookDeeper(prefix: PrefixId): void {
    this.flags.set(prefix, this.flags.get(prefix) | DEEP);
  }

  /** The prefix is released: nothing of it stays. */
  forget(prefix: PrefixId): void {
    this.flags.set(prefix, 0);
  }

  /** Something that the decision reads changed beside the rows: the prefix is decided anew. */
  reconsider(prefix: PrefixId): void {
    this.rescan(prefix);
  }

  private rescan(prefix: PrefixId): void {
    this.flags.set(prefix, this.flags.get(prefix) | RESCAN);
    this.markDirty(prefix);
  }
}
