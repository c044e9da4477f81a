import { AttributeCode } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { valueEnd, valueStart, writeAttributeHeader } from './attribute-header.js';
import { readU32 } from './attribute-row.js';

/** The AS in ONLY_TO_CUSTOMER of a canonical block (RFC 9234 §5), or -1 when it has none. Allocates nothing. */
export function onlyToCustomerOf(block: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at = valueEnd(block, at)) {
    if (block[at + 1] === AttributeCode.OnlyToCustomer) return readU32(block, valueStart(block, at));
  }
  return -1;
}

/** Appends a canonical block that has none with ONLY_TO_CUSTOMER of this AS: canonical again. */
export function addOnlyToCustomer(
  block: Uint8Array,
  start: number,
  end: number,
  as: number,
  out: ByteWriter,
): void {
  let at = start;
  while (at < end && block[at + 1]! < AttributeCode.OnlyToCustomer) at = valueEnd(block, at);
  out.copy(block, start, at);
  writeAttributeHeader(out, 0xc0, AttributeCode.OnlyToCustomer, 4);
  out.u32(as);
  out.copy(block, at, end);
}
