const SEGMENT_BITS = 6;
const SEGMENTS = 1 << SEGMENT_BITS;
const LEAST_SLOTS = 8;

/**
 * Open addressing from hash to id, linear probing. The keys stay with the table that owns the ids: it walks the slots
 * by itself and compares.
 *
 * ```
 * hash [ 6 bits | ........ low bits ]
 *         │             └▶ first slot in the segment; 0 = empty, ends a probe
 *         └▶ segment      each grows on its own
 * ```
 *
 * 64 segments instead of one array: the longest pause for growing at a million ids is the rehash of 16,000, and old
 * and new array of one segment only are held at the same time. Invariant: at most 3/4 of a segment's slots are used.
 */
export class HashIndex {
  private readonly segments: Int32Array[] = [];
  private readonly used = new Int32Array(SEGMENTS);
  private readonly hashOf: (id: number) => number;
  size = 0;

  constructor(hashOf: (id: number) => number) {
    this.hashOf = hashOf;
    for (let i = 0; i < SEGMENTS; i++) this.segments.push(new Int32Array(LEAST_SLOTS));
  }

  /** The slots in which `hash` may be, from `hash & (length - 1)` on, up to the first 0. */
  slots(hash: number): Int32Array {
    return this.segments[hash >>> (32 - SEGMENT_BITS)]!;
  }

  /** Adds an id that is not in the index. */
  insert(hash: number, id: number): void {
    const s = hash >>> (32 - SEGMENT_BITS);
    let slots = this.segments[s]!;
    if (4 * (this.used[s]! + 1) > 3 * slots.length) slots = this.resize(s, slots.length * 2);
    put(slots, hash, id);
    this.used[s]!++;
    this.size++;
  }

  /** Takes out an id that is in the index. Later entries of its run move up, so that no tombstones are needed. */
  remove(hash: number, id: number): void {
    const s = hash >>> (32 - SEGMENT_BITS);
    const slots = this.segments[s]!;
    const mask = slots.length - 1;
    let hole = hash & mask;
    while (slots[hole] !== id) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.hashOf(slots[at]!) & mask;
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        slots[hole] = slots[at]!;
        hole = at;
      }
    }
    slots[hole] = 0;
    this.used[s]!--;
    this.size--;
    if (slots.length > LEAST_SLOTS && 8 * this.used[s]! < slots.length) this.resize(s, slots.length / 2);
  }

  private resize(s: number, length: number): Int32Array {
    const old = this.segments[s]!;
    const slots = new Int32Array(length);
    for (let i = 0; i < old.length; i++) {
      const id = old[i]!;
      if (id !== 0) put(slots, this.hashOf(id), id);
    }
    this.segments[s] = slots;
    return slots;
  }
}

function put(slots: Int32Array, hash: number, id: number): void {
  const mask = slots.length - 1;
  let at = hash & mask;
  while (slots[at] !== 0) at = (at + 1) & mask;
  slots[at] = id;
}
