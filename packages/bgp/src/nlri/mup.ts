import { formatAddress } from '../net/address.js';
import { type Family, familyOf } from '../net/family.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { toHex } from '../wire/hex.js';
import { readU16, readU32 } from '../wire/octets.js';
import { framedRead } from './framing.js';
import { checkAddress, checkHex, checkNumber, refuseNlri } from './nlri-error.js';
import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { addressBits, checkPrefix, showPrefix, writePrefixKey, writePrefixOctets } from './prefix-octets.js';
import { formatRouteDistinguisher, RD_LENGTH, writeRouteDistinguisher } from './route-distinguisher.js';
import { type Tlv, TlvSet } from './tlv-set.js';

/** A route of the mobile user plane (draft-ietf-bess-mup-safi §3), for the architecture of 3GPP 5G. */
export type MupRoute =
  | { readonly type: 'interwork-segment'; readonly rd: string; readonly prefix: string }
  | { readonly type: 'direct-segment'; readonly rd: string; readonly address: string }
  | {
      readonly type: 'session-1';
      readonly rd: string;
      readonly prefix: string;
      /** Tunnel endpoint identifier of GTP-U. */
      readonly teid: number;
      /** QoS flow identifier. */
      readonly qfi: number;
      readonly endpoint: string;
      readonly source?: string;
      /** What follows (type and length of one octet each), kept by its octets. */
      readonly tlvs?: readonly Tlv[];
    }
  | {
      readonly type: 'session-2';
      readonly rd: string;
      readonly endpoint: string;
      /** How many bits of the identifier count, 0 … 32. */
      readonly teidBits: number;
      readonly teid: number;
      readonly tlvs?: readonly Tlv[];
    }
  | {
      readonly type: 'unknown';
      readonly architecture: number;
      readonly code: number;
      readonly hex: string;
    };

const GPP_5G = 1;
const RouteType = { InterworkSegment: 1, DirectSegment: 2, Session1: 3, Session2: 4 } as const;
const HEADER = 4;
const TAIL = new TlvSet({ typeSize: 1, lengthSize: 1 }, []);

const octetsOf = (bits: number): number => (bits + 7) >>> 3;

/** Offset after the prefix whose length is at `at`, or -1. */
function prefixEnd(bytes: Uint8Array, at: number, end: number, most: number): number {
  if (at >= end || bytes[at]! > most) return -1;
  const stop = at + 1 + octetsOf(bytes[at]!);
  return stop <= end ? stop : -1;
}

/** Offset after the address whose length in bits is at `at`, or -1. */
function addressEnd(bytes: Uint8Array, at: number, end: number, allowsNone: boolean): number {
  const bits = at < end ? bytes[at]! : -1;
  if (bits !== 32 && bits !== 128 && !(allowsNone && bits === 0)) return -1;
  const stop = at + 1 + bits / 8;
  return stop <= end ? stop : -1;
}

/** Offset after endpoint and identifier of a session of type 2, whose length in bits is at `at`, or -1. */
function tunnelEnd(bytes: Uint8Array, at: number, end: number, most: number): number {
  const bits = at < end ? bytes[at]! : -1;
  if (bits < most || bits > most + 32) return -1;
  const stop = at + 1 + octetsOf(bits);
  return stop <= end ? stop : -1;
}

/** Offset after the parts of a session of type 1 that are always there, or -1. */
function session1End(bytes: Uint8Array, at: number, end: number, most: number): number {
  const prefix = prefixEnd(bytes, at, end, most);
  const endpoint = prefix < 0 ? -1 : addressEnd(bytes, prefix + 5, end, false);
  if (endpoint < 0 || endpoint === end) return endpoint;
  return addressEnd(bytes, endpoint, end, true);
}

