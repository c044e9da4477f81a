import { beginAttribute, endAttribute, valueEnd } from '../../src/attributes/attribute-header.js';
import { attributeRow } from '../../src/attributes/attribute-table.js';
import { decodeCapabilities, encodeCapabilities } from '../../src/capabilities/capabilities.js';
import { checkHeader } from '../../src/message/header.js';
import { decodeNotification, encodeNotification } from '../../src/message/notification.js';
import { decodeOpen, decodeParameterList, encodeOpen, vetOpenFields } from '../../src/message/open.js';
import { decodeRouteRefresh, encodeRouteRefresh } from '../../src/message/route-refresh.js';
import { UpdateReader } from '../../src/message/update-reader.js';
import { familyOf, IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { DESCRIPTORS_IPV4, LINK_STATE_ATTRIBUTES, NODE_DESCRIPTORS } from '../../src/nlri/link-state-tlv.js';
import { createNlriKey, nlriCodec } from '../../src/nlri/nlri.js';
import { opaqueNlriCodec } from '../../src/nlri/opaque-families.js';
import { createNlriSpan, type OpaqueNlriCodec } from '../../src/nlri/opaque-nlri-codec.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';
import { explainUpdate, NLRI_FORM, reencodeUpdate, routesOf } from './reencode.js';

/** What the bytes of a vector are, so that they can be read. */
export interface Reading {
  readonly as:
    | 'message'
    | 'update-body'
    | 'open-body'
    | 'optional-parameters'
    | 'capabilities'
    /** Value of capability `code`. */
    | 'cap-value'
    | 'notification-body'
    | 'route-refresh-body'
    | 'marker'
    /** Whole attributes, as in the block of an UPDATE. */
    | 'path-attributes'
    /** Value of attribute `code`. */
    | 'attr-value'
    /** Value of attribute `code` with one octet of length in front, or two when `extended`. */
    | 'sized-value'
    | 'nlri-ipv4'
    | 'nlri-ipv6'
    /** NLRI of `family`, one after the other. */
    | 'nlri'
    /** A TLV of BGP-LS, and what follows it: accepted when it has a name and a value. */
    | 'link-state-tlv';
  /** AFI and SAFI of NLRI. */
  readonly family?: readonly [afi: number, safi: number];
  /** What is built around the bytes, so that they are a whole. */
  readonly wrap?: (bytes: Uint8Array) => Uint8Array;
  readonly code?: number;
  /** Octets that stand before the bytes. */
  readonly prefix?: readonly number[];
  readonly extended?: boolean;
  readonly as2?: boolean;
  readonly addPath?: boolean;
  readonly external?: boolean;
  /** No route is announced beside the attributes. */
  readonly withoutNlri?: boolean;
}

export interface Outcome {
  readonly accepted: boolean;
  /** Strongest action of RFC 7606, for what UPDATE readers see. */
  readonly severity: 'discard' | 'withdraw' | 'reset' | null;
  readonly detail: string;
  /** It carries a family or an attribute that is not built: kept by its bytes, or ignored. */
  readonly unbuilt: boolean;
  /** `equal`, reasons for differences, or null when there is nothing to write again. */
  readonly again: 'equal' | readonly string[] | null;
}

const refused = (detail: string, severity: Outcome['severity'] = 'reset'): Outcome => ({
  accepted: false,
  severity,
  detail,
  unbuilt: false,
  again: null,
});

const accepted = (again: Outcome['again'], unbuilt = false, detail = ''): Outcome => ({
  accepted: true,
  severity: null,
  detail,
  unbuilt,
  again,
});

const TLV_FORM = 'what TLVs leave open has one form: reserved bits, sizes of values';

const same = (a: Uint8Array, b: Uint8Array): boolean => toHex(a) === toHex(b);

/** A whole message of a type around a body. */
export function frame(type: number, body: Uint8Array): Uint8Array {
  const message = new Uint8Array(19 + body.length).fill(0xff, 0, 16);
  message.set([message.length >>> 8, message.length & 0xff, type], 16);
  message.set(body, 19);
  return message;
}

function readOpen(message: Uint8Array): Outcome {
  const decoded = decodeOpen(message);
  if (!decoded.ok) return refused(decoded.fault.message);
  const fault = vetOpenFields(decoded.value);
  if (fault !== null) return refused(fault.message);
  const again = encodeOpen(decoded.value);
  if (same(again, message)) return accepted('equal');
  const redecoded = decodeOpen(again);
  const meansTheSame = redecoded.ok && JSON.stringify(redecoded.value) === JSON.stringify(decoded.value);
  if (!meansTheSame) return accepted(['unexplained']);
  const grouped = toHex(encodeCapabilities(decoded.value.capabilities)) === rawCapabilities(message);
  return accepted([
    grouped
      ? 'all capabilities go into one parameter'
      : 'reserved octets and bits of capabilities are cleared',
  ]);
}

/** The capabilities of an OPEN one after the other, parameter headers taken out. */
function rawCapabilities(message: Uint8Array): string {
  const extended = message[29] === 255;
  let raw = '';
  for (let at = extended ? 32 : 29; at < message.length; ) {
    const length = extended ? (message[at + 1]! << 8) | message[at + 2]! : message[at + 1]!;
    const start = at + (extended ? 3 : 2);
    raw += toHex(message, start, start + length);
    at = start + length;
  }
  return raw;
}

function readCapabilities(bytes: Uint8Array): Outcome {
  const decoded = decodeCapabilities(bytes);
  if (!decoded.ok) return refused(decoded.fault.message);
  const unbuilt = decoded.value.some((c) => c.name === 'unknown');
  const again = encodeCapabilities(decoded.value);
  return accepted(
    same(again, bytes) ? 'equal' : ['reserved octets and bits of capabilities are cleared'],
    unbuilt,
  );
}

/** Reads a whole UPDATE as a session of this kind would. */
export function readUpdate(message: Uint8Array, reading: Omit<Reading, 'as'> = {}): Outcome {
  const as4 = reading.as2 !== true;
  const addPath = reading.addPath === true;
  let unbuilt = false;
  let unbuiltFamily = false;
  const reader = new UpdateReader({
    as4,
    type: reading.external === true ? 'external' : 'internal',
    localAs: 0,
    peerAs: 0,
    receives(family) {
      if (nlriCodec(family) === undefined && opaqueNlriCodec(family) === undefined) unbuiltFamily = true;
      return true;
    },
    addPath: () => addPath,
    maxMessage: 65535,
  });
  const outcome = reader.read(message, 19, message.length);
  for (let at = reader.attributesStart; at + 3 <= reader.attributesEnd; at = valueEnd(message, at)) {
    if (attributeRow(message[at + 1]!) === undefined) unbuilt = true;
  }
  if (reader.fault !== null) return refused(reader.fault.message, reader.fault.severity);
  if (outcome !== 'accept') return refused('no fault told');
  if (reader.reachFamily === null && reader.unreachFamily === null && unbuiltFamily)
    return accepted(null, true);
  const routes = routesOf(reader, message, addPath);
  const again = reencodeUpdate(reader, message, as4, addPath).slice();
  const explained = same(again, message) ? 'equal' : explainUpdate(message, again, reader);
  const routesAgain: string[] = [];
  for (let at = 0; at < again.length; ) {
    const end = at + ((again[at + 16]! << 8) | again[at + 17]!);
    if (reader.read(again, at + 19, end) !== 'accept')
      return accepted(['unexplained: what we wrote is refused']);
    routesAgain.push(...routesOf(reader, again, addPath));
    at = end;
  }
  if (routesAgain.sort().join('\n') !== routes.join('\n')) return accepted(['unexplained: other routes']);
  return accepted(explained, unbuilt);
}

function readMessage(message: Uint8Array, reading: Reading): Outcome {
  if (message.length < 19) return refused('shorter than a header');
  const fault = checkHeader(message, 0, 65535);
  if (fault !== null) return refused(fault.message);
  if (((message[16]! << 8) | message[17]!) !== message.length) return refused('length does not match');
  switch (message[18]) {
    case 1:
      return readOpen(message);
    case 2:
      return readUpdate(message, reading);
    case 3: {
      const decoded = decodeNotification(message);
      if (!decoded.ok) return refused(decoded.fault.message);
      return accepted(same(encodeNotification(decoded.value), message) ? 'equal' : ['unexplained']);
    }
    case 5: {
      const decoded = decodeRouteRefresh(message);
      if (!decoded.ok) return refused(decoded.fault.message);
      return accepted(same(encodeRouteRefresh(decoded.value), message) ? 'equal' : ['unexplained']);
    }
    default:
      return accepted('equal');
  }
}

/** Attributes that a route needs, for vectors that bring some only. */
const FILL: readonly (readonly [code: number, as4: readonly number[], as2?: readonly number[]])[] = [
  [1, [0x40, 1, 1, 0]],
  [2, [0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9], [0x40, 2, 4, 2, 1, 0xfd, 0xe9]],
  [3, [0x40, 3, 4, 192, 0, 2, 1]],
];

/**
 * Builds an UPDATE around a block of attributes: those that a route needs in front and one route behind, or, when the block
 * carries routes itself, only what these need.
 */
export function updateAround(block: Uint8Array, reading: Omit<Reading, 'as'>): Uint8Array {
  const out = new ByteWriter();
  out.u16(0);
  const lengthAt = out.reserve(2);
  const codes = new Set<number>();
  for (let at = 0; at + 3 <= block.length; ) {
    codes.add(block[at + 1]!);
    at += (block[at]! & 0x10) === 0 ? 3 + block[at + 2]! : 4 + ((block[at + 2]! << 8) | (block[at + 3] ?? 0));
  }
  const multiprotocol = codes.has(14) || codes.has(15);
  if (multiprotocol) out.copy(block);
  if (!codes.has(15)) {
    for (const [code, as4, as2] of FILL) {
      if (codes.has(code) || (code === 3 && multiprotocol)) continue;
      out.copy(Uint8Array.from(reading.as2 === true ? (as2 ?? as4) : as4));
    }
  }
  if (!multiprotocol) out.copy(block);
  out.patch16(lengthAt, out.length - 4);
  if (reading.withoutNlri !== true && !multiprotocol) out.copy(Uint8Array.of(24, 192, 0, 2));
  return frame(2, out.slice());
}

/** Flags that the attributes with a row must have, for vectors that bring a value alone. */
function flagsOf(code: number): number {
  if ([1, 2, 3, 5, 6].includes(code)) return 0x40;
  return [4, 9, 10, 14, 15, 26, 29].includes(code) ? 0x80 : 0xc0;
}

function readValue(value: Uint8Array, reading: Reading): Outcome {
  const code = reading.code!;
  const out = new ByteWriter();
  const header = beginAttribute(out, flagsOf(code), code);
  out.copy(value);
  endAttribute(out, header);
  return readAttributes(out.slice(), reading);
}

function readAttributes(block: Uint8Array, reading: Reading): Outcome {
  return readUpdate(updateAround(block, reading), reading);
}

function readNlri(bytes: Uint8Array, reading: Reading): Outcome {
  const plain = reading.as === 'nlri-ipv4' ? IPV4_UNICAST : IPV6_UNICAST;
  const family = reading.family === undefined ? plain : familyOf(...reading.family);
  const opaque = opaqueNlriCodec(family);
  if (opaque !== undefined) return readOpaque(opaque, bytes, reading.addPath === true);
  const codec = nlriCodec(family)!;
  const key = createNlriKey();
  const out = new ByteWriter();
  for (let at = 0; at < bytes.length; ) {
    at = codec.read(bytes, at, bytes.length, reading.addPath === true, key);
    if (at < 0) return refused('a prefix is malformed');
    codec.write(out, key, reading.addPath === true);
  }
  return accepted(same(out.view(), bytes) ? 'equal' : ['bits past the prefix length are cleared']);
}

function readOpaque(codec: OpaqueNlriCodec, bytes: Uint8Array, addPath: boolean): Outcome {
  const span = createNlriSpan();
  const out = new ByteWriter();
  for (let at = 0; at < bytes.length; ) {
    at = codec.read(bytes, at, bytes.length, addPath, span);
    if (at < 0) return refused('an NLRI runs over the end');
    const problem = codec.check(bytes, span.start, span.end);
    if (problem !== null) return refused(problem);
    const value = codec.decode(bytes, span.start, span.end);
    if (addPath) out.u32(span.pathId);
    const start = out.length;
    codec.encode(value, out);
    const again = codec.decode(out.bytes, start, out.length);
    if (JSON.stringify(again) !== JSON.stringify(value)) return accepted(['unexplained: another value']);
  }
  return accepted(same(out.view(), bytes) ? 'equal' : [NLRI_FORM]);
}

const LINK_STATE_SETS = [DESCRIPTORS_IPV4, NODE_DESCRIPTORS, LINK_STATE_ATTRIBUTES];

function readLinkStateTlv(bytes: Uint8Array): Outcome {
  for (const set of LINK_STATE_SETS) {
    const end = set.tlvEnd(bytes, 0, bytes.length);
    if (end < 0) return refused('a TLV runs over the end');
    const tlvs = set.read(bytes, 0, end)!;
    if ('hex' in tlvs[0]!) continue;
    const out = new ByteWriter();
    set.write('tlvs', tlvs, out);
    const again = set.read(out.bytes, 0, out.length);
    if (JSON.stringify(again) !== JSON.stringify(tlvs)) return accepted(['unexplained: another value']);
    return accepted(same(out.view(), bytes.subarray(0, end)) ? 'equal' : [TLV_FORM]);
  }
  return refused('kept by its octets: not known, or of another length than its value can have');
}

/** Reads the bytes of a vector. */
export function readVector(vector: Uint8Array, reading: Reading): Outcome {
  const whole = Uint8Array.from([...(reading.prefix ?? []), ...vector]);
  const bytes = reading.wrap?.(whole) ?? whole;
  switch (reading.as) {
    case 'message':
      return readMessage(bytes, reading);
    case 'update-body':
      return readMessage(frame(2, bytes), reading);
    case 'open-body':
      return readMessage(frame(1, bytes), reading);
    case 'notification-body':
      return readMessage(frame(3, bytes), reading);
    case 'route-refresh-body':
      return readMessage(frame(5, bytes), reading);
    case 'optional-parameters': {
      const decoded = decodeParameterList(bytes, 0, bytes.length, false);
      return decoded.ok ? accepted(null) : refused(decoded.fault.message);
    }
    case 'capabilities':
      return readCapabilities(bytes);
    case 'cap-value':
      return readCapabilities(Uint8Array.from([reading.code!, bytes.length, ...bytes]));
    case 'marker': {
      const fault = checkHeader(Uint8Array.from([...bytes, 0, 19, 4]), 0, 4096);
      return fault === null ? accepted(null) : refused(fault.message);
    }
    case 'path-attributes':
      return readAttributes(bytes, reading);
    case 'attr-value':
      return readValue(bytes, reading);
    case 'sized-value': {
      const size = reading.extended === true ? 2 : 1;
      const length = size === 2 ? (bytes[0]! << 8) | bytes[1]! : bytes[0]!;
      if (length !== bytes.length - size) return refused('the length does not match');
      return readValue(bytes.subarray(size), reading);
    }
    case 'link-state-tlv':
      return readLinkStateTlv(bytes);
    default:
      return readNlri(bytes, reading);
  }
}
