import { attributeRow } from '../attributes/attribute-table.js';
import { isWellFormed, type RawAttribute, rawValue } from '../attributes/raw-attribute.js';
import { AttributeCode, AttributeFlag } from '../iana/attribute-code.js';
import { badPolicy, checkShape } from './policy-error.js';

/** An attribute as edits declare it. */
export interface AttributeToSet {
  readonly code: number;
  /** Octets, as hex digits. */
  readonly value: string;
  /** 0xc0, optional and transitive, or 0x80 for unknown attributes that are not to go on. Default: as the attribute has it, or 0xc0. */
  readonly flags?: number;
}

/** Attributes that are not set by their octets, and what is done instead. */
const REFUSED: ReadonlyMap<number, string> = new Map([
  [AttributeCode.Origin, 'edit origin'],
  [AttributeCode.AsPath, 'edit asPath'],
  [AttributeCode.NextHop, 'edit nextHop'],
  [AttributeCode.Med, 'edit med'],
  [AttributeCode.LocalPref, 'edit localPref'],
  [AttributeCode.AtomicAggregate, 'edit atomicAggregate'],
  [AttributeCode.Aggregator, 'edit aggregator'],
  [AttributeCode.Communities, 'edit setCommunities'],
  [AttributeCode.OriginatorId, 'reflectors alone write it, to find loops (RFC 4456 §8)'],
  [AttributeCode.ClusterList, 'reflectors alone write it, to find loops (RFC 4456 §8)'],
  [AttributeCode.MpReach, 'it is the routes themselves; for their next hop edit nextHop'],
  [AttributeCode.MpUnreach, 'it is withdrawals, which no policy sees; to withdraw a route reject it'],
  [AttributeCode.ExtendedCommunities, 'edit setExtendedCommunities'],
  [AttributeCode.As4Path, 'it is made of AS_PATH for two-octet peers (RFC 6793 §4.2.2); edit asPath'],
  [
    AttributeCode.As4Aggregator,
    'it is made of AGGREGATOR for two-octet peers (RFC 6793 §4.2.2); edit aggregator',
  ],
  [AttributeCode.Aigp, 'edit aigp'],
  [AttributeCode.LargeCommunities, 'edit setLargeCommunities'],
  [AttributeCode.OnlyToCustomer, 'edit onlyToCustomer'],
]);

/** With the rest of an UPDATE, so much fits a message of 4096 octets (RFC 4271 §4.1). */
const MOST_OCTETS = 4000;
const OPTIONAL_TRANSITIVE = AttributeFlag.Optional | AttributeFlag.Transitive;

/** Checks attributes to set and brings them into the order of their codes. Throws `BGP_ERR_POLICY`. */
export function rawAttributes(path: string, value: unknown): readonly RawAttribute[] {
  if (!Array.isArray(value)) throw badPolicy(path, value, 'a list of attributes with code and value');
  const seen = new Set<number>();
  const list = value.map((declared: unknown, i) => {
    const attribute = rawAttribute(`${path}[${i}]`, declared);
    const { code } = attribute;
    if (seen.has(code)) throw badPolicy(`${path}[${i}].code`, code, 'each code once');
    seen.add(code);
    return attribute;
  });
  return Object.freeze(list.sort((x, y) => x.code - y.code));
}

function rawAttribute(path: string, declared: unknown): RawAttribute {
  checkShape(path, declared, ['code', 'value', 'flags']);
  const { code, value, flags } = declared as { readonly [K in keyof AttributeToSet]?: unknown };
  checkCode(`${path}.code`, code);
  return Object.freeze({
    code,
    flags: flagsOf(`${path}.flags`, code, flags),
    value: octetsOf(`${path}.value`, code, value),
  });
}

function checkCode(path: string, code: unknown): asserts code is number {
  if (typeof code !== 'number' || !Number.isInteger(code) || code < 1 || code > 255) {
    throw badPolicy(path, code, 'an attribute code 1 … 255');
  }
  const instead = REFUSED.get(code);
  if (instead === undefined) return;
  throw badPolicy(path, code, `the code of an attribute other than ${attributeRow(code)?.name}: ${instead}`);
}

function flagsOf(path: string, code: number, flags: unknown): number {
  const row = attributeRow(code);
  const known = row?.flags ?? OPTIONAL_TRANSITIVE;
  if (flags === undefined || flags === known) return known;
  if (row === undefined && flags === AttributeFlag.Optional) return flags;
  const hex = `0x${known.toString(16)}`;
  throw badPolicy(
    path,
    flags,
    row === undefined ? `${hex}, or 0x80 for one that is not transitive` : `${hex}, as ${row.name} has it`,
  );
}

function octetsOf(path: string, code: number, value: unknown): Uint8Array {
  const octets = rawValue(value);
  if (octets === null) throw badPolicy(path, value, 'octets as hex digits, in quotes where it is YAML');
  if (octets.length > MOST_OCTETS) {
    throw badPolicy(path, value, `at most ${MOST_OCTETS} octets, so that a message holds it`);
  }
  if (isWellFormed(code, octets)) return octets;
  throw badPolicy(path, value, `the octets of a well-formed ${attributeRow(code)?.name}`);
}