function checkBody(bytes: Uint8Array, start: number, end: number, most: number): string | null {
  const type = readU16(bytes, start + 1);
  if (bytes[start] !== GPP_5G || type < RouteType.InterworkSegment || type > RouteType.Session2) return null;
  const at = start + HEADER + RD_LENGTH;
  if (at > end) return 'the route distinguisher is missing';
  switch (type) {
    case RouteType.InterworkSegment:
      return prefixEnd(bytes, at, end, most) === end ? null : 'the prefix does not fit';
    case RouteType.DirectSegment:
      return end - at === most / 8 ? null : 'the address is not of this family';
    default: {
      const stop =
        type === RouteType.Session1 ? session1End(bytes, at, end, most) : tunnelEnd(bytes, at, end, most);
      return stop >= 0 && TAIL.isWhole(bytes, stop, end) ? null : 'the session does not fit';
    }
  }
}

/** The bits of an identifier at `at`, the first being its most significant. */
function readTeid(bytes: Uint8Array, at: number, bits: number): number {
  let teid = 0;
  for (let i = 0; i < octetsOf(bits); i++) teid += bytes[at + i]! * 2 ** (24 - 8 * i);
  return bits === 0 ? 0 : (teid & (-1 << (32 - bits))) >>> 0;
}

function tail(bytes: Uint8Array, at: number, end: number): { tlvs?: readonly Tlv[] } {
  return at === end ? {} : { tlvs: TAIL.read(bytes, at, end) ?? [] };
}

function decodeBody(bytes: Uint8Array, start: number, end: number, afi: number): MupRoute {
  const architecture = bytes[start]!;
  const code = readU16(bytes, start + 1);
  if (architecture !== GPP_5G || code < RouteType.InterworkSegment || code > RouteType.Session2) {
    return { type: 'unknown', architecture, code, hex: toHex(bytes, start + HEADER, end) };
  }
  const most = addressBits(afi);
  const rd = formatRouteDistinguisher(bytes, start + HEADER);
  const at = start + HEADER + RD_LENGTH;
  switch (code) {
    case RouteType.InterworkSegment:
      return { type: 'interwork-segment', rd, prefix: showPrefix(bytes, at + 1, bytes[at]!, afi) };
    case RouteType.DirectSegment:
      return { type: 'direct-segment', rd, address: formatAddress(bytes, at, most / 8) };
    case RouteType.Session1: {
      const teidAt = prefixEnd(bytes, at, end, most);
      const sourceAt = addressEnd(bytes, teidAt + 5, end, false);
      const stop = session1End(bytes, at, end, most);
      return {
        type: 'session-1',
        rd,
        prefix: showPrefix(bytes, at + 1, bytes[at]!, afi),
        teid: readU32(bytes, teidAt),
        qfi: bytes[teidAt + 4]!,
        endpoint: formatAddress(bytes, teidAt + 6, sourceAt - teidAt - 6),
        ...(stop - sourceAt > 1 ? { source: formatAddress(bytes, sourceAt + 1, stop - sourceAt - 1) } : {}),
        ...tail(bytes, stop, end),
      };
    }
    default: {
      const teidBits = bytes[at]! - most;
      return {
        type: 'session-2',
        rd,
        endpoint: formatAddress(bytes, at + 1, most / 8),
        teidBits,
        teid: readTeid(bytes, at + 1 + most / 8, teidBits),
        ...tail(bytes, tunnelEnd(bytes, at, end, most), end),
      };
    }
  }
}

function writePrefix(text: unknown, afi: number, out: ByteWriter): void {
  const prefix = checkPrefix('nlri.prefix', text, afi);
  out.u8(prefix.length);
  writePrefixOctets(prefix, out);
}

function writeAddress(path: string, text: unknown, out: ByteWriter): void {
  const octets = checkAddress(path, text);
  out.u8(8 * octets.length);
  out.copy(octets);
}

