import type { EndpointSlice, Kind, Node, Problem, Service } from './cluster.js';

/** `namespace/name`. */
export type ObjectKey = string;

/** The cluster at one moment. Never changes; a newer one replaces it. */
export interface Snapshot {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly services: ReadonlyMap<ObjectKey, Service>;
  /** By the key of the service that the slices belong to. */
  readonly endpointSlices: ReadonlyMap<ObjectKey, readonly EndpointSlice[]>;
  /** Kinds that were listed in full at least once. Nothing is deleted because of a kind that is not in here. */
  readonly listed: ReadonlySet<Kind>;
  /** Kinds that cannot be read (for example for want of a right), with the reason: their part is degraded. */
  readonly degraded: ReadonlyMap<Kind, string>;
  readonly problems: readonly Problem[];
}

/**
 * Whether each kind was listed once, so that what is not in the snapshot is not in the cluster. Endpoints that may not
 * be read at all count as settled: else a deleted Service would be announced for ever.
 */
export function isWhole({ listed, degraded }: Snapshot): boolean {
  const endpoints = listed.has('EndpointSlice') || degraded.has('EndpointSlice');
  return listed.has('Node') && listed.has('Service') && endpoints;
}
