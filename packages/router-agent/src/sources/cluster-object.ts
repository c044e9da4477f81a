import type { EndpointSlice, Kind, Node, Service } from '../model/cluster.js';

/** One object of the cluster in our words, with its key: a node's name, else `namespace/name`. */
export type ClusterObject =
  | { readonly kind: 'Node'; readonly key: string; readonly node: Node }
  | { readonly kind: 'Service'; readonly key: string; readonly service: Service }
  /** An EndpointSlice, or an Endpoints object as one slice per family. */
  | {
      readonly kind: 'EndpointSlice';
      readonly key: string;
      readonly slices: readonly EndpointSlice[];
      readonly isEndpoints: boolean;
    };

const PLACES: Readonly<Record<Kind, string>> = {
  Node: 'nodes',
  Service: 'services',
  EndpointSlice: 'endpointslices',
};

/** `services/default/web`. */
export function placeOf(kind: Kind, key: string): string {
  return `${PLACES[kind]}/${key}`;
}
