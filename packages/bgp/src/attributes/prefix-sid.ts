import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { TlvSet, type TlvShape } from '../nlri/tlv-set.js';
import { fixedRecord, ipv6, listOf, record, u8, u16, u24, u32 } from '../nlri/value-kind.js';
import type { Severity } from '../wire/result.js';
import { writeValue } from './attribute-error.js';
import type { AttributeRow } from './attribute-row.js';

const SHAPE: TlvShape = { typeSize: 1, lengthSize: 2 };

/** Types of TLVs (RFC 8669 §3, RFC 9252 §2), and of what is in them. */
const LABEL_INDEX = 1;
const ORIGINATOR_SRGB = 3;
const SRV6_L3_SERVICE = 5;
const SRV6_L2_SERVICE = 6;
const SID_INFORMATION = 1;
const SID_STRUCTURE = 1;

/** Octets of the fixed parts. */
const LABEL_INDEX_LENGTH = 7;
const SID_INFORMATION_LENGTH = 21;
const SID_STRUCTURE_LENGTH = 6;
/** A label carries at most so many bits of a function (RFC 9252 §4). */
const MOST_TRANSPOSED = 20;

const SUB_SUB = new TlvSet(SHAPE, [
  {
    code: SID_STRUCTURE,
    name: 'sid-structure',
    kind: fixedRecord([
      ['block', u8],
      ['node', u8],
      ['function', u8],
      ['argument', u8],
      ['transpositionLength', u8],
      ['transpositionOffset', u8],
    ]),
  },
]);

const SUB = new TlvSet(SHAPE, [
  {
    code: SID_INFORMATION,
    name: 'sid-information',
    kind: record(
      [
        [null, u8],
        ['sid', ipv6],
        ['flags', u8],
        ['behavior', u16],
        [null, u8],
      ],
      ['tlvs', SUB_SUB],
    ),
  },
]);

const service = record([[null, u8]], ['tlvs', SUB]);

const TLVS = new TlvSet(SHAPE, [
  {
    code: LABEL_INDEX,
    name: 'label-index',
    kind: fixedRecord([
      [null, u8],
      ['flags', u16],
      ['index', u32],
    ]),
  },
  {
    code: ORIGINATOR_SRGB,
    name: 'originator-srgb',
    kind: record(
      [['flags', u16]],
      [
        'ranges',
        listOf(
          fixedRecord([
            ['base', u24],
            ['size', u24],
          ]),
        ),
      ],
    ),
  },
  { code: SRV6_L3_SERVICE, name: 'srv6-l3-service', kind: service },
  { code: SRV6_L2_SERVICE, name: 'srv6-l2-service', kind: service },
]);

const isService = (type: number): boolean => type === SRV6_L3_SERVICE || type === SRV6_L2_SERVICE;

/** A SID structure at `at` (RFC 9252 §3.2.1): all parts within 128 bits, and what is moved to the label within the SID. */
function isStructure(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at !== SID_STRUCTURE_LENGTH) return false;
  const bits = bytes[at]! + bytes[at + 1]! + bytes[at + 2]! + bytes[at + 3]!;
  const moved = bytes[at + 4]!;
  return bits <= 128 && moved <= MOST_TRANSPOSED && moved + bytes[at + 5]! <= 128;
}

function isSidInformation(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < SID_INFORMATION_LENGTH) return false;
  for (let next = at + SID_INFORMATION_LENGTH; next < end; ) {
    const stop = SUB_SUB.tlvEnd(bytes, next, end);
    if (stop < 0 || (bytes[next] === SID_STRUCTURE && !isStructure(bytes, next + 3, stop))) return false;
    next = stop;
  }
  return true;
}

function isServiceValue(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 1) return false;
  for (let next = at + 1; next < end; ) {
    const stop = SUB.tlvEnd(bytes, next, end);
    if (stop < 0 || (bytes[next] === SID_INFORMATION && !isSidInformation(bytes, next + 3, stop)))
      return false;
    next = stop;
  }
  return true;
}

function isValue(type: number, bytes: Uint8Array, at: number, end: number): boolean {
  if (type === LABEL_INDEX) return end - at === LABEL_INDEX_LENGTH;
  if (type === ORIGINATOR_SRGB) return end - at >= 8 && (end - at - 2) % 6 === 0;
  return !isService(type) || isServiceValue(bytes, at, end);
}

/** Offset of the first TLV that is malformed, -1 when none is. */
function findMalformed(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; ) {
    const stop = TLVS.tlvEnd(bytes, at, end);
    if (stop < 0 || !isValue(bytes[at]!, bytes, at + 3, stop)) return at;
    at = stop;
  }
  return start === end ? start : -1;
}

/** RFC 9252 §7: a malformed SRv6 service withdraws its routes; RFC 8669 §6: all else drops the attribute. */
function severityOf(bytes: Uint8Array, start: number, end: number): Severity {
  const at = findMalformed(bytes, start, end);
  return at >= 0 && at < end && isService(bytes[at]!) ? 'withdraw' : 'discard';
}

/**
 * Prefix-SID (RFC 8669 §3) with SRv6 services (RFC 9252 §2, §3): TLVs, of which those that are not known are kept.
 *
 * ```
 * type (1) | length (2) | value | …
 * service: reserved (1) | sub-TLVs: SID information: reserved (1) | SID (16) | flags (1) | behavior (2) | reserved (1) | …
 * ```
 */
export const prefixSid: AttributeRow = {
  code: AttributeCode.PrefixSid,
  name: 'PREFIX_SID',
  flags: 0xc0,
  severity: 'discard',
  flagsSeverity: 'discard', // RFC 8669 §6
  severityOf,
  check: (bytes, start, end) => (findMalformed(bytes, start, end) < 0 ? 0 : UpdateError.OptionalAttribute),
  show: (bytes, start, end) => TLVS.read(bytes, start, end),
  decode(bytes, start, end, into) {
    into.prefixSid = TLVS.read(bytes, start, end) ?? [];
  },
  encode({ prefixSid: tlvs }, out) {
    if (tlvs === undefined) return false;
    writeValue(() => TLVS.write('prefixSid', tlvs, out));
    return true;
  },
};