/** Appends the body of a route and returns its type. */
function encodeBody(value: Exclude<MupRoute, { type: 'unknown' }>, afi: number, out: ByteWriter): number {
  const most = addressBits(afi);
  writeRouteDistinguisher('nlri.rd', value.rd, out);
  switch (value.type) {
    case 'interwork-segment':
      writePrefix(value.prefix, afi, out);
      return RouteType.InterworkSegment;
    case 'direct-segment':
      out.copy(checkAddress('nlri.address', value.address, [most / 8]));
      return RouteType.DirectSegment;
    case 'session-1':
      writePrefix(value.prefix, afi, out);
      out.u32(checkNumber('nlri.teid', value.teid, 0xffffffff));
      out.u8(checkNumber('nlri.qfi', value.qfi, 255));
      writeAddress('nlri.endpoint', value.endpoint, out);
      if (value.source === undefined) out.u8(0);
      else writeAddress('nlri.source', value.source, out);
      TAIL.write('nlri.tlvs', value.tlvs ?? [], out);
      return RouteType.Session1;
    case 'session-2': {
      const teidBits = checkNumber('nlri.teidBits', value.teidBits, 32);
      const teid = checkNumber('nlri.teid', value.teid, 0xffffffff);
      out.u8(most + teidBits);
      out.copy(checkAddress('nlri.endpoint', value.endpoint, [most / 8]));
      for (let i = 0; i < octetsOf(teidBits); i++) out.u8(teid >>> (24 - 8 * i));
      TAIL.write('nlri.tlvs', value.tlvs ?? [], out);
      return RouteType.Session2;
    }
    default:
      return refuseNlri('nlri.type', (value as { type: unknown }).type, 'must be a route type of MUP');
  }
}

function formatRoute(route: MupRoute): string {
  switch (route.type) {
    case 'interwork-segment':
      return `isd rd ${route.rd} ${route.prefix}`;
    case 'direct-segment':
      return `dsd rd ${route.rd} ${route.address}`;
    case 'session-1':
      return `t1st rd ${route.rd} ${route.prefix} teid ${route.teid} qfi ${route.qfi} endpoint ${route.endpoint}`;
    case 'session-2':
      return `t2st rd ${route.rd} endpoint ${route.endpoint} teid ${route.teid}/${route.teidBits}`;
    case 'unknown':
      return `type ${route.architecture}/${route.code} ${route.hex}`;
  }
}

/**
 * Mobile user plane (draft-ietf-bess-mup-safi §3.1). Routes of other architectures and types are kept by their octets.
 *
 * ```
 * architecture (1) | route type (2) | length (1) | route distinguisher (8) | …
 * ```
 */
function mup(family: Family): OpaqueNlriCodec<MupRoute> {
  const { afi } = family;
  const most = addressBits(afi);
  return {
    family,
    layout: 'bytes',
    nextHopLengths: [4, 16, 32],
    malformed: 'withdraw',
    read: framedRead({ lengthAt: 3, lengthSize: 1, unit: 'octets' }),
    check: (bytes, start, end) => checkBody(bytes, start, end, most),
    writeKey(bytes, start, end, out) {
      const type = readU16(bytes, start + 1);
      const at = start + HEADER + RD_LENGTH;
      const isCounted =
        type === RouteType.InterworkSegment || type === RouteType.Session1 || type === RouteType.Session2;
      if (bytes[start] === GPP_5G && isCounted) {
        // §3.1: route distinguisher, and prefix or tunnel endpoint with its identifier; what follows belongs to the path.
        out.copy(bytes, start, start + 3);
        out.copy(bytes, start + HEADER, at);
        writePrefixKey(bytes, at + 1, bytes[at]!, out);
      } else {
        out.copy(bytes, start, end);
      }
    },
    decode: (bytes, start, end) => decodeBody(bytes, start, end, afi),
    encode(value, out) {
      const start = out.reserve(HEADER);
      let type: number;
      if (value.type === 'unknown') {
        out.patch8(start, checkNumber('nlri.architecture', value.architecture, 255));
        type = checkNumber('nlri.code', value.code, 0xffff);
        out.copy(checkHex('nlri.hex', value.hex));
      } else {
        out.patch8(start, GPP_5G);
        type = encodeBody(value, afi, out);
      }
      const length = out.length - start - HEADER;
      if (length > 255) refuseNlri('nlri', length, 'must take at most 255 octets');
      out.patch16(start + 1, type);
      out.patch8(start + 3, length);
    },
    format: formatRoute,
  };
}

export const ipv4Mup = mup(familyOf(1, 85));
export const ipv6Mup = mup(familyOf(2, 85));
