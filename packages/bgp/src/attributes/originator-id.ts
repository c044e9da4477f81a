import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { addressToU32, formatAddress, isAddress } from '../net/address.js';
import { refuseAttribute } from './attribute-error.js';
import { type AttributeRow, exactLength } from './attribute-row.js';

/** ORIGINATOR_ID (RFC 4456 §8): the router id of the originator within the AS. */
export const originatorId: AttributeRow = {
  code: AttributeCode.OriginatorId,
  name: 'ORIGINATOR_ID',
  flags: 0x80,
  severity: 'withdraw', // RFC 7606 §7.9
  internalOnly: true,
  check: exactLength(4, UpdateError.AttributeLength),
  show: (bytes, start) => formatAddress(bytes, start, 4),
  decode(bytes, start, _end, into) {
    into.originatorId = formatAddress(bytes, start, 4);
  },
  encode(attributes, out) {
    const id = attributes.originatorId;
    if (id === undefined) return false;
    if (id.includes(':') || !isAddress(id)) refuseAttribute('originatorId', id, 'must be a dotted quad');
    out.u32(addressToU32(id));
    return true;
  },
};
