import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { LabPlan, NodePlan } from './plan.js';

/** A Service of the lab and the addresses that its manifest gives it. */
export interface ServicePlan {
  readonly name: string;
  readonly type: 'ClusterIP' | 'LoadBalancer';
  readonly clusterIps: readonly string[];
  readonly externalIps: readonly string[];
  readonly loadBalancerIps: readonly string[];
}

/** All addresses of a service that the cluster announces. */
export function addressesOf(service: ServicePlan): readonly string[] {
  return [...service.clusterIps, ...service.externalIps, ...service.loadBalancerIps];
}

/** The services that the lab begins with, one of each kind. */
export function firstServices(plan: LabPlan): readonly ServicePlan[] {
  return [
    service(plan, 'web', 10, {}),
    service(plan, 'files', 11, { externalIps: ['203.0.113.11'] }),
    service(plan, 'shop', 12, { type: 'LoadBalancer', loadBalancerIps: ['198.51.100.12'] }),
  ];
}

/** The service that is added and removed while the lab runs. */
export function addedService(plan: LabPlan): ServicePlan {
  return service(plan, 'news', 99, {});
}

function service(plan: LabPlan, name: string, number: number, more: Partial<ServicePlan>): ServicePlan {
  const ipv6 = plan.mode === 'ipv4' ? [] : [`fd00:10:64::${number}`];
  return {
    name,
    type: 'ClusterIP',
    clusterIps: [`10.64.0.${number}`, ...ipv6],
    externalIps: [],
    loadBalancerIps: [],
    ...more,
  };
}

/** The folder of manifests that all agents of a lab read. Files appear whole, or not at all. */
export class ManifestFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
  }

  putNode(node: NodePlan): void {
    this.#put(`node-${node.name}`, [nodeObject(node)]);
  }

  putService(service: ServicePlan, nodes: readonly NodePlan[]): void {
    this.#put(`service-${service.name}`, [serviceObject(service), ...sliceObjects(service, nodes)]);
  }

  removeService(service: ServicePlan): void {
    rmSync(join(this.path, `service-${service.name}.yaml`));
  }

  #put(name: string, objects: readonly unknown[]): void {
    const path = join(this.path, `${name}.yaml`);
    writeFileSync(`${path}.new`, objects.map((object) => stringify(object)).join('---\n'));
    renameSync(`${path}.new`, path);
  }
}

function nodeObject(node: NodePlan): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name },
    spec: { podCIDR: node.podCidrs[0], podCIDRs: node.podCidrs },
    status: { addresses: node.addresses.map((address) => ({ type: 'InternalIP', address })) },
  };
}

function serviceObject(service: ServicePlan): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service.name, namespace: 'default' },
    spec: {
      type: service.type,
      clusterIP: service.clusterIps[0],
      clusterIPs: service.clusterIps,
      ...(service.externalIps.length === 0 ? {} : { externalIPs: service.externalIps }),
      selector: { app: service.name },
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
    },
    status: {
      loadBalancer:
        service.loadBalancerIps.length === 0
          ? {}
          : { ingress: service.loadBalancerIps.map((ip) => ({ ip })) },
    },
  };
}

function sliceObjects(service: ServicePlan, nodes: readonly NodePlan[]): readonly unknown[] {
  return (['IPv4', 'IPv6'] as const).flatMap((addressType, family) => {
    const endpoints = nodes.flatMap((node) => {
      const address = node.podAddresses[family];
      return address === undefined
        ? []
        : [{ addresses: [address], nodeName: node.name, conditions: { ready: true } }];
    });
    if (endpoints.length === 0) return [];
    return [
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: `${service.name}-${addressType.toLowerCase()}`,
          namespace: 'default',
          labels: { 'kubernetes.io/service-name': service.name },
        },
        addressType,
        endpoints,
        ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
      },
    ];
  });
}
