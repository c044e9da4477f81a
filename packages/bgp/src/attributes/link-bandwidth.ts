import { AttributeCode } from '../iana/attribute-code.js';
import { valueEnd, valueStart } from './attribute-header.js';
import { readU32 } from './attribute-row.js';
import { type AttributeBlock, findAttribute } from './find-attribute.js';

/** Without the bit that says non-transitive: two-octet AS specific. */
const HIGH = 0x00;
const NON_TRANSITIVE = 0x40;
const LINK_BANDWIDTH = 0x04;

/**
 * The link bandwidth community (draft-ietf-idr-link-bandwidth) of a route, transitive or not, in octets a second; 0 when there
 * is none, or one that is no bandwidth. Of several the first in canonical order counts. Allocates nothing.
 *
 * ```
 * | type 0x00, 0x40 | sub-type 4 | AS (2) | IEEE 754 single (4) |
 * ```
 */
export function linkBandwidth(block: AttributeBlock): number {
  const { bytes } = block;
  const at = findAttribute(block, AttributeCode.ExtendedCommunities);
  if (at < 0) return 0;
  const stop = valueEnd(bytes, at);
  for (let i = valueStart(bytes, at); i < stop; i += 8) {
    if ((bytes[i]! & ~NON_TRANSITIVE) !== HIGH || bytes[i + 1] !== LINK_BANDWIDTH) continue;
    return asFloat(readU32(bytes, i + 4));
  }
  return 0;
}

/** A positive normal number of single precision; 0 for anything else. */
function asFloat(word: number): number {
  const exponent = word >>> 23;
  if (exponent === 0 || exponent >= 255) return 0;
  return (1 + (word & 0x7fffff) / 0x800000) * 2 ** (exponent - 127);
}
