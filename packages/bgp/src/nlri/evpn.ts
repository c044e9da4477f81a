import { formatAddress } from '../net/address.js';
import { familyOf } from '../net/family.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { toHex } from '../wire/hex.js';
import { readU24, readU32 } from '../wire/octets.js';
import { checkOctets, formatOctets } from './ethernet.js';
import { framedRead, TYPED } from './framing.js';
import { checkAddress, checkHex, checkNumber, refuseNlri } from './nlri-error.js';
import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { checkPrefix, showPrefix } from './prefix-octets.js';
import { formatRouteDistinguisher, RD_LENGTH, writeRouteDistinguisher } from './route-distinguisher.js';

interface Segmented {
  readonly rd: string;
  /** Ethernet segment identifier, ten octets `00:01:…`. */
  readonly esi: string;
  readonly ethernetTag: number;
}

/**
 * A route of EVPN (RFC 7432 §7, RFC 9136 §3). Labels are the 24 bits as they are: a VNI where the encapsulation is VXLAN;
 * an MPLS label is in the upper 20 (`label >>> 4`).
 */
export type EvpnRoute =
  | (Segmented & { readonly type: 'ethernet-auto-discovery'; readonly label: number })
  | (Segmented & {
      readonly type: 'mac-ip';
      readonly mac: string;
      readonly ip?: string;
      readonly label: number;
      /** For routing between subnets (RFC 9135). */
      readonly label2?: number;
    })
  | {
      readonly type: 'inclusive-multicast';
      readonly rd: string;
      readonly ethernetTag: number;
      readonly originator: string;
    }
  | {
      readonly type: 'ethernet-segment';
      readonly rd: string;
      readonly esi: string;
      readonly originator: string;
    }
  | (Segmented & {
      readonly type: 'ip-prefix';
      readonly prefix: string;
      /** `0.0.0.0` or `::` where there is none. */
      readonly gateway: string;
      readonly label: number;
    })
  | { readonly type: 'unknown'; readonly code: number; readonly hex: string };

const RouteType = {
  EthernetAutoDiscovery: 1,
  MacIp: 2,
  InclusiveMulticast: 3,
  EthernetSegment: 4,
  IpPrefix: 5,
} as const;

const ESI_LENGTH = 10;
/** Offset of what follows route distinguisher and segment identifier. */
const TAG = RD_LENGTH + ESI_LENGTH;
const BODY = 2;

const isAddressBits = (bits: number): boolean => bits === 32 || bits === 128;

/** What is wrong with the body `[at, end)` of a route. */
function checkBody(type: number, bytes: Uint8Array, at: number, end: number): string | null {
  const length = end - at;
  switch (type) {
    case RouteType.EthernetAutoDiscovery:
      return length === 25 ? null : 'an Ethernet auto-discovery route has 25 octets';
    case RouteType.MacIp: {
      if (length < 33) return 'a MAC/IP advertisement has at least 33 octets';
      if (bytes[at + TAG + 4] !== 48) return 'a MAC address has 48 bits';
      const ipBits = bytes[at + TAG + 11]!;
      if (ipBits !== 0 && !isAddressBits(ipBits)) return 'an IP address has 0, 32 or 128 bits';
      const rest = length - TAG - 12 - ipBits / 8;
      return rest === 3 || rest === 6 ? null : 'a MAC/IP advertisement has one or two labels';
    }
    case RouteType.InclusiveMulticast:
      if (length < 17 || !isAddressBits(bytes[at + 12]!)) return 'an originator has 32 or 128 bits';
      return length === 13 + bytes[at + 12]! / 8 ? null : 'the length does not match the originator';
    case RouteType.EthernetSegment:
      if (length < 23 || !isAddressBits(bytes[at + TAG]!)) return 'an originator has 32 or 128 bits';
      return length === TAG + 1 + bytes[at + TAG]! / 8 ? null : 'the length does not match the originator';
    case RouteType.IpPrefix:
      if (length !== 34 && length !== 58) return 'an IP prefix route has 34 or 58 octets';
      return bytes[at + TAG + 4]! <= (length === 34 ? 32 : 128) ? null : 'the prefix length is out of range';
    default:
      return null;
  }
}

