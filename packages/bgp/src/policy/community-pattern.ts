import type { RecordPart, RecordPattern } from '../attributes/record-pattern.js';
import { parseCommunity } from './community.js';
import { at, badPolicy } from './policy-error.js';

/** A kind of community, by the field names of matches and edits. */
export type CommunityKind = 'standard' | 'large' | 'extended';

/** Octets of one community. */
export const RECORD_SIZE: Readonly<Record<CommunityKind, number>> = { standard: 4, large: 12, extended: 8 };

const ALLOWED: Readonly<Record<CommunityKind, string>> = {
  standard:
    'a community: a well-known name, a number, or "ASN:VALUE" with 0 … 65535, "*" or "FROM-TO" in each',
  large: 'a large community "GLOBAL:LOCAL:LOCAL" with 0 … 4294967295, "*" or "FROM-TO" in each',
  extended:
    'an extended community: "rt:" or "soo:" with ASN:VALUE or ADDRESS:VALUE, "*" for any, or hex digits: 16, or fewer and "*"',
};

/** Reads a community in which `*` and ranges may stand. More than one pattern: any of them is meant. */
export function communityPatterns(
  kind: CommunityKind,
  path: string,
  value: unknown,
): readonly RecordPattern[] {
  const patterns = kind === 'extended' ? extended(value) : fields(kind, path, value);
  if (patterns === null) throw badPolicy(path, value, ALLOWED[kind]);
  return patterns;
}

/** Reads one community without wildcards as its octets. */
export function communityOctets(kind: CommunityKind, path: string, value: unknown): Uint8Array {
  const patterns = communityPatterns(kind, path, value);
  const octets = new Uint8Array(RECORD_SIZE[kind]);
  const [first] = patterns;
  let filled = 0;
  for (const part of first?.parts ?? []) {
    if (part.least !== part.most) break;
    let rest = part.least;
    for (let i = part.width - 1; i >= 0; i--) {
      octets[part.offset + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    filled += part.width;
  }
  if (filled !== octets.length) throw badPolicy(path, value, `${ALLOWED[kind]}; no wildcard here`);
  return octets;
}

function fields(kind: 'standard' | 'large', path: string, value: unknown): readonly RecordPattern[] | null {
  const width = kind === 'standard' ? 2 : 4;
  const count = kind === 'standard' ? 2 : 3;
  if (typeof value === 'string') {
    const texts = value.trim().split(':');
    if (texts.length === count) {
      const parts = texts.map((text, i) => part(text, i * width, width));
      if (parts.every((one) => one !== null)) return [{ parts }];
    }
  }
  if (kind === 'large' || (typeof value !== 'string' && typeof value !== 'number')) return null;
  const number = at(path, value, () => parseCommunity(value));
  return [{ parts: [{ offset: 0, width: 4, least: number, most: number }] }];
}

/** A field: a number, `*`, or `FROM-TO`. */
function part(text: string, offset: number, width: RecordPart['width']): RecordPart | null {
  const largest = 256 ** width - 1;
  if (text === '*') return { offset, width, least: 0, most: largest };
  const numbers = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text);
  if (numbers === null) return null;
  const least = Number(numbers[1]);
  const most = numbers[2] === undefined ? least : Number(numbers[2]);
  return least <= most && most <= largest ? { offset, width, least, most } : null;
}

/**
 * Route targets and route origins (RFC 4360 §4, §5; RFC 5668 for 4-octet ASes):
 *
 * ```
 * type (1): 0 AS, 1 address, 2 four-octet AS | subtype (1): 2 target, 3 origin | administrator (2 or 4) | number (4 or 2)
 * ```
 */
function extended(value: unknown): readonly RecordPattern[] | null {
  if (typeof value !== 'string') return null;
  const hex = /^((?:[0-9a-f]{2}){0,7}\*|(?:[0-9a-f]{2}){8})$/i.exec(value.trim());
  if (hex !== null) {
    const octets = value.trim().replace('*', '').match(/../g) ?? [];
    return [{ parts: octets.map((octet, i) => exactly(i, 1, Number.parseInt(octet, 16))) }];
  }
  const named = /^(rt|soo|ro):(.+)$/.exec(value.trim());
  if (named === null) return null;
  const subtype = named[1] === 'rt' ? 2 : 3;
  const [administrator = '', number, ...rest] = (named[2] as string).split(':');
  if (rest.length > 0) return null;
  if (number === undefined)
    return administrator === '*' ? [0, 1, 2].map((type) => head(type, subtype)) : null;
  const quad = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(administrator);
  if (quad !== null) {
    const octets = quad.slice(1).map(Number);
    const last = part(number, 6, 2);
    if (octets.some((octet) => octet > 255) || last === null) return null;
    return [
      { parts: [...head(1, subtype).parts, ...octets.map((octet, i) => exactly(2 + i, 1, octet)), last] },
    ];
  }
  const two = withAs(0, subtype, part(administrator, 2, 2), part(number, 4, 4));
  const four = withAs(2, subtype, part(administrator, 2, 4), part(number, 6, 2));
  // An AS that fits two octets is written so; matching takes both writings.
  const found = [...two, ...four];
  return found.length > 0 ? found : null;
}

function withAs(
  type: number,
  subtype: number,
  administrator: RecordPart | null,
  number: RecordPart | null,
): RecordPattern[] {
  if (administrator === null || number === null) return [];
  return [{ parts: [...head(type, subtype).parts, administrator, number] }];
}

function head(type: number, subtype: number): RecordPattern {
  return { parts: [exactly(0, 1, type), exactly(1, 1, subtype)] };
}

function exactly(offset: number, width: RecordPart['width'], value: number): RecordPart {
  return { offset, width, least: value, most: value };
}
