import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { formatAddress } from '../net/address.js';
import { fromHex, toHex } from '../wire/hex.js';
import { refuseAttribute } from './attribute-error.js';
import { type AttributeRow, nonEmptyMultipleOf, readU16 } from './attribute-row.js';

const SIZE = 20;

/** Sub-types of IPv6 address specific extended communities (IANA), as in those of eight octets. */
const NAMES: Readonly<Record<number, string>> = {
  2: 'route-target',
  3: 'route-origin',
  4: 'ospf-route-attributes',
  11: 'vrf-route-import',
  12: 'flowspec-redirect-to-ip',
  13: 'flowspec-rt-redirect',
  16: 'cisco-vpn-distinguisher',
  18: 'inter-area-p2mp-next-hop',
};

/** One as it is shown: by name where it has one. */
export interface ShownIpv6ExtendedCommunity {
  readonly type: string;
  readonly hex: string;
  readonly transitive: boolean;
  readonly value?: string;
}

function showOne(bytes: Uint8Array, at: number): ShownIpv6ExtendedCommunity {
  const hex = toHex(bytes, at, at + SIZE);
  const transitive = (bytes[at]! & 0x40) === 0;
  const name = (bytes[at]! & ~0x40) === 0 ? NAMES[bytes[at + 1]!] : undefined;
  if (name === undefined) return { type: 'unknown', transitive, hex };
  const value = `[${formatAddress(bytes, at + 2, 16)}]:${readU16(bytes, at + 18)}`;
  return { type: name, value, transitive, hex };
}

function mapAll<T>(start: number, end: number, make: (at: number) => T): T[] {
  const list: T[] = [];
  for (let at = start; at < end; at += SIZE) list.push(make(at));
  return list;
}

/**
 * IPV6_EXTENDED_COMMUNITIES (RFC 5701): twenty octets each.
 *
 * ```
 * type (1) | sub-type (1) | address (16) | number (2)
 * ```
 */
export const ipv6ExtendedCommunities: AttributeRow = {
  code: AttributeCode.Ipv6ExtendedCommunities,
  name: 'IPV6_EXTENDED_COMMUNITIES',
  flags: 0xc0,
  severity: 'withdraw', // RFC 7606 §7.15
  check: nonEmptyMultipleOf(SIZE, UpdateError.AttributeLength),
  show: (bytes, start, end) => mapAll(start, end, (at) => showOne(bytes, at)),
  decode(bytes, start, end, into) {
    into.ipv6ExtendedCommunities = mapAll(start, end, (at) => toHex(bytes, at, at + SIZE));
  },
  encode({ ipv6ExtendedCommunities: list }, out) {
    if (list === undefined || list.length === 0) return false;
    list.forEach((text, i) => {
      const octets = fromHex(text);
      if (octets?.length !== SIZE) {
        refuseAttribute(`ipv6ExtendedCommunities[${i}]`, text, 'must be 40 hex digits');
      }
      out.copy(octets);
    });
    return true;
  },
};
