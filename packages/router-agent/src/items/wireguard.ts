import type { ItemKind } from './item.js';
import { structurallyEqual } from './structural.js';

/** Another node, as the WireGuard link knows it. */
export interface WireguardPeerItem {
  /** Name of the link. */
  readonly link: string;
  /** Base64. */
  readonly publicKey: string;
  /** Where it is reached, canonical text. */
  readonly address: string;
  readonly port: number;
  /** Ranges whose packets go to it and may come from it, canonical text, sorted. */
  readonly allowedIps: readonly string[];
}

export const wireguardPeerKind: ItemKind<WireguardPeerItem> = {
  name: 'WireGuard peer',
  key: (item) => item.publicKey,
  equal: structurallyEqual,
};
