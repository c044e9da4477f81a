import { IPV4_MULTICAST, IPV6_MULTICAST } from '../net/family.js';
import { ipv4Unicast } from './ipv4-unicast.js';
import { ipv6Unicast } from './ipv6-unicast.js';
import type { NlriCodec } from './nlri-codec.js';

/** Prefixes for multicast forwarding (RFC 4760 §6, SAFI 2): written as those of unicast. */
export const ipv4Multicast: NlriCodec = { ...ipv4Unicast, family: IPV4_MULTICAST };
export const ipv6Multicast: NlriCodec = { ...ipv6Unicast, family: IPV6_MULTICAST };
