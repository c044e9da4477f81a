import { SegmentType } from '../iana/attribute-code.js';
import { AsAutomaton } from './as-automaton.js';
import { parseAsPattern } from './as-path-syntax.js';
import { badPolicy } from './policy-error.js';

/** A pattern over the ASes of a path, compiled. */
export interface AsPathPattern {
  /** Whether the value of an AS_PATH fits: segments with ASes of four octets. An empty value is the empty path. */
  matches(bytes: Uint8Array, start: number, end: number): boolean;
}

/**
 * Compiles a pattern such as `^64512 .* 64999$` or `_65001_`. Its letters are whole AS numbers, so that `65001` never
 * matches a part of 165001:
 *
 * | written | means |
 * |---|---|
 * | `65001`, `64512-65534` | this AS, one of the range |
 * | `.` | any AS |
 * | `[64512 65000-65010]`, `[^64512]` | one of these, any but these |
 * | `x*`, `x+`, `x?`, `x{2}`, `x{2,}`, `x{2,5}` | as often as that |
 * | `x y`, `(x)`, `x\|y` | one after another, a group, one or the other |
 * | `^`, `$` | begin and end of the path; without them a pattern fits anywhere |
 * | `_` | a border between ASes: every AS has one on both sides |
 *
 * An AS_SET is one place, which fits when one of its members does. Throws `BgpError` with code `BGP_ERR_POLICY`.
 *
 * @example
 * policy('customers', [{ match: { asPath: [asPathPattern('^64513+$')] }, action: 'accept' }]);
 */
export function asPathPattern(text: string, path = 'asPath'): AsPathPattern {
  if (typeof text !== 'string') throw badPolicy(path, text, 'a pattern, such as ^64512 .* 64999$');
  const automaton = new AsAutomaton(parseAsPattern(text, path));
  return {
    matches(bytes, start, end) {
      automaton.begin();
      for (let at = start; at < end && !automaton.isMatch; ) {
        const count = bytes[at + 1]!;
        const next = at + 2 + count * 4;
        const isSet = bytes[at] === SegmentType.Set || bytes[at] === SegmentType.ConfedSet;
        if (isSet) automaton.stepSet(bytes, at + 2, next);
        else automaton.stepSequence(bytes, at + 2, next);
        at = next;
      }
      return automaton.finish();
    },
  };
}
