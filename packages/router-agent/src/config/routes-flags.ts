import { both, newer, newerLater, older, own } from './flag-row.js';
import { base64Password, bool, cidr, duration, ip, isCidr, listOf, text, unsigned } from './flag-type.js';
import { overlayEncaps } from './overlay-encap.js';

const syncPeriod = duration('1s', '24h');
const bfdMilliseconds = unsigned('uint32', [1, 4_294_967]);
const privateAsn = unsigned('uint32', [0, 0], [64512, 65535], [4_200_000_000, 4_294_967_294]);
export const peerAsn = unsigned(
  'uint32',
  [1, 23455],
  [23457, 63999],
  [64512, 65534],
  [131_072, 4_294_967_294],
);
export const peerPort = unsigned('uint16', [1, 65535]);

const listed = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

const isRouterId = (given: string): boolean =>
  given === 'generate' || (/^[\d.]+$/.test(given) && ip.parse(given).ok && given !== '0.0.0.0');

/** Flags about BGP, routes, tunnels and the CNI file. */
export const routesFlags = {
  'advertise-cluster-ip': both(
    'routes',
    bool,
    false,
    'Announce the cluster IPs of services to external peers.',
  ),
  'advertise-external-ip': both(
    'routes',
    bool,
    false,
    'Announce the external IPs of services to external peers.',
  ),
  'advertise-loadbalancer-ip': both(
    'routes',
    bool,
    false,
    'Announce the load-balancer IPs in the status of services to external peers.',
  ),
  'advertise-pod-cidr': both(
    'routes',
    bool,
    true,
    "Announce this node's pod ranges to external peers. Other nodes get them in any case.",
  ),
  'auto-mtu': newer(
    'routes',
    bool,
    true,
    "Take the MTU for pods, in the bridge and the CNI file, from the interface that holds the node's address; with `--overlay-type=full` less what the tunnel adds.",
  ),
  'bfd-desired-min-tx-interval': newerLater(
    'routes',
    bfdMilliseconds,
    1000,
    'BFD: milliseconds between what we send.',
  ),
  'bfd-detection-multiplier': newerLater(
    'routes',
    unsigned('uint32', [1, 255]),
    3,
    'BFD: lost packets until the peer counts as down.',
  ),
  'bfd-port': newerLater('routes', unsigned('uint32', [1, 65535]), 3784, 'BFD: UDP port.'),
  'bfd-required-min-rx-interval': newerLater(
    'routes',
    bfdMilliseconds,
    1000,
    'BFD: least milliseconds between what the peer may send.',
  ),
  'bgp-graceful-restart': both('routes', bool, false, 'Let peers keep our routes while the agent restarts.'),
  'bgp-graceful-restart-deferral-time': newer(
    'routes',
    duration('1ms', '18h'),
    360_000,
    'Longest wait for End-of-RIB after a restart.',
  ),
  'bgp-graceful-restart-time': newer(
    'routes',
    duration('1ms', '4095s'),
    90_000,
    'How long peers keep our routes.',
  ),
  'bgp-holdtime': newer(
    'routes',
    duration('3s', '65535s'),
    90_000,
    'Hold time offered on every session, of nodes and external peers alike; in whole seconds.',
  ),
  'bgp-port': both(
    'routes',
    unsigned('uint32', [1, 65535]),
    179,
    'Port to listen on, and port of the other nodes.',
  ),
  'cluster-asn': both('routes', privateAsn, 0, 'AS number of the nodes; 0: 64512.'),
  'cluster-cidr': older(
    'routes',
    text('10.48.0.0/12', 'one or two comma-separated address ranges', (given) =>
      given.split(',').every((part) => isCidr(part.trim())),
    ),
    '',
    'Ranges inside the cluster beside those of pods and nodes: what pods send there keeps its source. The original reads it nowhere.',
  ),
  'create-cni-file': own(
    'routes',
    bool,
    false,
    'Make the CNI configuration file where there is none: a bridge and, in a `.conflist`, host ports.',
  ),
  'disable-source-dest-check': both(
    'routes',
    bool,
    true,
    'Switch off the source/destination check of AWS EC2 instances, where the node is one (`spec.providerID`).',
  ),
  'drain-cordoned': own(
    'routes',
    bool,
    true,
    'While the node is cordoned, announce service addresses with GRACEFUL_SHUTDOWN, and withdraw those that other nodes have after `--drain-delay`.',
  ),
  'drain-delay': own(
    'routes',
    duration('0s', '1h'),
    10_000,
    'How long routers have to choose other nodes before a service address is withdrawn from one that is drained.',
  ),
  'drain-on-stop': own(
    'routes',
    bool,
    false,
    'Drain service addresses from the node, as when it is cordoned, before the agent ends.',
  ),
  'enable-bfd': newerLater('routes', bool, false, 'BFD with external peers.'),
  'enable-cni': both(
    'routes',
    bool,
    true,
    "Complete the CNI configuration file with this node's pod ranges.",
  ),
  'enable-ibgp': both('routes', bool, true, 'Sessions between the nodes.'),
  'enable-overlay': both('routes', bool, true, 'Tunnels to nodes that are not on a common subnet.'),
  'enable-pod-egress': both('routes', bool, true, 'Masquerade what pods send out of the cluster.'),
  'gobgp-admin-address': newerLater(
    'routes',
    ip,
    '127.0.0.1',
    "Address of the original's administration server.",
  ),
  'gobgp-admin-port': newerLater(
    'routes',
    unsigned('uint16', [0, 65535]),
    50051,
    "Port of the original's administration server.",
  ),
  'ignore-exclude-label': own(
    'routes',
    bool,
    false,
    'Announce external and load-balancer IPs on nodes with the label `node.kubernetes.io/exclude-from-external-load-balancers` too.',
  ),
  'injected-routes-sync-period': newer(
    'routes',
    syncPeriod,
    60_000,
    "How often the kernel's routes are compared with what was learned.",
  ),
  'nodes-full-mesh': both('routes', bool, true, 'Each node is a BGP peer of each other node.'),
  'overlay-encap': newer(
    'routes',
    text('fou', listed(overlayEncaps), (given) => overlayEncaps.some((encap) => encap === given)),
    'ipip',
    'Kind of tunnel; the same on all nodes. `vxlan` and `wireguard` are not in the original.',
  ),
  'overlay-encap-port': newer(
    'routes',
    unsigned('uint16', [1024, 65535]),
    5555,
    'UDP port of `fou`, `vxlan` and `wireguard` tunnels; the same on all nodes.',
  ),
  'overlay-type': both(
    'routes',
    text('full', 'subnet or full', (given) => given === 'subnet' || given === 'full'),
    'subnet',
    'Tunnels between subnets only, or everywhere.',
  ),
  'override-nexthop': both(
    'routes',
    bool,
    false,
    "Announce this node's own address as the next hop to external peers.",
  ),
  'peer-router-asns': both(
    'routes',
    listOf('uints', peerAsn),
    [],
    'AS numbers of the external peers, one per address.',
  ),
  'peer-router-ips': both('routes', listOf('ips', ip), [], 'Addresses of the external peers of every node.'),
  'peer-router-multihop-ttl': both(
    'routes',
    unsigned('uint8', [0, 255]),
    0,
    'TTL towards external peers that are not on a common subnet; 2 and up: multihop.',
  ),
  'peer-router-passwords': both(
    'routes',
    listOf('strings', base64Password),
    [],
    'TCP MD5 passwords of the external peers in Base64, one per address.',
  ),
  'peer-router-passwords-file': newer(
    'routes',
    text('/etc/peerage/passwords', 'the path of a file'),
    '',
    'File with one line in the form of `--peer-router-passwords`; that flag wins.',
  ),
  'peer-router-ports': both(
    'routes',
    listOf('uints', peerPort),
    [],
    'Ports of the external peers, one per address; none: 179.',
  ),
  'router-id': both(
    'routes',
    text('192.0.2.1', 'a dotted quad other than 0.0.0.0, or generate', isRouterId),
    '',
    'BGP identifier; `generate`: from the primary address; empty: the primary IPv4 address.',
  ),
  'routes-sync-period': both(
    'routes',
    syncPeriod,
    300_000,
    'How often everything about routes is compared with what should be.',
  ),
  'service-cluster-ip-range': newer(
    'routes',
    listOf('strings', cidr),
    [],
    'Ranges of cluster IPs. The original assumes 10.96.0.0/12; Peerage takes what the services have.',
  ),
  'service-external-ip-range': newer(
    'routes',
    listOf('strings', cidr),
    [],
    'Ranges in which external IPs must lie; none: every external IP is accepted.',
  ),
  'loadbalancer-ip-range': newer(
    'routes',
    listOf('strings', cidr),
    [],
    'Ranges in which load-balancer IPs must lie; none: every load-balancer IP is accepted.',
  ),
  'wireguard-key-lifetime': own(
    'routes',
    duration('0s', '87600h'),
    0,
    "Age at which this node's WireGuard key is replaced by a new one; 0: never.",
  ),
  'strict-external-ip-validation': newer(
    'routes',
    bool,
    true,
    'Refuse external and load-balancer IPs outside the configured ranges, or inside the cluster range.',
  ),
};
