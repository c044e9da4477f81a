import { AttributeCode, SegmentType } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { beginAttribute, endAttribute, valueEnd, valueStart } from './attribute-header.js';
import { readU32 } from './attribute-row.js';

/** What becomes of an AS number: itself, another one, or -1: it goes. */
export type AsReplacement = (as: number) => number;

/** Reserved for private use (RFC 6996 §5). */
export function isPrivateAs(as: number): boolean {
  return (as >= 64_512 && as <= 65_534) || (as >= 4_200_000_000 && as <= 4_294_967_294);
}

/**
 * Appends a canonical block with other ASes in its AS_PATH. Segments keep their places; one that loses all of its ASes
 * goes, so that no empty segment is ever sent (RFC 7606 §7.2). Segments of a type above `last` stay as they are.
 */
export function replaceAses(
  block: Uint8Array,
  start: number,
  end: number,
  replacement: AsReplacement,
  out: ByteWriter,
  last: number = SegmentType.ConfedSet,
): void {
  for (let at = start; at < end; ) {
    const stop = valueEnd(block, at);
    if (block[at + 1] === AttributeCode.AsPath) {
      const header = beginAttribute(out, 0x40, AttributeCode.AsPath);
      replaceSegments(block, valueStart(block, at), stop, replacement, out, last);
      endAttribute(out, header);
    } else {
      out.copy(block, at, stop);
    }
    at = stop;
  }
}

function replaceSegments(
  block: Uint8Array,
  start: number,
  stop: number,
  replacement: AsReplacement,
  out: ByteWriter,
  last: number,
): void {
  for (let segment = start; segment < stop; ) {
    const next = segment + 2 + block[segment + 1]! * 4;
    if (block[segment]! > last) {
      out.copy(block, segment, next);
      segment = next;
      continue;
    }
    const from = out.length;
    out.u8(block[segment]!);
    const countAt = out.reserve(1);
    let count = 0;
    for (let i = segment + 2; i < next; i += 4) {
      const as = replacement(readU32(block, i));
      if (as < 0) continue;
      out.u32(as);
      count++;
    }
    if (count === 0) out.length = from;
    else out.patch8(countAt, count);
    segment = next;
  }
}
