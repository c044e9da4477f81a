import type { Family } from '../net/family.js';
import { bodyAt, componentEnd } from './flowspec.js';
import { addressBits } from './prefix-octets.js';
import { RD_LENGTH } from './route-distinguisher.js';

const SOURCE_PREFIX = 2;
const VPN_SAFI = 134;

/**
 * Which of two flow specifications of a family is to be matched first (RFC 8955 §5.1, RFC 8956 §4): negative when it is `a`,
 * positive when it is `b`, 0 when they say the same. Both are whole NLRI that `check` accepts; of VPNs, of one route
 * distinguisher. Who installs rules sorts them by it.
 *
 * @example
 * ```ts
 * rules.sort((a, b) => compareFlowspecs(family, a.nlri, b.nlri));
 * ```
 */
export function compareFlowspecs(family: Family, a: Uint8Array, b: Uint8Array): number {
  const skipped = family.safi === VPN_SAFI ? RD_LENGTH : 0;
  let atA = bodyAt(a, 0) + skipped;
  let atB = bodyAt(b, 0) + skipped;
  while (atA < a.length && atB < b.length) {
    // The lower component type goes first.
    if (a[atA] !== b[atB]) return a[atA]! - b[atB]!;
    const endA = componentEnd(a, atA, a.length, family.afi);
    const endB = componentEnd(b, atB, b.length, family.afi);
    const [partA, partB] = [a.subarray(atA + 1, endA), b.subarray(atB + 1, endB)];
    const isPrefix = a[atA]! <= SOURCE_PREFIX;
    const order = isPrefix
      ? comparePrefixes(partA, partB, addressBits(family.afi) === 128)
      : compareOctets(partA, partB);
    if (order !== 0) return order;
    atA = endA;
    atB = endB;
  }
  // Who has a component more goes first.
  return b.length - atB - (a.length - atA);
}

/** The longer one of prefixes that overlap, else the lower address; of IPv6 first the lower offset. */
function comparePrefixes(a: Uint8Array, b: Uint8Array, hasOffset: boolean): number {
  if (hasOffset && a[1] !== b[1]) return a[1]! - b[1]!;
  const offset = hasOffset ? a[1]! : 0;
  const first = hasOffset ? 2 : 1;
  const common = Math.min(a[0]!, b[0]!) - offset;
  for (let bit = 0; bit < common; bit += 8) {
    const mask = common - bit >= 8 ? 0xff : 0xff & (0xff << (8 - (common - bit)));
    const at = first + (bit >>> 3);
    const difference = (a[at]! & mask) - (b[at]! & mask);
    if (difference !== 0) return difference;
  }
  return b[0]! - a[0]!;
}

/** The lower octets, else the longer string. */
function compareOctets(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return b.length - a.length;
}
