import { AttributeCode, SegmentType } from '../iana/attribute-code.js';
import { valueEnd, valueStart } from './attribute-header.js';
import { readU32 } from './attribute-row.js';
import { matchesRecord, type RecordPattern } from './record-pattern.js';

/** A canonical block of attributes, where it lies. */
export interface AttributeBlock {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Offset of the header of an attribute in a canonical block, -1 when it is not there. */
export function findAttribute(block: AttributeBlock, code: number): number {
  const { bytes, end } = block;
  for (let at = block.start; at < end; at = valueEnd(bytes, at)) {
    // Canonical blocks are in the order of codes.
    if (bytes[at + 1]! >= code) return bytes[at + 1] === code ? at : -1;
  }
  return -1;
}

/** Whether a list attribute holds a record that fits. Allocates nothing. */
export function hasRecord(
  block: AttributeBlock,
  code: number,
  size: number,
  pattern: RecordPattern,
): boolean {
  const at = findAttribute(block, code);
  if (at < 0) return false;
  const stop = valueEnd(block.bytes, at);
  for (let i = valueStart(block.bytes, at); i < stop; i += size) {
    if (matchesRecord(pattern, block.bytes, i)) return true;
  }
  return false;
}

/** Whether COMMUNITIES (RFC 1997) holds this one. */
export function hasCommunity(block: AttributeBlock, community: number): boolean {
  const at = findAttribute(block, AttributeCode.Communities);
  if (at < 0) return false;
  const stop = valueEnd(block.bytes, at);
  for (let i = valueStart(block.bytes, at); i < stop; i += 4) {
    if (readU32(block.bytes, i) === community) return true;
  }
  return false;
}

/** The AS that originated a route: the last of AS_PATH outside confederation segments; 0 when there is none, or a set. */
export function originAs(block: AttributeBlock): number {
  const at = findAttribute(block, AttributeCode.AsPath);
  if (at < 0) return 0;
  const { bytes } = block;
  const stop = valueEnd(bytes, at);
  let origin = 0;
  for (let segment = valueStart(bytes, at); segment < stop; ) {
    const next = segment + 2 + bytes[segment + 1]! * 4;
    if (bytes[segment] === SegmentType.Sequence) origin = readU32(bytes, next - 4);
    else if (bytes[segment] === SegmentType.Set) origin = 0;
    segment = next;
  }
  return origin;
}

/** The AS next to us: the first of AS_PATH outside confederation segments; 0 when there is none, or a set. */
export function neighborAs(block: AttributeBlock): number {
  const at = findAttribute(block, AttributeCode.AsPath);
  if (at < 0) return 0;
  const { bytes } = block;
  const stop = valueEnd(bytes, at);
  for (let segment = valueStart(bytes, at); segment < stop; segment += 2 + bytes[segment + 1]! * 4) {
    if (bytes[segment] === SegmentType.Sequence) return readU32(bytes, segment + 2);
    if (bytes[segment] === SegmentType.Set) return 0;
  }
  return 0;
}
