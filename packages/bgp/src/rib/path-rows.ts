import { Column32 } from './columns.js';
import { type AttrId, type NextHopId, NO_ATTR, type PathRow, type PeerIndex, type PrefixId } from './ids.js';
import { RowPages, rowStart } from './row-pages.js';

/** Bits of a path's flags. The upper four are its round (see `PeerRounds`). */
export const RowFlag = {
  /** Import policy or a loop check refused it: kept as received, not to be chosen. */
  Rejected: 1,
  /** Kept for long (RFC 9494): chosen only when there is nothing else. */
  LongLivedStale: 8,
} as const;

/** Words of a row; free ones are chained by the first. */
export const NEXT = 0;
export const PREFIX = 1;
/** Peer (16 bits), flags (8 bits), marks. */
export const PEER = 2;
export const RECEIVED = 3;
export const HOP = 4;
export const PEER_NEXT = 5;
export const PEER_BACK = 6;
export const TIME = 7;

export const PEER_BITS = 0xffff;
export const FLAGS_SHIFT = 16;
export const FLAGS_BITS = 0xff << FLAGS_SHIFT;
export const REJECTED = RowFlag.Rejected << FLAGS_SHIFT;
/** The accepted set is another than the received one, and is in its column. */
export const EDITED = 1 << 24;
/** The path id is not 0, and is in its column. */
export const NUMBERED = 1 << 25;

/**
 * Paths of one family as they are read; `AdjRibIn` writes them.
 *
 * ```
 * row [ next | prefix | peer, flags | received | next hop | next of peer | previous of peer | time ]
 * ```
 *
 * What every row has lies together (`RowPages`); the accepted set and the path id take 4 octets each only near rows that need them.
 */
export abstract class PathRows {
  protected readonly rows = new RowPages();
  protected readonly pathIds = new Column32();
  protected readonly acceptedSets = new Column32();
  /** Next hop as received, where policy changed it. */
  protected readonly receivedHops = new Map<PathRow, NextHopId>();

  next(row: PathRow): PathRow {
    return this.rows.get(row, NEXT) as PathRow;
  }

  nextOfPeer(row: PathRow): PathRow {
    return this.rows.get(row, PEER_NEXT) as PathRow;
  }

  prefix(row: PathRow): PrefixId {
    return this.rows.get(row, PREFIX) as PrefixId;
  }

  peer(row: PathRow): PeerIndex {
    return (this.rows.get(row, PEER) & PEER_BITS) as PeerIndex;
  }

  pathId(row: PathRow): number {
    return (this.rows.get(row, PEER) & NUMBERED) === 0 ? 0 : this.pathIds.get(row) >>> 0;
  }

  receivedSet(row: PathRow): AttrId {
    return this.rows.get(row, RECEIVED) as AttrId;
  }

  /** What the decision reads; `NO_ATTR` when the path was rejected. */
  accepted(row: PathRow): AttrId {
    const marks = this.rows.get(row, PEER);
    if ((marks & REJECTED) !== 0) return NO_ATTR;
    return ((marks & EDITED) === 0 ? this.rows.get(row, RECEIVED) : this.acceptedSets.get(row)) as AttrId;
  }

  nextHop(row: PathRow): NextHopId {
    return this.rows.get(row, HOP) as NextHopId;
  }

  receivedNextHop(row: PathRow): NextHopId {
    return this.receivedHops.get(row) ?? this.nextHop(row);
  }

  /** Seconds of the pipeline's clock when it came or changed. */
  time(row: PathRow): number {
    return this.rows.get(row, TIME);
  }

  flags(row: PathRow): number {
    return (this.rows.get(row, PEER) >>> FLAGS_SHIFT) & 0xff;
  }

  /** Peer, flags, and more, as one word: paths for which it is equal differ in nothing but words and ids. */
  marks(row: PathRow): number {
    return this.rows.get(row, PEER);
  }

  /** Whether a path has these marks, was received and accepted with these attributes, and has this next hop. */
  isAs(row: PathRow, marks: number, received: AttrId, accepted: AttrId, hop: NextHopId): boolean {
    const page = this.rows.page(row);
    const at = rowStart(row);
    return (
      page[at + PEER] === marks &&
      page[at + RECEIVED] === received &&
      page[at + HOP] === hop &&
      ((marks & EDITED) === 0 || this.acceptedSets.get(row) === accepted)
    );
  }
}
