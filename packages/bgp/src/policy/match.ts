import { valueStart } from '../attributes/attribute-header.js';
import { readU32 } from '../attributes/attribute-row.js';
import { findAttribute, hasRecord, neighborAs, originAs } from '../attributes/find-attribute.js';
import type { Origin } from '../attributes/path-attributes.js';
import type { RecordPattern } from '../attributes/record-pattern.js';
import { AttributeCode } from '../iana/attribute-code.js';
import { parseFamily } from '../net/family.js';
import type { RpkiState } from '../net/rpki-state.js';
import { asPathTest } from './as-path-match.js';
import { type CommunityKind, communityPatterns, RECORD_SIZE } from './community-pattern.js';
import { nextHopTest } from './next-hop-match.js';
import { type Bounds, isWithin, type NumberRange, parseRange } from './number-range.js';
import { type PeerMatch, peerTest } from './peer-match.js';
import type { RouteView } from './policy.js';
import { at, badPolicy, checkShape } from './policy-error.js';
import { listOf, NO_SETS, type PolicySets } from './policy-sets.js';
import { PolicyReads } from './prefix-classes.js';
import { checkPrefixRule, type PrefixList, type PrefixRule, prefixList } from './prefix-list.js';

export type { PeerMatch } from './peer-match.js';

/**
 * Conditions of a statement; all that are given must hold. An empty match holds for every route. In a list any element
 * will do, but for `all…` and `no…`; an element `@name` stands for those of a named set. In communities `*` and `FROM-TO`
 * may stand for a field: `64512:*`, `rt:64512:100-199`.
 */
export interface Match {
  readonly prefixes?: PrefixList | readonly (string | PrefixRule)[];
  /** By its name: `ipv4-unicast`, `l2vpn-evpn`, …, `afi-16397/safi-70`. */
  readonly family?: string;
  /** At least one of these communities. */
  readonly anyCommunity?: readonly (string | number)[];
  readonly allCommunities?: readonly (string | number)[];
  readonly noCommunity?: readonly (string | number)[];
  readonly anyLargeCommunity?: readonly string[];
  readonly allLargeCommunities?: readonly string[];
  readonly noLargeCommunity?: readonly string[];
  /** `rt:64512:100`, `soo:192.0.2.1:7`, or hex digits. */
  readonly anyExtendedCommunity?: readonly string[];
  readonly allExtendedCommunities?: readonly string[];
  readonly noExtendedCommunity?: readonly string[];
  /** Whom the route was learned from; `local`: this speaker originates it. */
  readonly source?: PeerMatch;
  /** Whom it would go to; never holds on import. */
  readonly target?: PeerMatch;
  /** Owner tags of routes that this speaker originates. */
  readonly owner?: readonly string[];
  readonly asPathLength?: number | { readonly atLeast?: number; readonly atMost?: number };
  /** Patterns over AS numbers, see `asPathPattern`: `^64512 .* 64999$`, `_65001_`. */
  readonly asPath?: string | readonly string[];
  /** The AS that the path begins with at its origin: `64512`, `'64512-65534'`. Never holds without one. */
  readonly originAs?: NumberRange | readonly NumberRange[];
  /** The first AS of the path. */
  readonly neighborAs?: NumberRange | readonly NumberRange[];
  /** Next hops as addresses, or as prefixes that cover them. */
  readonly nextHop?: readonly string[];
  readonly origin?: Origin | readonly Origin[];
  /** `null`: it has none. */
  readonly med?: NumberRange | null;
  readonly localPref?: NumberRange | null;
  /** Outcome of origin validation; `unknown` while nothing provides it. */
  readonly rpki?: RpkiState | readonly RpkiState[];
  /** Holds when this does not. */
  readonly not?: Match;
  /** Holds when one of these does. */
  readonly anyOf?: readonly Match[];
}

/** A compiled match: the test, and what its answer depends on beside the attributes. */
export interface CompiledMatch {
  readonly reads: PolicyReads;
  holds(route: RouteView): boolean;
}

type Test = (route: RouteView) => boolean;

interface Compiler {
  readonly sets: PolicySets;
  readonly reads: PolicyReads;
}

