import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { refuseAttribute } from './attribute-error.js';
import type { AttributeRow } from './attribute-row.js';
import type { Origin } from './path-attributes.js';

/** By value, 0 the most preferred (RFC 4271 §4.3). */
export const ORIGINS: readonly Origin[] = ['igp', 'egp', 'incomplete'];

/** ORIGIN (RFC 4271 §5.1.1): one octet. */
export const origin: AttributeRow = {
  code: AttributeCode.Origin,
  name: 'ORIGIN',
  flags: 0x40,
  severity: 'withdraw', // RFC 7606 §7.1
  check(bytes, start, end) {
    if (end - start !== 1) return UpdateError.AttributeLength;
    return bytes[start]! > 2 ? UpdateError.InvalidOrigin : 0;
  },
  show: (bytes, start) => ORIGINS[bytes[start]!],
  decode(bytes, start, _end, into) {
    const value = ORIGINS[bytes[start]!];
    if (value !== undefined) into.origin = value;
  },
  encode(attributes, out) {
    if (attributes.origin === undefined) return false;
    const value = ORIGINS.indexOf(attributes.origin);
    if (value < 0) refuseAttribute('origin', attributes.origin, 'must be igp, egp or incomplete');
    out.u8(value);
    return true;
  },
};
