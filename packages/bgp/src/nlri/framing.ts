import { readU16, readU32 } from '../wire/octets.js';
import type { NlriSpan, OpaqueNlriCodec } from './opaque-nlri-codec.js';

/**
 * How the NLRI of a family say where they end: a length of one or two octets, after `lengthAt` octets of type, that counts
 * octets or bits.
 *
 * ```
 * [ path id (4) ] | type (lengthAt) | length (1 or 2) | as many octets as that says
 * ```
 */
export interface Framing {
  readonly lengthAt: number;
  readonly lengthSize: 1 | 2;
  readonly unit: 'bits' | 'octets';
}

/** Prefixes, and what is laid out like them. */
export const BITS: Framing = { lengthAt: 0, lengthSize: 1, unit: 'bits' };
/** A type, and a length of one octet (RFC 7432 §7). */
export const TYPED: Framing = { lengthAt: 1, lengthSize: 1, unit: 'octets' };

/** Begins an NLRI at `at`: its path identifier. The offset after it, or -1 when nothing is there. */
export function beginSpan(
  bytes: Uint8Array,
  at: number,
  end: number,
  addPath: boolean,
  out: NlriSpan,
): number {
  out.pathId = 0;
  if (addPath) {
    if (at + 4 > end) return -1;
    out.pathId = readU32(bytes, at);
    at += 4;
  }
  out.start = at;
  return at < end ? at : -1;
}

/** Ends an NLRI at `stop`, which is the offset after it, or -1 when that lies past the end. */
export function endSpan(stop: number, end: number, out: NlriSpan): number {
  if (stop > end) return -1;
  out.end = stop;
  return stop;
}

/** `read` of a family with this framing. */
export function framedRead(framing: Framing): OpaqueNlriCodec['read'] {
  const { lengthAt, lengthSize, unit } = framing;
  return (bytes, at, end, addPath, out) => {
    const start = beginSpan(bytes, at, end, addPath, out);
    const body = start + lengthAt + lengthSize;
    if (start < 0 || body > end) return -1;
    const length = lengthSize === 1 ? bytes[start + lengthAt]! : readU16(bytes, start + lengthAt);
    return endSpan(body + (unit === 'bits' ? (length + 7) >>> 3 : length), end, out);
  };
}

/** `writeKey` of a family whose octets all belong to the key. */
export const wholeKey: OpaqueNlriCodec['writeKey'] = (bytes, start, end, out) => {
  out.copy(bytes, start, end);
};
