import type { ItemKind } from './item.js';

/** A bridge of ours. */
export interface LinkItem {
  readonly name: string;
  readonly up: boolean;
  /** Null: whatever it has. */
  readonly mtu: number | null;
}

export const linkKind: ItemKind<LinkItem> = {
  name: 'link',
  key: (item) => item.name,
  equal: (a, b) =>
    a.name === b.name && a.up === b.up && (a.mtu === b.mtu || a.mtu === null || b.mtu === null),
};
