import type { Family } from '../net/family.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { type EncapsulationEndpoint, ipv4Encapsulation, ipv6Encapsulation } from './encapsulation.js';
import { type EvpnRoute, evpn } from './evpn.js';
import { type Flowspec, ipv4Flowspec, ipv6Flowspec, vpnv4Flowspec, vpnv6Flowspec } from './flowspec.js';
import { ipv4LabeledUnicast, ipv6LabeledUnicast, type LabeledPrefix } from './labeled-unicast.js';
import { bgpLs, bgpLsVpn, type LinkStateNlri } from './link-state.js';
import { ipv4Mup, ipv6Mup, type MupRoute } from './mup.js';
import { checkFields } from './nlri-error.js';
import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';
import type { RawNlri } from './raw-nlri.js';
import { ipv4RouteTarget, type RouteTargetMembership } from './route-target.js';
import { ipv4SrPolicy, ipv6SrPolicy, type SrPolicyNlri } from './sr-policy.js';
import { type VpnPrefix, vpnv4Multicast, vpnv4Unicast, vpnv6Multicast, vpnv6Unicast } from './vpn-unicast.js';

/** A destination of a family whose tables keep octets: which one, the family says. */
export type NlriValue =
  | LabeledPrefix
  | VpnPrefix
  | EvpnRoute
  | Flowspec
  | RouteTargetMembership
  | LinkStateNlri
  | SrPolicyNlri
  | MupRoute
  | EncapsulationEndpoint
  | RawNlri;

/** Families whose destinations are kept by their octets. */
const CODECS: readonly OpaqueNlriCodec<NlriValue>[] = [
  ipv4LabeledUnicast,
  ipv6LabeledUnicast,
  ipv4Encapsulation,
  ipv6Encapsulation,
  ipv4SrPolicy,
  ipv6SrPolicy,
  ipv4Mup,
  ipv6Mup,
  vpnv4Unicast,
  vpnv6Unicast,
  vpnv4Multicast,
  vpnv6Multicast,
  ipv4RouteTarget,
  ipv4Flowspec,
  ipv6Flowspec,
  vpnv4Flowspec,
  vpnv6Flowspec,
  evpn,
  bgpLs,
  bgpLsVpn,
];

const BY_KEY: ReadonlyMap<number, OpaqueNlriCodec<NlriValue>> = new Map(
  CODECS.map((codec) => [codec.family.key, codec]),
);

/** Families of `opaqueNlriCodec`, by SAFI. */
export const opaqueFamilies: readonly Family[] = CODECS.map((codec) => codec.family);

/**
 * How a family is read and written whose tables keep octets; undefined for unicast, multicast and what is not known.
 *
 * @example
 * opaqueNlriCodec(familyOf(25, 70))?.family.name; // 'l2vpn-evpn'
 */
export function opaqueNlriCodec(family: Family): OpaqueNlriCodec<NlriValue> | undefined {
  return BY_KEY.get(family.key);
}

/**
 * Appends one NLRI. Throws `BGP_ERR_NLRI` with path and value for what cannot be one; `out` is then as before.
 *
 * @example
 * const evpn = opaqueNlriCodec(familyOf(25, 70));
 * if (evpn !== undefined) encodeNlri(evpn, value, out);
 */
export function encodeNlri<V>(codec: OpaqueNlriCodec<V>, value: V, out: ByteWriter): void {
  checkFields('nlri', value, `a destination of ${codec.family.name}`);
  const before = out.length;
  try {
    codec.encode(value, out);
  } catch (error) {
    out.length = before;
    throw error;
  }
}