/** One row for each field, the cheap ones first: what it reads, and how its value becomes a test. */
type FieldRow = (value: unknown, path: string, compiler: Compiler) => Test;

const fields: Readonly<Record<keyof Match, FieldRow>> = {
  family(value, path) {
    if (typeof value !== 'string') throw badPolicy(path, value, 'the name of an address family');
    const { key } = at(path, value, () => parseFamily(value));
    return (route) => route.family.key === key;
  },
  target(value, path, { sets, reads }) {
    reads.add('peer');
    const matches = peerTest(value, path, sets);
    return (route) => route.target !== null && matches(route.target);
  },
  source(value, path, { sets, reads }) {
    reads.add('peer');
    const matches = peerTest(value, path, sets);
    return (route) => matches(route.source);
  },
  owner(value, path, { sets, reads }) {
    // The owner belongs to the prefix, not to the attributes, so that an answer is good for one prefix only.
    reads.add('prefix');
    const owners = new Set(texts(value, path, sets, 'an owner tag'));
    return (route) => route.owner !== null && owners.has(route.owner);
  },
  asPathLength(value, path) {
    const { least, most } = parseRange(path, value, 'a length');
    return (route) => route.asPathLength >= least && route.asPathLength <= most;
  },
  origin(value, path, { sets }) {
    const origins = names(value, path, sets, ['igp', 'egp', 'incomplete']);
    return (route) => origins.includes(route.attributes.origin ?? 'igp');
  },
  med: (value, path) => numberTest(value, path, AttributeCode.Med),
  localPref: (value, path) => numberTest(value, path, AttributeCode.LocalPref),
  anyCommunity: (value, path, { sets }) => communityTest('standard', 'any', value, path, sets),
  allCommunities: (value, path, { sets }) => communityTest('standard', 'all', value, path, sets),
  noCommunity: (value, path, { sets }) => communityTest('standard', 'no', value, path, sets),
  anyLargeCommunity: (value, path, { sets }) => communityTest('large', 'any', value, path, sets),
  allLargeCommunities: (value, path, { sets }) => communityTest('large', 'all', value, path, sets),
  noLargeCommunity: (value, path, { sets }) => communityTest('large', 'no', value, path, sets),
  anyExtendedCommunity: (value, path, { sets }) => communityTest('extended', 'any', value, path, sets),
  allExtendedCommunities: (value, path, { sets }) => communityTest('extended', 'all', value, path, sets),
  noExtendedCommunity: (value, path, { sets }) => communityTest('extended', 'no', value, path, sets),
  originAs: (value, path, { sets }) => asTest(value, path, sets, (route) => originAs(route.block)),
  neighborAs: (value, path, { sets }) => asTest(value, path, sets, (route) => neighborAs(route.block)),
  asPath: (value, path, { sets }) => asPathTest(value, path, sets),
  nextHop(value, path, { sets, reads }) {
    reads.add('nextHop');
    return nextHopTest(value, path, sets);
  },
  prefixes(value, path, { sets, reads }) {
    const list = prefixesOf(value, path, sets);
    reads.addList(list);
    return (route) => list.matches(route);
  },
  rpki(value, path, { sets, reads }) {
    // The state belongs to the prefix and the origin together.
    reads.add('prefix');
    reads.add('rpki');
    const states = names(value, path, sets, ['valid', 'invalid', 'not-found', 'unknown']);
    return (route) => states.includes(route.rpki);
  },
  not(value, path, { sets, reads }) {
    const inner = compileMatch(value as Match, path, sets);
    reads.addAll(inner.reads);
    return (route) => !inner.holds(route);
  },
  anyOf(value, path, { sets, reads }) {
    if (!Array.isArray(value)) throw badPolicy(path, value, 'a list of matches');
    const inner = value.map((match: Match, i) => compileMatch(match, `${path}[${i}]`, sets));
    for (const match of inner) reads.addAll(match.reads);
    return (route) => inner.some((match) => match.holds(route));
  },
};

