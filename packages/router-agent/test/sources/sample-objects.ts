/** Kubernetes objects as a user writes them. */
export interface RawSample {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Node number `n`: pods 10.48.n.0/24, address 192.168.1.(10 + n). */
export function sampleNode(n: number): RawSample {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${n}`, annotations: { 'kube-router.io/node.asn': '64512' } },
    spec: { podCIDR: `10.48.${n}.0/24`, podCIDRs: [`10.48.${n}.0/24`] },
    status: {
      addresses: [
        { type: 'InternalIP', address: `192.168.1.${10 + n}` },
        { type: 'Hostname', address: `node-${n}` },
      ],
    },
  };
}

/** Service number `n`: cluster IP 10.64.(1 + n / 250).(1 + n % 250), of type LoadBalancer with one address in its status. */
export function sampleService(n: number, more: Readonly<Record<string, unknown>> = {}): RawSample {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `web-${n}`,
      namespace: 'default',
      annotations: { 'kube-router.io/service.advertise.clusterip': 'true' },
    },
    spec: {
      type: 'LoadBalancer',
      clusterIP: `10.64.${1 + Math.floor(n / 250)}.${1 + (n % 250)}`,
      externalIPs: [`203.0.113.${1 + (n % 250)}`],
      externalTrafficPolicy: 'Local',
      selector: { app: `web-${n}` },
      ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
      ...more,
    },
    status: { loadBalancer: { ingress: [{ ip: `198.51.100.${1 + (n % 250)}` }] } },
  };
}

/** A slice of service number `n` with one endpoint on each of the nodes. */
export function sampleSlice(n: number, nodes: readonly number[]): RawSample {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `web-${n}-a`,
      namespace: 'default',
      labels: { 'kubernetes.io/service-name': `web-${n}` },
    },
    addressType: 'IPv4',
    endpoints: nodes.map((node) => ({
      addresses: [`10.48.${node}.${10 + (n % 200)}`],
      nodeName: `node-${node}`,
      conditions: { ready: true },
    })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
}
