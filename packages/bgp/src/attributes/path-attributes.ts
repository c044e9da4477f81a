import type { Tlv } from '../nlri/tlv-set.js';

/** ORIGIN (RFC 4271 §5.1.1), in order of preference. */
export type Origin = 'igp' | 'egp' | 'incomplete';

/** One segment of an AS_PATH (RFC 4271 §4.3, RFC 5065 §3). */
export interface AsPathSegment {
  readonly type: 'sequence' | 'set' | 'confed-sequence' | 'confed-set';
  readonly ases: readonly number[];
}

/** AGGREGATOR: who formed the aggregate (RFC 4271 §5.1.7). */
export interface Aggregator {
  readonly as: number;
  /** Router id as dotted quad. */
  readonly address: string;
}

/** PMSI_TUNNEL (RFC 6514 §5, RFC 7385): how multicast and broadcast traffic reaches others. */
export interface PmsiTunnel {
  readonly flags: number;
  /** `ingress-replication`, …, or a number without name. */
  readonly tunnelType: string | number;
  /** The 24 bits as they are: a VNI, or an MPLS label in the upper 20. */
  readonly label: number;
  /** An address for ingress replication, else hex digits. */
  readonly tunnelId: string;
}

/** One tunnel of the tunnel encapsulation attribute (RFC 9012 §2). */
export interface Tunnel {
  /** `vxlan`, `sr-policy`, …, or a number without name. */
  readonly tunnelType: string | number;
  readonly tlvs: readonly Tlv[];
}

/** ATTR_SET (RFC 6368 §5): attributes of another network, carried across. */
export interface AttributeSet {
  readonly originAs: number;
  /** A block of attributes, kept by its octets. */
  readonly hex: string;
}

/** An attribute that has no row in the table, kept by its bytes. */
export interface UnknownAttribute {
  readonly code: number;
  /** The flags octet as received, or as it is to be sent. */
  readonly flags: number;
  readonly value: Uint8Array;
}

/**
 * The attributes of a route as people and policies see them. Next hops are not in here: they belong to the path
 * (DESIGN: the next hop is a column of the path), nor are MP_REACH_NLRI and MP_UNREACH_NLRI.
 */
export interface PathAttributes {
  readonly origin?: Origin;
  readonly asPath?: readonly AsPathSegment[];
  /** MULTI_EXIT_DISC, 0 … 2^32 − 1. */
  readonly med?: number;
  readonly localPref?: number;
  readonly atomicAggregate?: true;
  readonly aggregator?: Aggregator;
  /** RFC 1997, each as a 32-bit number (`64512:1` is `64512 * 65536 + 1`), sorted, without doubles. */
  readonly communities?: readonly number[];
  /** ORIGINATOR_ID as dotted quad (RFC 4456). */
  readonly originatorId?: string;
  readonly clusterList?: readonly string[];
  /** RFC 4360, each as 16 hex digits. */
  readonly extendedCommunities?: readonly string[];
  /** RFC 8092, each as `global:local1:local2`. */
  readonly largeCommunities?: readonly string[];
  readonly pmsiTunnel?: PmsiTunnel;
  readonly tunnelEncapsulation?: readonly Tunnel[];
  /** RFC 5701, each as 40 hex digits. */
  readonly ipv6ExtendedCommunities?: readonly string[];
  /** Accumulated IGP metric (RFC 7311), decimal text of 64 bits. */
  readonly aigp?: string;
  /** BGP-LS attribute (RFC 9552 §5.3). */
  readonly linkState?: readonly Tlv[];
  /** ONLY_TO_CUSTOMER (RFC 9234 §5): the AS that set it. */
  readonly onlyToCustomer?: number;
  /** Prefix-SID (RFC 8669), SRv6 services (RFC 9252). */
  readonly prefixSid?: readonly Tlv[];
  readonly attributeSet?: AttributeSet;
  readonly unknown?: readonly UnknownAttribute[];
}
