import type { AttributeStore } from './attribute-store.js';
import { Column32 } from './columns.js';
import {
  type AttrId,
  type NextHopId,
  NO_ATTR,
  NO_ROW,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from './ids.js';
import { LongChains } from './long-chains.js';
import type { NextHopTable } from './next-hop-table.js';
import { PeerRounds, withoutRound } from './peer-rounds.js';
import { RowPages, rowStart } from './row-pages.js';

/** Bits of a path's flags. The upper four are its round (see `PeerRounds`). */
export const RowFlag = {
  /** Import policy or a loop check refused it: kept as received, not to be chosen. */
  Rejected: 1,
  /** Kept for long (RFC 9494): chosen only when there is nothing else. */
  LongLivedStale: 8,
} as const;

/** Words of a row; free ones are chained by the first. */
const NEXT = 0;
const PREFIX = 1;
/** Peer (16 bits), flags (8 bits), marks. */
const PEER = 2;
const RECEIVED = 3;
const HOP = 4;
const PEER_NEXT = 5;
const PEER_BACK = 6;
const TIME = 7;

const PEER_BITS = 0xffff;
const FLAGS_SHIFT = 16;
const FLAGS_BITS = 0xff << FLAGS_SHIFT;
const REJECTED = RowFlag.Rejected << FLAGS_SHIFT;
/** The accepted set is another than the received one, and is in its column. */
const EDITED = 1 << 24;
/** The path id is not 0, and is in its column. */
const NUMBERED = 1 << 25;

/**
 * Paths of one family as rows, keyed by (prefix, peer, received path id), with the attributes as received and as
 * accepted.
 *
 * ```
 * prefix ─▶ head ─▶ row ─▶ row ─▶ 0          chain by prefix; `LocRib` keeps the best at the head
 * peer   ─▶ head ◀▶ row ◀▶ row ◀▶ 0          chain by peer, newest first, so that a lost peer is swept along it
 *
 * row [ next | prefix | peer, flags | received | next hop | next of peer | previous of peer | time ]
 * ```
 *
 * What every row has lies together (`RowPages`); the accepted set and the path id take 4 octets each only near rows that need them. Where one
 * prefix has many paths, its chain is doubly linked and its rows are in a hash index: a peer finds, adds and removes its own without walking.
 */
export class AdjRibIn {
  private readonly attributes: AttributeStore;
  private readonly nextHops: NextHopTable;
  private readonly rows = new RowPages();
  private readonly heads = new Column32();
  private readonly pathIds = new Column32();
  private readonly acceptedSets = new Column32();
  private readonly peerHeads = new Column32();
  private readonly peerRows = new Column32();
  private readonly peerAccepted = new Column32();
  private readonly rounds = new PeerRounds();
  private readonly long = new LongChains(this);
  /** Next hop as received, where policy changed it. */
  private readonly receivedHops = new Map<PathRow, NextHopId>();
  /** Called before a row leaves the chain of its peer, so that cursors step on. */
  onRemove: ((row: PathRow) => void) | null = null;

  constructor(attributes: AttributeStore, nextHops: NextHopTable) {
    this.attributes = attributes;
    this.nextHops = nextHops;
  }

  /** Rows in the table. */
  get size(): number {
    return this.rows.live;
  }

  head(prefix: PrefixId): PathRow {
    return this.heads.get(prefix) as PathRow;
  }

  next(row: PathRow): PathRow {
    return this.rows.get(row, NEXT) as PathRow;
  }

  peerHead(peer: PeerIndex): PathRow {
    return this.peerHeads.get(peer) as PathRow;
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

  /** Paths of a peer, and how many of them were accepted. */
  receivedCount(peer: PeerIndex): number {
    return this.peerRows.get(peer);
  }

  acceptedCount(peer: PeerIndex): number {
    return this.peerAccepted.get(peer);
  }

  /** Paths of a peer that it has not sent again in its open round. */
  staleCount(peer: PeerIndex): number {
    return this.rounds.staleCount(peer);
  }

  find(prefix: PrefixId, peer: PeerIndex, pathId: number): PathRow {
    if (this.long.has(prefix)) return this.long.find(prefix, peer, pathId);
    for (let row = this.head(prefix); row !== NO_ROW; row = this.next(row)) {
      if (this.peer(row) === peer && this.pathId(row) === pathId) return row;
    }
    return NO_ROW;
  }

  /** Adds a row that `find` did not find: without attributes and rejected, until `fill`. It does not become the head, unless alone. */
  add(prefix: PrefixId, peer: PeerIndex, pathId: number): PathRow {
    const row = this.rows.take() as PathRow;
    const page = this.rows.page(row);
    const at = rowStart(row);
    page[at + PREFIX] = prefix;
    page[at + PEER] = peer | REJECTED | (pathId === 0 ? 0 : NUMBERED);
    page[at + RECEIVED] = NO_ATTR;
    if (pathId !== 0) this.pathIds.set(row, pathId);
    const head = this.head(prefix);
    page[at + NEXT] = head === NO_ROW ? NO_ROW : this.next(head);
    if (head === NO_ROW) this.heads.set(prefix, row);
    else {
      this.rows.set(head, NEXT, row);
      this.long.added(prefix, row, head);
    }
    const first = this.peerHead(peer);
    page[at + PEER_NEXT] = first;
    page[at + PEER_BACK] = NO_ROW;
    if (first !== NO_ROW) this.rows.set(first, PEER_BACK, row);
    this.peerHeads.set(peer, row);
    this.peerRows.set(peer, this.receivedCount(peer) + 1);
    return row;
  }

  /** Marks of a path of this peer that is not stale, with its accepted set as received, or rejected. */
  marksOf(peer: PeerIndex, accepted: AttrId): number {
    const round = this.rounds.open === 0 ? 0 : this.rounds.bits(peer) << FLAGS_SHIFT;
    return peer | round | (accepted === NO_ATTR ? REJECTED : 0);
  }

  /** A filled row at a prefix without any, before the `newest` of its peer. It counts and refers to nothing until `arrived`. */
  arrive(
    prefix: PrefixId,
    marks: number,
    set: AttrId,
    hop: NextHopId,
    time: number,
    newest: PathRow,
  ): PathRow {
    const row = this.rows.take() as PathRow;
    const page = this.rows.page(row);
    const at = rowStart(row);
    page[at + NEXT] = NO_ROW;
    page[at + PREFIX] = prefix;
    page[at + PEER] = marks;
    page[at + RECEIVED] = set;
    page[at + HOP] = hop;
    page[at + PEER_NEXT] = newest;
    page[at + PEER_BACK] = NO_ROW;
    page[at + TIME] = time;
    if (newest !== NO_ROW) this.rows.set(newest, PEER_BACK, row);
    this.heads.set(prefix, row);
    return row;
  }

  /** So many rows of one peer arrived that differ in their prefix only, the last of them this one. */
  arrived(last: PathRow, count: number): void {
    const peer = this.peer(last);
    this.attributes.retain(this.receivedSet(last), count);
    this.nextHops.retain(this.nextHop(last), count);
    this.peerHeads.set(peer, last);
    this.peerRows.set(peer, this.peerRows.get(peer) + count);
    if ((this.marks(last) & REJECTED) === 0) this.peerAccepted.set(peer, this.peerAccepted.get(peer) + count);
  }

  /** Whether a path has these marks, was received with these attributes, and has this next hop. */
  isAs(row: PathRow, marks: number, received: AttrId, hop: NextHopId): boolean {
    const page = this.rows.page(row);
    const at = rowStart(row);
    return page[at + PEER] === marks && page[at + RECEIVED] === received && page[at + HOP] === hop;
  }

  /**
   * Sets what was received, and what policy made of it (`NO_ATTR`: rejected). Takes references to the new sets and next
   * hops and gives up those to the old. The stale bits are cleared.
   */
  fill(
    row: PathRow,
    received: AttrId,
    receivedHop: NextHopId,
    accepted: AttrId,
    hop: NextHopId,
    time: number,
  ): void {
    this.attributes.retain(received);
    this.nextHops.retain(hop);
    const isEdited = accepted !== NO_ATTR && accepted !== received;
    if (isEdited) this.attributes.retain(accepted);
    if (receivedHop !== hop) this.nextHops.retain(receivedHop);
    this.empty(row);
    const page = this.rows.page(row);
    const at = rowStart(row);
    page[at + RECEIVED] = received;
    page[at + HOP] = hop;
    page[at + TIME] = time;
    if (receivedHop !== hop) this.receivedHops.set(row, receivedHop);
    const peer = (page[at + PEER]! & PEER_BITS) as PeerIndex;
    let marks = page[at + PEER]! & (PEER_BITS | NUMBERED);
    if (isEdited) {
      marks |= EDITED;
      this.acceptedSets.set(row, accepted);
    }
    if (this.rounds.open > 0) marks |= this.rounds.bits(peer) << FLAGS_SHIFT;
    page[at + PEER] = accepted === NO_ATTR ? marks | REJECTED : marks;
    if (accepted !== NO_ATTR) this.peerAccepted.set(peer, this.peerAccepted.get(peer) + 1);
  }

  /** The peer begins to send its table again: all that is there is stale. No row may bear this number yet. */
  beginRound(peer: PeerIndex, number: number): void {
    this.rounds.begin(peer, number, this.receivedCount(peer));
  }

  /** Nothing is stale any more. */
  endRound(peer: PeerIndex): void {
    this.rounds.end(peer);
  }

  isStale(row: PathRow): boolean {
    return this.rounds.open > 0 && this.rounds.isStale(this.peer(row), this.flags(row));
  }

  /** The peer sent it again as it is: no longer stale. */
  refresh(row: PathRow): void {
    const { rounds } = this;
    const flags = this.flags(row);
    if (flags <= RowFlag.Rejected && rounds.open === 0) return;
    const peer = this.peer(row);
    if (rounds.isStale(peer, flags)) rounds.count(peer, -1);
    this.setFlags(row, (flags & RowFlag.Rejected) | rounds.bits(peer));
  }

  /** Gives a row that was filled the flags that it had, but for `Rejected`. `LongLivedStale` changes the decision, as `fill` does. */
  setAge(row: PathRow, flags: number): void {
    const { Rejected } = RowFlag;
    this.setFlags(row, (this.flags(row) & Rejected) | (flags & ~Rejected));
    if (this.isStale(row)) this.rounds.count(this.peer(row), 1);
  }

  /** It is older than every round. */
  forgetRound(row: PathRow): void {
    this.setFlags(row, withoutRound(this.flags(row)));
  }

  /** Takes a row out of both chains and frees it. */
  remove(row: PathRow): void {
    this.onRemove?.(row);
    this.empty(row);
    const page = this.rows.page(row);
    const at = rowStart(row);
    const prefix = page[at + PREFIX]! as PrefixId;
    if (page[at + NEXT] === NO_ROW && this.head(prefix) === row) {
      this.heads.set(prefix, NO_ROW);
    } else {
      this.detach(prefix, row);
      this.long.removed(prefix, row);
    }
    const peer = page[at + PEER]! & PEER_BITS;
    const next = page[at + PEER_NEXT]!;
    const back = page[at + PEER_BACK]!;
    if (back === 0) this.peerHeads.set(peer, next);
    else this.rows.set(back, PEER_NEXT, next);
    if (next !== 0) this.rows.set(next, PEER_BACK, back);
    this.peerRows.set(peer, this.peerRows.get(peer) - 1);
    this.rows.give(row);
    if (this.rows.live === 0) this.restart();
  }

  moveToFront(row: PathRow): void {
    const prefix = this.prefix(row);
    const head = this.head(prefix);
    if (head === row) return;
    this.detach(prefix, row);
    this.rows.set(row, NEXT, head);
    this.heads.set(prefix, row);
    this.long.isInFront(prefix, row, head);
  }

  /** Gives up the references of a row, and its place among the accepted. */
  private empty(row: PathRow): void {
    const page = this.rows.page(row);
    const at = rowStart(row);
    const received = page[at + RECEIVED]! as AttrId;
    if (received === NO_ATTR) return;
    const marks = page[at + PEER]!;
    this.attributes.release(received);
    if ((marks & EDITED) !== 0) {
      this.attributes.release(this.acceptedSets.get(row) as AttrId);
      this.acceptedSets.set(row, NO_ATTR);
      page[at + PEER] = marks & ~EDITED;
    }
    this.nextHops.release(page[at + HOP]! as NextHopId);
    if (this.receivedHops.size > 0) this.forgetReceivedHop(row);
    page[at + RECEIVED] = NO_ATTR;
    if (this.rounds.open > 0 && this.isStale(row)) this.rounds.count(this.peer(row), -1);
    if ((marks & REJECTED) !== 0) return;
    const peer = marks & PEER_BITS;
    this.peerAccepted.set(peer, this.peerAccepted.get(peer) - 1);
  }

  private forgetReceivedHop(row: PathRow): void {
    const receivedHop = this.receivedHops.get(row);
    if (receivedHop !== undefined) this.nextHops.release(receivedHop);
    this.receivedHops.delete(row);
  }

  /** Takes a row out of the chain of its prefix; walks to its predecessor where the chain is short. */
  private detach(prefix: PrefixId, row: PathRow): void {
    const next = this.next(row);
    const head = this.head(prefix);
    if (head === row) {
      this.heads.set(prefix, next);
      this.long.isDetached(prefix, row, NO_ROW, next);
      return;
    }
    let back = this.long.has(prefix) ? this.long.back(row) : head;
    while (this.next(back) !== row) back = this.next(back);
    this.rows.set(back, NEXT, next);
    this.long.isDetached(prefix, row, back, next);
  }

  private setFlags(row: PathRow, flags: number): void {
    this.rows.set(row, PEER, (this.rows.get(row, PEER) & ~FLAGS_BITS) | (flags << FLAGS_SHIFT));
  }

  /** Nothing is left: the memory goes back. */
  private restart(): void {
    this.long.clear();
    const { heads, pathIds, acceptedSets, peerHeads, peerRows, peerAccepted } = this;
    for (const column of [heads, pathIds, acceptedSets, peerHeads, peerRows, peerAccepted]) column.clear();
  }
}
