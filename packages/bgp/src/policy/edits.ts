import type { AsOrSelf } from '../attributes/as-path-edits.js';
import type { Aggregator, Origin } from '../attributes/path-attributes.js';
import type { RecordEdits, RecordPattern } from '../attributes/record-pattern.js';
import { formatAddress, isAddress, parseAddress } from '../net/address.js';
import { type AsSelection, asList, asPathEdits, checkAs } from './as-edits.js';
import { type CommunityKind, communityOctets, communityPatterns } from './community-pattern.js';
import { isU32 } from './number-range.js';
import type { RouteEdits } from './policy.js';
import { badPolicy, checkShape } from './policy-error.js';
import { listOf, NO_SETS, type PolicySets } from './policy-sets.js';
import { removedAttributes } from './removed-attributes.js';
import { type AttributeToSet, rawAttributes } from './set-attributes.js';

/**
 * Edits as a statement declares them. Absent = unchanged, `null` removes. Communities are numbers or text; in those to
 * remove `*` and `FROM-TO` may stand for a field, and `@name` for a named set.
 */
export interface EditsDeclaration {
  readonly origin?: Origin;
  readonly med?: number | null;
  /** Added to the MED, negative to subtract. */
  readonly addMed?: number;
  /** Internal peers are sent 100 in place of what `null` removes (RFC 4271 §5.1.5). */
  readonly localPref?: number | null;
  readonly addLocalPref?: number;
  /** In place of the AS path that came, front first; what is prepended goes in front of it, and `[]` leaves that only. */
  readonly asPath?: readonly AsOrSelf[];
  /** Other ASes of the path that came become this one: `{ ases: ['private'], with: 'self' }`. */
  readonly replaceAses?: { readonly ases: readonly AsSelection[]; readonly with: AsOrSelf };
  /** ASes that leave the path: `['private']`. */
  readonly removeAses?: readonly AsSelection[];
  /** `self`: our AS, as the peer of that session sees it. */
  readonly prepend?: { readonly as: AsOrSelf; readonly count: number };
  /** Any ASes to prepend, front first. */
  readonly prependAses?: readonly AsOrSelf[];
  /** `false` removes ATOMIC_AGGREGATE; RFC 4271 §5.1.6 has it stay where the more specific routes are not known. */
  readonly atomicAggregate?: boolean;
  /** Who formed the aggregate: an AS, and a router id as dotted quad. */
  readonly aggregator?: Aggregator | null;
  /**
   * Marks a route that has no OTC (RFC 9234 §5): one that is there stays as it is. Sent to a peer with a role it does nothing,
   * because the role decides.
   */
  readonly onlyToCustomer?: AsOrSelf;
  /** Codes of attributes that go, known or not, before the other edits are made. */
  readonly removeAttributes?: readonly number[];
  /** Attributes without an edit of their own, in the place of the one of that code or added. */
  readonly setAttributes?: readonly AttributeToSet[];
  readonly addCommunities?: readonly (string | number)[];
  readonly removeCommunities?: readonly (string | number)[];
  readonly setCommunities?: readonly (string | number)[];
  readonly addLargeCommunities?: readonly string[];
  readonly removeLargeCommunities?: readonly string[];
  readonly setLargeCommunities?: readonly string[];
  readonly addExtendedCommunities?: readonly string[];
  readonly removeExtendedCommunities?: readonly string[];
  readonly setExtendedCommunities?: readonly string[];
  /** Accumulated IGP metric (RFC 7311), 0 … 2^53 − 1. */
  readonly aigp?: number | null;
  /** `self`, `unchanged`, or an address. */
  readonly nextHop?: string | { readonly address: string };
}

const fields: readonly (keyof EditsDeclaration)[] = [
  'origin',
  'med',
  'addMed',
  'localPref',
  'addLocalPref',
  'asPath',
  'replaceAses',
  'removeAses',
  'prepend',
  'prependAses',
  'atomicAggregate',
  'aggregator',
  'onlyToCustomer',
  'removeAttributes',
  'setAttributes',
  'addCommunities',
  'removeCommunities',
  'setCommunities',
  'addLargeCommunities',
  'removeLargeCommunities',
  'setLargeCommunities',
  'addExtendedCommunities',
  'removeExtendedCommunities',
  'setExtendedCommunities',
  'aigp',
  'nextHop',
];

