/**
 * First in, first out, for ids; grows by doubling and gives memory back when it runs empty. Who needs no doubles keeps
 * a bit beside the id.
 *
 * ```
 * ring [ . . a b c . . ]
 *            ^ first, count = 3
 * ```
 */
export class IdQueue {
  private ring = new Int32Array(LEAST);
  private first = 0;
  count = 0;

  push(id: number): void {
    if (this.count === this.ring.length) this.grow();
    this.ring[(this.first + this.count) & (this.ring.length - 1)] = id;
    this.count++;
  }

  /** The oldest id; 0 when there is none. */
  shift(): number {
    if (this.count === 0) return 0;
    const id = this.ring[this.first]!;
    this.first = (this.first + 1) & (this.ring.length - 1);
    this.count--;
    if (this.count === 0 && this.ring.length > KEPT) this.clear();
    return id;
  }

  clear(): void {
    this.ring = new Int32Array(LEAST);
    this.first = 0;
    this.count = 0;
  }

  private grow(): void {
    const ring = new Int32Array(this.ring.length * 2);
    const tail = this.ring.length - this.first;
    ring.set(this.ring.subarray(this.first), 0);
    ring.set(this.ring.subarray(0, this.first), tail);
    this.ring = ring;
    this.first = 0;
  }
}

const LEAST = 16;
/** An empty ring of at most this many cells is kept. */
const KEPT = 16384;
