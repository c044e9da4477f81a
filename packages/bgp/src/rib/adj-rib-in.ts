import type { AttributeStore } from './attribute-store.js';
import { Column8, Column16, Column32 } from './columns.js';
import { fold32, mix32 } from './hash.js';
import { HashIndex, isTagged } from './hash-index.js';
import { IdAllocator } from './id-allocator.js';
import {
  type AttrId,
  type NextHopId,
  NO_ATTR,
  NO_NEXT_HOP,
  NO_ROW,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from './ids.js';
import type { NextHopTable } from './next-hop-table.js';
import { PeerRounds, withoutRound } from './peer-rounds.js';

/** Bits of a path's flags. The upper four are its round (see `PeerRounds`). */
export const RowFlag = {
  /** Import policy or a loop check refused it: kept as received, not to be chosen. */
  Rejected: 1,
  /** Kept for long (RFC 9494): chosen only when there is nothing else. */
  LongLivedStale: 8,
} as const;

/** A chain longer than this is indexed, and no longer so when it is down to half of it. */
const INDEXED_FROM = 8;

/**
 * Paths of one family as rows, keyed by (prefix, peer, received path id), with the attributes as received and as
 * accepted.
 *
 * ```
 * prefix ─▶ head ─▶ row ─▶ row ─▶ 0          chain by prefix; `LocRib` keeps the best at the head
 * peer   ─▶ head ◀▶ row ◀▶ row ◀▶ 0          chain by peer, newest first, so that a lost peer is swept along it
 * ```
 *
 * A row takes 31 octets: prefix 4, peer 2, received 4, next hop 4, chains 12, time 4, flags 1; the accepted set and the
 * path id take 4 each only near rows that need them. Where one prefix has many paths, its chain is doubly linked and
 * its rows are in a hash index, so that a peer finds, adds and removes its own without walking.
 */
export class AdjRibIn {
  private readonly attributes: AttributeStore;
  private readonly nextHops: NextHopTable;
  private readonly heads = new Column32();
  private readonly prefixes = new Column32();
  private readonly peers = new Column16();
  private readonly pathIds = new Column32();
  private readonly received = new Column32();
  private readonly acceptedSets = new Column32();
  private readonly hops = new Column32();
  private readonly nexts = new Column32();
  private readonly backs = new Column32();
  private readonly peerNexts = new Column32();
  private readonly peerBacks = new Column32();
  private readonly times = new Column32();
  private readonly flagBits = new Column8();
  private readonly peerHeads = new Column32();
  private readonly peerRows = new Column32();
  private readonly peerAccepted = new Column32();
  private readonly rounds = new PeerRounds();
  /** Rows of a prefix that is indexed, else 0. */
  private readonly indexed = new Column32();
  /** Next hop as received, where policy changed it. */
  private readonly receivedHops = new Map<PathRow, NextHopId>();
  private readonly ids = new IdAllocator(this.nexts);
  private readonly index = new HashIndex((row) => this.hashOf(row as PathRow));
  /** Called before a row leaves the chain of its peer, so that cursors step on. */
  onRemove: ((row: PathRow) => void) | null = null;

  constructor(attributes: AttributeStore, nextHops: NextHopTable) {
    this.attributes = attributes;
    this.nextHops = nextHops;
  }

  /** Rows in the table. */
  get size(): number {
    return this.ids.live;
  }

  head(prefix: PrefixId): PathRow {
    return this.heads.get(prefix) as PathRow;
  }

  next(row: PathRow): PathRow {
    return this.nexts.get(row) as PathRow;
  }

  peerHead(peer: PeerIndex): PathRow {
    return this.peerHeads.get(peer) as PathRow;
  }

  nextOfPeer(row: PathRow): PathRow {
    return this.peerNexts.get(row) as PathRow;
  }

  prefix(row: PathRow): PrefixId {
    return this.prefixes.get(row) as PrefixId;
  }

  peer(row: PathRow): PeerIndex {
    return this.peers.get(row) as PeerIndex;
  }

  pathId(row: PathRow): number {
    return this.pathIds.get(row) >>> 0;
  }

  receivedSet(row: PathRow): AttrId {
    return this.received.get(row) as AttrId;
  }

  /** What the decision reads; `NO_ATTR` when the path was rejected. */
  accepted(row: PathRow): AttrId {
    if ((this.flagBits.get(row) & RowFlag.Rejected) !== 0) return NO_ATTR;
    const accepted = this.acceptedSets.get(row);
    return (accepted === 0 ? this.received.get(row) : accepted) as AttrId;
  }

  nextHop(row: PathRow): NextHopId {
    return this.hops.get(row) as NextHopId;
  }

  receivedNextHop(row: PathRow): NextHopId {
    return this.receivedHops.get(row) ?? this.nextHop(row);
  }

  /** Seconds of the pipeline's clock when it came or changed. */
  time(row: PathRow): number {
    return this.times.get(row);
  }

  flags(row: PathRow): number {
    return this.flagBits.get(row);
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
    if (this.indexed.get(prefix) !== 0) return this.lookUp(prefix, peer, pathId);
    for (let row = this.head(prefix); row !== NO_ROW; row = this.next(row)) {
      if (this.peers.get(row) === peer && this.pathId(row) === pathId) return row;
    }
    return NO_ROW;
  }

  /** Adds a row that `find` did not find: without attributes and rejected, until `fill`. It does not become the head, unless alone. */
  add(prefix: PrefixId, peer: PeerIndex, pathId: number): PathRow {
    const row = this.ids.take() as PathRow;
    this.prefixes.set(row, prefix);
    this.peers.set(row, peer);
    this.pathIds.set(row, pathId);
    this.flagBits.set(row, RowFlag.Rejected);
    const head = this.head(prefix);
    if (head === NO_ROW) {
      this.nexts.set(row, NO_ROW);
      this.heads.set(prefix, row);
    } else {
      this.linkAfter(head, row);
      this.indexRow(prefix, row);
    }
    const first = this.peerHeads.get(peer);
    this.peerNexts.set(row, first);
    this.peerBacks.set(row, NO_ROW);
    if (first !== 0) this.peerBacks.set(first, row);
    this.peerHeads.set(peer, row);
    this.peerRows.set(peer, this.peerRows.get(peer) + 1);
    return row;
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
    if (accepted !== NO_ATTR && accepted !== received) this.attributes.retain(accepted);
    if (receivedHop !== hop) this.nextHops.retain(receivedHop);
    this.empty(row);
    this.received.set(row, received);
    this.acceptedSets.set(row, accepted === received ? NO_ATTR : accepted);
    this.hops.set(row, hop);
    if (receivedHop !== hop) this.receivedHops.set(row, receivedHop);
    this.times.set(row, time);
    const round = this.rounds.open === 0 ? 0 : this.rounds.bits(this.peer(row));
    this.flagBits.set(row, accepted === NO_ATTR ? RowFlag.Rejected | round : round);
    if (accepted === NO_ATTR) return;
    const peer = this.peers.get(row);
    this.peerAccepted.set(peer, this.peerAccepted.get(peer) + 1);
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
    const flags = this.flagBits.get(row);
    if (flags <= RowFlag.Rejected && rounds.open === 0) return;
    const peer = this.peer(row);
    if (rounds.isStale(peer, flags)) rounds.count(peer, -1);
    this.flagBits.set(row, (flags & RowFlag.Rejected) | rounds.bits(peer));
  }

  /** Gives a row that was filled the flags that it had, but for `Rejected`. `LongLivedStale` changes the decision, as `fill` does. */
  setAge(row: PathRow, flags: number): void {
    const { Rejected } = RowFlag;
    this.flagBits.set(row, (this.flagBits.get(row) & Rejected) | (flags & ~Rejected));
    if (this.isStale(row)) this.rounds.count(this.peer(row), 1);
  }

  /** It is older than every round. */
  forgetRound(row: PathRow): void {
    this.flagBits.set(row, withoutRound(this.flagBits.get(row)));
  }

  /** Takes a row out of both chains and frees it. */
  remove(row: PathRow): void {
    this.onRemove?.(row);
    this.empty(row);
    this.unlink(row);
    const peer = this.peers.get(row);
    const next = this.peerNexts.get(row);
    const back = this.peerBacks.get(row);
    if (back === 0) this.peerHeads.set(peer, next);
    else this.peerNexts.set(back, next);
    if (next !== 0) this.peerBacks.set(next, back);
    this.peerRows.set(peer, this.peerRows.get(peer) - 1);
    this.ids.give(row);
    if (this.ids.live === 0) this.restart();
  }

  moveToFront(row: PathRow): void {
    const prefix = this.prefix(row);
    const head = this.head(prefix);
    if (head === row) return;
    this.detach(prefix, row);
    this.nexts.set(row, head);
    this.heads.set(prefix, row);
    if (this.indexed.get(prefix) !== 0) {
      this.backs.set(row, NO_ROW);
      this.backs.set(head, row);
    }
  }

  /** Gives up the references of a row, and its place among the accepted. */
  private empty(row: PathRow): void {
    const received = this.received.get(row) as AttrId;
    if (received === NO_ATTR) return;
    this.attributes.release(received);
    const accepted = this.acceptedSets.get(row) as AttrId;
    if (accepted !== NO_ATTR) this.attributes.release(accepted);
    this.nextHops.release(this.nextHop(row));
    if (this.receivedHops.size > 0) {
      const receivedHop = this.receivedHops.get(row) ?? NO_NEXT_HOP;
      if (receivedHop !== NO_NEXT_HOP) {
        this.nextHops.release(receivedHop);
        this.receivedHops.delete(row);
      }
    }
    this.received.set(row, NO_ATTR);
    this.acceptedSets.set(row, NO_ATTR);
    if (this.isStale(row)) this.rounds.count(this.peer(row), -1);
    if ((this.flagBits.get(row) & RowFlag.Rejected) !== 0) return;
    const peer = this.peers.get(row);
    this.peerAccepted.set(peer, this.peerAccepted.get(peer) - 1);
  }

  private linkAfter(head: PathRow, row: PathRow): void {
    const second = this.nexts.get(head);
    this.nexts.set(row, second);
    this.nexts.set(head, row);
    if (this.indexed.get(this.prefixes.get(row)) === 0) return;
    this.backs.set(row, head);
    if (second !== 0) this.backs.set(second, row);
  }

  private unlink(row: PathRow): void {
    const prefix = this.prefix(row);
    const count = this.indexed.get(prefix);
    this.detach(prefix, row);
    if (count === 0) return;
    this.index.remove(this.hashOf(row), row);
    this.indexed.set(prefix, count - 1);
    if (count - 1 > INDEXED_FROM / 2) return;
    for (let other = this.head(prefix); other !== NO_ROW; other = this.next(other)) {
      this.index.remove(this.hashOf(other), other);
      this.backs.set(other, NO_ROW);
    }
    this.indexed.set(prefix, 0);
  }

  /** Takes a row out of the chain of its prefix; walks to its predecessor where the chain is short. */
  private detach(prefix: PrefixId, row: PathRow): void {
    const next = this.nexts.get(row);
    if (this.indexed.get(prefix) !== 0) {
      const back = this.backs.get(row);
      if (back === 0) this.heads.set(prefix, next);
      else this.nexts.set(back, next);
      if (next !== 0) this.backs.set(next, back);
      this.backs.set(row, NO_ROW);
      return;
    }
    let at = this.heads.get(prefix);
    if (at === row) {
      this.heads.set(prefix, next);
      return;
    }
    while (this.nexts.get(at) !== row) at = this.nexts.get(at);
    this.nexts.set(at, next);
  }

  /** Counts the chain that `row` was added to, and indexes it when it became long. */
  private indexRow(prefix: PrefixId, row: PathRow): void {
    const count = this.indexed.get(prefix);
    if (count !== 0) {
      this.index.insert(this.hashOf(row), row);
      this.indexed.set(prefix, count + 1);
      return;
    }
    let length = 0;
    for (let at = this.head(prefix); at !== NO_ROW; at = this.next(at)) length++;
    if (length <= INDEXED_FROM) return;
    let back = NO_ROW;
    for (let at = this.head(prefix); at !== NO_ROW; at = this.next(at)) {
      this.index.insert(this.hashOf(at), at);
      this.backs.set(at, back);
      back = at;
    }
    this.indexed.set(prefix, length);
  }

  private lookUp(prefix: PrefixId, peer: PeerIndex, pathId: number): PathRow {
    const hash = hashKey(prefix, peer, pathId);
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) return NO_ROW;
      if (!isTagged(slot, hash, idMask)) continue;
      const row = (slot & idMask) as PathRow;
      if (this.prefixes.get(row) === prefix && this.peers.get(row) === peer && this.pathId(row) === pathId)
        return row;
    }
  }

  private hashOf(row: PathRow): number {
    return hashKey(this.prefixes.get(row), this.peers.get(row), this.pathIds.get(row));
  }

  /** Nothing is left: the memory of the columns goes back, and rows are numbered from 1 again. */
  private restart(): void {
    this.ids.restart();
    for (const column of [this.heads, this.prefixes, this.pathIds, this.received, this.acceptedSets])
      column.clear();
    for (const column of [this.hops, this.nexts, this.backs, this.peerNexts, this.peerBacks]) column.clear();
    for (const column of [this.times, this.peerHeads, this.peerRows, this.peerAccepted, this.indexed])
      column.clear();
    this.peers.clear();
    this.flagBits.clear();
  }
}

function hashKey(prefix: number, peer: number, pathId: number): number {
  return mix32(fold32(fold32(prefix, peer), pathId));
}