/**
 * Checks edits and compiles their texts, once; what a `policyFunction` answers with. Throws `BgpError` with code
 * `BGP_ERR_POLICY` or `BGP_ERR_COMMUNITY`, naming the path.
 *
 * @example
 * const tag = routeEdits({ addLocalPref: 20, removeCommunities: ['64512:*'], addCommunities: ['64512:7'] });
 */
export function routeEdits(declared: EditsDeclaration): RouteEdits {
  return compileEdits(declared);
}

/** As `routeEdits`, with the place of the edits and the named sets. */
export function compileEdits(
  declared: EditsDeclaration,
  path = 'edits',
  sets: PolicySets = NO_SETS,
): RouteEdits {
  checkShape(path, declared, fields);
  const of = (field: keyof EditsDeclaration): string => `${path}.${field}`;
  const { origin, med, addMed, localPref, addLocalPref, prepend, prependAses, aigp, nextHop } = declared;
  const { atomicAggregate, aggregator, onlyToCustomer, removeAttributes, setAttributes } = declared;
  if (origin !== undefined && !['igp', 'egp', 'incomplete'].includes(origin)) {
    throw badPolicy(of('origin'), origin, 'igp, egp or incomplete');
  }
  checkNumber(of('med'), med);
  checkNumber(of('localPref'), localPref);
  checkAdded(of('addMed'), addMed, med);
  checkAdded(of('addLocalPref'), addLocalPref, localPref);
  if (prepend !== undefined) {
    checkShape(of('prepend'), prepend, ['as', 'count']);
    checkAs(`${of('prepend')}.as`, prepend.as);
    if (!Number.isInteger(prepend.count) || prepend.count < 1 || prepend.count > 255) {
      throw badPolicy(`${of('prepend')}.count`, prepend.count, '1 … 255');
    }
  }
  if (atomicAggregate !== undefined && typeof atomicAggregate !== 'boolean') {
    throw badPolicy(of('atomicAggregate'), atomicAggregate, 'true to set it, or false to remove it');
  }
  if (onlyToCustomer === null) {
    const allowed = 'an AS or self: once it is there it is preserved unchanged (RFC 9234 §5)';
    throw badPolicy(of('onlyToCustomer'), onlyToCustomer, allowed);
  }
  if (onlyToCustomer !== undefined) checkAs(of('onlyToCustomer'), onlyToCustomer);
  if (aigp !== undefined && aigp !== null && (!Number.isSafeInteger(aigp) || aigp < 0)) {
    throw badPolicy(of('aigp'), aigp, '0 … 2^53 − 1, or null to remove it');
  }
  const large = records('large', declared, path, sets);
  const extended = records('extended', declared, path, sets);
  return Object.freeze({
    ...(origin !== undefined && { origin }),
    ...(med !== undefined && { med }),
    ...(addMed !== undefined && { addMed }),
    ...(localPref !== undefined && { localPref }),
    ...(addLocalPref !== undefined && { addLocalPref }),
    ...(prepend !== undefined && { prepend }),
    ...asPathEdits(declared, path, sets),
    ...(prependAses !== undefined && { prependAses: asList(of('prependAses'), prependAses) }),
    ...(atomicAggregate !== undefined && { atomicAggregate }),
    ...(aggregator !== undefined && { aggregator: aggregatorOf(of('aggregator'), aggregator) }),
    ...(onlyToCustomer !== undefined && { onlyToCustomer }),
    ...(removeAttributes !== undefined && {
      removeAttributes: removedAttributes(of('removeAttributes'), removeAttributes),
    }),
    ...(setAttributes !== undefined && {
      setAttributes: rawAttributes(of('setAttributes'), setAttributes),
    }),
    ...standard(declared, path, sets),
    ...(large !== null && { largeCommunities: large }),
    ...(extended !== null && { extendedCommunities: extended }),
    ...(aigp !== undefined && { aigp }),
    ...(nextHop !== undefined && { nextHop: nextHopOf(of('nextHop'), nextHop) }),
  });
}

