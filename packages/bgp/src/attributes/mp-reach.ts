import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { formatAddress } from '../net/address.js';
import {
  type Family,
  familyOf,
  IPV4_MULTICAST,
  IPV4_UNICAST,
  IPV6_MULTICAST,
  IPV6_UNICAST,
} from '../net/family.js';
import { opaqueNlriCodec } from '../nlri/opaque-families.js';
import { formatRouteDistinguisher, RD_LENGTH } from '../nlri/route-distinguisher.js';
import { showNlri } from '../nlri/show-nlri.js';
import { toHex } from '../wire/hex.js';
import { type AttributeRow, readU16 } from './attribute-row.js';

/**
 * Whether a next hop of this length can go with a family that is built (RFC 4760 §3, RFC 2545 §3): 4 octets for IPv4;
 * a global address, or a global and a link-local one, for IPv6, and for IPv4 with `extended` (RFC 8950 §3). Families that are
 * kept by their octets say it themselves.
 */
export function isNextHopLength(family: Family, length: number, extended = false): boolean {
  switch (family.key) {
    case IPV4_UNICAST.key:
    case IPV4_MULTICAST.key:
      return length === 4 || (extended && (length === 16 || length === 32));
    case IPV6_UNICAST.key:
    case IPV6_MULTICAST.key:
      return length === 16 || length === 32;
    default:
      return opaqueNlriCodec(family)?.nextHopLengths.includes(length) ?? true;
  }
}

/** Octets of each address of a next hop of this length, and of the route distinguisher in front of it (RFC 4364 §4.3.4). */
const HOP_SHAPES: Readonly<Record<number, readonly [distinguisher: number, address: number]>> = {
  4: [0, 4],
  16: [0, 16],
  32: [0, 16],
  12: [RD_LENGTH, 4],
  24: [RD_LENGTH, 16],
  48: [RD_LENGTH, 16],
};

/**
 * One or two addresses of a next hop field, with their route distinguishers where these are not zero as they should be; hex
 * when it is not made of addresses.
 */
function showNextHop(bytes: Uint8Array, start: number, length: number): string | string[] {
  const shape = HOP_SHAPES[length];
  if (shape === undefined) return toHex(bytes, start, start + length);
  const [rd, size] = shape;
  const hops: string[] = [];
  for (let at = start; at < start + length; at += rd + size) {
    const name = rd === 0 ? '0:0' : formatRouteDistinguisher(bytes, at);
    hops.push(`${name === '0:0' ? '' : `rd ${name} `}${formatAddress(bytes, at + rd, size)}`);
  }
  return hops.length === 1 ? hops[0]! : hops;
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
      ...(nextHopLength === 0 ? {} : { nextHop: showNextHop(bytes, start + 4, nextHopLength) }),
      nlri: showNlri(family, bytes, nlri, end, addPath),
    };
  },
};
