import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { RD_LENGTH } from './route-distinguisher.js';

const NOTHING = new Uint8Array(0);

/**
 * An address of 4 or 16 octets as a next hop of a family: behind a route distinguisher of zero for VPNs (RFC 4364 §4.3.2),
 * IPv4-mapped where the family takes IPv6 only (RFC 4659 §3.2.1.2, RFC 4798 §2), nothing for flow specifications (RFC 8955 §4).
 */
export function shapeNextHop(codec: OpaqueNlriCodec, address: Uint8Array): Uint8Array {
  if (codec.nextHop === 'none') return NOTHING;
  const before = codec.nextHop === 'vpn' ? RD_LENGTH : 0;
  const fits = codec.nextHopLengths.includes(before + address.length);
  const octets = fits || address.length !== 4 ? address : Uint8Array.of(...MAPPED, ...address);
  if (before === 0) return octets;
  const shaped = new Uint8Array(before + octets.length);
  shaped.set(octets, before);
  return shaped;
}

const MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
