import type { Family } from '../../net/family.js';

/** The words of a prefix: IPv4 in `a`, IPv6 in `a`–`d`, most significant first, unsigned. */
export interface PrefixWords {
  a: number;
  b: number;
  c: number;
  d: number;
  length: number;
}

/** Where the octets of an NLRI are: `octets[start, end)`. */
export interface NlriOctets {
  octets: Uint8Array;
  start: number;
  end: number;
}

/**
 * A batch of changed destinations of one family, as a view over columns: valid during the call only. Index `i` runs
 * from 0 to `length - 1`; a destination occurs once in a batch, with its newest state.
 */
export interface RouteChanges {
  readonly family: Family;
  readonly length: number;
  /** Of families whose destinations are prefixes; all zero for others. */
  readPrefix(i: number, out: PrefixWords): void;
  /**
   * Of families whose destinations are more than prefixes: the NLRI of the best path, or that of the destination when it was
   * withdrawn, for `opaqueNlriCodec(family).decode`. Valid during the call. Empty for others.
   */
  readNlri(i: number, out: NlriOctets): void;
  /** What tells a destination from all others of the speaker: a prefix of unicast, else its family and the octets of its key. */
  name(i: number): string;
  /** The destination as `rib` shows it: a prefix, or what the family has in its place. */
  text(i: number): string;
  /** Number of next hops: 0 = withdrawn, more than 1 = equal-cost paths (at most `maximumPaths`). */
  nextHopCount(i: number): number;
  /** Id of the k-th next hop, in decision order, without doubles. Ids are stable while a destination uses them. */
  nextHopId(i: number, k: number): number;
  /**
   * Address of a next hop: 4 or 16 octets. It may be IPv6 for a destination of IPv4 (RFC 8950), and link-local. The array is
   * frozen for the life of the id.
   */
  nextHopAddress(id: number): Uint8Array;
  /** Name of the interface over which a link-local next hop is reached; null for others, and where it is not known. */
  nextHopInterface(id: number): string | null;
  /**
   * Share of the traffic that the k-th next hop is to get, 1 … 256, in proportion to the link bandwidth communities of the
   * paths (draft-ietf-idr-link-bandwidth); 1 for each when one of them has none.
   */
  nextHopWeight(i: number, k: number): number;
  /** Text of the address of the peer of the best path. */
  bestPeer(i: number): string;
  /** True when the best path was originated by this speaker: a kernel that has it by itself needs nothing. */
  isLocal(i: number): boolean;
  /** True for an aggregate with `discard`: packets that no more specific route takes are to be dropped. */
  isDiscard(i: number): boolean;
}

/** Takes the outcome of the decision process. Called in the speaker's turns, never re-entrantly. */
export interface RouteSink {
  /** First the whole present table in batches, then changes as they happen. */
  routes(changes: RouteChanges): void;
  /** Everything that was present when the sink was added has been handed over. Once per family. */
  inSync(family: Family): void;
  /** False pauses the hand-over of the present table, until the speaker is woken. Changes of what was handed over still come. */
  isReady?(): boolean;
}
