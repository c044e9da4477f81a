import { isIP, isIPv4, isIPv6 } from 'node:net';
import type {
  Endpoint,
  EndpointSlice,
  LoadBalancerIngress,
  Node,
  NodeAddress,
  Service,
  ServicePort,
} from '../model/cluster.js';
import type { ClusterObject } from './cluster-object.js';
import { type FieldIssue, RawObject } from './raw-object.js';

/** The kinds that are read, each with the API groups and versions in which it has the fields we read. */
export type RawKind = 'Node' | 'Service' | 'EndpointSlice' | 'Endpoints';

const API_VERSIONS: Readonly<Record<RawKind, readonly string[]>> = {
  Node: ['v1'],
  Service: ['v1'],
  EndpointSlice: ['discovery.k8s.io/v1', 'discovery.k8s.io/v1beta1'],
  Endpoints: ['v1'],
};

/** Which of our kinds an object is; null for what is not read, such as a Deployment or another group's Service. */
export function rawKindOf(apiVersion: unknown, kind: unknown): RawKind | null {
  const rawKind = (Object.keys(API_VERSIONS) as RawKind[]).find((each) => each === kind);
  return rawKind !== undefined && typeof apiVersion === 'string' && API_VERSIONS[rawKind].includes(apiVersion)
    ? rawKind
    : null;
}

/** What became of an object: ours, or all that is wrong with it. The key is known as soon as there is a name. */
export type Translation =
  | { readonly ok: true; readonly object: ClusterObject }
  | { readonly ok: false; readonly key: string | null; readonly issues: readonly FieldIssue[] };

/**
 * Turns a Kubernetes object, as parsed JSON, into our words. Strict about the fields that are read, blind to all others; what
 * an old API does not know has the default of the new one.
 */
export function translate(kind: RawKind, raw: unknown): Translation {
  const issues: FieldIssue[] = [];
  const root = new RawObject(raw, issues);
  const meta = root.object('metadata');
  const name = meta.string('name') ?? '';
  if (name === '') meta.issue(['name'], 'must be the name of the object', name);
  const namespace = meta.string('namespace') || 'default';
  const key = kind === 'Node' ? name : `${namespace}/${name}`;
  const labels = meta.stringMap('labels');
  const annotations = meta.stringMap('annotations');
  let object: ClusterObject;
  switch (kind) {
    case 'Node':
      object = { kind, key, node: readNode(root, { name, labels, annotations }) };
      break;
    case 'Service':
      object = { kind, key, service: readService(root, { namespace, name, labels, annotations }) };
      break;
    case 'EndpointSlice': {
      const slices = [readEndpointSlice(root, { namespace, name, labels })];
      object = { kind, key, slices, isEndpoints: false };
      break;
    }
    case 'Endpoints':
      object = {
        kind: 'EndpointSlice',
        key,
        slices: readEndpoints(root, namespace, name),
        isEndpoints: true,
      };
      break;
  }
  if (issues.length > 0) return { ok: false, key: name === '' ? null : key, issues };
  return { ok: true, object: deepFreeze(object) };
}

const NODE_ADDRESS_TYPES = ['InternalIP', 'ExternalIP', 'Hostname', 'InternalDNS', 'ExternalDNS'] as const;

function readNode(root: RawObject, meta: Pick<Node, 'name' | 'labels' | 'annotations'>): Node {
  const spec = root.object('spec');
  const providerId = spec.string('providerID');
  const addresses = root
    .object('status')
    .objects('addresses')
    .flatMap((entry): readonly NodeAddress[] => {
      const type = NODE_ADDRESS_TYPES.find((each) => each === entry.string('type'));
      const address = entry.string('address') ?? '';
      if (type === undefined) return [];
      if (type.endsWith('IP') && isIP(address) === 0)
        entry.issue(['address'], 'must be an IP address', address);
      return [{ type, address }];
    });
  return {
    ...meta,
    addresses,
    podCidrs: readPodCidrs(spec),
    unschedulable: spec.boolean('unschedulable') ?? false,
    ...(providerId && { providerId }),
  };
}

function readPodCidrs(spec: RawObject): readonly string[] {
  const many = spec.strings('podCIDRs', 'an address range such as 10.48.1.0/24', isCidr);
  const single = spec.string('podCIDR') ?? '';
  if (many.length === 0 && single !== '' && !isCidr(single)) {
    spec.issue(['podCIDR'], 'must be an address range such as 10.48.1.0/24', single);
  }
  for (const family of ['IPv4', 'IPv6']) {
    const ranges = many.filter((range) => range.includes(':') === (family === 'IPv6'));
    if (ranges.length > 1) spec.issue(['podCIDRs'], `must have at most one ${family} range`, ranges);
  }
  return many.length === 0 && single !== '' ? [single] : many;
}

