import type { PrefixWords } from '@peerage/bgp';
import type { GroupId } from './next-hop-groups.js';
import { type Row, RowQueue } from './row-queue.js';

export type { Row } from './row-queue.js';

/** What is true of a row beside its columns. */
export const RowFlag = {
  /** In the queue of rows to be written. */
  Queued: 1,
  /** Part of the batch that is being written. */
  InFlight: 2,
  /** The last write was refused; it is tried again when something changes. */
  Failed: 4,
  /** Somebody else's route stands at this prefix. */
  Foreign: 8,
  /** Found in the kernel, never wanted in this life. */
  Leftover: 16,
  /** The kernel said that something is there; it has to be looked at. */
  Looking: 32,
  /** Stands with some of the wanted next hops; the kernel does not take the others. */
  Partial: 64,
  /** In the queue of rows to be written when there is time: what stands is good, and only gets more next hops. */
  Held: 128,
} as const;

/**
 * Destinations of one family, as columns addressed by row, found by a hash index with linear probing:
 *
 *   index  [ . 7 . . 3 1 . … ]        power of two, at most half full; 0 = empty
 *              |     | └────────────┐
 *   row        0  1  2  3 …         |
 *   words      -  a  a  a           ▼  1 or 4 words a row, masked to the length
 *   length     -  24 16 32
 *   wanted     -  2  0  2              next-hop set that should stand in the kernel
 *   acked      -  2  2  0              next-hop set that the kernel acknowledged last
 *   flags, mark, error                 see RowFlag; audit generation; number of the last refusal
 *   next                               chain of free rows
 *
 * Invariant: every row in use is in the index exactly once. Nothing is allocated per row.
 */
export class RouteTable {
  readonly family: 4 | 6;
  readonly width: 1 | 4;
  wanted: Uint32Array;
  acked: Uint32Array;
  flags: Uint8Array;
  mark: Uint8Array;
  error: Uint8Array;
  #words: Uint32Array;
  #length: Uint8Array;
  #used: Uint8Array;
  #next: Uint32Array;
  #index: Uint32Array;
  #top = 1;
  #freeHead = 0;
  #size = 0;
  readonly #queue: RowQueue;
  readonly #held = new RowQueue(false);
  #released = 0;

  constructor(family: 4 | 6, capacity = 1024) {
    this.family = family;
    this.width = family === 4 ? 1 : 4;
    // The kernel keeps IPv4 routes in a trie whose nodes grow while neighbours come one after the other: half of its work for a
    // million in ascending order (8.0 us for 4.7 scattered). Of IPv6 it is the other way round (5.1 for 7.9).
    this.#queue = new RowQueue(family === 4);
    this.wanted = new Uint32Array(capacity);
    this.acked = new Uint32Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.mark = new Uint8Array(capacity);
    this.error = new Uint8Array(capacity);
    this.#words = new Uint32Array(capacity * this.width);
    this.#length = new Uint8Array(capacity);
    this.#used = new Uint8Array(capacity);
    this.#next = new Uint32Array(capacity);
    this.#index = new Uint32Array(capacity * 2);
  }

  /** Rows in use. */
  get size(): number {
    return this.#size;
  }

  /** Rows that wait in the queue. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Rows that wait until there is time. */
  get held(): number {
    return this.#held.length;
  }

  /** Of those, how many may be taken now. */
  get released(): number {
    return this.#released;
  }

  /** One past the highest row that was ever used; with {@link has}, for scans. */
  get top(): number {
    return this.#top;
  }

  has(row: number): row is Row {
    return this.#used[row] === 1;
  }

  find(prefix: PrefixWords): Row {
    return this.#index[this.#slot(prefix)] as Row;
  }

  /** The row of a prefix, made when it is not there. */
  insert(prefix: PrefixWords): Row {
    let slot = this.#slot(prefix);
    const known = this.#index[slot] as Row;
    if (known !== 0) return known;
    if (this.#freeHead === 0 && this.#top === this.#length.length) {
      this.#grow();
      slot = this.#slot(prefix);
    }
    const row = this.#takeRow();
    const at = row * this.width;
    this.#words[at] = prefix.a;
    if (this.width === 4) {
      this.#words[at + 1] = prefix.b;
      this.#words[at + 2] = prefix.c;
      this.#words[at + 3] = prefix.d;
    }
    this.#length[row] = prefix.length;
    this.#used[row] = 1;
    this.#index[slot] = row;
    this.#size++;
    return row;
  }

  /** Gives a row back. It must not wait in a queue. */
  remove(row: Row): void {
    this.#unindex(row);
    this.wanted[row] = 0;
    this.acked[row] = 0;
    this.flags[row] = 0;
    this.mark[row] = 0;
    this.error[row] = 0;
    this.#used[row] = 0;
    this.#next[row] = this.#freeHead;
    this.#freeHead = row;
    this.#size--;
  }

