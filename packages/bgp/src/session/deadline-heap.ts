/** Something that wants to be called at a time. The two fields belong to the heap. */
export interface Timed {
  /** When it is in the heap for; Infinity when it is not. */
  scheduledAt: number;
  heapIndex: number;
}

/**
 * Members by the time they are scheduled for: a binary heap whose members know their place.
 *
 *     items[i].scheduledAt ≤ items[2i+1].scheduledAt, items[2i+2].scheduledAt        items[i].heapIndex = i
 */
export class DeadlineHeap<T extends Timed> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** Earliest time, Infinity when empty. */
  get earliest(): number {
    return this.#items[0]?.scheduledAt ?? Number.POSITIVE_INFINITY;
  }

  /** Puts a member in, or moves it. Infinity takes it out. */
  set(item: T, at: number): void {
    if (at === Number.POSITIVE_INFINITY) {
      this.remove(item);
      return;
    }
    if (item.heapIndex < 0) {
      item.heapIndex = this.#items.length;
      this.#items.push(item);
    }
    item.scheduledAt = at;
    this.#rise(item.heapIndex);
    this.#sink(item.heapIndex);
  }

  remove(item: T): void {
    const at = item.heapIndex;
    if (at < 0) return;
    const last = this.#items.pop()!;
    item.heapIndex = -1;
    item.scheduledAt = Number.POSITIVE_INFINITY;
    if (last === item) return;
    this.#place(last, at);
    this.#rise(at);
    this.#sink(last.heapIndex);
  }

  /** Takes the earliest one out if it is due by `now`. */
  takeDue(now: number): T | null {
    const first = this.#items[0];
    if (first === undefined || first.scheduledAt > now) return null;
    this.remove(first);
    return first;
  }

  #place(item: T, at: number): void {
    this.#items[at] = item;
    item.heapIndex = at;
  }

  #rise(from: number): void {
    const item = this.#items[from]!;
    let at = from;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = this.#items[up]!;
      if (parent.scheduledAt <= item.scheduledAt) break;
      this.#place(parent, at);
      at = up;
    }
    this.#place(item, at);
  }

  #sink(from: number): void {
    const item = this.#items[from]!;
    const { length } = this.#items;
    let at = from;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= length) break;
      if (down + 1 < length && this.#items[down + 1]!.scheduledAt < this.#items[down]!.scheduledAt) down++;
      const child = this.#items[down]!;
      if (child.scheduledAt >= item.scheduledAt) break;
      this.#place(child, at);
      at = down;
    }
    this.#place(item, at);
  }
}
