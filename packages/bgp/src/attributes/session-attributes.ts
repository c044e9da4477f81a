import { AS_TRANS, AttributeCode } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import {
  beginAttribute,
  endAttribute,
  valueEnd,
  valueStart,
  writeAttributeHeader,
} from './attribute-header.js';
import { readU32 } from './attribute-row.js';
import { copyWithoutConfed, narrowSegments, needsFourOctets } from './merge-as-path.js';

/** What of a session changes the bytes of attributes. */
export interface SessionEncoding {
  /** AS numbers have four octets. */
  readonly as4: boolean;
  /** NEXT_HOP to put in, for routes in the plain fields; null for routes in MP_REACH_NLRI. */
  readonly nextHop4: Uint8Array | null;
}

function writeNextHop(nextHop: Uint8Array, out: ByteWriter): void {
  writeAttributeHeader(out, 0x40, AttributeCode.NextHop, 4);
  out.copy(nextHop, 0, 4);
}

/** Offset of the first attribute whose code is at least `code`. */
function seek(block: Uint8Array, start: number, end: number, code: number): number {
  let at = start;
  while (at < end && block[at + 1]! < code) at = valueEnd(block, at);
  return at;
}

/**
 * Appends the attributes of a canonical block as they go on the wire, in code order, without MP_REACH_NLRI and
 * MP_UNREACH_NLRI. For a peer of two-octet ASes, AS_TRANS stands in AS_PATH and AGGREGATOR where it must, and AS4_PATH and
 * AS4_AGGREGATOR come with it, only then (RFC 6793 §4.2.2).
 *
 * @example
 * encodeForSession(block, 0, block.length, { as4: true, nextHop4: parseAddress('192.0.2.1') }, out);
 */
export function encodeForSession(
  block: Uint8Array,
  start: number,
  end: number,
  session: SessionEncoding,
  out: ByteWriter,
): void {
  if (!session.as4) {
    encodeNarrow(block, start, end, session.nextHop4, out);
    return;
  }
  if (session.nextHop4 === null) {
    out.copy(block, start, end);
    return;
  }
  const split = seek(block, start, end, AttributeCode.NextHop);
  out.copy(block, start, split);
  writeNextHop(session.nextHop4, out);
  out.copy(block, split, end);
}

function encodeNarrow(
  block: Uint8Array,
  start: number,
  end: number,
  nextHop4: Uint8Array | null,
  out: ByteWriter,
): void {
  let widePath = -1;
  let wideAggregator = -1;
  let at = start;
  for (; at < end && block[at + 1]! < AttributeCode.NextHop; at = valueEnd(block, at)) {
    if (block[at + 1] !== AttributeCode.AsPath) {
      out.copy(block, at, valueEnd(block, at));
      continue;
    }
    if (needsFourOctets(block, valueStart(block, at), valueEnd(block, at))) widePath = at;
    const header = beginAttribute(out, block[at]! & 0xe0, AttributeCode.AsPath);
    narrowSegments(block, valueStart(block, at), valueEnd(block, at), out);
    endAttribute(out, header);
  }
  if (nextHop4 !== null) writeNextHop(nextHop4, out);
  for (; at < end && block[at + 1]! < AttributeCode.As4Path; at = valueEnd(block, at)) {
    if (block[at + 1] !== AttributeCode.Aggregator) {
      out.copy(block, at, valueEnd(block, at));
      continue;
    }
    const value = valueStart(block, at);
    const as = readU32(block, value);
    if (as > 0xffff) wideAggregator = at;
    writeAttributeHeader(out, block[at]! & 0xe0, AttributeCode.Aggregator, 6);
    out.u16(as > 0xffff ? AS_TRANS : as);
    out.copy(block, value + 4, value + 8);
  }
  if (widePath >= 0) {
    const header = beginAttribute(out, 0xc0, AttributeCode.As4Path);
    copyWithoutConfed(block, valueStart(block, widePath), valueEnd(block, widePath), out);
    endAttribute(out, header);
  }
  if (wideAggregator >= 0) {
    writeAttributeHeader(out, 0xc0, AttributeCode.As4Aggregator, 8);
    out.copy(block, valueStart(block, wideAggregator), valueEnd(block, wideAggregator));
  }
  out.copy(block, at, end);
}
