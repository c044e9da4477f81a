import { BgpError } from '../errors.js';
import type { Family, FamilyKey } from '../net/family.js';
import { createNlriKey } from '../net/nlri-key.js';
import { parseInto, prefixBits, wordMask } from '../net/prefix.js';
import type { RouteView } from './policy.js';
import { badPolicy } from './policy-error.js';

/**
 * One line of a prefix list. Without `ge` and `le` only the prefix itself matches; with `ge` also longer ones of at
 * least that length, with `le` those of at most that length.
 */
export interface PrefixRule {
  readonly prefix: string;
  readonly ge?: number;
  readonly le?: number;
}

/** Prefixes compiled for matching on words, without text. Immutable. */
export interface PrefixList {
  /** Number of rules, after doubles were dropped. */
  readonly size: number;
  matches(route: Pick<RouteView, 'family' | 'words' | 'prefixLength'>): boolean;
}

type Words = RouteView['words'];

/**
 * The rules of one family whose prefixes have one length, sorted by words:
 *
 *   words  [ a b c d | a b c d | … ]   4 columns a rule, ascending; rules with the same words are neighbours
 *   least  [ ge      | ge      | … ]
 *   most   [ le      | le      | … ]
 */
interface LengthTable {
  readonly length: number;
  readonly masks: readonly [number, number, number, number];
  readonly words: Uint32Array;
  readonly least: Uint8Array;
  readonly most: Uint8Array;
}

interface CompiledRule {
  readonly words: readonly [number, number, number, number];
  readonly length: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Compiles a prefix list. Throws `BgpError` for a prefix that is none, and for `ge`/`le` outside
 * `length ≤ ge ≤ le ≤ 32` (128 for IPv6).
 *
 * @example
 * const defaults = prefixList(['0.0.0.0/0', '::/0']);
 * const pods = prefixList([{ prefix: '10.48.0.0/16', le: 24 }]);
 */
export function prefixList(rules: readonly (string | PrefixRule)[]): PrefixList {
  if (!Array.isArray(rules)) throw badPolicy('rules', rules, 'a list of prefixes, or of {prefix, ge, le}');
  const byFamily = new Map<FamilyKey, CompiledRule[]>();
  for (const rule of rules) {
    const { family, compiled } = compileRule(typeof rule === 'string' ? { prefix: rule } : rule);
    const list = byFamily.get(family.key);
    if (list === undefined) byFamily.set(family.key, [compiled]);
    else list.push(compiled);
  }
  const tables = new Map<FamilyKey, readonly LengthTable[]>();
  let size = 0;
  for (const [key, list] of byFamily) {
    const distinct = sortWithoutDoubles(list);
    size += distinct.length;
    tables.set(key, tablesOf(distinct));
  }
  return Object.freeze({
    size,
    matches(route: Pick<RouteView, 'family' | 'words' | 'prefixLength'>): boolean {
      const candidates = tables.get(route.family.key);
      if (candidates === undefined) return false;
      for (const table of candidates) {
        if (table.length > route.prefixLength) return false;
        if (tableMatches(table, route.words, route.prefixLength)) return true;
      }
      return false;
    },
  });
}

function compileRule(rule: PrefixRule): { family: Family; compiled: CompiledRule } {
  if (typeof rule !== 'object' || rule === null)
    throw badPolicy('prefixes', rule, 'prefixes, or {prefix, ge, le}');
  const key = createNlriKey();
  const family = parseInto(rule.prefix, key);
  const width = prefixBits(family);
  const least = rule.ge ?? key.length;
  const most = rule.le ?? (rule.ge === undefined ? key.length : width);
  const whole = Number.isInteger(least) && Number.isInteger(most);
  if (!whole || least < key.length || most < least || most > width) {
    const allowed = `${key.length} ≤ ge ≤ le ≤ ${width}`;
    throw new BgpError(
      'BGP_ERR_PREFIX_RULE',
      `prefix list: ${rule.prefix} needs ${allowed}, got ge ${rule.ge ?? '-'}, le ${rule.le ?? '-'}`,
      { path: 'prefixes', value: rule, allowed },
    );
  }
  return { family, compiled: { words: [key.a, key.b, key.c, key.d], length: key.length, least, most } };
}

function compareWords(x: CompiledRule, y: CompiledRule): number {
  for (let i = 0; i < 4; i++) {
    const difference = (x.words[i] as number) - (y.words[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function sortWithoutDoubles(rules: CompiledRule[]): readonly CompiledRule[] {
  rules.sort((x, y) => x.length - y.length || compareWords(x, y) || x.least - y.least || x.most - y.most);
  return rules.filter((rule, i) => {
    const before = rules[i - 1];
    return (
      before === undefined ||
      before.length !== rule.length ||
      compareWords(before, rule) !== 0 ||
      before.least !== rule.least ||
      before.most !== rule.most
    );
  });
}

function tablesOf(rules: readonly CompiledRule[]): readonly LengthTable[] {
  const lengths = [...new Set(rules.map((rule) => rule.length))];
  return lengths.map((length) => {
    const rows = rules.filter((rule) => rule.length === length);
    return {
      length,
      masks: [wordMask(length), wordMask(length - 32), wordMask(length - 64), wordMask(length - 96)],
      words: Uint32Array.from(rows.flatMap((rule) => rule.words)),
      least: Uint8Array.from(rows, (rule) => rule.least),
      most: Uint8Array.from(rows, (rule) => rule.most),
    };
  });
}

function tableMatches(table: LengthTable, words: Words, prefixLength: number): boolean {
  const a = (words.a & table.masks[0]) >>> 0;
  const b = (words.b & table.masks[1]) >>> 0;
  const c = (words.c & table.masks[2]) >>> 0;
  const d = (words.d & table.masks[3]) >>> 0;
  let low = 0;
  let high = table.least.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareRow(table.words, middle, a, b, c, d) < 0) low = middle + 1;
    else high = middle;
  }
  for (let row = low; row < table.least.length; row++) {
    if (compareRow(table.words, row, a, b, c, d) !== 0) return false;
    if (prefixLength >= (table.least[row] as number) && prefixLength <= (table.most[row] as number))
      return true;
  }
  return false;
}

function compareRow(words: Uint32Array, row: number, a: number, b: number, c: number, d: number): number {
  const at = row * 4;
  return (
    (words[at] as number) - a ||
    (words[at + 1] as number) - b ||
    (words[at + 2] as number) - c ||
    (words[at + 3] as number) - d
  );
}
