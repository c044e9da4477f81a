/** ORIGIN (RFC 4271 §5.1.1), in order of preference. */
export type Origin = 'igp' | 'egp' | 'incomplete';

/** One segment of an AS_PATH (RFC 4271 §4.3, RFC 5065 §3). */
export interface AsPathSegment {
  readonly type: 'sequence' | 'set' | 'confed-sequence' | 'confed-set';
  readonly ases: readonly number[];
}

export interface Aggregator {
  readonly as: number;
  /** Router id as dotted quad. */
  readonly address: string;
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
  readonly unknown?: readonly UnknownAttribute[];
}
