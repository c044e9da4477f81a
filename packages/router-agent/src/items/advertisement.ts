import type { ItemKind } from './item.js';

/** Owner tags of the routes that the agent originates; export policies tell them apart by these. */
export const Owner = { PodCidr: 'pod-cidr', Vip: 'vip' } as const;
export type Owner = (typeof Owner)[keyof typeof Owner];

/** A prefix that this node originates. */
export interface AdvertisementItem {
  /** Canonical text, `10.64.0.10/32`. */
  readonly prefix: string;
  readonly owner: Owner;
}

export const advertisementKind: ItemKind<AdvertisementItem> = {
  name: 'advertisement',
  key: (item) => item.prefix,
  equal: (a, b) => a.prefix === b.prefix && a.owner === b.owner,
};
