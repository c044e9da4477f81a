import type { ItemKind } from './item.js';
import { structurallyEqual } from './structural.js';

/**
 * Owner tags of the routes that the agent originates; export policies tell them apart by these. The last two are prefixes of the
 * operator's file, for external peers only or for all.
 */
export const Owner = {
  PodCidr: 'pod-cidr',
  Vip: 'vip',
  Static: 'static',
  StaticMesh: 'static-mesh',
} as const;
export type Owner = (typeof Owner)[keyof typeof Owner];

/** Attributes that a route is originated with; communities are text, as policies have them. */
export interface OriginatedAttributes {
  readonly med?: number;
  readonly localPref?: number;
  readonly communities?: readonly string[];
  readonly largeCommunities?: readonly string[];
  readonly extendedCommunities?: readonly string[];
}

/** A prefix that this node originates. */
export interface AdvertisementItem {
  /** Canonical text, `10.64.0.10/32`. */
  readonly prefix: string;
  readonly owner: Owner;
  /** Absent: this node's own address. */
  readonly nextHop?: string;
  /** Absent: none but those that every route has. */
  readonly attributes?: OriginatedAttributes;
  /** Addresses of the external peers that are told; absent: all. */
  readonly peers?: readonly string[];
}

export const advertisementKind: ItemKind<AdvertisementItem> = {
  name: 'advertisement',
  key: (item) => item.prefix,
  equal: (a, b) =>
    a.owner === b.owner &&
    a.nextHop === b.nextHop &&
    structurallyEqual(a.attributes, b.attributes) &&
    structurallyEqual(a.peers, b.peers),
};
