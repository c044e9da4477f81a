import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A big cluster on one segment, as one of its nodes sees it. */
export interface World {
  readonly nodes: number;
  readonly services: number;
}

export const clusterAs = 64512;
export const router = { address: '10.200.255.254', as: 64513 } as const;

/** Address of node `n`, from 1 on, on the segment 10.200.0.0/16. */
export function addressOf(n: number): string {
  return `10.200.${Math.floor(n / 250)}.${1 + (n % 250)}`;
}

export function podRangeOf(n: number): string {
  return `10.${48 + (n >> 8)}.${n & 255}.0/24`;
}

export function clusterIpOf(n: number): string {
  return `10.64.${Math.floor(n / 250)}.${1 + (n % 250)}`;
}

/** Writes the cluster as a folder of manifests: three files with a list each. */
export function writeManifests(folder: string, { nodes, services }: World): void {
  const list = (kind: string, items: readonly object[]): void => {
    writeFileSync(
      join(folder, `${kind.toLowerCase()}s.json`),
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    );
  };
  const numbers = (count: number, from: number): readonly number[] =>
    Array.from({ length: count }, (_, n) => from + n);
  list(
    'Node',
    numbers(nodes, 1).map((n) => ({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `node-${n}` },
      spec: { podCIDR: podRangeOf(n), podCIDRs: [podRangeOf(n)] },
      status: { addresses: [{ type: 'InternalIP', address: addressOf(n) }] },
    })),
  );
  list(
    'Service',
    numbers(services, 0).map((n) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `service-${n}`, namespace: 'default' },
      spec: {
        type: 'ClusterIP',
        clusterIP: clusterIpOf(n),
        clusterIPs: [clusterIpOf(n)],
        ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
      },
      status: { loadBalancer: {} },
    })),
  );
  list(
    'EndpointSlice',
    numbers(services, 0).map((n) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `service-${n}-a`,
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': `service-${n}` },
      },
      addressType: 'IPv4',
      endpoints: [1, 2, 3].map((k) => {
        const node = 1 + ((n * 3 + k) % nodes);
        const address = podRangeOf(node).replace('.0/24', `.${2 + (n % 200)}`);
        return { addresses: [address], nodeName: `node-${node}`, conditions: { ready: true } };
      }),
      ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
    })),
  );
}
