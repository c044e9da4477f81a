const SEGMENT_BITS = 6;
const SEGMENTS = 1 << SEGMENT_BITS;
const LEAST_SLOTS = 8;
/** Ids of so many bits at first; the rest of a slot is the tag. */
const LEAST_ID_BITS = 22;
const ID_BITS_STEP = 3;

/**
 * Open addressing from hash to id, linear probing. The keys stay with the table that owns the ids: it walks the slots
 * by itself and compares.
 *
 * ```
 * hash [ 6 bits | tag ....... low bits ]
 *         │        │           └▶ first slot in the segment; 0 = empty, ends a probe
 *         │        └▶ kept beside the id: slot = [ tag | id ]
 *         └▶ segment      each grows on its own
 * ```
 *
 * A probe looks at the owner's columns only where the tag is right, since each look is a cache miss in a big table. Ids that need
 * more bits take them from the tags.
 *
 * 64 segments instead of one array: the longest pause for growing at a million ids is the rehash of 16,000, and old
 * and new array of one segment only are held at the same time. Invariant: at most half of a segment's slots are used: neighbours of a
 * table lie side by side, so that runs are longer than chance would make them.
 */
export class HashIndex {
  private readonly segments: Int32Array[] = [];
  private readonly used = new Int32Array(SEGMENTS);
  private readonly hashOf: (id: number) => number;
  size = 0;
  /** The bits of a slot that are the id. */
  idMask = (1 << LEAST_ID_BITS) - 1;

  constructor(hashOf: (id: number) => number) {
    this.hashOf = hashOf;
    for (let i = 0; i < SEGMENTS; i++) this.segments.push(new Int32Array(LEAST_SLOTS));
  }

  /**
   * The slots in which `hash` may be, from `hash & (length - 1)` on, up to the first 0. A slot is a candidate when
   * `isTagged(slot, hash, idMask)`; its id is `slot & idMask`.
   */
  segment(hash: number): Int32Array {
    return this.segments[hash >>> (32 - SEGMENT_BITS)]!;
  }

  /** Adds an id that is not in the index. `empty`: where a walk over the slots of this hash ended, if there was one since the last change. */
  insert(hash: number, id: number, empty = -1): void {
    while (id > this.idMask) this.widenIds();
    const s = hash >>> (32 - SEGMENT_BITS);
    const slots = this.segments[s]!;
    const slot = tagged(hash, id, this.idMask);
    if (2 * (this.used[s]! + 1) > slots.length) put(this.resize(s, slots.length * 2), hash, slot);
    else if (empty === -1) put(slots, hash, slot);
    else slots[empty] = slot;
    this.used[s]!++;
    this.size++;
  }

  /** Takes out an id that is in the index. Later entries of its run move up, so that no tombstones are needed. */
  remove(hash: number, id: number): void {
    const s = hash >>> (32 - SEGMENT_BITS);
    const slots = this.segments[s]!;
    const { idMask } = this;
    const mask = slots.length - 1;
    const slot = tagged(hash, id, idMask);
    let hole = hash & mask;
    while (slots[hole] !== slot) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.hashOf(slots[at]! & idMask) & mask;
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
      const slot = old[i]!;
      if (slot !== 0) put(slots, this.hashOf(slot & this.idMask), slot);
    }
    this.segments[s] = slots;
    return slots;
  }

  /** A tag gives its low bits to the id. */
  private widenIds(): void {
    const { idMask } = this;
    const wide = (idMask + 1) * (1 << ID_BITS_STEP) - 1;
    for (const slots of this.segments) {
      for (let i = 0; i < slots.length; i++) slots[i] = (slots[i]! & ~wide) | (slots[i]! & idMask);
    }
    this.idMask = wide;
  }
}

/** Whether the id of a slot that is not empty may have this hash. */
export function isTagged(slot: number, hash: number, idMask: number): boolean {
  return ((slot ^ (hash << SEGMENT_BITS)) & ~idMask) === 0;
}

function tagged(hash: number, id: number, idMask: number): number {
  return ((hash << SEGMENT_BITS) & ~idMask) | id;
}

function put(slots: Int32Array, hash: number, slot: number): void {
  const mask = slots.length - 1;
  let at = hash & mask;
  while (slots[at] !== 0) at = (at + 1) & mask;
  slots[at] = slot;
}
