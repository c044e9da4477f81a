import { AttributeFlag } from '../iana/attribute-code.js';
import type { ByteWriter } from '../wire/byte-writer.js';

/**
 * Appends the header of an attribute whose length is known; two length octets only where they are needed.
 *
 * ```
 * flags (1) | code (1) | length (1, or 2 with Extended Length) | value
 * ```
 */
export function writeAttributeHeader(out: ByteWriter, flags: number, code: number, length: number): void {
  out.ensure(4);
  const bytes = out.bytes;
  let at = out.length;
  if (length > 255) {
    bytes[at++] = flags | AttributeFlag.ExtendedLength;
    bytes[at++] = code;
    bytes[at++] = length >>> 8;
  } else {
    bytes[at++] = flags;
    bytes[at++] = code;
  }
  bytes[at++] = length;
  out.length = at;
}

/** Begins an attribute whose length is not known yet; `endAttribute` finishes it. */
export function beginAttribute(out: ByteWriter, flags: number, code: number): number {
  const at = out.reserve(3);
  out.bytes[at] = flags;
  out.bytes[at + 1] = code;
  return at;
}

/** Fills in the length; a value over 255 octets is moved by one for the second length octet. */
export function endAttribute(out: ByteWriter, at: number): void {
  const value = at + 3;
  const length = out.length - value;
  if (length > 255) {
    out.reserve(1);
    out.bytes.copyWithin(value + 1, value, value + length);
    out.bytes[at] = out.bytes[at]! | AttributeFlag.ExtendedLength;
    out.patch16(at + 2, length);
  } else {
    out.patch8(at + 2, length);
  }
}

/** Offset of the value of the attribute at `at`, whose header is known to be whole. */
export function valueStart(bytes: Uint8Array, at: number): number {
  return at + ((bytes[at]! & AttributeFlag.ExtendedLength) === 0 ? 3 : 4);
}

/** Offset after the value of the attribute at `at`, whose header is known to be whole. */
export function valueEnd(bytes: Uint8Array, at: number): number {
  return (bytes[at]! & AttributeFlag.ExtendedLength) === 0
    ? at + 3 + bytes[at + 2]!
    : at + 4 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
}