function isCidr(text: string): boolean {
  const [, address = '', length = ''] = /^([^/%]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const version = isIP(address);
  return version !== 0 && Number(length) <= (version === 4 ? 32 : 128);
}

const isAddress = (text: string): boolean => isIP(text) !== 0;
const POLICIES = ['Cluster', 'Local'] as const;

function readService(
  root: RawObject,
  meta: Pick<Service, 'namespace' | 'name' | 'labels' | 'annotations'>,
): Service {
  const spec = root.object('spec');
  const type = spec.choice('type', ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'], 'ClusterIP');
  return {
    ...meta,
    type,
    clusterIps: readClusterIps(spec),
    externalIps: spec.strings('externalIPs', 'an IP address', isAddress),
    loadBalancerIngress: readIngress(root),
    externalTrafficPolicy: spec.choice('externalTrafficPolicy', POLICIES, 'Cluster'),
    internalTrafficPolicy: spec.choice('internalTrafficPolicy', POLICIES, 'Cluster'),
    ports: spec.objects('ports').map(readServicePort),
  };
}

function readClusterIps(spec: RawObject): readonly string[] {
  const isOne = (text: string): boolean => text === '' || text === 'None' || isAddress(text);
  const many = spec.strings('clusterIPs', 'an IP address or None', isOne);
  const single = spec.string('clusterIP') ?? '';
  if (!isOne(single)) spec.issue(['clusterIP'], 'must be an IP address or None', single);
  // A manifest may name only `clusterIP`; the API has fewer than two `clusterIPs` before dual stack, none before 1.20.
  return (many.length > 0 ? many : [single]).filter(isAddress);
}

function readIngress(root: RawObject): readonly LoadBalancerIngress[] {
  return root
    .object('status')
    .object('loadBalancer')
    .objects('ingress')
    .flatMap((entry) => {
      const ip = entry.string('ip') ?? '';
      const ipMode = entry.choice('ipMode', ['VIP', 'Proxy'], 'VIP');
      if (ip === '') return [];
      if (!isAddress(ip)) entry.issue(['ip'], 'must be an IP address', ip);
      return [{ ip, ipMode }];
    });
}

function readServicePort(entry: RawObject): ServicePort {
  const port = entry.integer('port', 1, 65535);
  if (port === null && !entry.has('port'))
    entry.issue(['port'], 'must be a whole number from 1 to 65535', undefined);
  const targetsName = typeof entry.unknown('targetPort') === 'string';
  const target = targetsName ? entry.string('targetPort') : entry.integer('targetPort', 0, 65535);
  return {
    name: entry.string('name') ?? '',
    protocol: entry.choice('protocol', ['TCP', 'UDP', 'SCTP'], 'TCP'),
    port: port ?? 0,
    targetPort: target || (port ?? 0),
    nodePort: entry.integer('nodePort', 0, 65535) ?? 0,
  };
}

function readEndpointSlice(
  root: RawObject,
  meta: Pick<EndpointSlice, 'namespace' | 'name'> & { readonly labels: Readonly<Record<string, string>> },
): EndpointSlice {
  const addressType = root.choice('addressType', ['IPv4', 'IPv6', 'FQDN'], 'FQDN');
  if (!root.has('addressType')) root.issue(['addressType'], 'must be IPv4 or IPv6 or FQDN', undefined);
  const accepts = { IPv4: isIPv4, IPv6: isIPv6, FQDN: (text: string) => text !== '' }[addressType];
  const expected = addressType === 'FQDN' ? 'a domain name' : `an ${addressType} address`;
  const endpoints = root.objects('endpoints').map((entry): Endpoint => {
    const conditions = entry.object('conditions');
    const ready = conditions.boolean('ready') ?? true;
    return {
      addresses: entry.strings('addresses', expected, accepts),
      // discovery.k8s.io/v1beta1 has the node among the topology labels.
      nodeName: entry.string('nodeName') ?? entry.object('topology').string('kubernetes.io/hostname'),
      ready,
      serving: conditions.boolean('serving') ?? ready,
      terminating: conditions.boolean('terminating') ?? false,
    };
  });
  const { namespace, name, labels } = meta;
  return { namespace, name, service: labels['kubernetes.io/service-name'] ?? null, addressType, endpoints };
}

/** An Endpoints object has both families in one list; each becomes a slice, named as Kubernetes mirrors them. */
function readEndpoints(root: RawObject, namespace: string, name: string): readonly EndpointSlice[] {
  const endpoints = root
    .objects('subsets')
    .flatMap((subset) => [
      ...subset.objects('addresses').map((entry) => readEndpoint(entry, true)),
      ...subset.objects('notReadyAddresses').map((entry) => readEndpoint(entry, false)),
    ]);
  return (['IPv4', 'IPv6'] as const).flatMap((addressType) => {
    const ofFamily = endpoints.filter(
      ({ addresses }) => isIPv6(addresses[0] ?? '') === (addressType === 'IPv6'),
    );
    if (ofFamily.length === 0) return [];
    return [
      {
        namespace,
        name: `${name}-${addressType.toLowerCase()}`,
        service: name,
        addressType,
        endpoints: ofFamily,
      },
    ];
  });
}

function readEndpoint(entry: RawObject, ready: boolean): Endpoint {
  const address = entry.string('ip') ?? '';
  if (!isAddress(address)) entry.issue(['ip'], 'must be an IP address', address);
  return {
    addresses: [address],
    nodeName: entry.string('nodeName'),
    ready,
    serving: ready,
    terminating: false,
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
