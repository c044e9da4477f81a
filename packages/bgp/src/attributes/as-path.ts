import { AttributeCode, SegmentType } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { refuseAttribute } from './attribute-error.js';
import { type AttributeRow, readU16, readU32 } from './attribute-row.js';
import type { AsPathSegment } from './path-attributes.js';

/** Segment kinds by number. */
const KINDS: readonly (AsPathSegment['type'] | undefined)[] = [
  undefined,
  'set',
  'sequence',
  'confed-sequence',
  'confed-set',
];

/**
 * Checks a run of segments (RFC 7606 §7.2): known types, at least one AS in each, exactly filling the value, and no
 * AS 0 (RFC 7607 §2).
 *
 * ```
 * type (1) | number of ASes (1) | AS (2 or 4) …
 * ```
 */
export function checkSegments(
  bytes: Uint8Array,
  start: number,
  end: number,
  as4: boolean,
  allowConfed: boolean,
): number {
  const width = as4 ? 4 : 2;
  for (let at = start; at < end; ) {
    if (at + 2 > end) return UpdateError.MalformedAsPath;
    const type = bytes[at]!;
    const count = bytes[at + 1]!;
    const stop = at + 2 + count * width;
    const known =
      type >= SegmentType.Set && type <= (allowConfed ? SegmentType.ConfedSet : SegmentType.Sequence);
    if (!known || count === 0 || stop > end) return UpdateError.MalformedAsPath;
    for (let as = at + 2; as < stop; as += width) {
      if ((as4 ? readU32(bytes, as) : readU16(bytes, as)) === 0) return UpdateError.MalformedAsPath;
    }
    at = stop;
  }
  return 0;
}

export function showSegments(bytes: Uint8Array, start: number, end: number, as4: boolean): AsPathSegment[] {
  const segments: AsPathSegment[] = [];
  const width = as4 ? 4 : 2;
  for (let at = start; at + 2 <= end; ) {
    const type = KINDS[bytes[at]!] ?? 'sequence';
    const ases: number[] = [];
    const stop = Math.min(end, at + 2 + bytes[at + 1]! * width);
    for (at += 2; at + width <= stop; at += width) ases.push(as4 ? readU32(bytes, at) : readU16(bytes, at));
    segments.push({ type, ases });
    at = stop;
  }
  return segments;
}

function writeSegment(segment: AsPathSegment, path: string, out: ByteWriter): void {
  const type = KINDS.indexOf(segment.type);
  if (type < 1)
    refuseAttribute(`${path}.type`, segment.type, 'must be sequence, set, confed-sequence or confed-set');
  const count = segment.ases.length;
  if (count === 0) refuseAttribute(`${path}.ases`, segment.ases, 'must have at least one AS');
  if (count > 255 && segment.type !== 'sequence' && segment.type !== 'confed-sequence') {
    refuseAttribute(`${path}.ases`, count, 'a set must have at most 255 ASes');
  }
  for (let i = 0; i < count; i++) {
    // A segment counts its ASes in one octet: longer sequences go into several.
    if (i % 255 === 0) {
      out.u8(type);
      out.u8(Math.min(255, count - i));
    }
    const as = segment.ases[i]!;
    if (!Number.isInteger(as) || as < 1 || as > 0xffffffff) {
      refuseAttribute(`${path}.ases[${i}]`, as, 'must be an AS number 1 … 4294967295');
    }
    out.u32(as);
  }
}

/** AS_PATH (RFC 4271 §5.1.2). In a canonical block ASes have four octets. */
export const asPath: AttributeRow = {
  code: AttributeCode.AsPath,
  name: 'AS_PATH',
  flags: 0x40,
  severity: 'withdraw', // RFC 7606 §7.2
  check(bytes, start, end, context) {
    // RFC 5065 §5: confederation segments from outside are an error, and from another member their absence in front.
    const isMember = context.confederation === true;
    if (isMember && bytes[start] !== SegmentType.ConfedSequence) return UpdateError.MalformedAsPath;
    return checkSegments(bytes, start, end, context.as4, context.type === 'internal');
  },
  show: (bytes, start, end, { as4 }) => showSegments(bytes, start, end, as4),
  decode(bytes, start, end, into) {
    into.asPath = showSegments(bytes, start, end, true);
  },
  encode(attributes, out) {
    if (attributes.asPath === undefined) return false;
    for (let i = 0; i < attributes.asPath.length; i++)
      writeSegment(attributes.asPath[i]!, `asPath[${i}]`, out);
    return true;
  },
};
