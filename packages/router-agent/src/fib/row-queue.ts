/** A destination in a `RouteTable`; 0 is "none". A number is used again after its row was removed. */
export type Row = number & { readonly __brand: 'Row' };

/**
 * Rows that wait, in two generations: those of the front go before any of the back, which becomes the front when that is empty.
 *
 *   front  [ . . 7 4 9 ]      taken from here
 *   back   [ 3 8 . . . ]      added here
 *
 * Within the front the order is that of arrival, or scattered. Scattered, none waits longer than it takes to empty a generation.
 */
export class RowQueue {
  readonly #isScattered: boolean;
  #front = new Uint32Array(64);
  #back = new Uint32Array(64);
  #head = 0;
  #frontEnd = 0;
  #backEnd = 0;
  #state = 1;

  constructor(isScattered: boolean) {
    this.#isScattered = isScattered;
  }

  get length(): number {
    return this.#frontEnd - this.#head + this.#backEnd;
  }

  push(row: Row): void {
    if (this.#backEnd === this.#back.length) {
      const grown = new Uint32Array(this.#back.length * 2);
      grown.set(this.#back);
      this.#back = grown;
    }
    this.#back[this.#backEnd++] = row;
  }

  /** Takes a row; 0 when none waits. */
  pop(): Row {
    if (this.#head === this.#frontEnd) this.#turn();
    if (this.#head === this.#frontEnd) return 0 as Row;
    if (!this.#isScattered) return this.#front[this.#head++] as Row;
    const at = this.#somewhere(this.#frontEnd);
    const row = this.#front[at] as Row;
    this.#front[at] = this.#front[--this.#frontEnd] as number;
    return row;
  }

  #turn(): void {
    const emptied = this.#front;
    this.#front = this.#back;
    this.#frontEnd = this.#backEnd;
    this.#head = 0;
    this.#back = emptied;
    this.#backEnd = 0;
  }

  /** A number below `limit`, the same ones in each life (xorshift32). */
  #somewhere(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % limit;
  }
}
