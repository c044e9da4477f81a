import type { AsOrSelf, AsPathEdits, AsRule } from '../attributes/as-path-edits.js';
import { isU32, parseRange } from './number-range.js';
import { badPolicy, checkShape } from './policy-error.js';
import { listOf, type PolicySets } from './policy-sets.js';

/** ASes of a path, as edits name them: a number, `'64512-65534'`, or `private` for those of RFC 6996. */
export type AsSelection = number | string;

/** What edits declare of the path that came. */
export interface AsPathDeclaration {
  readonly asPath?: readonly AsOrSelf[];
  readonly replaceAses?: { readonly ases: readonly AsSelection[]; readonly with: AsOrSelf };
  readonly removeAses?: readonly AsSelection[];
}

/** RFC 6996 §5 */
const PRIVATE: AsRule['ases'] = [
  { least: 64_512, most: 65_534 },
  { least: 4_200_000_000, most: 4_294_967_294 },
];

/** The path as declared, checked and compiled: replacing comes before removing. */
export function asPathEdits(declared: AsPathDeclaration, path: string, sets: PolicySets): AsPathEdits {
  const { asPath, replaceAses, removeAses } = declared;
  const rules: AsRule[] = [];
  if (replaceAses !== undefined) {
    const where = `${path}.replaceAses`;
    checkShape(where, replaceAses, ['ases', 'with']);
    checkAs(`${where}.with`, replaceAses.with);
    rules.push({ ases: selected(`${where}.ases`, replaceAses.ases, sets), with: replaceAses.with });
  }
  if (removeAses !== undefined) {
    rules.push({ ases: selected(`${path}.removeAses`, removeAses, sets), with: null });
  }
  return {
    ...(asPath !== undefined && { asPath: asList(`${path}.asPath`, asPath) }),
    ...(rules.length > 0 && { asRules: Object.freeze(rules) }),
  };
}

function selected(path: string, value: unknown, sets: PolicySets): AsRule['ases'] {
  if (!Array.isArray(value) || value.length === 0) throw badPolicy(path, value, ASES);
  return listOf(path, value, sets).flatMap((element) =>
    element.value === 'private' ? PRIVATE : [parseRange(element.path, element.value, 'an AS, or private')],
  );
}

const ASES = 'a list of ASes: numbers, "FROM-TO", or "private"';

/** ASes to write into a path, front first. */
export function asList(path: string, value: unknown): readonly AsOrSelf[] {
  if (!Array.isArray(value) || value.length > 255) throw badPolicy(path, value, 'a list of at most 255 ASes');
  for (const [i, as] of value.entries()) checkAs(`${path}[${i}]`, as);
  return Object.freeze([...value]);
}

/** An AS to write into a path, or `self`. */
export function checkAs(path: string, as: unknown): asserts as is AsOrSelf {
  if (as !== 'self' && (!isU32(as) || as === 0)) throw badPolicy(path, as, '1 … 4294967295, or self');
}
