import type { ItemKind } from './item.js';
import { structurallyEqual } from './structural.js';

/** A tunnel to one other node: one IP header inside another of the same family. */
export interface TunnelItem {
  readonly type: 'tunnel';
  readonly name: string;
  /** Canonical text; their family is that of the tunnel. */
  readonly local: string;
  readonly remote: string;
  /** UDP port of the other end, when a UDP header stands between; null for none. */
  readonly fouPort: number | null;
  readonly mtu: number;
}

/** The VXLAN link, one for all other nodes. */
export interface VxlanItem {
  readonly type: 'vxlan';
  readonly name: string;
  readonly local: string;
  readonly vni: number;
  readonly port: number;
  /** `02:…`, by which the other nodes know it. */
  readonly mac: string;
  readonly mtu: number;
}

/** The WireGuard link, one for all other nodes. */
export interface WireguardItem {
  readonly type: 'wireguard';
  readonly name: string;
  /** UDP port. */
  readonly port: number;
  /** Base64; its private half is on this node alone. */
  readonly publicKey: string;
  readonly mtu: number;
}

/** A link of ours that leads to other nodes. */
export type OverlayLinkItem = (TunnelItem | VxlanItem | WireguardItem) & {
  /** The kernel's number; only in what was read. */
  readonly index?: number;
};

export const overlayLinkKind: ItemKind<OverlayLinkItem> = {
  name: 'overlay link',
  key: (item) => item.name,
  equal: (a, b) => structurallyEqual({ ...a, index: 0 }, { ...b, index: 0 }),
};
