import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { fromHex, toHex } from '../wire/hex.js';
import { checkU32, refuseAttribute } from './attribute-error.js';
import { valueEnd, valueStart } from './attribute-header.js';
import { type AttributeRow, readU32 } from './attribute-row.js';
import type { AttributeSet } from './path-attributes.js';

/** Whether a block is made of whole attributes. */
function isWhole(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (at + 3 > end || valueStart(bytes, at) > end) return false;
    at = valueEnd(bytes, at);
  }
  return at === end;
}

function show(bytes: Uint8Array, start: number, end: number): AttributeSet {
  return { originAs: readU32(bytes, start), hex: toHex(bytes, start + 4, end) };
}

/**
 * ATTR_SET (RFC 6368 §5): the attributes of a customer's route, carried across a provider:
 *
 * ```
 * origin AS (4) | path attributes …
 * ```
 */
export const attributeSet: AttributeRow = {
  code: AttributeCode.AttributeSet,
  name: 'ATTR_SET',
  flags: 0xc0,
  severity: 'withdraw', // RFC 7606 §7.16
  check(bytes, start, end) {
    if (end - start < 4) return UpdateError.AttributeLength;
    return isWhole(bytes, start + 4, end) ? 0 : UpdateError.OptionalAttribute;
  },
  show,
  decode(bytes, start, end, into) {
    into.attributeSet = show(bytes, start, end);
  },
  encode(attributes, out) {
    if (attributes.attributeSet === undefined) return false;
    const { originAs, hex } = attributes.attributeSet;
    const block = fromHex(hex);
    if (block === null || !isWhole(block, 0, block.length)) {
      refuseAttribute('attributeSet.hex', hex, 'must be hex digits of whole attributes');
    }
    out.u32(checkU32('attributeSet.originAs', originAs));
    out.copy(block);
    return true;
  },
};
