import { align, hostIsLittleEndian } from './layout.js';

/*
 * nlattr / rtattr, in the host's byte order; the length counts the header but not the padding:
 *
 *    0     2     4
 *   +-----+-----+-------- - -
 *   | len |type | value, padded to 4
 *   +-----+-----+-------- - -
 */
export const attributeHeaderLength = 4;

/** `NLA_F_NESTED`: the value is a list of attributes. */
export const nestedFlag = 0x8000;

/** The two top bits of the type are flags (`NLA_F_NESTED`, `NLA_F_NET_BYTEORDER`). */
const typeMask = 0x3fff;

/** Where an attribute's value is. */
export interface AttributeView {
  readonly type: number;
  readonly offset: number;
  readonly length: number;
}

/** Walks the attributes between two offsets; stops at the first that does not fit. */
export function* attributesOf(view: DataView, start: number, end: number): Generator<AttributeView> {
  let offset = start;
  while (offset + attributeHeaderLength <= end) {
    const length = view.getUint16(offset, hostIsLittleEndian);
    if (length < attributeHeaderLength || offset + length > end) return;
    yield {
      type: view.getUint16(offset + 2, hostIsLittleEndian) & typeMask,
      offset: offset + attributeHeaderLength,
      length: length - attributeHeaderLength,
    };
    offset += align(length);
  }
}

/** The first attribute of a type, if there is one. */
export function findAttribute(
  view: DataView,
  start: number,
  end: number,
  type: number,
): AttributeView | undefined {
  for (const attribute of attributesOf(view, start, end)) if (attribute.type === type) return attribute;
  return undefined;
}

/** A copy of an attribute's value. */
export function readBytes(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length).slice();
}

/** A text value, up to its first NUL. */
export function readText(view: DataView, offset: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length);
  const nul = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.slice(0, nul === -1 ? length : nul));
}

/** A `u32` value in the host's byte order; 0 when the attribute is shorter. */
export function readU32(view: DataView, attribute: AttributeView): number {
  return attribute.length >= 4 ? view.getUint32(attribute.offset, hostIsLittleEndian) : 0;
}
