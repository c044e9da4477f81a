import { AS_TRANS, SegmentType } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { readU16, readU32 } from './attribute-row.js';

/** A run of segments in some bytes, and the width of its AS numbers. */
interface SegmentRun {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly width: 2 | 4;
}

const isSet = (type: number): boolean => type === SegmentType.Set || type === SegmentType.ConfedSet;
const isConfed = (type: number): boolean =>
  type === SegmentType.ConfedSequence || type === SegmentType.ConfedSet;

/** Hops of a run: an AS of a sequence counts one, a set counts one; confederation segments only if asked for. */
function countHops(run: SegmentRun, withConfed: boolean): number {
  let hops = 0;
  for (let at = run.start; at < run.end; at += 2 + run.bytes[at + 1]! * run.width) {
    const type = run.bytes[at]!;
    if (withConfed || !isConfed(type)) hops += isSet(type) ? 1 : run.bytes[at + 1]!;
  }
  return hops;
}

/** Appends one segment header; returns where it is. */
function openSegment(out: ByteWriter, type: number): number {
  const at = out.length;
  out.u8(type);
  out.u8(0);
  return at;
}

function copyAses(run: SegmentRun, from: number, count: number, out: ByteWriter): void {
  for (let i = 0; i < count; i++) {
    const at = from + i * run.width;
    out.u32(run.width === 4 ? readU32(run.bytes, at) : readU16(run.bytes, at));
  }
}

/** Appends AS_PATH segments of two-octet ASes with four-octet ones. */
export function widenSegments(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  for (let at = start; at < end; ) {
    const count = bytes[at + 1]!;
    out.u8(bytes[at]!);
    out.u8(count);
    at += 2;
    for (let i = 0; i < count; i++, at += 2) out.u32(readU16(bytes, at));
  }
}

/**
 * Appends the path that an AS_PATH of two-octet ASes and an AS4_PATH say together (RFC 6793 §4.2.3): as many leading
 * hops of the former as it has more than the latter, then the latter. A longer AS4_PATH is ignored. Confederation
 * segments are never split, and those of an AS4_PATH are dropped (§6). Two sequences that meet become one segment when
 * that holds them, so that the result equals what a peer with four octets would have sent.
 */
export function mergeAs4Path(
  bytes: Uint8Array,
  pathStart: number,
  pathEnd: number,
  as4Start: number,
  as4End: number,
  out: ByteWriter,
): void {
  const path: SegmentRun = { bytes, start: pathStart, end: pathEnd, width: 2 };
  const as4: SegmentRun = { bytes, start: as4Start, end: as4End, width: 4 };
  let leading = countHops(path, true) - countHops(as4, false);
  if (leading < 0 || countHops(as4, false) === 0) {
    widenSegments(bytes, pathStart, pathEnd, out);
    return;
  }
  let lastSequence = -1;
  for (let at = pathStart; at < pathEnd && leading > 0; ) {
    const type = bytes[at]!;
    const count = bytes[at + 1]!;
    const whole = isSet(type) || type === SegmentType.ConfedSequence;
    const taken = whole ? count : Math.min(count, leading);
    const header = openSegment(out, type);
    copyAses(path, at + 2, taken, out);
    out.patch8(header + 1, taken);
    lastSequence = type === SegmentType.Sequence ? header : -1;
    leading -= isSet(type) ? 1 : count;
    at += 2 + count * 2;
  }
  for (let at = as4Start; at < as4End; ) {
    const type = bytes[at]!;
    const count = bytes[at + 1]!;
    if (!isConfed(type)) {
      const joined =
        type === SegmentType.Sequence && lastSequence >= 0 ? out.bytes[lastSequence + 1]! + count : 256;
      if (joined <= 255) {
        out.patch8(lastSequence + 1, joined);
      } else {
        out.patch8(openSegment(out, type) + 1, count);
      }
      copyAses(as4, at + 2, count, out);
      lastSequence = -1;
    }
    at += 2 + count * 4;
  }
}

/** Whether a canonical AS_PATH value holds an AS that needs four octets. */
export function needsFourOctets(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    const stop = at + 2 + bytes[at + 1]! * 4;
    for (let as = at + 2; as < stop; as += 4) if (bytes[as] !== 0 || bytes[as + 1] !== 0) return true;
    at = stop;
  }
  return false;
}

/** Appends a canonical AS_PATH value with two-octet ASes: AS_TRANS stands for those that need four (RFC 6793 §4.2.2). */
export function narrowSegments(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  for (let at = start; at < end; ) {
    const count = bytes[at + 1]!;
    out.u8(bytes[at]!);
    out.u8(count);
    at += 2;
    for (let i = 0; i < count; i++, at += 4) {
      const as = readU32(bytes, at);
      out.u16(as > 0xffff ? AS_TRANS : as);
    }
  }
}

/** Appends a canonical AS_PATH value as AS4_PATH: without confederation segments (RFC 6793 §4.2.2). */
export function copyWithoutConfed(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void {
  for (let at = start; at < end; ) {
    const stop = at + 2 + bytes[at + 1]! * 4;
    if (!isConfed(bytes[at]!)) out.copy(bytes, at, stop);
    at = stop;
  }
}
