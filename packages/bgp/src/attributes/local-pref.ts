import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { checkU32 } from './attribute-error.js';
import { type AttributeRow, exactLength, readU32 } from './attribute-row.js';

/** LOCAL_PREF (RFC 4271 §5.1.5): four octets, within an AS only. */
export const localPref: AttributeRow = {
  code: AttributeCode.LocalPref,
  name: 'LOCAL_PREF',
  flags: 0x40,
  severity: 'withdraw', // RFC 7606 §7.5
  internalOnly: true,
  check: exactLength(4, UpdateError.AttributeLength),
  show: readU32,
  decode(bytes, start, _end, into) {
    into.localPref = readU32(bytes, start);
  },
  encode(attributes, out) {
    if (attributes.localPref === undefined) return false;
    out.u32(checkU32('localPref', attributes.localPref));
    return true;
  },
};
