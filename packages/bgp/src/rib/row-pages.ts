/** Rows in a page; words in a row. */
const SHIFT = 11;
const MASK = (1 << SHIFT) - 1;
const WORD_SHIFT = 3;

/** What rows are read from that were never in use. */
const EMPTY = new Int32Array(1 << (SHIFT + WORD_SHIFT));

/**
 * Rows of eight words, side by side in pages, with their ids from 1 on: for what is read and written together. A row is
 * half a cache line, found by one look at the list of pages, where eight columns would take eight of each.
 *
 * ```
 * row  r >>> 11 ─▶ pages [ p0 | p1 | p2 ]
 *      r & 2047 ─▶          └▶ [ 8 words | 8 words | … ]
 * ```
 *
 * Free rows are chained by their first word.
 */
export class RowPages {
  private readonly pages: Int32Array[] = [EMPTY];
  private free = 0;
  private limit = 1;
  /** Rows in use. */
  live = 0;

  /** The page of a row, in which its words begin at `rowStart`. */
  page(row: number): Int32Array {
    return this.pages[row >>> SHIFT]!;
  }

  get(row: number, word: number): number {
    return this.pages[row >>> SHIFT]![((row & MASK) << WORD_SHIFT) + word]!;
  }

  set(row: number, word: number, value: number): void {
    this.pages[row >>> SHIFT]![((row & MASK) << WORD_SHIFT) + word] = value;
  }

  /** A row with words of an earlier life in it. */
  take(): number {
    this.live++;
    const row = this.free;
    if (row !== 0) {
      this.free = this.get(row, 0);
      return row;
    }
    const page = this.limit >>> SHIFT;
    if (page === this.pages.length) this.pages.push(new Int32Array(EMPTY.length));
    else if (this.pages[page] === EMPTY) this.pages[page] = new Int32Array(EMPTY.length);
    return this.limit++;
  }

  /** Frees a row. When it was the last one, the memory goes back, and rows are numbered from 1 again. */
  give(row: number): void {
    this.set(row, 0, this.free);
    this.free = row;
    if (--this.live > 0) return;
    this.free = 0;
    this.limit = 1;
    // The same list, as in columns.
    this.pages.length = 1;
    this.pages[0] = EMPTY;
  }
}

/** Where the words of a row begin in its page. */
export function rowStart(row: number): number {
  return (row & MASK) << WORD_SHIFT;
}