/** Compiles conditions, the cheap ones first. Throws `BgpError` for a field or value that is none. */
export function compileMatch(match: Match, path = 'match', sets: PolicySets = NO_SETS): CompiledMatch {
  checkShape(path, match, Object.keys(fields));
  const compiler: Compiler = { sets, reads: new PolicyReads() };
  const tests: Test[] = [];
  for (const [field, row] of Object.entries(fields) as [keyof Match, FieldRow][]) {
    const value: unknown = match[field];
    if (value !== undefined) tests.push(row(value, `${path}.${field}`, compiler));
  }
  return { reads: compiler.reads, holds: allOf(tests) };
}

/** No closure is made for a route; most statements have one condition or two. */
function allOf(tests: readonly Test[]): Test {
  const [first, second] = tests;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (tests.length === 2) return (route) => first(route) && second(route);
  return (route) => {
    for (let i = 0; i < tests.length; i++) if (!tests[i]!(route)) return false;
    return true;
  };
}

function numberTest(value: unknown, path: string, code: number): Test {
  if (value === null) return (route) => findAttribute(route.block, code) < 0;
  const { least, most } = parseRange(path, value, 'null for none, or');
  return ({ block }) => {
    const at = findAttribute(block, code);
    if (at < 0) return false;
    const number = readU32(block.bytes, valueStart(block.bytes, at));
    return number >= least && number <= most;
  };
}

function asTest(value: unknown, path: string, sets: PolicySets, read: (route: RouteView) => number): Test {
  const ranges: readonly Bounds[] = listOf(path, value, sets).map((element) =>
    parseRange(element.path, element.value, 'AS numbers'),
  );
  return (route) => {
    const as = read(route);
    return as !== 0 && isWithin(ranges, as);
  };
}

const CODES: Readonly<Record<CommunityKind, number>> = {
  standard: AttributeCode.Communities,
  large: AttributeCode.LargeCommunities,
  extended: AttributeCode.ExtendedCommunities,
};

function communityTest(
  kind: CommunityKind,
  how: 'any' | 'all' | 'no',
  value: unknown,
  path: string,
  sets: PolicySets,
): Test {
  const wanted: readonly (readonly RecordPattern[])[] = listOf(path, value, sets).map((element) =>
    communityPatterns(kind, element.path, element.value),
  );
  const code = CODES[kind];
  const size = RECORD_SIZE[kind];
  if (how === 'all') {
    return (route) => {
      for (let i = 0; i < wanted.length; i++) if (!holdsOne(route, code, size, wanted[i]!)) return false;
      return true;
    };
  }
  const any = wanted.flat();
  return how === 'any'
    ? (route) => holdsOne(route, code, size, any)
    : (route) => !holdsOne(route, code, size, any);
}

function holdsOne(route: RouteView, code: number, size: number, patterns: readonly RecordPattern[]): boolean {
  const { block } = route;
  for (let i = 0; i < patterns.length; i++) if (hasRecord(block, code, size, patterns[i]!)) return true;
  return false;
}

function prefixesOf(value: unknown, path: string, sets: PolicySets): PrefixList {
  if (typeof value === 'object' && value !== null && 'matches' in value) return value as PrefixList;
  const elements = listOf(path, value, sets);
  for (const element of elements) {
    const rule = typeof element.value === 'string' ? { prefix: element.value } : element.value;
    checkShape(element.path, rule, ['prefix', 'ge', 'le']);
    at(element.path, element.value, () => checkPrefixRule(rule as PrefixRule));
  }
  return prefixList(elements.map((element) => element.value as string | PrefixRule));
}

function texts(value: unknown, path: string, sets: PolicySets, what: string): readonly string[] {
  return listOf(path, value, sets).map((element) => {
    if (typeof element.value === 'string') return element.value;
    throw badPolicy(element.path, element.value, what);
  });
}

function names(
  value: unknown,
  path: string,
  sets: PolicySets,
  allowed: readonly string[],
): readonly string[] {
  return listOf(path, value, sets).map((element) => oneOf(element.value, element.path, allowed));
}

function oneOf(value: unknown, path: string, allowed: readonly string[]): string {
  if (typeof value === 'string' && allowed.includes(value)) return value;
  throw badPolicy(path, value, `one of ${allowed.join(', ')}`);
}
