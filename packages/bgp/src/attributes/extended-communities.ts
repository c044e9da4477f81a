import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { fromHex, toHex } from '../wire/hex.js';
import { refuseAttribute } from './attribute-error.js';
import { type AttributeRow, nonEmptyMultipleOf } from './attribute-row.js';
import { type ExtendedCommunity, showExtendedCommunity } from './extended-community.js';
import { sortTail } from './sorted-records.js';

function readHex(bytes: Uint8Array, start: number, end: number): string[] {
  const list: string[] = [];
  for (let at = start; at < end; at += 8) list.push(toHex(bytes, at, at + 8));
  return list;
}

/** EXTENDED COMMUNITIES (RFC 4360): eight octets each. */
export const extendedCommunities: AttributeRow = {
  code: AttributeCode.ExtendedCommunities,
  name: 'EXTENDED_COMMUNITIES',
  flags: 0xc0,
  severity: 'withdraw', // RFC 7606 §7.14
  check: nonEmptyMultipleOf(8, UpdateError.AttributeLength),
  show(bytes, start, end) {
    const list: ExtendedCommunity[] = [];
    for (let at = start; at < end; at += 8) list.push(showExtendedCommunity(bytes, at));
    return list;
  },
  decode(bytes, start, end, into) {
    into.extendedCommunities = readHex(bytes, start, end);
  },
  encode(attributes, out) {
    if (attributes.extendedCommunities === undefined || attributes.extendedCommunities.length === 0)
      return false;
    const start = out.length;
    attributes.extendedCommunities.forEach((text, i) => {
      const octets = fromHex(text);
      if (octets?.length !== 8) refuseAttribute(`extendedCommunities[${i}]`, text, 'must be 16 hex digits');
      out.copy(octets);
    });
    sortTail(out, start, 8);
    return true;
  },
};
