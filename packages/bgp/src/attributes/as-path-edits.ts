import { AttributeCode, SegmentType } from '../iana/attribute-code.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { refuseAttribute } from './attribute-error.js';
import { beginAttribute, endAttribute, valueStart } from './attribute-header.js';
import { replaceAses } from './replace-ases.js';

/** An AS, or `self`: ours, as the peer of that session sees it. */
export type AsOrSelf = number | 'self';

/** ASes of a path, and what becomes of them. */
export interface AsRule {
  /** Ranges with both ends in them. */
  readonly ases: readonly { readonly least: number; readonly most: number }[];
  /** What stands in their place; null: nothing. */
  readonly with: AsOrSelf | null;
}

/** What a policy changes in a path that came; what it prepends is another matter. */
export interface AsPathEdits {
  /** In place of the whole path: one sequence, front first. */
  readonly asPath?: readonly AsOrSelf[];
  /** One after the other, each on what the one before left. */
  readonly asRules?: readonly AsRule[];
}

/** What becomes of an AS; null: it goes. `self` is meant, so that no rule touches it any more. */
export function ruledAs(as: number, rules: readonly AsRule[]): AsOrSelf | null {
  let now = as;
  for (const rule of rules) {
    if (!rule.ases.some(({ least, most }) => now >= least && now <= most)) continue;
    if (rule.with === null || rule.with === 'self') return rule.with;
    now = rule.with;
  }
  return now;
}

/** The number that is meant; `own` is ours on that session. */
export function asNumber(as: AsOrSelf, own: number | undefined): number {
  if (as !== 'self') return as;
  return own ?? refuseAttribute('asPath', as, 'must be a number where there is no session');
}

/**
 * A canonical AS_PATH as edits leave it; `at === stop` where there was none. Segments of a confederation stay as they are: they
 * are how its members find loops (RFC 5065 §4), and no external peer sees them. This allocates, once for each attribute set.
 */
export function editedAsPath(
  block: Uint8Array,
  at: number,
  stop: number,
  edits: AsPathEdits,
  own: number | undefined,
): Uint8Array {
  const out = new ByteWriter();
  const { asPath, asRules = [] } = edits;
  if (asPath === undefined) {
    const replacement = (as: number): number => {
      const after = ruledAs(as, asRules);
      return after === null ? -1 : asNumber(after, own);
    };
    replaceAses(block, at, stop, replacement, out, SegmentType.Sequence);
    return out.slice();
  }
  const header = beginAttribute(out, 0x40, AttributeCode.AsPath);
  for (let from = at === stop ? stop : valueStart(block, at); from < stop; ) {
    const next = from + 2 + block[from + 1]! * 4;
    if (block[from]! > SegmentType.Sequence) out.copy(block, from, next);
    from = next;
  }
  const ases = asPath
    .map((as) => (as === 'self' ? as : ruledAs(as, asRules)))
    .filter((as) => as !== null)
    .map((as) => asNumber(as, own));
  for (let i = 0; i < ases.length; i += 255) {
    const part = ases.slice(i, i + 255);
    out.u8(SegmentType.Sequence);
    out.u8(part.length);
    for (const as of part) out.u32(as);
  }
  endAttribute(out, header);
  return out.slice();
}
