import { nodeAddresses } from '../../src/desired/node-addresses.js';
import type { OwnNode } from '../../src/desired/own-node.js';
import type { EndpointSlice, Kind, Node, Service } from '../../src/model/cluster.js';
import type { Snapshot } from '../../src/model/snapshot.js';

export const everyKind: readonly Kind[] = ['Node', 'Service', 'EndpointSlice'];

/** A node with internal addresses. */
export function node(name: string, addresses: readonly string[], more: Partial<Node> = {}): Node {
  return {
    name,
    annotations: {},
    labels: {},
    addresses: addresses.map((address) => ({ type: 'InternalIP', address })),
    podCidrs: [],
    unschedulable: false,
    ...more,
  };
}

/** The service `default/web`, with an address of each kind. */
export function service(more: Partial<Service> = {}): Service {
  return {
    namespace: 'default',
    name: 'web',
    annotations: {},
    labels: {},
    type: 'LoadBalancer',
    clusterIps: ['10.64.0.1'],
    externalIps: ['1.1.1.1'],
    loadBalancerIngress: [{ ip: '10.0.255.1', ipMode: 'VIP' }],
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    ports: [],
    ...more,
  };
}

export interface EndpointSample {
  readonly on?: string | null;
  readonly address?: string;
  /** `ready`, `ending` (serving and terminating), `starting` (not ready), `gone` (terminating, serves no more). */
  readonly is?: 'ready' | 'ending' | 'starting' | 'gone';
}

/** A slice of `default/web`. */
export function slice(
  endpoints: readonly EndpointSample[],
  more: Partial<EndpointSlice> = {},
): EndpointSlice {
  return {
    namespace: 'default',
    name: 'web-a',
    service: 'web',
    addressType: 'IPv4',
    endpoints: endpoints.map(({ on = 'n1', address = '10.48.1.5', is = 'ready' }) => ({
      addresses: [address],
      nodeName: on,
      ready: is === 'ready',
      serving: is === 'ready' || is === 'ending',
      terminating: is === 'ending' || is === 'gone',
    })),
    ...more,
  };
}

export interface SnapshotParts {
  readonly nodes?: readonly Node[];
  readonly services?: readonly Service[];
  readonly slices?: readonly EndpointSlice[];
  readonly listed?: readonly Kind[];
  readonly degraded?: readonly Kind[];
}

export function snapshot({
  nodes = [],
  services = [],
  slices = [],
  listed = everyKind,
  degraded = [],
}: SnapshotParts): Snapshot {
  const byService = new Map<string, EndpointSlice[]>();
  for (const each of slices) {
    const key = `${each.namespace}/${each.service}`;
    byService.set(key, [...(byService.get(key) ?? []), each]);
  }
  return {
    nodes: new Map(nodes.map((each) => [each.name, each])),
    services: new Map(services.map((each) => [`${each.namespace}/${each.name}`, each])),
    endpointSlices: byService,
    listed: new Set(listed),
    degraded: new Map(degraded.map((kind) => [kind, 'forbidden'])),
    problems: [],
  };
}

/** The agent's own node, with an IPv4 address. */
export function ownNodeOf(name: string, more: Partial<Node> = {}): OwnNode {
  const self = node(name, ['192.168.1.11'], more);
  const addresses = nodeAddresses(self);
  if (addresses === null) throw new Error(`${name} has no address`);
  return { node: self, addresses, families: ['ipv4'] };
}
