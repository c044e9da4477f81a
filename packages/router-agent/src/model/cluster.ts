/** Cluster facts in our words: what the agent needs of Kubernetes objects, and nothing else. All values are frozen. */

export type StringMap = Readonly<Record<string, string>>;

export interface NodeAddress {
  readonly type: 'InternalIP' | 'ExternalIP' | 'Hostname' | 'InternalDNS' | 'ExternalDNS';
  readonly address: string;
}

export interface Node {
  readonly name: string;
  readonly annotations: StringMap;
  readonly labels: StringMap;
  readonly addresses: readonly NodeAddress[];
  /** `spec.podCIDRs`, or `spec.podCIDR` as the only one; at most one per family. */
  readonly podCidrs: readonly string[];
  readonly unschedulable: boolean;
  /** The machine in its cloud, such as `aws:///eu-west-1a/i-0123`; absent outside clouds. */
  readonly providerId?: string;
}

export interface ServicePort {
  readonly name: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly port: number;
  readonly targetPort: number | string;
  readonly nodePort: number;
}

export interface LoadBalancerIngress {
  readonly ip: string;
  readonly ipMode: 'VIP' | 'Proxy';
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly annotations: StringMap;
  readonly labels: StringMap;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  /** Without `None`; empty for a headless service. */
  readonly clusterIps: readonly string[];
  readonly externalIps: readonly string[];
  readonly loadBalancerIngress: readonly LoadBalancerIngress[];
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  readonly internalTrafficPolicy: 'Cluster' | 'Local';
  readonly ports: readonly ServicePort[];
}

export interface Endpoint {
  readonly addresses: readonly string[];
  readonly nodeName: string | null;
  /** `conditions`, with the defaults of the API: ready and serving true, terminating false. */
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
}

/** An EndpointSlice, or the Endpoints object of an old cluster turned into one. */
export interface EndpointSlice {
  readonly namespace: string;
  readonly name: string;
  /** Name of the Service (label `kubernetes.io/service-name`); null when the label is missing. */
  readonly service: string | null;
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN';
  readonly endpoints: readonly Endpoint[];
}

export const allKinds = ['Node', 'Service', 'EndpointSlice'] as const;
export type Kind = (typeof allKinds)[number];

/** Something in the cluster, or about reaching it, that is not right and stops nothing but itself. */
export interface Problem {
  /** Where: `services/default/web`, `nodes/n1`, `manifests/web.yaml`, `api:endpointslices`. */
  readonly place: string;
  /** With the value in it, and the way out. */
  readonly message: string;
}