function decodeBody(type: number, bytes: Uint8Array, at: number, end: number): EvpnRoute {
  if (type < RouteType.EthernetAutoDiscovery || type > RouteType.IpPrefix) {
    return { type: 'unknown', code: type, hex: toHex(bytes, at, end) };
  }
  const rd = formatRouteDistinguisher(bytes, at);
  const address = (from: number, to: number): string => formatAddress(bytes, from, to - from);
  if (type === RouteType.InclusiveMulticast) {
    const ethernetTag = readU32(bytes, at + RD_LENGTH);
    return { type: 'inclusive-multicast', rd, ethernetTag, originator: address(at + 13, end) };
  }
  const esi = formatOctets(bytes, at + RD_LENGTH, ESI_LENGTH);
  if (type === RouteType.EthernetSegment) {
    return { type: 'ethernet-segment', rd, esi, originator: address(at + TAG + 1, end) };
  }
  const ethernetTag = readU32(bytes, at + TAG);
  if (type === RouteType.EthernetAutoDiscovery) {
    return { type: 'ethernet-auto-discovery', rd, esi, ethernetTag, label: readU24(bytes, at + TAG + 4) };
  }
  if (type === RouteType.IpPrefix) {
    const isV4 = end - at === 34;
    const gatewayAt = at + TAG + 5 + (isV4 ? 4 : 16);
    return {
      type: 'ip-prefix',
      rd,
      esi,
      ethernetTag,
      prefix: showPrefix(bytes, at + TAG + 5, bytes[at + TAG + 4]!, isV4 ? 1 : 2),
      gateway: address(gatewayAt, end - 3),
      label: readU24(bytes, end - 3),
    };
  }
  const ipAt = at + TAG + 12;
  const labelAt = ipAt + bytes[ipAt - 1]! / 8;
  return {
    type: 'mac-ip',
    rd,
    esi,
    ethernetTag,
    mac: formatOctets(bytes, at + TAG + 5, 6),
    ...(labelAt === ipAt ? {} : { ip: address(ipAt, labelAt) }),
    label: readU24(bytes, labelAt),
    ...(end - labelAt === 3 ? {} : { label2: readU24(bytes, labelAt + 3) }),
  };
}

function writeLabel(path: string, label: unknown, out: ByteWriter): void {
  const bits = checkNumber(path, label, 0xffffff);
  out.u8(bits >>> 16);
  out.u16(bits);
}

function writeAddress(path: string, text: unknown, out: ByteWriter): void {
  const octets = checkAddress(path, text);
  out.u8(octets.length * 8);
  out.copy(octets);
}

function writeSegment(value: { rd: string; esi: string }, out: ByteWriter): void {
  writeRouteDistinguisher('nlri.rd', value.rd, out);
  out.copy(checkOctets('nlri.esi', value.esi, ESI_LENGTH));
}

function writeTag(tag: unknown, out: ByteWriter): void {
  out.u32(checkNumber('nlri.ethernetTag', tag, 0xffffffff));
}

