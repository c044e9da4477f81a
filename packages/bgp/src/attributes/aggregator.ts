import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { addressToU32, formatAddress, isAddress } from '../net/address.js';
import { checkU32, refuseAttribute } from './attribute-error.js';
import { type AttributeRow, readU16, readU32 } from './attribute-row.js';
import type { Aggregator } from './path-attributes.js';

export function showAggregator(bytes: Uint8Array, start: number, as4: boolean): Aggregator {
  return as4
    ? { as: readU32(bytes, start), address: formatAddress(bytes, start + 4, 4) }
    : { as: readU16(bytes, start), address: formatAddress(bytes, start + 2, 4) };
}

/** AGGREGATOR (RFC 4271 §5.1.7): an AS of two or four octets, and an IPv4 address. */
export const aggregator: AttributeRow = {
  code: AttributeCode.Aggregator,
  name: 'AGGREGATOR',
  flags: 0xc0,
  severity: 'discard', // RFC 7606 §7.7
  check(bytes, start, end, context) {
    if (end - start !== (context.as4 ? 8 : 6)) return UpdateError.AttributeLength;
    // RFC 7607 §2: AS 0 here makes it malformed.
    const as = context.as4 ? readU32(bytes, start) : readU16(bytes, start);
    return as === 0 ? UpdateError.OptionalAttribute : 0;
  },
  show: (bytes, start, _end, { as4 }) => showAggregator(bytes, start, as4),
  decode(bytes, start, _end, into) {
    into.aggregator = showAggregator(bytes, start, true);
  },
  encode(attributes, out) {
    if (attributes.aggregator === undefined) return false;
    const { as, address } = attributes.aggregator;
    if (as === 0) refuseAttribute('aggregator.as', as, 'must be an AS number 1 … 4294967295');
    if (address.includes(':') || !isAddress(address)) {
      refuseAttribute('aggregator.address', address, 'must be an IPv4 address');
    }
    out.u32(checkU32('aggregator.as', as));
    out.u32(addressToU32(address));
    return true;
  },
};
