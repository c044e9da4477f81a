/**
 * Columns: arrays of numbers addressed by a small integer, grown by pages.
 *
 * ```
 * index  i >>> 12 ─▶ pages [ p0 | p1 |  . | p3 ]      an absent page reads as zeros
 *        i & 4095 ─▶           └▶ 4,096 cells
 * ```
 *
 * Pages instead of doubling: growing never copies, so that the peak is what is used, and no turn pays for a million
 * cells at once. A read costs one load more (about 1 ns). A column whose cells are mostly zero (path ids without
 * add-path, attributes that a policy did not change) takes no memory at all.
 *
 * The list of pages stays the same array, also when it is cleared: the engine compiles for a field that never changed, and with the
 * first other list, all code for columns was thrown away.
 */
const SHIFT = 12;
const CELLS = 1 << SHIFT;
const MASK = CELLS - 1;

/** Signed 32-bit cells: ids, and words that the reader makes unsigned by `>>> 0`. */
export class Column32 {
  private readonly pages: (Int32Array | undefined)[] = noPages();

  get(i: number): number {
    const page = this.pages[i >>> SHIFT];
    return page === undefined ? 0 : page[i & MASK]!;
  }

  set(i: number, value: number): void {
    let page = this.pages[i >>> SHIFT];
    if (page === undefined) {
      if (value === 0) return;
      page = new Int32Array(CELLS);
      putPage(this.pages, i >>> SHIFT, page);
    }
    page[i & MASK] = value;
  }

  /** Forgets all cells and their memory. */
  clear(): void {
    this.pages.length = 0;
  }
}

export class Column16 {
  private readonly pages: (Uint16Array | undefined)[] = noPages();

  get(i: number): number {
    const page = this.pages[i >>> SHIFT];
    return page === undefined ? 0 : page[i & MASK]!;
  }

  set(i: number, value: number): void {
    let page = this.pages[i >>> SHIFT];
    if (page === undefined) {
      if (value === 0) return;
      page = new Uint16Array(CELLS);
      putPage(this.pages, i >>> SHIFT, page);
    }
    page[i & MASK] = value;
  }

  clear(): void {
    this.pages.length = 0;
  }
}

export class Column8 {
  private readonly pages: (Uint8Array | undefined)[] = noPages();

  get(i: number): number {
    const page = this.pages[i >>> SHIFT];
    return page === undefined ? 0 : page[i & MASK]!;
  }

  set(i: number, value: number): void {
    let page = this.pages[i >>> SHIFT];
    if (page === undefined) {
      if (value === 0) return;
      page = new Uint8Array(CELLS);
      putPage(this.pages, i >>> SHIFT, page);
    }
    page[i & MASK] = value;
  }

  clear(): void {
    this.pages.length = 0;
  }
}

/** An empty list literal is one of small integers until something else comes into it, and the engine compiles for either. */
function noPages<T>(): (T | undefined)[] {
  const pages: (T | undefined)[] = [undefined];
  pages.pop();
  return pages;
}

/** Fills the gap with `undefined` first: an array with holes is a slower kind of array. */
function putPage<T>(pages: (T | undefined)[], at: number, page: T): void {
  while (pages.length <= at) pages.push(undefined);
  pages[at] = page;
}
