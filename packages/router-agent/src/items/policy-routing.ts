import type { ItemKind } from './item.js';
import { structurallyEqual } from './structural.js';

/** kube-router's table for what pods send to other nodes; `rt_tables` need not know it. */
export const overlayTable = 77;

/** A rule that sends what comes from a range to {@link overlayTable} first. */
export interface RuleItem {
  /** Canonical text of a range. */
  readonly source: string;
  /** Lower is asked first. */
  readonly priority: number;
}

export const ruleKind: ItemKind<RuleItem> = {
  name: 'rule',
  key: (item) => `from ${item.source} priority ${item.priority}`,
  equal: structurallyEqual,
};

/** A route in {@link overlayTable}: to another node by the link that leads there. */
export interface PolicyRouteItem {
  /** The node's address, canonical text. */
  readonly destination: string;
  /** Name of the link. */
  readonly link: string;
  /** The link has many other ends. */
  readonly named: boolean;
}

export const policyRouteKind: ItemKind<PolicyRouteItem> = {
  name: `route of table ${overlayTable}`,
  key: (item) => item.destination,
  equal: structurallyEqual,
};

/** A UDP port at which tunnels end. */
export interface FouPortItem {
  readonly family: 4 | 6;
  readonly port: number;
}

export const fouPortKind: ItemKind<FouPortItem> = {
  name: 'FoU port',
  key: (item) => `${item.port} of IPv${item.family}`,
  equal: structurallyEqual,
};

/** What the VXLAN link knows of another node. */
export interface VxlanPeerItem {
  /** Name of the link. */
  readonly link: string;
  /** The node's address, canonical text: the next hop of routes. */
  readonly address: string;
  /** Where packets to it are sent. */
  readonly remote: string;
  readonly mac: string;
}

export const vxlanPeerKind: ItemKind<VxlanPeerItem> = {
  name: 'VXLAN peer',
  key: (item) => item.address,
  equal: structurallyEqual,
};
