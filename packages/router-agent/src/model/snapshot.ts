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
