import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { formatAddress } from '../net/address.js';
import { type Family, familyOf, IPV4_UNICAST, IPV6_UNICAST } from '../net/family.js';
import { showNlri } from '../nlri/show-nlri.js';
import { toHex } from '../wire/hex.js';
import { type AttributeRow, readU16 } from './attribute-row.js';

/**
 * Whether a next hop of this length can go with a family that is built (RFC 4760 §3, RFC 2545 §3): 4 octets for IPv4;
 * a global address, or a global and a link-local one, for IPv6. 16 and 32 for IPv4 need RFC 8950, which is not negotiated.
 */
export function isNextHopLength(family: Family, length: number): boolean {
  if (family === IPV4_UNICAST) return length === 4;
  return family !== IPV6_UNICAST || length === 16 || length === 32;
}

/** One or two addresses of a next hop field; hex when it is not made of addresses. */
function showNextHop(bytes: Uint8Array, start: number, length: number): string | string[] {
  if (length === 4 || length === 16) return formatAddress(bytes, start, length);
  if (length === 32) return [formatAddress(bytes, start, 16), formatAddress(bytes, start + 16, 16)];
  return toHex(bytes, start, start + length);
}

/**
 * MP_REACH_NLRI (RFC 4760 §3):
 *
 * ```
 * AFI (2) | SAFI (1) | length of next hop (1) | next hop | reserved (1) | NLRI …
 * ```
 *
 * Its inside is read by the UPDATE reader, because the outcome depends on what the session negotiated.
 */
export const mpReach: AttributeRow = {
  code: AttributeCode.MpReach,
  name: 'MP_REACH_NLRI',
  flags: 0x80,
  severity: 'reset', // RFC 7606 §7.11
  check(bytes, start, end) {
    if (end - start < 5 || start + 5 + bytes[start + 3]! > end) return UpdateError.OptionalAttribute;
    return 0;
  },
  show(bytes, start, end, { addPath }) {
    const family = familyOf(readU16(bytes, start), bytes[start + 2]!);
    const nextHopLength = bytes[start + 3]!;
    const nlri = start + 5 + nextHopLength;
    return {
      family: family.name,
      nextHop: showNextHop(bytes, start + 4, nextHopLength),
      nlri: showNlri(family, bytes, nlri, end, addPath),
    };
  },
};
