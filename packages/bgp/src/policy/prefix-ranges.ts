import type { NlriKey } from '../net/nlri-key.js';

type Words = Pick<NlriKey, 'a' | 'b' | 'c' | 'd'>;

/** Rules of one family as columns: each covers what lies in its prefix and has a length from `least` to `most`. */
export interface PrefixRules {
  readonly size: number;
  /** Bits of an address: 32 or 128. */
  readonly width: number;
  /** One word a rule for IPv4, four for IPv6. */
  readonly words: Uint32Array;
  readonly lengths: Uint8Array;
  readonly least: Uint8Array;
  readonly most: Uint8Array;
}

interface OpenPrefix {
  readonly row: number;
  /** The first address behind it. */
  readonly end: bigint;
}

const NO_RULE = -1;
const LEAST_INDEX_BITS = 4;
const MOST_INDEX_BITS = 16;

/**
 * Several lists of rules, laid over one another: which of them match a prefix is one search for the range that its address is in, and a walk from
 * the innermost rule around it to the outermost.
 *
 * ```
 * first  top bits of the address ─▶ range            the search goes on from there
 * starts [ 0.0.0.0 | 10.0.0.0 | 10.1.0.0 | … ]       first addresses of ranges, ascending
 * inner  [ –       | rule 0   | rule 1   | … ]       innermost rule around all of the range
 * outer  rule 1 ─▶ rule 0 ─▶ –                       the next rule around a rule
 * ```
 */
export class PrefixRanges {
  /** Words of an address. */
  private readonly stride: number;
  private readonly starts: Uint32Array;
  private readonly inner: Int32Array;
  private readonly outer: Int32Array;
  private readonly least: Uint8Array;
  private readonly most: Uint8Array;
  /** Of the list that a rule is from. */
  private readonly bits: Int32Array;
  private readonly first: Int32Array;
  private readonly shift: number;

  /** At most 31 lists of one family. */
  constructor(lists: readonly PrefixRules[]) {
    const { width } = lists[0]!;
    const rules = lists.flatMap((list, i) => rulesOf(list, 1 << i));
    rules.sort((x, y) => (x.start === y.start ? x.length - y.length : x.start < y.start ? -1 : 1));
    const [starts, inner, open]: [bigint[], number[], OpenPrefix[]] = [[0n], [NO_RULE], []];
    const begin = (start: bigint, row: number): void => {
      if (starts.at(-1) === start) inner[inner.length - 1] = row;
      else if (start < 1n << BigInt(width)) inner[starts.push(start) - 1] = row;
    };
    const close = (): void => begin(open.pop()!.end, open.at(-1)?.row ?? NO_RULE);
    this.outer = new Int32Array(rules.length);
    rules.forEach((rule, row) => {
      while (open.length > 0 && open.at(-1)!.end <= rule.start) close();
      this.outer[row] = open.at(-1)?.row ?? NO_RULE;
      begin(rule.start, row);
      open.push({ row, end: rule.start + (1n << BigInt(width - rule.length)) });
    });
    while (open.length > 0) close();
    this.stride = width / 32;
    this.starts = Uint32Array.from(starts.flatMap((start) => wordsOf(start, this.stride)));
    this.inner = Int32Array.from(inner);
    this.least = Uint8Array.from(rules, (rule) => rule.least);
    this.most = Uint8Array.from(rules, (rule) => rule.most);
    this.bits = Int32Array.from(rules, (rule) => rule.bit);
    const indexBits = Math.ceil(Math.log2(starts.length)) + 1;
    this.shift = 32 - Math.min(MOST_INDEX_BITS, Math.max(LEAST_INDEX_BITS, indexBits));
    this.first = this.firstRanges();
  }

  /** Bits of the lists that match a prefix: 1 for the first, 2 for the second, 4, 8, … */
  matching(words: Words, length: number): number {
    const { outer, least, most } = this;
    let found = 0;
    for (let row = this.inner[this.rangeOf(words)]!; row !== NO_RULE; row = outer[row]!) {
      if (length >= least[row]! && length <= most[row]!) found |= this.bits[row]!;
    }
    return found;
  }

  /** The last range that begins at an address or before it. */
  private rangeOf(words: Words): number {
    const top = words.a >>> this.shift;
    let low = this.first[top]!;
    let high = this.first[top + 1]!;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.startsAfter(middle, words)) high = middle - 1;
      else low = middle;
    }
    return low;
  }

  private startsAfter(range: number, words: Words): boolean {
    const { starts, stride } = this;
    const at = range * stride;
    if (stride === 1 || starts[at] !== words.a) return starts[at]! > words.a;
    if (starts[at + 1] !== words.b) return starts[at + 1]! > words.b;
    if (starts[at + 2] !== words.c) return starts[at + 2]! > words.c;
    return starts[at + 3]! > words.d;
  }

  /** By top bits of an address: the last range that begins at the first address with these or before it. */
  private firstRanges(): Int32Array {
    const { shift } = this;
    const last = this.inner.length - 1;
    const first = new Int32Array(2 ** (32 - shift) + 1).fill(last);
    let range = 0;
    for (let top = 0; top < first.length - 1; top++) {
      const words = { a: (top << shift) >>> 0, b: 0, c: 0, d: 0 };
      while (range < last && !this.startsAfter(range + 1, words)) range++;
      first[top] = range;
    }
    return first;
  }
}

interface Rule {
  readonly start: bigint;
  readonly length: number;
  readonly least: number;
  readonly most: number;
  readonly bit: number;
}

function rulesOf(list: PrefixRules, bit: number): Rule[] {
  const stride = list.width / 32;
  return Array.from({ length: list.size }, (_, i) => ({
    start: list.words
      .subarray(i * stride, (i + 1) * stride)
      .reduce((sum, word) => (sum << 32n) | BigInt(word), 0n),
    length: list.lengths[i]!,
    least: list.least[i]!,
    most: list.most[i]!,
    bit,
  }));
}

function wordsOf(address: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Number((address >> BigInt(32 * (count - 1 - i))) & 0xffffffffn),
  );
}
