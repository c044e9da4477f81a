import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { TlvSet } from '../nlri/tlv-set.js';
import { u64 } from '../nlri/value-kind.js';
import { writeValue } from './attribute-error.js';
import type { AttributeRow } from './attribute-row.js';

const METRIC = 1;
/** Type, length and metric: the length of the TLV counts all of them. */
const METRIC_LENGTH = 11;
const TLVS = new TlvSet({ typeSize: 1, lengthSize: 2, lengthIncludesHeader: true }, [
  { code: METRIC, name: 'aigp', kind: u64 },
]);

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
 * It stays within the AS: §3.3 asks for a setting per session to let it out, and there is none.
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
