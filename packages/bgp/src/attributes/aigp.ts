import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { TlvSet } from '../nlri/tlv-set.js';
import { u64 } from '../nlri/value-kind.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { writeValue } from './attribute-error.js';
import { valueStart, writeAttributeHeader } from './attribute-header.js';
import { type AttributeRow, readU32 } from './attribute-row.js';

const METRIC = 1;
/** Type, length and metric: the length of the TLV counts all of them. */
const METRIC_LENGTH = 11;
const TLVS = new TlvSet({ typeSize: 1, lengthSize: 2, lengthIncludesHeader: true }, [
  { code: METRIC, name: 'aigp', kind: u64 },
]);

/**
 * Appends the attribute of a canonical block with this much, 0 … 2^32 − 1, added to its metric, which stays below 2^64
 * (RFC 7311 §3.4.3). Other TLVs stay as they are.
 */
export function writeRaisedAigp(
  block: Uint8Array,
  at: number,
  stop: number,
  add: number,
  out: ByteWriter,
): void {
  const from = out.length;
  out.copy(block, at, stop);
  const metric = add === 0 ? -1 : aigpMetricAt(block, valueStart(block, at), stop);
  if (metric < 0) return;
  const low = readU32(block, metric + 4) + add;
  const high = readU32(block, metric) + (low > 0xffffffff ? 1 : 0);
  const isOver = high > 0xffffffff;
  const place = from + metric - at;
  patch32(out, place, isOver ? 0xffffffff : high);
  patch32(out, place + 4, isOver ? 0xffffffff : low);
}

function patch32(out: ByteWriter, at: number, word: number): void {
  out.patch16(at, word >>> 16);
  out.patch16(at + 2, word & 0xffff);
}

/** Appends the attribute with this metric, 0 … 2^53 − 1. */
export function writeAigp(value: number, out: ByteWriter): void {
  writeAttributeHeader(out, 0x80, AttributeCode.Aigp, METRIC_LENGTH);
  out.u8(METRIC);
  out.u16(METRIC_LENGTH);
  out.u32(Math.floor(value / 2 ** 32));
  out.u32(value % 2 ** 32);
}

/** Offset of the metric that counts, the first one (RFC 7311 §3), or -1 when there is none. */
export function aigpMetricAt(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; ) {
    if (bytes[at] === METRIC) return at + 3;
    at = TLVS.tlvEnd(bytes, at, end);
    if (at < 0) return -1;
  }
  return -1;
}

/**
 * AIGP (RFC 7311): the metric of all IGPs on the way, a TLV among others to come.
 *
 * ```
 * type (1): 1 | length (2): 11 | metric (8)
 * ```
 *
 * It stays within the AS, or the confederation, but for sessions that are set to exchange it (§3.3).
 */
export const aigp: AttributeRow = {
  code: AttributeCode.Aigp,
  name: 'AIGP',
  flags: 0x80,
  severity: 'discard', // RFC 7311 §3
  flagsSeverity: 'discard',
  internalOnly: true,
  check(bytes, start, end) {
    for (let at = start; at < end; ) {
      const stop = TLVS.tlvEnd(bytes, at, end);
      if (stop < 0 || (bytes[at] === METRIC && stop - at !== METRIC_LENGTH))
        return UpdateError.OptionalAttribute;
      at = stop;
    }
    return start === end ? UpdateError.OptionalAttribute : 0;
  },
  show: (bytes, start, end) => TLVS.read(bytes, start, end),
  decode(bytes, start, end, into) {
    const at = aigpMetricAt(bytes, start, end);
    if (at >= 0) into.aigp = String(u64.read(bytes, at, at + 8));
  },
  encode({ aigp: value }, out) {
    if (value === undefined) return false;
    writeValue(() => {
      out.u8(METRIC);
      out.u16(METRIC_LENGTH);
      u64.write('aigp', value, out);
    });
    return true;
  },
};
