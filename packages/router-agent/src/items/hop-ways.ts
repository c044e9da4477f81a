/** How packets to a next hop leave this node, where that is not simply by the gateway itself. */
export interface HopWay {
  /** Index of the link. */
  readonly link: number;
  /** The link has many other ends: the gateway has to be named as well. */
  readonly named: boolean;
  /** Source address of what this node itself sends; 4 or 16 octets. */
  readonly source: Uint8Array;
}

/**
 * Which next hops are reached through links of ours. Addresses are 4 or 16 octets. What it says holds until `onChange` calls.
 */
export interface HopWays {
  /** Fulfils when it is known which next hops need a link, which takes the cluster's nodes. */
  ready(): Promise<void>;
  /** Whether it is known. Before that, a route through a link of ours counts as right. */
  readonly isKnown: boolean;
  /** There are links of ours, or next hops that need one. */
  readonly some: boolean;
  /** The way to a next hop; null: by the gateway itself; `missing`: its link is not there. */
  wayTo(gateway: Uint8Array): HopWay | 'missing' | null;
  /** The other end of a link of ours that has only one; null for all other links. */
  gatewayOf(link: number): Uint8Array | null;
  /** Makes the links to these next hops, as far as it can. */
  make(gateways: readonly Uint8Array[]): Promise<void>;
  /** Why the link to a next hop is missing. */
  reason(gateway: Uint8Array): string;
  /** Calls when ways have changed; ends with what it returns. */
  onChange(listener: () => void): () => void;
}
