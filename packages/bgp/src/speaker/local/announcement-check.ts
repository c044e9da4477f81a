import { BgpError, showValue } from '../../errors.js';
import { isAddress, parseAddress } from '../../net/address.js';
import type { Announcement } from '../settings/config.js';
import { badField, checkFields } from '../settings/field-check.js';

const fields = [
  'prefixes',
  'nlri',
  'attributes',
  'nextHop',
  'owner',
] as const satisfies readonly (keyof Announcement)[];

/** Refuses an announcement whose fields are not what they must be. Gives its next hop; prefixes and attributes are looked at where they are used. */
export function checkAnnouncement(announcement: Announcement): Uint8Array | null {
  checkFields('announcement', announcement, fields);
  const { prefixes, nlri, nextHop, owner, attributes }: { readonly [field in keyof Announcement]: unknown } =
    announcement;
  if (!Array.isArray(prefixes)) throw badField('prefixes', prefixes, 'a list of prefixes');
  if (nlri !== undefined && !Array.isArray(nlri))
    throw badField('nlri', nlri, 'a list of {family, value or hex}');
  if (owner !== undefined && typeof owner !== 'string') throw badField('owner', owner, 'a text');
  if (attributes !== undefined && (typeof attributes !== 'object' || attributes === null)) {
    throw badField('attributes', attributes, 'an object');
  }
  if (nextHop === undefined) return null;
  if (typeof nextHop === 'string' && isAddress(nextHop)) return parseAddress(nextHop);
  throw new BgpError(
    'BGP_ERR_ADDRESS',
    `nextHop must be an IPv4 or IPv6 address, got ${showValue(nextHop)}`,
    {
      path: 'nextHop',
      value: nextHop,
      allowed: 'an IPv4 or IPv6 address',
    },
  );
}
