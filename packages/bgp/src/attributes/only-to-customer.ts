import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { checkU32 } from './attribute-error.js';
import { type AttributeRow, exactLength, readU32 } from './attribute-row.js';

/** ONLY_TO_CUSTOMER (RFC 9234 §5): the AS after which a route may go to customers only. */
export const onlyToCustomer: AttributeRow = {
  code: AttributeCode.OnlyToCustomer,
  name: 'ONLY_TO_CUSTOMER',
  flags: 0xc0,
  severity: 'withdraw', // RFC 9234 §5
  check: exactLength(4, UpdateError.AttributeLength),
  show: readU32,
  decode(bytes, start, _end, into) {
    into.onlyToCustomer = readU32(bytes, start);
  },
  encode(attributes, out) {
    if (attributes.onlyToCustomer === undefined) return false;
    out.u32(checkU32('onlyToCustomer', attributes.onlyToCustomer));
    return true;
  },
};