/** Appends the body of a route and returns its type. */
function encodeBody(value: EvpnRoute, out: ByteWriter): number {
  switch (value.type) {
    case 'ethernet-auto-discovery':
      writeSegment(value, out);
      writeTag(value.ethernetTag, out);
      writeLabel('nlri.label', value.label, out);
      return RouteType.EthernetAutoDiscovery;
    case 'mac-ip':
      writeSegment(value, out);
      writeTag(value.ethernetTag, out);
      out.u8(48);
      out.copy(checkOctets('nlri.mac', value.mac, 6));
      if (value.ip === undefined) out.u8(0);
      else writeAddress('nlri.ip', value.ip, out);
      writeLabel('nlri.label', value.label, out);
      if (value.label2 !== undefined) writeLabel('nlri.label2', value.label2, out);
      return RouteType.MacIp;
    case 'inclusive-multicast':
      writeRouteDistinguisher('nlri.rd', value.rd, out);
      writeTag(value.ethernetTag, out);
      writeAddress('nlri.originator', value.originator, out);
      return RouteType.InclusiveMulticast;
    case 'ethernet-segment':
      writeSegment(value, out);
      writeAddress('nlri.originator', value.originator, out);
      return RouteType.EthernetSegment;
    case 'ip-prefix': {
      writeSegment(value, out);
      writeTag(value.ethernetTag, out);
      const gateway = checkAddress('nlri.gateway', value.gateway);
      const prefix = checkPrefix('nlri.prefix', value.prefix, gateway.length === 4 ? 1 : 2);
      out.u8(prefix.length);
      out.copy(prefix.bytes);
      out.copy(gateway);
      writeLabel('nlri.label', value.label, out);
      return RouteType.IpPrefix;
    }
    case 'unknown':
      out.copy(checkHex('nlri.hex', value.hex));
      return checkNumber('nlri.code', value.code, 255);
    default:
      return refuseNlri('nlri.type', (value as { type: unknown }).type, 'must be a route type of EVPN');
  }
}

function formatRoute(route: EvpnRoute): string {
  switch (route.type) {
    case 'ethernet-auto-discovery':
      return `type 1 rd ${route.rd} esi ${route.esi} tag ${route.ethernetTag}`;
    case 'mac-ip':
      return `type 2 rd ${route.rd} tag ${route.ethernetTag} ${route.mac}${route.ip === undefined ? '' : ` ${route.ip}`}`;
    case 'inclusive-multicast':
      return `type 3 rd ${route.rd} tag ${route.ethernetTag} ${route.originator}`;
    case 'ethernet-segment':
      return `type 4 rd ${route.rd} esi ${route.esi} ${route.originator}`;
    case 'ip-prefix':
      return `type 5 rd ${route.rd} tag ${route.ethernetTag} ${route.prefix}`;
    case 'unknown':
      return `type ${route.code} ${route.hex}`;
  }
}

/**
 * EVPN (RFC 7432 §7, RFC 9136 §3). Types that are not known are kept by their octets.
 *
 * ```
 * route type (1) | length (1) | route distinguisher (8) | …
 * ```
 */
export const evpn: OpaqueNlriCodec<EvpnRoute> = {
  family: familyOf(25, 70),
  layout: 'bytes',
  nextHopLengths: [4, 16],
  malformed: 'withdraw',
  read: framedRead(TYPED),
  check: (bytes, start, end) => checkBody(bytes[start]!, bytes, start + BODY, end),
  writeKey(bytes, start, end, out) {
    const type = bytes[start]!;
    const at = start + BODY;
    switch (type) {
      // RFC 7432 §7.1, §7.2, RFC 9136 §3.1: labels, and the segment of a MAC or a prefix, belong to the path.
      case RouteType.EthernetAutoDiscovery:
        out.copy(bytes, start, end - 3);
        return;
      case RouteType.MacIp:
        out.copy(bytes, start, start + 1);
        out.copy(bytes, at, at + RD_LENGTH);
        out.copy(bytes, at + TAG, at + TAG + 12 + bytes[at + TAG + 11]! / 8);
        return;
      case RouteType.IpPrefix:
        out.copy(bytes, start, start + 2);
        out.copy(bytes, at, at + RD_LENGTH);
        out.copy(bytes, at + TAG, at + TAG + 5 + (end - at === 34 ? 4 : 16));
        return;
      default:
        out.copy(bytes, start, end);
    }
  },
  decode: (bytes, start, end) => decodeBody(bytes[start]!, bytes, start + BODY, end),
  encode(value, out) {
    const header = out.reserve(BODY);
    const type = encodeBody(value, out);
    out.patch8(header, type);
    out.patch8(header + 1, out.length - header - BODY);
    if (out.length - header - BODY > 255) refuseNlri('nlri.hex', value, 'must take at most 255 octets');
  },
  format: formatRoute,
};
