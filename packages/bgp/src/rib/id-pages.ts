/** Ids in a page. */
const PAGE = 4096;

/**
 * First in, first out, for ids of which there may be a table full now and then: pages that go when they were taken, where a ring
 * (`IdQueue`) is copied when it grows.
 *
 * ```
 * pages [ . . a b | c d e f | g . . . ]
 *             ^ first         ^ last
 * ```
 */
export class IdPages {
  private readonly pages: Int32Array[] = [new Int32Array(PAGE)];
  private first = 0;
  private last = 0;

  get count(): number {
    return (this.pages.length - 1) * PAGE + this.last - this.first;
  }

  push(id: number): void {
    if (this.last === PAGE) {
      this.pages.push(new Int32Array(PAGE));
      this.last = 0;
    }
    this.pages[this.pages.length - 1]![this.last++] = id;
  }

  /** The oldest id; 0 when there is none. */
  shift(): number {
    if (this.count === 0) return 0;
    const id = this.pages[0]![this.first++]!;
    if (this.count === 0) {
      this.first = 0;
      this.last = 0;
    } else if (this.first === PAGE) {
      this.pages.shift();
      this.first = 0;
    }
    return id;
  }
}
