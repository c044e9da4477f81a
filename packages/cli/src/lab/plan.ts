/** Which families the lab's cluster has, and over which sessions they travel. */
export type LabMode = 'ipv4' | 'dual-stack-one-session' | 'dual-stack-two-sessions';

/** One machine of the cluster. */
export interface NodePlan {
  readonly name: string;
  readonly number: number;
  readonly namespace: string;
  /** Namespace of the one pod that it runs. */
  readonly podNamespace: string;
  /** Addresses on the Ethernet segment, the primary one first. */
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
  /** Addresses that `host-local` gives the first pod. */
  readonly podAddresses: readonly string[];
}

/** The lab's network: who is where. Everything is derived from the prefix and the mode. */
export interface LabPlan {
  readonly prefix: string;
  readonly mode: LabMode;
  readonly nodes: readonly NodePlan[];
  /** Joins later. */
  readonly extraNode: NodePlan;
  readonly segment: { readonly namespace: string; readonly bridge: string };
  readonly router: {
    readonly namespace: string;
    readonly as: number;
    readonly addresses: readonly string[];
    /** On the client network. */
    readonly clientAddresses: readonly string[];
  };
  readonly client: {
    readonly namespace: string;
    readonly addresses: readonly string[];
    readonly networks: readonly string[];
  };
  readonly clusterAs: number;
  readonly holdSeconds: number;
}

const ROUTER_AS = 64513;

/** Lays the lab out. `prefix` goes in front of every namespace, so that labs do not meet. */
export function labPlan(prefix: string, mode: LabMode): LabPlan {
  const dual = mode !== 'ipv4';
  const both = (ipv4: string, ipv6: string): readonly string[] => (dual ? [ipv4, ipv6] : [ipv4]);
  const node = (number: number): NodePlan => ({
    name: `k8s-node-0${number}`,
    number,
    namespace: `${prefix}-node${number}`,
    podNamespace: `${prefix}-pod${number}`,
    addresses: both(`192.168.1.1${number}`, `fd00:192:168:1::1${number}`),
    podCidrs: both(`10.48.${number}.0/24`, `fd00:10:48:${number}::/64`),
    podAddresses: both(`10.48.${number}.2`, `fd00:10:48:${number}::2`),
  });
  return {
    prefix,
    mode,
    nodes: [node(1), node(2), node(3)],
    extraNode: node(4),
    segment: { namespace: `${prefix}-segment`, bridge: 'segment' },
    router: {
      namespace: `${prefix}-router`,
      as: ROUTER_AS,
      addresses: both('192.168.1.254', 'fd00:192:168:1::254'),
      clientAddresses: both('172.16.50.1', 'fd00:172:16:50::1'),
    },
    client: {
      namespace: `${prefix}-client`,
      addresses: both('172.16.50.2', 'fd00:172:16:50::2'),
      networks: both('172.16.50.0/24', 'fd00:172:16:50::/64'),
    },
    clusterAs: 64512,
    holdSeconds: 9,
  };
}

/** `/24` and `/64`: the mask of every network in the lab. */
export function withLength(address: string): string {
  return address.includes(':') ? `${address}/64` : `${address}/24`;
}

/** A host route to an address. */
export function hostPrefix(address: string): string {
  return address.includes(':') ? `${address}/128` : `${address}/32`;
}
