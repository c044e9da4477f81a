import { AttributeCode } from '../iana/attribute-code.js';
import { UpdateError } from '../iana/error-code.js';
import { checkU32 } from './attribute-error.js';
import { type AttributeRow, nonEmptyMultipleOf, readU32 } from './attribute-row.js';
import { sortTail } from './sorted-records.js';

/**
 * `64512:1` of a community as number.
 *
 * @example
 * formatCommunity(0xfc000001); // '64512:1'
 */
export function formatCommunity(community: number): string {
  return `${community >>> 16}:${community & 0xffff}`;
}

function readCommunities(bytes: Uint8Array, start: number, end: number): number[] {
  const communities: number[] = [];
  for (let at = start; at < end; at += 4) communities.push(readU32(bytes, at));
  return communities;
}

/** COMMUNITIES (RFC 1997): four octets each. */
export const communities: AttributeRow = {
  code: AttributeCode.Communities,
  name: 'COMMUNITIES',
  flags: 0xc0,
  severity: 'withdraw', // RFC 7606 §7.8
  check: nonEmptyMultipleOf(4, UpdateError.AttributeLength),
  show: (bytes, start, end) => readCommunities(bytes, start, end).map(formatCommunity),
  decode(bytes, start, end, into) {
    into.communities = readCommunities(bytes, start, end);
  },
  encode(attributes, out) {
    if (attributes.communities === undefined || attributes.communities.length === 0) return false;
    const start = out.length;
    attributes.communities.forEach((community, i) => {
      out.u32(checkU32(`communities[${i}]`, community));
    });
    sortTail(out, start, 4);
    return true;
  },
};