  readPrefix(row: Row, out: PrefixWords): void {
    const at = row * this.width;
    out.a = this.#words[at] as number;
    out.b = this.width === 4 ? (this.#words[at + 1] as number) : 0;
    out.c = this.width === 4 ? (this.#words[at + 2] as number) : 0;
    out.d = this.width === 4 ? (this.#words[at + 3] as number) : 0;
    out.length = this.#length[row] as number;
  }

  prefixLength(row: Row): number {
    return this.#length[row] as number;
  }

  /** Writes the address of a row's prefix into 4 or 16 octets. */
  readAddress(row: Row, into: Uint8Array): void {
    for (let word = 0; word < this.width; word++) {
      const value = this.#words[row * this.width + word] as number;
      const at = word * 4;
      into[at] = value >>> 24;
      into[at + 1] = value >>> 16;
      into[at + 2] = value >>> 8;
      into[at + 3] = value;
    }
  }

  isSet(row: Row, flag: number): boolean {
    return ((this.flags[row] as number) & flag) !== 0;
  }

  set(row: Row, flag: number): void {
    this.flags[row] = (this.flags[row] as number) | flag;
  }

  clear(row: Row, flag: number): void {
    this.flags[row] = (this.flags[row] as number) & ~flag;
  }

  wantedGroup(row: Row): GroupId {
    return this.wanted[row] as GroupId;
  }

  ackedGroup(row: Row): GroupId {
    return this.acked[row] as GroupId;
  }

  /** Has a row written soon, unless it waits for that already. */
  enqueue(row: Row): void {
    if (this.isSet(row, RowFlag.Queued)) return;
    this.set(row, RowFlag.Queued);
    this.#queue.push(row);
  }

  /** Has a row written when there is time, unless it waits already. */
  hold(row: Row): void {
    if (this.isSet(row, RowFlag.Queued | RowFlag.Held)) return;
    this.set(row, RowFlag.Held);
    this.#held.push(row);
  }

  /** There is time for those that were held up to now. */
  releaseHeld(): void {
    this.#released = this.#held.length;
  }

  /** Takes a row to be written, first those that were released; 0 when none may be taken. */
  dequeue(): Row {
    if (this.#released > 0) {
      this.#released--;
      const row = this.#held.pop();
      this.clear(row, RowFlag.Held);
      return row;
    }
    const row = this.#queue.pop();
    if (row !== 0) this.clear(row, RowFlag.Queued);
    return row;
  }

  #takeRow(): Row {
    if (this.#freeHead === 0) return this.#top++ as Row;
    const row = this.#freeHead as Row;
    this.#freeHead = this.#next[row] as number;
    return row;
  }

  /** The slot that holds the prefix, or the empty one where it would go. */
  #slot(prefix: PrefixWords): number {
    const mask = this.#index.length - 1;
    let slot = hash(prefix.a, prefix.b, prefix.c, prefix.d, prefix.length) & mask;
    for (;;) {
      const row = this.#index[slot] as number;
      if (row === 0 || this.#equals(row, prefix)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(row: number, prefix: PrefixWords): boolean {
    if (this.#length[row] !== prefix.length) return false;
    const at = row * this.width;
    if (this.#words[at] !== prefix.a) return false;
    if (this.width === 1) return true;
    return (
      this.#words[at + 1] === prefix.b && this.#words[at + 2] === prefix.c && this.#words[at + 3] === prefix.d
    );
  }

  #hashOf(row: number): number {
    const at = row * this.width;
    const wide = this.width === 4;
    const b = wide ? (this.#words[at + 1] as number) : 0;
    const c = wide ? (this.#words[at + 2] as number) : 0;
    const d = wide ? (this.#words[at + 3] as number) : 0;
    return hash(this.#words[at] as number, b, c, d, this.#length[row] as number);
  }

  /** Removes a row from the index and moves those behind it up, so that no probe meets a gap. */
  #unindex(row: Row): void {
    const mask = this.#index.length - 1;
    let gap = this.#hashOf(row) & mask;
    while (this.#index[gap] !== row) gap = (gap + 1) & mask;
    let slot = gap;
    for (;;) {
      slot = (slot + 1) & mask;
      const other = this.#index[slot] as number;
      if (other === 0) break;
      const home = this.#hashOf(other) & mask;
      const movable = gap <= slot ? home <= gap || home > slot : home <= gap && home > slot;
      if (!movable) continue;
      this.#index[gap] = other;
      gap = slot;
    }
    this.#index[gap] = 0;
  }

  #grow(): void {
    const capacity = this.#length.length * 2;
    this.wanted = grown(this.wanted, new Uint32Array(capacity));
    this.acked = grown(this.acked, new Uint32Array(capacity));
    this.flags = grown(this.flags, new Uint8Array(capacity));
    this.mark = grown(this.mark, new Uint8Array(capacity));
    this.error = grown(this.error, new Uint8Array(capacity));
    this.#words = grown(this.#words, new Uint32Array(capacity * this.width));
    this.#length = grown(this.#length, new Uint8Array(capacity));
    this.#used = grown(this.#used, new Uint8Array(capacity));
    this.#next = grown(this.#next, new Uint32Array(capacity));
    this.#index = new Uint32Array(capacity * 2);
    const mask = this.#index.length - 1;
    for (let row = 1; row < this.#top; row++) {
      if (this.#used[row] !== 1) continue;
      let slot = this.#hashOf(row) & mask;
      while (this.#index[slot] !== 0) slot = (slot + 1) & mask;
      this.#index[slot] = row;
    }
  }
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function hash(a: number, b: number, c: number, d: number, length: number): number {
  let h = Math.imul(a ^ (length << 26) ^ length, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15) ^ b, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13) ^ c, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16) ^ d, 0x27d4eb2f);
  return (h ^ (h >>> 15)) >>> 0;
}
