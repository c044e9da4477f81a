import { type PathAttributes, parseCommunity, routeEdits } from '@peerage/bgp';
import type { OriginatedAttributes } from '../items/advertisement.js';

/** Octets of an extended community (RFC 4360 §2). */
const extendedOctets = 8;

/** Attributes of a route of ours, as the library takes them. Throws for a community that is none. */
export function pathAttributes(attributes: OriginatedAttributes = {}): PathAttributes {
  const { med, localPref, communities, largeCommunities, extendedCommunities } = attributes;
  return {
    ...(med === undefined ? {} : { med }),
    ...(localPref === undefined ? {} : { localPref }),
    ...(communities === undefined ? {} : { communities: communities.map(parseCommunity) }),
    ...(largeCommunities === undefined ? {} : { largeCommunities }),
    ...(extendedCommunities === undefined
      ? {}
      : { extendedCommunities: extendedCommunities.map(extendedCommunity) }),
  };
}

/** `rt:64512:1` as 16 hex digits; the library's edits know the forms. */
function extendedCommunity(text: string): string {
  const octets = routeEdits({ addExtendedCommunities: [text] }).extendedCommunities?.add;
  return Buffer.from(octets ?? new Uint8Array(extendedOctets)).toString('hex');
}
