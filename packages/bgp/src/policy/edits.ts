import { BgpError } from '../errors.js';
import { parseCommunity } from './community.js';
import type { RouteEdits } from './policy.js';

/** Edits as a statement declares them: as `RouteEdits`, with communities also as text. */
export interface EditsDeclaration
  extends Omit<RouteEdits, 'addCommunities' | 'removeCommunities' | 'setCommunities'> {
  readonly addCommunities?: readonly (string | number)[];
  readonly removeCommunities?: readonly (string | number)[];
  readonly setCommunities?: readonly (string | number)[];
}

const fields: readonly (keyof RouteEdits)[] = [
  'origin',
  'med',
  'localPref',
  'prepend',
  'addCommunities',
  'removeCommunities',
  'setCommunities',
  'addLargeCommunities',
  'nextHop',
];

/** Checks edits and makes numbers of communities. Throws `BgpError` with code `BGP_ERR_POLICY`. */
export function compileEdits(declared: EditsDeclaration): RouteEdits {
  const { addCommunities, removeCommunities, setCommunities, ...plain } = declared;
  for (const field of Object.keys(declared)) {
    if (!(fields as readonly string[]).includes(field))
      throw badEdit(field, field, `one of ${fields.join(', ')}`);
  }
  checkU32('med', declared.med);
  checkU32('localPref', declared.localPref);
  const prepend = declared.prepend;
  if (prepend !== undefined) {
    if (!isU32(prepend.as) || prepend.as === 0) throw badEdit('prepend.as', prepend.as, '1 … 4294967295');
    if (!Number.isInteger(prepend.count) || prepend.count < 1 || prepend.count > 255) {
      throw badEdit('prepend.count', prepend.count, '1 … 255');
    }
  }
  return Object.freeze({
    ...plain,
    ...(addCommunities && { addCommunities: addCommunities.map(parseCommunity) }),
    ...(removeCommunities && { removeCommunities: removeCommunities.map(parseCommunity) }),
    ...(setCommunities && { setCommunities: setCommunities.map(parseCommunity) }),
  });
}

/**
 * What two statements change together: the later one wins field by field, additions add up, and prepending the same
 * AS twice adds the counts.
 */
export function mergeEdits(first: RouteEdits, second: RouteEdits): RouteEdits {
  const merged: Mutable<RouteEdits> = { ...first, ...second };
  if (second.setCommunities === undefined) {
    if (first.addCommunities && second.addCommunities) {
      merged.addCommunities = [...first.addCommunities, ...second.addCommunities];
    }
    if (first.removeCommunities && second.removeCommunities) {
      merged.removeCommunities = [...first.removeCommunities, ...second.removeCommunities];
    }
  }
  if (first.addLargeCommunities && second.addLargeCommunities) {
    merged.addLargeCommunities = [...first.addLargeCommunities, ...second.addLargeCommunities];
  }
  if (first.prepend && second.prepend && first.prepend.as === second.prepend.as) {
    merged.prepend = { as: second.prepend.as, count: first.prepend.count + second.prepend.count };
  }
  return Object.freeze(merged);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function isU32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffffffff;
}

function checkU32(field: string, value: number | null | undefined): void {
  if (value === undefined || value === null || isU32(value)) return;
  throw badEdit(field, value, '0 … 4294967295, or null to remove it');
}

function badEdit(field: string, value: unknown, allowed: string): BgpError {
  return new BgpError('BGP_ERR_POLICY', `edit ${field} must be ${allowed}; got ${JSON.stringify(value)}`, {
    path: field,
    value,
    allowed,
  });
}
