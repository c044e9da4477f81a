import { Column32 } from './columns.js';
import { fold32, mix32 } from './hash.js';
import { HashIndex, isTagged } from './hash-index.js';
import { NO_ROW, type PathRow, type PeerIndex, type PrefixId } from './ids.js';

/** A chain longer than this is indexed, and no longer so when it is down to half of it. */
const INDEXED_FROM = 8;

/** The chains of rows by prefix. */
export interface Chains {
  head(prefix: PrefixId): PathRow;
  next(row: PathRow): PathRow;
  prefix(row: PathRow): PrefixId;
  peer(row: PathRow): PeerIndex;
  pathId(row: PathRow): number;
}

/** What chains have beside when they are long: the way back from each row, and an index by (prefix, peer, path id). */
export class LongChains {
  private readonly chains: Chains;
  /** Rows of a prefix that is indexed, else 0. */
  private readonly counts = new Column32();
  private readonly backs = new Column32();
  private readonly index = new HashIndex((row) => this.hashOf(row as PathRow));

  constructor(chains: Chains) {
    this.chains = chains;
  }

  has(prefix: PrefixId): boolean {
    return this.counts.get(prefix) !== 0;
  }

  /** The row before one that is not the head, in a chain that is long. */
  back(row: PathRow): PathRow {
    return this.backs.get(row) as PathRow;
  }

  find(prefix: PrefixId, peer: PeerIndex, pathId: number): PathRow {
    const { chains } = this;
    const hash = hashKey(prefix, peer, pathId);
    const slots = this.index.segment(hash);
    const { idMask } = this.index;
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (slot === 0) return NO_ROW;
      if (!isTagged(slot, hash, idMask)) continue;
      const row = (slot & idMask) as PathRow;
      if (chains.prefix(row) === prefix && chains.peer(row) === peer && chains.pathId(row) === pathId)
        return row;
    }
  }

  /** A row was added behind `back`. */
  added(prefix: PrefixId, row: PathRow, back: PathRow): void {
    const { chains } = this;
    const count = this.counts.get(prefix);
    if (count !== 0) {
      this.backs.set(row, back);
      const next = chains.next(row);
      if (next !== NO_ROW) this.backs.set(next, row);
      this.index.insert(this.hashOf(row), row);
      this.counts.set(prefix, count + 1);
      return;
    }
    let length = 0;
    for (let at = chains.head(prefix); at !== NO_ROW; at = chains.next(at)) length++;
    if (length <= INDEXED_FROM) return;
    let before = NO_ROW;
    for (let at = chains.head(prefix); at !== NO_ROW; at = chains.next(at)) {
      this.index.insert(this.hashOf(at), at);
      this.backs.set(at, before);
      before = at;
    }
    this.counts.set(prefix, length);
  }

  /** A row was taken from between `back` and `next`, each of which may be none. */
  isDetached(prefix: PrefixId, row: PathRow, back: PathRow, next: PathRow): void {
    if (!this.has(prefix)) return;
    if (next !== NO_ROW) this.backs.set(next, back);
    this.backs.set(row, NO_ROW);
  }

  /** A row that was detached is the head now, before `next`. */
  isInFront(prefix: PrefixId, row: PathRow, next: PathRow): void {
    if (!this.has(prefix)) return;
    this.backs.set(row, NO_ROW);
    this.backs.set(next, row);
  }

  /** A row that was detached is to be freed. */
  removed(prefix: PrefixId, row: PathRow): void {
    const count = this.counts.get(prefix);
    if (count === 0) return;
    const { chains } = this;
    this.index.remove(this.hashOf(row), row);
    this.counts.set(prefix, count - 1);
    if (count - 1 > INDEXED_FROM / 2) return;
    for (let other = chains.head(prefix); other !== NO_ROW; other = chains.next(other)) {
      this.index.remove(this.hashOf(other), other);
      this.backs.set(other, NO_ROW);
    }
    this.counts.set(prefix, 0);
  }

  /** Forgets the memory of its columns. */
  clear(): void {
    this.counts.clear();
    this.backs.clear();
  }

  private hashOf(row: PathRow): number {
    const { chains } = this;
    return hashKey(chains.prefix(row), chains.peer(row), chains.pathId(row));
  }
}

function hashKey(prefix: number, peer: number, pathId: number): number {
  return mix32(fold32(fold32(prefix, peer), pathId));
}
