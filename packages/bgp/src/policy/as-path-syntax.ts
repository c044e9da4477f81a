import type { Bounds } from './number-range.js';
import { badPolicy } from './policy-error.js';

/** A pattern as a tree. */
export type AsPattern =
  | { readonly kind: 'as'; readonly ranges: readonly Bounds[]; readonly isNegated: boolean }
  | { readonly kind: 'begin' | 'end' | 'empty' }
  | { readonly kind: 'all' | 'either'; readonly parts: readonly AsPattern[] }
  | { readonly kind: 'repeat'; readonly part: AsPattern; readonly least: number; readonly most: number };

const ALLOWED =
  'a pattern of AS numbers, ranges (64512-65534), . _ ^ $ [ ] ( ) | and the repeats * + ? {2,5}, such as "^64512 .* 64999$"';

/** Most times that `{n,m}` may ask for. */
const MOST_REPEATS = 255;
/** Parts of a pattern after its repeats were written out. */
const MOST_STATES = 4096;

/** Reads a pattern by recursive descent. */
export function parseAsPattern(text: string, path: string): AsPattern {
  const reader = new Reader(text, path);
  const pattern = reader.either(0);
  reader.expectEnd();
  if (sizeOf(pattern) > MOST_STATES) throw badPolicy(path, text, `a pattern of at most ${MOST_STATES} parts`);
  return pattern;
}

function sizeOf(pattern: AsPattern): number {
  if (pattern.kind === 'all' || pattern.kind === 'either') {
    return pattern.parts.reduce((sum, part) => sum + sizeOf(part), 1);
  }
  if (pattern.kind !== 'repeat') return 1;
  const times = pattern.most === Number.POSITIVE_INFINITY ? pattern.least + 1 : pattern.most;
  return 1 + sizeOf(pattern.part) * Math.max(1, times);
}

class Reader {
  private readonly text: string;
  private readonly path: string;
  private at = 0;

  constructor(text: string, path: string) {
    this.text = text;
    this.path = path;
    if (typeof text !== 'string' || text.trim() === '' || text.length > 10_000) throw this.bad();
  }

  expectEnd(): void {
    if (this.at < this.text.length) throw this.bad();
  }

  either(depth: number): AsPattern {
    if (depth > 100) throw this.bad();
    const parts = [this.all(depth)];
    while (this.take('|')) parts.push(this.all(depth));
    return parts.length === 1 ? (parts[0] as AsPattern) : { kind: 'either', parts };
  }

  private all(depth: number): AsPattern {
    const parts: AsPattern[] = [];
    for (;;) {
      this.skipSpace();
      const next = this.text[this.at];
      if (next === undefined || next === '|' || next === ')') break;
      parts.push(this.repeated(this.one(depth)));
    }
    return { kind: 'all', parts };
  }

  private one(depth: number): AsPattern {
    if (this.take('^')) return { kind: 'begin' };
    if (this.take('$')) return { kind: 'end' };
    if (this.take('_')) return { kind: 'empty' };
    if (this.take('.')) return { kind: 'as', ranges: [], isNegated: true };
    if (this.take('(')) {
      const inner = this.either(depth + 1);
      if (!this.take(')')) throw this.bad();
      return inner;
    }
    if (!this.take('[')) return { kind: 'as', ranges: [this.range()], isNegated: false };
    const isNegated = this.take('^');
    const ranges: Bounds[] = [];
    for (this.skipSpace(); !this.take(']'); this.skipSpace()) {
      ranges.push(this.range());
      this.take(',');
    }
    if (ranges.length === 0) throw this.bad();
    return { kind: 'as', ranges, isNegated };
  }

  private repeated(part: AsPattern): AsPattern {
    if (this.take('*')) return { kind: 'repeat', part, least: 0, most: Number.POSITIVE_INFINITY };
    if (this.take('+')) return { kind: 'repeat', part, least: 1, most: Number.POSITIVE_INFINITY };
    if (this.take('?')) return { kind: 'repeat', part, least: 0, most: 1 };
    if (!this.take('{')) return part;
    const least = this.number(MOST_REPEATS);
    let most = least;
    if (this.take(','))
      most = this.text[this.at] === '}' ? Number.POSITIVE_INFINITY : this.number(MOST_REPEATS);
    if (!this.take('}') || most < least) throw this.bad();
    return { kind: 'repeat', part, least, most };
  }

  private range(): Bounds {
    const least = this.number(0xffffffff);
    const most = this.take('-') ? this.number(0xffffffff) : least;
    if (most < least) throw this.bad();
    return { least, most };
  }

  private number(largest: number): number {
    const digits = /^\d{1,10}/.exec(this.text.slice(this.at, this.at + 10))?.[0];
    if (digits === undefined || Number(digits) > largest) throw this.bad();
    this.at += digits.length;
    // 11 digits and more are no AS number.
    if (/^\d/.test(this.text.slice(this.at, this.at + 1))) throw this.bad();
    return Number(digits);
  }

  private take(letter: string): boolean {
    if (this.text[this.at] !== letter) return false;
    this.at++;
    return true;
  }

  private skipSpace(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at++;
  }

  private bad(): Error {
    const place = this.at < this.text.length ? ` (stopped at character ${this.at + 1})` : '';
    return badPolicy(this.path, this.text, `${ALLOWED}${place}`);
  }
}
