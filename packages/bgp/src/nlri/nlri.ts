import { type Family, IPV4_MULTICAST, IPV4_UNICAST, IPV6_MULTICAST, IPV6_UNICAST } from '../net/family.js';
import { ipv4Multicast, ipv6Multicast } from './ip-multicast.js';
import { ipv4Unicast } from './ipv4-unicast.js';
import { ipv6Unicast } from './ipv6-unicast.js';
import type { NlriCodec } from './nlri-codec.js';

export { createNlriKey, type NlriKey } from '../net/nlri-key.js';
export type { KeyLayout, NlriCodec } from './nlri-codec.js';

/**
 * How a family is read and written whose destinations are numbers; undefined for those of `opaqueNlriCodec`, and for what is
 * not known. With that one, the only switch on family in the code base.
 *
 * @example
 * nlriCodec(IPV4_UNICAST)?.family.name; // 'ipv4-unicast'
 * nlriCodec(familyOf(25, 70)); // undefined
 */
export function nlriCodec(family: Family): NlriCodec | undefined {
  switch (family.key) {
    case IPV4_UNICAST.key:
      return ipv4Unicast;
    case IPV6_UNICAST.key:
      return ipv6Unicast;
    case IPV4_MULTICAST.key:
      return ipv4Multicast;
    case IPV6_MULTICAST.key:
      return ipv6Multicast;
    default:
      return undefined;
  }
}

/** Families that can be carried. */
export const supportedFamilies: readonly Family[] = [IPV4_UNICAST, IPV6_UNICAST];
