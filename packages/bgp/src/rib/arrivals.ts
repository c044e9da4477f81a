import type { AdjRibIn } from './adj-rib-in.js';
import type { Decision } from './decision.js';
import {
  type AttrId,
  type NextHopId,
  NO_ATTR,
  NO_NEXT_HOP,
  NO_ROW,
  type PeerIndex,
  type PrefixId,
} from './ids.js';
import type { LocRib } from './loc-rib.js';

/**
 * Paths of one peer that come in a run with the same attributes, each to a prefix that had none: nearly all of a table when it comes. What is
 * counted of them, and referred to by them, is counted once for all of the run.
 *
 * ```
 * begin ── take ── take ── … ── end      between begin and end nobody else touches the table
 * ```
 */
export class Arrivals {
  private readonly paths: AdjRibIn;
  private readonly loc: LocRib;
  private readonly decision: Decision;
  private peer = 0 as PeerIndex;
  private set: AttrId = NO_ATTR;
  private hop: NextHopId = NO_NEXT_HOP;
  private accepted: AttrId = NO_ATTR;
  private time = 0;
  private marks = 0;
  private isPlain = false;
  private isChosen = false;
  private count = 0;
  /** The newest row of the peer, while `count` is not 0. */
  private newest = NO_ROW;

  constructor(paths: AdjRibIn, loc: LocRib, decision: Decision) {
    this.paths = paths;
    this.loc = loc;
    this.decision = decision;
  }

  /** What all paths of the run have; as in `AdjRibIn.fill`. */
  begin(
    peer: PeerIndex,
    received: AttrId,
    receivedHop: NextHopId,
    accepted: AttrId,
    hop: NextHopId,
    time: number,
  ): void {
    this.peer = peer;
    this.set = received;
    this.hop = hop;
    this.accepted = accepted;
    this.time = time;
    this.marks = this.paths.marksOf(peer, received, accepted);
    this.isPlain = receivedHop === hop;
    this.isChosen = this.decision.mayBeChosen(peer, accepted, hop);
  }

  /** Whether paths with this outcome belong to the run. */
  isAs(accepted: AttrId, hop: NextHopId): boolean {
    return accepted === this.accepted && hop === this.hop;
  }

  /** Adds a path, if it is one like this; false: nothing was done. */
  take(prefix: PrefixId): boolean {
    const { paths, loc } = this;
    if (!this.isPlain || paths.head(prefix) !== NO_ROW || !loc.isUntouched(prefix)) return false;
    if (this.count++ === 0) this.newest = paths.peerHead(this.peer);
    const { marks, set, accepted, hop, time } = this;
    this.newest = paths.arrive(prefix, marks, set, accepted, hop, time, this.newest);
    if (this.isChosen) loc.cameAlone(prefix);
    return true;
  }

  end(): void {
    if (this.count === 0) return;
    this.paths.arrived(this.newest, this.count);
    this.count = 0;
  }
}
