import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { checkU32 } from './attribute-error.js';
import { type AttributeRow, exactLength, readU32 } from './attribute-row.js';

/** MULTI_EXIT_DISC (RFC 4271 §5.1.4): four octets. */
export const med: AttributeRow = {
  code: AttributeCode.Med,
  name: 'MULTI_EXIT_DISC',
  flags: 0x80,
  severity: 'withdraw', // RFC 7606 §7.4
  check: exactLength(4, UpdateError.AttributeLength),
  show: readU32,
  decode(bytes, start, _end, into) {
    into.med = readU32(bytes, start);
  },
  encode(attributes, out) {
    if (attributes.med === undefined) return false;
    out.u32(checkU32('med', attributes.med));
    return true;
  },
};
