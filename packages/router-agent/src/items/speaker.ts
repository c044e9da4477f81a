import type { ItemKind } from './item.js';

/** The BGP speaker of this node: what it cannot change without starting anew. */
export interface SpeakerItem {
  readonly localAs: number;
  /** Dotted quad. */
  readonly routerId: string;
  /** Dotted quad; absent unless it reflects routes. */
  readonly clusterId?: string;
  readonly listen: readonly { readonly address: string; readonly port: number }[];
}

export const speakerKind: ItemKind<SpeakerItem> = {
  name: 'speaker',
  key: () => 'speaker',
  equal: (a, b) =>
    a.localAs === b.localAs &&
    a.routerId === b.routerId &&
    a.clusterId === b.clusterId &&
    a.listen.length === b.listen.length &&
    a.listen.every((at, i) => at.address === b.listen[i]?.address && at.port === b.listen[i]?.port),
};
