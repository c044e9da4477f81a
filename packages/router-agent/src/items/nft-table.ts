import type { ItemKind } from './item.js';

/** A table of ours in nftables, family `inet`. Others' tables are not touched. */
export interface NftTableItem {
  readonly name: string;
  /** What stands between its braces, as `nft` reads it. */
  readonly body: string;
}

export const nftTableKind: ItemKind<NftTableItem> = {
  name: 'nft table',
  key: (item) => item.name,
  equal: (a, b) => a.name === b.name && a.body === b.body,
};
