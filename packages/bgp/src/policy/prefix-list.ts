import { BgpError } from '../errors.js';
import type { Family, FamilyKey } from '../net/family.js';
import { createNlriKey } from '../net/nlri-key.js';
import { parseInto, prefixBits } from '../net/prefix.js';
import type { RouteView } from './policy.js';
import { badPolicy } from './policy-error.js';
import { PrefixRanges, type PrefixRules } from './prefix-ranges.js';

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

interface CompiledRule {
  readonly width: number;
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
  const rulesByFamily = new Map<FamilyKey, PrefixRules>();
  const ranges = new Map<FamilyKey, PrefixRanges>();
  let size = 0;
  for (const [key, list] of byFamily) {
    const columns = columnsOf(sortWithoutDoubles(list));
    size += columns.size;
    rulesByFamily.set(key, columns);
    ranges.set(key, new PrefixRanges([columns]));
  }
  const made: PrefixList = Object.freeze({
    size,
    matches(route: Pick<RouteView, 'family' | 'words' | 'prefixLength'>): boolean {
      const own = ranges.get(route.family.key);
      return own !== undefined && own.matching(route.words, route.prefixLength) !== 0;
    },
  });
  rulesOfLists.set(made, rulesByFamily);
  return made;
}

/** Rules of the lists that were compiled here, by family. */
const rulesOfLists = new WeakMap<PrefixList, ReadonlyMap<FamilyKey, PrefixRules>>();

/** The rules of a list by family; undefined for one that `prefixList` did not make. */
export function rulesOfList(list: PrefixList): ReadonlyMap<FamilyKey, PrefixRules> | undefined {
  return rulesOfLists.get(list);
}

/** Throws `BgpError` where `prefixList` would for a list with this rule. */
export function checkPrefixRule(rule: PrefixRule): void {
  compileRule(rule);
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
  return {
    family,
    compiled: { width, words: [key.a, key.b, key.c, key.d], length: key.length, least, most },
  };
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

function columnsOf(rules: readonly CompiledRule[]): PrefixRules {
  const { width } = rules[0]!;
  return {
    size: rules.length,
    width,
    words: Uint32Array.from(rules.flatMap((rule) => rule.words.slice(0, width / 32))),
    lengths: Uint8Array.from(rules, (rule) => rule.length),
    least: Uint8Array.from(rules, (rule) => rule.least),
    most: Uint8Array.from(rules, (rule) => rule.most),
  };
}
