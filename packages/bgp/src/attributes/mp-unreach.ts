import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { familyOf } from '../net/family.js';
import { showNlri } from '../nlri/show-nlri.js';
import { type AttributeRow, readU16 } from './attribute-row.js';

/**
 * MP_UNREACH_NLRI (RFC 4760 §4):
 *
 * ```
 * AFI (2) | SAFI (1) | withdrawn routes …
 * ```
 */
export const mpUnreach: AttributeRow = {
  code: AttributeCode.MpUnreach,
  name: 'MP_UNREACH_NLRI',
  flags: 0x80,
  severity: 'reset', // RFC 7606 §7.12
  check: (_bytes, start, end) => (end - start < 3 ? UpdateError.OptionalAttribute : 0),
  show(bytes, start, end, { addPath }) {
    const family = familyOf(readU16(bytes, start), bytes[start + 2]!);
    return { family: family.name, withdrawn: showNlri(family, bytes, start + 3, end, addPath, true) };
  },
};