type CommunityFields = Pick<
  RouteEdits,
  'addCommunities' | 'removeCommunities' | 'removeCommunityPatterns' | 'setCommunities'
>;

function standard(declared: EditsDeclaration, path: string, sets: PolicySets): CommunityFields {
  const { addCommunities, removeCommunities, setCommunities } = declared;
  const numbers = (value: unknown, field: string): readonly number[] =>
    listOf(`${path}.${field}`, value, sets).map((element) => {
      const octets = communityOctets('standard', element.path, element.value);
      return new DataView(octets.buffer).getUint32(0);
    });
  const removed: number[] = [];
  const patterns: RecordPattern[] = [];
  for (const element of listOf(`${path}.removeCommunities`, removeCommunities ?? [], sets)) {
    for (const pattern of communityPatterns('standard', element.path, element.value)) {
      if (pattern.parts.some((part) => part.least !== part.most)) patterns.push(pattern);
      else removed.push(pattern.parts.reduce((sum, part) => sum * 256 ** part.width + part.least, 0));
    }
  }
  return {
    ...(addCommunities !== undefined && { addCommunities: numbers(addCommunities, 'addCommunities') }),
    ...(removed.length > 0 && { removeCommunities: removed }),
    ...(patterns.length > 0 && { removeCommunityPatterns: patterns }),
    ...(setCommunities !== undefined && { setCommunities: numbers(setCommunities, 'setCommunities') }),
  };
}

function records(
  kind: Exclude<CommunityKind, 'standard'>,
  declared: EditsDeclaration,
  path: string,
  sets: PolicySets,
): RecordEdits | null {
  const noun = kind === 'large' ? 'LargeCommunities' : 'ExtendedCommunities';
  const add = declared[`add${noun}`];
  const remove = declared[`remove${noun}`];
  const set = declared[`set${noun}`];
  if (add === undefined && remove === undefined && set === undefined) return null;
  const octets = (value: unknown, field: string): Uint8Array =>
    joined(
      listOf(`${path}.${field}`, value, sets).map((element) =>
        communityOctets(kind, element.path, element.value),
      ),
    );
  const patterns = (value: unknown, field: string): readonly RecordPattern[] =>
    listOf(`${path}.${field}`, value, sets).flatMap((element) =>
      communityPatterns(kind, element.path, element.value),
    );
  return Object.freeze({
    ...(add !== undefined && { add: octets(add, `add${noun}`) }),
    ...(remove !== undefined && { remove: patterns(remove, `remove${noun}`) }),
    ...(set !== undefined && { set: octets(set, `set${noun}`) }),
  });
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function aggregatorOf(path: string, value: Aggregator | null): Aggregator | null {
  if (value === null) return null;
  checkShape(path, value, ['as', 'address']);
  const { as, address }: { readonly as: unknown; readonly address: unknown } = value;
  if (!isU32(as) || as === 0) throw badPolicy(`${path}.as`, as, '1 … 4294967295');
  if (typeof address !== 'string' || address.includes(':') || !isAddress(address)) {
    throw badPolicy(`${path}.address`, address, 'a router id as dotted quad');
  }
  return Object.freeze({ as, address });
}

function nextHopOf(path: string, value: unknown): NonNullable<RouteEdits['nextHop']> {
  if (value === 'self' || value === 'unchanged') return value;
  const address = typeof value === 'object' && value !== null ? Reflect.get(value, 'address') : value;
  if (typeof address === 'string' && isAddress(address)) {
    return Object.freeze({ address: formatAddress(parseAddress(address)) });
  }
  throw badPolicy(path, value, 'self, unchanged, or an IPv4 or IPv6 address');
}

function checkNumber(path: string, value: number | null | undefined): void {
  if (value === undefined || value === null || isU32(value)) return;
  throw badPolicy(path, value, '0 … 4294967295, or null to remove it');
}

function checkAdded(path: string, value: number | undefined, set: number | null | undefined): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || Math.abs(value) > 0xffffffff) {
    throw badPolicy(path, value, 'an integer −4294967295 … 4294967295');
  }
  if (set !== undefined) throw badPolicy(path, value, 'absent where the value itself is set');
}
