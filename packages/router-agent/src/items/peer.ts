import type { ItemKind } from './item.js';
import type { PeerSettings } from './peer-settings.js';
import type { PolicyItem } from './policy.js';
import { structurallyEqual } from './structural.js';

export type AddressFamily = 'ipv4' | 'ipv6';

/** A BGP neighbour of this node. */
export interface PeerItem {
  readonly address: string;
  /** `mesh`: another node of the cluster; `external`: named in flags, an annotation or the file. */
  readonly role: 'mesh' | 'external';
  readonly remoteAs: number | 'internal' | 'external';
  /** Name of the node, or `external`. */
  readonly description: string;
  readonly port: number;
  readonly localAddress?: string;
  /** Seconds. */
  readonly holdTime: number;
  readonly families: readonly AddressFamily[];
  /** Own next hop by family. */
  readonly nextHops: { readonly [family in AddressFamily]?: string };
  /** Absent: off. Seconds. */
  readonly gracefulRestart?: { readonly time: number; readonly stalePathTime: number };
  readonly password?: string;
  readonly multihopTtl?: number;
  /** What the operator's file says beyond this. */
  readonly settings?: PeerSettings;
  readonly importPolicy: PolicyItem;
  readonly exportPolicy: PolicyItem;
}

export const peerKind: ItemKind<PeerItem> = {
  name: 'peer',
  key: (item) => item.address,
  equal: structurallyEqual,
};
