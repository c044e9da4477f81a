import { type Family, IPV4_UNICAST, IPV6_UNICAST } from '../net/family.js';
import { ipv4Unicast } from './ipv4-unicast.js';
import { ipv6Unicast } from './ipv6-unicast.js';
import type { NlriCodec } from './nlri-codec.js';

export { createNlriKey, type NlriKey } from '../net/nlri-key.js';
export type { KeyLayout, NlriCodec } from './nlri-codec.js';

/** How this family is read and written; undefined for one that is not built. The only switch on family in the code base. */
export function nlriCodec(family: Family): NlriCodec | undefined {
  switch (family.key) {
    case IPV4_UNICAST.key:
      return ipv4Unicast;
    case IPV6_UNICAST.key:
      return ipv6Unicast;
    default:
      return undefined;
  }
}

/** Families that can be carried. */
export const supportedFamilies: readonly Family[] = [IPV4_UNICAST, IPV6_UNICAST];
