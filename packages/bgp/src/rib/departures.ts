import type { AdjRibIn } from './adj-rib-in.js';
import { type AttrId, type NextHopId, NO_ATTR, NO_NEXT_HOP, type PathRow, type PeerIndex } from './ids.js';
import type { LocRib } from './loc-rib.js';

/**
 * Paths of one peer that go, each the only one of its prefix: nearly all of a table when its peer is lost. What counted them, and they referred to,
 * is counted once for all that follow each other with the same attributes.
 *
 * ```
 * take ── take ── … ── end      between take and end nobody else touches the table
 * ```
 */
export class Departures {
  private readonly paths: AdjRibIn;
  private readonly loc: LocRib;
  private peer = 0 as PeerIndex;
  private marks = 0;
  private set: AttrId = NO_ATTR;
  private accepted: AttrId = NO_ATTR;
  private hop: NextHopId = NO_NEXT_HOP;
  private count = 0;

  constructor(paths: AdjRibIn, loc: LocRib) {
    this.paths = paths;
    this.loc = loc;
  }

  /** Removes a path, if it is one like this; false: nothing was done. */
  take(row: PathRow): boolean {
    const { paths } = this;
    if (!paths.isAlone(row)) return false;
    if (this.count === 0 || !paths.isAs(row, this.marks, this.set, this.accepted, this.hop)) {
      this.end();
      this.peer = paths.peer(row);
      this.marks = paths.marks(row);
      this.set = paths.receivedSet(row);
      this.accepted = paths.accepted(row);
      this.hop = paths.nextHop(row);
    }
    this.loc.wentAlone(paths.prefix(row));
    paths.depart(row);
    this.count++;
    return true;
  }

  end(): void {
    if (this.count === 0) return;
    this.paths.departed(this.peer, this.marks, this.set, this.accepted, this.hop, this.count);
    this.count = 0;
  }
}
