import { type Family, familyOf } from '../net/family.js';
import { BITS, framedRead } from './framing.js';
import {
  ANNOUNCED_LABELS,
  type LabelReading,
  WITHDRAWN_LABELS,
  writeLabels,
  writeWithoutLabels,
} from './label-stack.js';
import type { LabeledPrefix } from './labeled-unicast.js';
import { refuseNlri } from './nlri-error.js';
import type { NlriReading, OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { addressBits, checkPrefix, showPrefix, writePrefixKey, writePrefixOctets } from './prefix-octets.js';
import { formatRouteDistinguisher, RD_LENGTH, writeRouteDistinguisher } from './route-distinguisher.js';

/** A prefix of a VPN (RFC 4364, RFC 4659). */
export interface VpnPrefix extends LabeledPrefix {
  readonly rd: string;
}

/** What both an announced and a withdrawn one are made of. */
interface Reading extends NlriReading<VpnPrefix> {
  /** Offset of the route distinguisher after the labels, -1 when they do not fit. */
  rdAt(bytes: Uint8Array, start: number, end: number): number;
}

function reading(afi: number, labels: LabelReading): Reading {
  const most = addressBits(afi);
  const rdAt = (bytes: Uint8Array, start: number, end: number): number =>
    labels.end(bytes, start + 1, end, RD_LENGTH, RD_LENGTH + most / 8);
  const prefixBits = (bytes: Uint8Array, start: number, rd: number): number =>
    bytes[start]! - 8 * (rd + RD_LENGTH - start - 1);
  return {
    rdAt,
    check(bytes, start, end) {
      const rd = rdAt(bytes, start, end);
      if (rd < 0) return 'labels and route distinguisher do not fit into the length';
      const bits = prefixBits(bytes, start, rd);
      return bits < 0 || bits > most ? 'the prefix length is out of range' : null;
    },
    writeKey(bytes, start, end, out) {
      const rd = rdAt(bytes, start, end);
      out.copy(bytes, rd, rd + RD_LENGTH);
      writePrefixKey(bytes, rd + RD_LENGTH, prefixBits(bytes, start, rd), out);
    },
    decode(bytes, start, end) {
      const rd = rdAt(bytes, start, end);
      return {
        rd: formatRouteDistinguisher(bytes, rd),
        labels: labels.show(bytes, start + 1, rd),
        prefix: showPrefix(bytes, rd + RD_LENGTH, prefixBits(bytes, start, rd), afi),
      };
    },
  };
}

/**
 * Prefixes with labels and route distinguisher (RFC 4364 §4.3.4), unicast and multicast; the length counts all of it:
 *
 * ```
 * length in bits (1) | labels (3 each) | route distinguisher (8) | prefix
 * ```
 */
function vpnUnicast(family: Family, nextHopLengths: readonly number[]): OpaqueNlriCodec<VpnPrefix> {
  const { afi } = family;
  const { rdAt, ...announced } = reading(afi, ANNOUNCED_LABELS);
  const { check, writeKey, decode } = reading(afi, WITHDRAWN_LABELS);
  return {
    family,
    layout: 'bytes',
    nextHopLengths,
    nextHop: 'vpn',
    malformed: 'reset', // RFC 7606 §5.3
    read: framedRead(BITS),
    ...announced,
    withdrawn: { check, writeKey, decode },
    writeWithdrawn(bytes, start, end, out) {
      writeWithoutLabels(bytes, start, rdAt(bytes, start, end), end, out);
    },
    encode(value, out) {
      const prefix = checkPrefix('nlri.prefix', value.prefix, afi);
      const lengthAt = out.reserve(1);
      const bits = 8 * (writeLabels('nlri.labels', value.labels, out) + RD_LENGTH) + prefix.length;
      if (bits > 255) refuseNlri('nlri.labels', value.labels, 'must leave a length of at most 255 bits');
      out.patch8(lengthAt, bits);
      writeRouteDistinguisher('nlri.rd', value.rd, out);
      writePrefixOctets(prefix, out);
    },
    format: ({ rd, labels, prefix }) =>
      `rd ${rd} ${prefix}${labels.length === 0 ? '' : ` label ${labels.join('/')}`}`,
  };
}

/** A route distinguisher of zero and an address (RFC 4364 §4.3.4); IPv6 ones, with or without link-local, by RFC 8950. */
const VPNV4_NEXT_HOPS: readonly number[] = [12, 24, 48];
/** RFC 4659 §3.2.1; IPv4 next hops are IPv4-mapped. */
const VPNV6_NEXT_HOPS: readonly number[] = [24, 48];

export const vpnv4Unicast = vpnUnicast(familyOf(1, 128), VPNV4_NEXT_HOPS);
export const vpnv6Unicast = vpnUnicast(familyOf(2, 128), VPNV6_NEXT_HOPS);
export const vpnv4Multicast = vpnUnicast(familyOf(1, 129), VPNV4_NEXT_HOPS);
export const vpnv6Multicast = vpnUnicast(familyOf(2, 129), VPNV6_NEXT_HOPS);
