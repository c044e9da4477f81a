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
import {
  EDITED,
  FLAGS_BITS,
  FLAGS_SHIFT,
  HOP,
  NEXT,
  NUMBERED,
  PathRows,
  PEER,
  PEER_BACK,
  PEER_BITS,
  PEER_NEXT,
  PREFIX,
  RECEIVED,
  REJECTED,
  RowFlag,
  TIME,
} from './path-rows.js';
import { PeerChains } from './peer-chains.js';
import { PeerRounds, withoutRound } from './peer-rounds.js';
import { rowStart } from './row-pages.js';

/**
 * Paths of one family as rows, keyed by (prefix, peer, received path id), with the attributes as received and as
 * accepted.
 *
 * ```
 * prefix ─▶ head ─▶ row ─▶ row ─▶ 0          chain by prefix; `LocRib` keeps the best at the head
 * peer   ─▶ head ◀▶ row ◀▶ row ◀▶ 0          chain by peer, newest first, so that a lost peer is swept along it
 * ```
 *
 * Where one prefix has many paths, its chain is doubly linked and its rows are in a hash index: a peer finds, adds and removes its own without walking.
 */
export class AdjRibIn extends PathRows {
  private readonly attributes: AttributeStore;
  private readonly nextHops: NextHopTable;
  private readonly heads = new Column32();
  private readonly peers = new PeerChains();
  private readonly rounds = new PeerRounds();
  private readonly long = new LongChains(this);
  /** Called before a row leaves the chain of its peer, so that cursors step on. */
  onRemove: ((row: PathRow) => void) | null = null;

  constructor(attributes: AttributeStore, nextHops: NextHopTable) {
    super();
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

  peerHead(peer: PeerIndex): PathRow {
    return this.peers.head(peer);
  }

  /** Paths of a peer, and how many of them were accepted. */
  receivedCount(peer: PeerIndex): number {
    return this.peers.receivedCount(peer);
  }

  acceptedCount(peer: PeerIndex): number {
    return this.peers.acceptedCount(peer);
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
    this.peers.setHead(peer, row);
    this.peers.count(peer, 1, 0);
    return row;
  }

  /** Marks of a path of this peer that is not stale. */
  marksOf(peer: PeerIndex, received: AttrId, accepted: AttrId): number {
    const round = this.rounds.open === 0 ? 0 : this.rounds.bits(peer) << FLAGS_SHIFT;
    return peer | round | (accepted === received ? 0 : accepted === NO_ATTR ? REJECTED : EDITED);
  }

  /** A filled row at a prefix without any, before the `newest` of its peer. It counts and refers to nothing until `arrived`. */
  arrive(
    prefix: PrefixId,
    marks: number,
    set: AttrId,
    accepted: AttrId,
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
    if ((marks & EDITED) !== 0) this.acceptedSets.set(row, accepted);
    if (newest !== NO_ROW) this.rows.set(newest, PEER_BACK, row);
    this.heads.set(prefix, row);
    return row;
  }

  /** So many rows of one peer arrived that differ in their prefix only, the last of them this one. */
  arrived(last: PathRow, count: number): void {
    const peer = this.peer(last);
    const marks = this.marks(last);
    this.attributes.retain(this.receivedSet(last), count);
    if ((marks & EDITED) !== 0) this.attributes.retain(this.accepted(last), count);
    this.nextHops.retain(this.nextHop(last), count);
    this.peers.setHead(peer, last);
    this.peers.count(peer, count, (marks & REJECTED) === 0 ? count : 0);
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
    if (accepted !== NO_ATTR) this.peers.count(peer, 0, 1);
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
    const peer = (page[at + PEER]! & PEER_BITS) as PeerIndex;
    this.unlink(peer, page, at);
    this.peers.count(peer, -1, 0);
    this.rows.give(row);
    if (this.rows.live === 0) this.restart();
  }

  /** It is the only path of its prefix, was filled, and has nothing of its own that others have not. */
  isAlone(row: PathRow): boolean {
    if (this.rounds.open > 0 || this.receivedHops.size > 0) return false;
    const page = this.rows.page(row);
    const at = rowStart(row);
    const isFilled = page[at + RECEIVED] !== NO_ATTR;
    return isFilled && page[at + NEXT] === NO_ROW && this.heads.get(page[at + PREFIX]!) === row;
  }

  /** Takes such a row out of both chains and frees it. It counts, and refers to what it did, until `departed`. */
  depart(row: PathRow): void {
    this.onRemove?.(row);
    const page = this.rows.page(row);
    const at = rowStart(row);
    if ((page[at + PEER]! & EDITED) !== 0) this.acceptedSets.set(row, NO_ATTR);
    this.heads.set(page[at + PREFIX]!, NO_ROW);
    this.unlink((page[at + PEER]! & PEER_BITS) as PeerIndex, page, at);
    this.rows.give(row);
  }

  /** So many rows of one peer departed that differed in their prefix only. */
  departed(
    peer: PeerIndex,
    marks: number,
    received: AttrId,
    accepted: AttrId,
    hop: NextHopId,
    count: number,
  ): void {
    this.attributes.release(received, count);
    if ((marks & EDITED) !== 0) this.attributes.release(accepted, count);
    this.nextHops.release(hop, count);
    this.peers.count(peer, -count, (marks & REJECTED) === 0 ? -count : 0);
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
    this.peers.count((marks & PEER_BITS) as PeerIndex, 0, -1);
  }

  private forgetReceivedHop(row: PathRow): void {
    const receivedHop = this.receivedHops.get(row);
    if (receivedHop !== undefined) this.nextHops.release(receivedHop);
    this.receivedHops.delete(row);
  }

  private unlink(peer: PeerIndex, page: Int32Array, at: number): void {
    const next = page[at + PEER_NEXT]! as PathRow;
    const back = page[at + PEER_BACK]!;
    if (back === 0) this.peers.setHead(peer, next);
    else this.rows.set(back, PEER_NEXT, next);
    if (next !== NO_ROW) this.rows.set(next, PEER_BACK, back);
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
    for (const column of [this.heads, this.pathIds, this.acceptedSets, this.peers]) column.clear();
  }
}
