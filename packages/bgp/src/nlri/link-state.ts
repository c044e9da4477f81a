import { type Family, familyOf } from '../net/family.js';
import { toHex } from '../wire/hex.js';
import { readU16, readU64 } from '../wire/octets.js';
import { framedRead, wholeKey } from './framing.js';
import {
  DESCRIPTORS_IPV4,
  DESCRIPTORS_IPV6,
  LOCAL_NODE,
  NODE_DESCRIPTORS,
  REMOTE_NODE,
} from './link-state-tlv.js';
import { checkHex, checkNumber, refuseNlri, writeU64 } from './nlri-error.js';
import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { formatRouteDistinguisher, RD_LENGTH, writeRouteDistinguisher } from './route-distinguisher.js';
import { formatTlvs, type Tlv, type TlvSet } from './tlv-set.js';

/** What a piece of topology is (RFC 9552 §5.2, RFC 9514 §6). */
export type LinkStateType = 'node' | 'link' | 'ipv4-prefix' | 'ipv6-prefix' | 'srv6-sid';

/** A piece of topology (RFC 9552 §5.2, RFC 9514 §6). Its properties are in the BGP-LS attribute. */
export type LinkStateNlri =
  | {
      readonly type: LinkStateType;
      /** In the VPN family only. */
      readonly rd?: string;
      /** Where it was learned: `isis-level-1`, `ospfv2`, …, or a number without name. */
      readonly protocol: string | number;
      /** Which topology, decimal text of 64 bits. */
      readonly identifier: string;
      /** Descriptors, in the order of their types. */
      readonly descriptors: readonly Tlv[];
    }
  | { readonly type: 'unknown'; readonly code: number; readonly rd?: string; readonly hex: string };

/** By NLRI type. */
const TYPES: readonly (LinkStateType | undefined)[] = [
  undefined,
  'node',
  'link',
  'ipv4-prefix',
  'ipv6-prefix',
  undefined,
  'srv6-sid',
];

/** By Protocol-ID (RFC 9552 §5.2, RFC 9086 §3.1). */
const PROTOCOLS: readonly (string | undefined)[] = [
  undefined,
  'isis-level-1',
  'isis-level-2',
  'ospfv2',
  'direct',
  'static',
  'ospfv3',
  'bgp',
  'rsvp-te',
  'segment-routing',
];

const HEADER = 4;
/** Protocol and identifier. */
const FIXED = 9;

const tlvsOf = (type: number): TlvSet =>
  TYPES[type] === 'ipv4-prefix' ? DESCRIPTORS_IPV4 : DESCRIPTORS_IPV6;

/** Negative, zero, positive as the octets of two TLVs compare by length, then by value (RFC 9552 §5.1). */
function compareValues(bytes: Uint8Array, a: number, b: number): number {
  const length = readU16(bytes, a + 2);
  const difference = length - readU16(bytes, b + 2);
  if (difference !== 0) return difference;
  for (let i = HEADER; i < HEADER + length; i++) {
    if (bytes[a + i] !== bytes[b + i]) return bytes[a + i]! - bytes[b + i]!;
  }
  return 0;
}

/**
 * What is wrong with the TLVs in `[at, end)`: RFC 9552 §8.2.2 asks for whole ones of right length, in order, and in a node
 * descriptor each once. Which must be there is not asked: that is for who uses them.
 */
function checkTlvs(tlvs: TlvSet, bytes: Uint8Array, at: number, end: number): string | null {
  const isNode = tlvs === NODE_DESCRIPTORS;
  for (let last = -1; at < end; ) {
    const stop = tlvs.tlvEnd(bytes, at, end);
    if (stop < 0) return 'a TLV runs over the end';
    if (!tlvs.isSized(bytes, at, stop)) return 'a TLV has a length that it cannot have';
    const type = readU16(bytes, at);
    if (last >= 0) {
      const before = readU16(bytes, last);
      if (type < before) return 'TLVs are not in order';
      if (type === before && (isNode || compareValues(bytes, last, at) > 0)) return 'TLVs are not in order';
    }
    if (!isNode && (type === LOCAL_NODE || type === REMOTE_NODE)) {
      const problem = checkTlvs(NODE_DESCRIPTORS, bytes, at + HEADER, stop);
      if (problem !== null) return problem;
    }
    last = at;
    at = stop;
  }
  return null;
}

