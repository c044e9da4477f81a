import { SummaryFlag } from '../attributes/summary.js';
import type { AdjRibIn } from './adj-rib-in.js';
import type { AttributeStore } from './attribute-store.js';
import {
  type AttrId,
  LOCAL_PEER,
  type NextHopId,
  NO_ATTR,
  NO_ROW,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from './ids.js';
import type { NextHopTable } from './next-hop-table.js';
import { RowFlag } from './path-rows.js';
import type { PeerColumns } from './peer-columns.js';
import { sameAsPath } from './same-as-path.js';

/**
 * Why one path is preferred to another: the steps in their order. The first of them in which two paths differ decides.
 * RFC 4271 §9.1.1 gives the degree of preference, §9.1.2.2 the ties; letters are those of §9.1.2.2.
 */
export const Step = {
  /** No other path to compare with. */
  Only: 0,
  /** Routes of our own go before learned ones. */
  Local: 1,
  /** RFC 9494 §4.3: long-lived stale paths come last. */
  LongLivedStale: 2,
  LocalPref: 3,
  /** RFC 7311 §4.1: least AIGP with the metric of the next hop; a path without AIGP comes after one that has it */
  Aigp: 4,
  /** a) */
  AsPathLength: 5,
  /** b) */
  Origin: 6,
  /** c) compared between paths of the same neighbouring AS only, unless `alwaysCompareMed` */
  Med: 7,
  /** d) a peer of another member of our confederation is as an internal one (RFC 5065 §5.3) */
  External: 8,
  /** e) */
  Metric: 9,
  /** f) with ORIGINATOR_ID in place of the identifier (RFC 4456 §9) */
  RouterId: 10,
  /** RFC 4456 §9 */
  ClusterList: 11,
  /** g) */
  PeerAddress: 12,
  /** RFC 7911 leaves it open; also between two sessions of one address */
  PathId: 13,
} as const;

export type Step = (typeof Step)[keyof typeof Step];

/** Text of a step for the path that wins by it, and for one that loses. */
export const stepText: Readonly<Record<Step, readonly [won: string, lost: string]>> = {
  [Step.Only]: ['only path', 'not usable'],
  [Step.Local]: ['originated here', 'a local route is preferred'],
  [Step.LongLivedStale]: ['not long-lived stale', 'long-lived stale'],
  [Step.LocalPref]: ['higher local preference', 'lower local preference'],
  [Step.Aigp]: ['lower accumulated IGP metric', 'higher accumulated IGP metric, or none'],
  [Step.AsPathLength]: ['shorter AS path', 'longer AS path'],
  [Step.Origin]: ['better origin', 'worse origin'],
  [Step.Med]: ['lower MED', 'higher MED'],
  [Step.External]: ['external over internal', 'internal, external is preferred'],
  [Step.Metric]: ['nearer next hop', 'farther next hop'],
  [Step.RouterId]: ['lower router id', 'higher router id'],
  [Step.ClusterList]: ['shorter cluster list', 'longer cluster list'],
  [Step.PeerAddress]: ['lower peer address', 'higher peer address'],
  [Step.PathId]: ['lower path id', 'higher path id'],
};

/** One array for all calls: a literal in its place is garbage of 32 octets a decision. */
const NONE: readonly PathRow[] = [];

export interface DecisionOptions {
  readonly maximumPaths: number;
  /** Equal-cost paths have the same AS path, not only the same length of it. */
  readonly exactAsPath: boolean;
  /** MED is compared between paths of different neighbouring ASes too. Default: no. */
  readonly alwaysCompareMed?: boolean;
  /** A path without MED is taken for one with the highest, not the lowest. Default: no (RFC 4271 §9.1.2.2 c). */
  readonly medMissingAsWorst?: boolean;
}

/**
 * The decision process over accepted paths of one prefix.
 *
 * 1. Paths that were rejected, or whose next hop is unreachable, are left out.
 * 2. Of the rest, those that tie up to ORIGIN stay.
 * 3. Of these, each that has a higher MED than another of the same neighbouring AS goes. Only then are paths of different
 *    neighbours compared: the outcome depends on the set of paths alone, never on the order in which they came.
 * 4. What stays is in a total order by the steps after MED; the first is the best path.
 * 5. Paths that tie with it up to the metric are its equals (multipath).
 */
export class Decision {
  private readonly attributes: AttributeStore;
  private readonly nextHops: NextHopTable;
  private readonly peers: PeerColumns;
  private readonly options: DecisionOptions;
  private readonly scratch: PathRow[] = [];
  private readonly isKept: boolean[] = [];
  /** By which step the last `select` chose. */
  reason: Step = Step.Only;

  constructor(
    attributes: AttributeStore,
    nextHops: NextHopTable,
    peers: PeerColumns,
    options: DecisionOptions,
  ) {
    this.attributes = attributes;
    this.nextHops = nextHops;
    this.peers = peers;
    this.options = options;
  }

  /** Whether a path may be chosen at all (RFC 4271 §9.1.2.1). */
  isUsable(rib: AdjRibIn, row: PathRow): boolean {
    return this.mayBeChosen(rib.peer(row), rib.accepted(row), rib.nextHop(row));
  }

  /** The same of what a row has, or is to have. */
  mayBeChosen(peer: PeerIndex, accepted: AttrId, hop: NextHopId): boolean {
    if (accepted === NO_ATTR) return false;
    // Where a route of our own leads is our user's affair.
    return this.nextHops.isReachable(hop) || peer === LOCAL_PEER;
  }

  /** The steps up to ORIGIN, which compare any two paths: positive step when `a` is preferred, negative for `b`, 0 tie. */
  compareEarly(rib: AdjRibIn, a: PathRow, b: PathRow): number {
    const localA = rib.peer(a) === LOCAL_PEER;
    if (localA !== (rib.peer(b) === LOCAL_PEER)) return localA ? Step.Local : -Step.Local;
    // What is announced goes before an aggregate of the same prefix.
    if (localA && rib.pathId(a) !== rib.pathId(b))
      return rib.pathId(a) < rib.pathId(b) ? Step.Local : -Step.Local;
    const x = rib.accepted(a);
    const y = rib.accepted(b);
    const flagsA = this.flagsOf(x);
    const flagsB = this.flagsOf(y);
    const staleA = isLongLivedStale(rib.flags(a), flagsA);
    if (staleA !== isLongLivedStale(rib.flags(b), flagsB)) {
      return staleA ? -Step.LongLivedStale : Step.LongLivedStale;
    }
    const hasAigp = ((flagsA | flagsB) & SummaryFlag.HasAigp) !== 0;
    if (x === y && !hasAigp) return 0;
    const { attributes } = this;
    const prefs = attributes.localPref(x) - attributes.localPref(y);
    if (prefs !== 0) return prefs > 0 ? Step.LocalPref : -Step.LocalPref;
    if (hasAigp) {
      const distance = this.aigpDistance(rib, a, flagsA) - this.aigpDistance(rib, b, flagsB);
      if (distance < 0 || distance > 0) return distance < 0 ? Step.Aigp : -Step.Aigp;
    }
    const lengths = attributes.asPathLength(x) - attributes.asPathLength(y);
    if (lengths !== 0) return lengths < 0 ? Step.AsPathLength : -Step.AsPathLength;
    const origins = attributes.origin(x) - attributes.origin(y);
    return origins === 0 ? 0 : origins < 0 ? Step.Origin : -Step.Origin;
  }

  /** The best path of a prefix but for those in `skipped`, or `NO_ROW`; `reason` tells by which step. */
  select(rib: AdjRibIn, prefix: PrefixId, skipped: readonly PathRow[] = NONE): PathRow {
    const head = rib.head(prefix);
    this.reason = Step.Only;
    if (head !== NO_ROW && rib.next(head) === NO_ROW && skipped.length === 0) {
      return this.isUsable(rib, head) ? head : NO_ROW;
    }
    const count = this.survivors(rib, prefix, skipped);
    if (count === 0) return NO_ROW;
    const best = this.scratch[0]!;
    if (count > 1) this.reason = Math.abs(this.compareLate(rib, best, this.scratch[1]!)) as Step;
    return best;
  }

  /** Fills `out` with the best path and its equals, at most `maximumPaths` different next hops; returns their number. */
  equals(rib: AdjRibIn, best: PathRow, out: PathRow[]): number {
    out[0] = best;
    if (this.options.maximumPaths === 1 || rib.peer(best) === LOCAL_PEER) return 1;
    const prefix = rib.prefix(best);
    if (rib.next(rib.head(prefix)) === NO_ROW) return 1;
    const survivors = this.survivors(rib, prefix, NONE);
    let count = 1;
    for (let i = 1; i < survivors && count < this.options.maximumPaths; i++) {
      const row = this.scratch[i]!;
      if (Math.abs(this.compareLate(rib, best, row)) <= Step.Metric) break;
      if (this.options.exactAsPath && !sameAsPath(this.attributes, rib.accepted(best), rib.accepted(row)))
        continue;
      let isNew = true;
      for (let k = 0; k < count && isNew; k++) isNew = rib.nextHop(out[k]!) !== rib.nextHop(row);
      if (isNew) out[count++] = row;
    }
    return count;
  }

  /** By which step `row` lost to `best`; `Step.Only` when it may not be chosen at all. */
  lostBy(rib: AdjRibIn, best: PathRow, row: PathRow): Step {
    if (!this.isUsable(rib, row)) return Step.Only;
    const early = this.compareEarly(rib, best, row);
    if (early !== 0) return Math.abs(early) as Step;
    const count = this.survivors(rib, rib.prefix(row), NONE);
    const at = this.scratch.indexOf(row);
    if (at < 0 || at >= count) return Step.Med;
    return Math.abs(this.compareLate(rib, best, row)) as Step;
  }

  /** Steps 2 to 4: leaves the paths that stay at the front of `scratch`, best first, and returns their number. */
  private survivors(rib: AdjRibIn, prefix: PrefixId, skipped: readonly PathRow[]): number {
    const { scratch } = this;
    let count = 0;
    let early = 0;
    for (let row = rib.head(prefix); row !== NO_ROW; row = rib.next(row)) {
      if (!this.isUsable(rib, row) || skipped.includes(row)) continue;
      const step = count === 0 ? 0 : this.compareEarly(rib, row, scratch[0]!);
      early = Math.max(early, Math.abs(step));
      if (step < 0) continue;
      if (step > 0) count = 0;
      scratch[count++] = row;
    }
    const left = count > 1 ? this.dropHigherMed(rib, count) : count;
    if (left > 1) this.sortLate(rib, left);
    else this.reason = (count > 1 ? Step.Med : early) as Step;
    return left;
  }

  /** Step 3 on the first `count` paths of `scratch`; returns how many stay. */
  private dropHigherMed(rib: AdjRibIn, count: number): number {
    const { attributes, scratch, isKept } = this;
    const always = this.options.alwaysCompareMed === true;
    for (let i = 0; i < count; i++) {
      const own = rib.accepted(scratch[i]!);
      let isLowest = true;
      for (let k = 0; k < count && isLowest; k++) {
        const other = rib.accepted(scratch[k]!);
        isLowest =
          this.medOf(other) >= this.medOf(own) ||
          (!always && attributes.neighborAs(other) !== attributes.neighborAs(own));
      }
      isKept[i] = isLowest;
    }
    let kept = 0;
    for (let i = 0; i < count; i++) if (isKept[i]) scratch[kept++] = scratch[i]!;
    return kept;
  }

  /** To the far end of the IGPs; infinite where the path does not tell it. */
  private aigpDistance(rib: AdjRibIn, row: PathRow, flags: number): number {
    if ((flags & SummaryFlag.HasAigp) === 0) return Number.POSITIVE_INFINITY;
    return this.attributes.aigp(rib.accepted(row)) + this.nextHops.metric(rib.nextHop(row));
  }

  private medOf(set: AttrId): number {
    const { attributes } = this;
    if (this.options.medMissingAsWorst !== true) return attributes.med(set);
    return (attributes.flags(set) & SummaryFlag.HasMed) === 0 ? 0xffffffff : attributes.med(set);
  }

  /** Step 4: an insertion sort, because there are few, and without garbage. */
  private sortLate(rib: AdjRibIn, count: number): void {
    const { scratch } = this;
    for (let i = 1; i < count; i++) {
      const row = scratch[i]!;
      let at = i;
      for (; at > 0 && this.compareLate(rib, row, scratch[at - 1]!) > 0; at--) scratch[at] = scratch[at - 1]!;
      scratch[at] = row;
    }
  }

  /** The steps after MED: a total order. */
  private compareLate(rib: AdjRibIn, a: PathRow, b: PathRow): number {
    const { attributes, nextHops, peers } = this;
    const p = rib.peer(a);
    const q = rib.peer(b);
    const interiorA = peers.isInterior(p);
    if (interiorA !== peers.isInterior(q)) return interiorA ? -Step.External : Step.External;
    const metrics = nextHops.metric(rib.nextHop(a)) - nextHops.metric(rib.nextHop(b));
    if (metrics !== 0) return metrics < 0 ? Step.Metric : -Step.Metric;
    const x = rib.accepted(a);
    const y = rib.accepted(b);
    const routerA = attributes.originatorId(x) || peers.routerId(p);
    const routerB = attributes.originatorId(y) || peers.routerId(q);
    if (routerA !== routerB) return routerA < routerB ? Step.RouterId : -Step.RouterId;
    const clusters = attributes.clusterListLength(x) - attributes.clusterListLength(y);
    if (clusters !== 0) return clusters < 0 ? Step.ClusterList : -Step.ClusterList;
    const addresses = peers.compareAddresses(p, q);
    if (addresses !== 0) return addresses < 0 ? Step.PeerAddress : -Step.PeerAddress;
    if (rib.pathId(a) !== rib.pathId(b)) return rib.pathId(a) < rib.pathId(b) ? Step.PathId : -Step.PathId;
    return peers.compareNames(p, q) < 0 ? Step.PathId : -Step.PathId;
  }

  private flagsOf(set: AttrId): number {
    this.attributes.prepare(set);
    return this.attributes.flags(set);
  }
}

function isLongLivedStale(rowFlags: number, summaryFlags: number): boolean {
  return (rowFlags & RowFlag.LongLivedStale) !== 0 || (summaryFlags & SummaryFlag.LlgrStale) !== 0;
}
