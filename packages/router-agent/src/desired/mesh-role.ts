import type { Node } from '../model/cluster.js';
import { type Annotated, AnnotationReader } from './annotations/read-annotation.js';
import { asNumber, clusterId } from './annotations/value-types.js';

/** What a node is among the nodes: with a cluster id where it reflects, or lets others reflect for it (RFC 4456). */
export type MeshRole =
  | { readonly kind: 'plain' }
  | { readonly kind: 'server' | 'client'; readonly clusterId: string };

/** What a node's annotations say of its place among the nodes. */
export interface MeshPlace {
  readonly role: MeshRole;
  /** `node.asn`; null without, or with one that is none. */
  readonly as: number | null;
}

export const placeOf = (node: Pick<Node, 'name' | 'annotations'>): Annotated => ({
  annotations: node.annotations,
  place: `nodes/${node.name}`,
});

/** Reads them; all nodes read those of all others alike, so that both ends of a session come to the same answer. */
export function meshPlace(reader: AnnotationReader): MeshPlace {
  const as = reader.value('kube-router.io/node.asn', asNumber) ?? null;
  const server = reader.value('kube-router.io/rr.server', clusterId);
  const client = reader.value('kube-router.io/rr.client', clusterId);
  if (server !== undefined) {
    if (client !== undefined)
      reader.tell('kube-router.io/rr.client', `has no effect beside kube-router.io/rr.server; remove one`);
    return { as, role: { kind: 'server', clusterId: server } };
  }
  return { as, role: client === undefined ? { kind: 'plain' } : { kind: 'client', clusterId: client } };
}

/** As {@link meshPlace}, of another node, whose mistakes are its own agent's to tell. */
export function meshPlaceOf(node: Node): MeshPlace {
  return meshPlace(new AnnotationReader(placeOf(node)));
}

/**
 * Whether two nodes are peers, and whether the first reflects to the second. Clients peer with the reflectors of their
 * cluster only, and nobody dials a client that would not answer.
 */
export function meshSession(own: MeshRole, other: MeshRole): 'none' | 'peer' | 'reflects' {
  if (own.kind === 'client')
    return other.kind === 'server' && other.clusterId === own.clusterId ? 'peer' : 'none';
  if (other.kind !== 'client') return 'peer';
  return own.kind === 'server' && own.clusterId === other.clusterId ? 'reflects' : 'none';
}