function protocolNumber(protocol: unknown): number {
  if (typeof protocol === 'number') return checkNumber('nlri.protocol', protocol, 255);
  const number = PROTOCOLS.findIndex((name) => name !== undefined && name === protocol);
  if (number < 0)
    refuseNlri('nlri.protocol', protocol, `must be a number or one of ${PROTOCOLS.slice(1).join(', ')}`);
  return number;
}

/**
 * BGP-LS (RFC 9552 §5.2):
 *
 * ```
 * type (2) | length (2) | [ route distinguisher (8) ] | protocol (1) | identifier (8) | TLVs …
 * ```
 */
function linkState(family: Family, isVpn: boolean): OpaqueNlriCodec<LinkStateNlri> {
  const rdLength = isVpn ? RD_LENGTH : 0;
  return {
    family,
    layout: 'bytes',
    nextHopLengths: isVpn ? [12, 24] : [4, 16],
    ...(isVpn && { nextHop: 'vpn' as const }),
    malformed: 'discard', // RFC 9552 §8.2.2
    read: framedRead({ lengthAt: 2, lengthSize: 2, unit: 'octets' }),
    check(bytes, start, end) {
      const at = start + HEADER + rdLength;
      if (at > end) return 'the route distinguisher is missing';
      const type = readU16(bytes, start);
      // RFC 9552 §5.2: other types are passed on as they are.
      if (TYPES[type] === undefined) return null;
      if (at + FIXED > end) return 'protocol and identifier are missing';
      return checkTlvs(tlvsOf(type), bytes, at + FIXED, end);
    },
    writeKey: wholeKey,
    decode(bytes, start, end) {
      const code = readU16(bytes, start);
      const type = TYPES[code];
      const rd = isVpn ? { rd: formatRouteDistinguisher(bytes, start + HEADER) } : {};
      const at = start + HEADER + rdLength;
      if (type === undefined) return { type: 'unknown', code, ...rd, hex: toHex(bytes, at, end) };
      return {
        type,
        ...rd,
        protocol: PROTOCOLS[bytes[at]!] ?? bytes[at]!,
        identifier: String(readU64(bytes, at + 1)),
        descriptors: tlvsOf(code).read(bytes, at + FIXED, end) ?? [],
      };
    },
    encode(value, out) {
      const code =
        value.type === 'unknown' ? checkNumber('nlri.code', value.code, 0xffff) : TYPES.indexOf(value.type);
      if (code < 0)
        refuseNlri('nlri.type', value.type, `must be unknown, ${TYPES.filter((t) => t).join(', ')}`);
      const start = out.length;
      out.u16(code);
      const lengthAt = out.reserve(2);
      if (isVpn) writeRouteDistinguisher('nlri.rd', value.rd, out);
      if (value.type === 'unknown') {
        out.copy(checkHex('nlri.hex', value.hex));
      } else {
        out.u8(protocolNumber(value.protocol));
        writeU64('nlri.identifier', value.identifier, out);
        tlvsOf(code).write('nlri.descriptors', value.descriptors, out);
      }
      const length = out.length - lengthAt - 2;
      if (length > 0xffff) refuseNlri('nlri.descriptors', length, 'must take at most 65535 octets');
      out.patch16(lengthAt, length);
      const problem = this.check(out.bytes, start, out.length);
      if (problem !== null) refuseNlri('nlri.descriptors', value, `cannot be sent: ${problem}`);
    },
    format(value) {
      const rd = value.rd === undefined ? '' : `rd ${value.rd} `;
      if (value.type === 'unknown') return `${rd}type ${value.code} ${value.hex}`;
      return `${rd}${value.type} ${value.protocol} ${value.identifier} ${formatTlvs(value.descriptors)}`;
    },
  };
}

export const bgpLs = linkState(familyOf(16388, 71), false);
export const bgpLsVpn = linkState(familyOf(16388, 72), true);
