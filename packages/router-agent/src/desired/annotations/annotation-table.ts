/** What happens to BGP sessions when the annotation changes; nothing needs a restart of the agent. */
export type AnnotationEffect = 'none' | 'peer' | 'own-peers' | 'all';

/** All that is known of one annotation; the code that reads it and the reference page use the same row. */
export interface AnnotationRow {
  readonly on: 'node' | 'service';
  /** What its value may be. */
  readonly values: string;
  readonly meaning: string;
  readonly sessions: AnnotationEffect;
  /** For the service proxy, which this agent does not have: read by nobody. */
  readonly part: 'routes' | 'proxy';
}

type RowWriter = (values: string, meaning: string, sessions?: AnnotationEffect) => AnnotationRow;

const node: RowWriter = (values, meaning, sessions = 'none') => ({
  on: 'node',
  values,
  meaning,
  sessions,
  part: 'routes',
});
const service: RowWriter = (values, meaning) => ({ ...node(values, meaning), on: 'service' });
const proxy: RowWriter = (values, meaning) => ({ ...service(values, meaning), part: 'proxy' });

const clusterId = 'a cluster id: 1 … 4294967295, or a dotted quad';
const bool = 'true or false, in the words of Go: `1`, `t`, `T`, `TRUE`, `true`, `True`, and `0`, `f`, …';
const present = 'anything, also nothing: its presence counts';

/** Every annotation that kube-router or this agent gives a meaning. Those of `peerage.io` are our own. */
export const annotations = {
  'kube-router.io/node.asn': node(
    'an AS number, 1 … 4294967295, also as `0x…`',
    'AS number of the node, where `--nodes-full-mesh=false`; nodes of one AS number are peers. With the full mesh `--cluster-asn` counts',
    'all',
  ),
  'kube-router.io/node.bgp.communities': node(
    'a comma list of `64512:1`, of numbers 0 … 4294967295, or of well-known names such as `no-export`',
    'communities that are added to what external peers get',
  ),
  'kube-router.io/node.bgp.customimportreject': node(
    'a comma list of address ranges',
    'routes to these ranges, and to all that is inside them, are taken from nobody',
  ),
  'kube-router.io/path-prepend.as': node(
    'an AS number, 1 … 4294967295',
    'put in front of the AS path towards external peers; only together with the next one. Routers may refuse a path that does not begin with the AS number of their neighbor, which is why it should be the own one',
  ),
  'kube-router.io/path-prepend.repeat-n': node('1 … 255', 'how often that AS number is put there'),
  'kube-router.io/peers': node(
    'a YAML list of `remoteip` and `remoteasn`, with `port`, `password` (Base64) and `localip` where they are wanted',
    'external peers of the node; none of the node where `--peer-router-ips` names some',
    'peer',
  ),
  'kube-router.io/peer.ips': node(
    'a comma list of addresses',
    'the same, as lists that go by position (deprecated); where `peers` is given, that counts',
    'peer',
  ),
  'kube-router.io/peer.asns': node('a comma list of AS numbers', 'their AS numbers (deprecated)', 'peer'),
  'kube-router.io/peer.ports': node('a comma list of ports', 'their ports (deprecated)', 'peer'),
  'kube-router.io/peer.passwords': node(
    'a comma list of passwords in Base64; an empty item is none',
    'their passwords (deprecated)',
    'peer',
  ),
  'kube-router.io/peer.localips': node(
    "a comma list of this node's addresses; an empty item is the usual one",
    'own addresses towards them (deprecated)',
    'peer',
  ),
  'kube-router.io/rr.server': node(
    clusterId,
    'the node reflects routes between the nodes of that cluster and all others',
    'all',
  ),
  'kube-router.io/rr.client': node(
    clusterId,
    'the node peers with the reflectors of that cluster only; without effect beside `rr.server`',
    'own-peers',
  ),
  'kube-router.io/bgp-local-addresses': node(
    "a comma list of this node's addresses",
    'where the node listens for peers, in place of its best address of each family',
    'all',
  ),
  'kube-router.io/pod-cidrs': node(
    'a comma list of address ranges',
    'pod ranges of the node, in place of `spec.podCIDRs`',
  ),
  'kube-router.io/pod-cidr': node(
    'an address range',
    'the same for one range (deprecated); where `pod-cidrs` is given, that counts',
  ),
  'peerage.io/drain': node(
    bool,
    'whether service addresses leave this node: announced with GRACEFUL_SHUTDOWN first, then withdrawn where other nodes have them. Counts before whether the node is cordoned',
  ),
  'peerage.io/wireguard-public-key': node(
    'a key of 32 octets in Base64',
    'public key of its WireGuard link; the agent itself writes it with `--overlay-encap=wireguard`',
  ),
  'kube-router.io/service.advertise.clusterip': service(
    bool,
    'announce its cluster IPs or not, whatever `--advertise-cluster-ip` says; another text is false',
  ),
  'kube-router.io/service.advertise.externalip': service(
    bool,
    'the same for its external IPs and `--advertise-external-ip`',
  ),
  'kube-router.io/service.advertise.loadbalancerip': service(
    bool,
    'the same for the addresses of its load balancer and `--advertise-loadbalancer-ip`',
  ),
  'kube-router.io/service.local': service(
    '`true`; another text says nothing',
    'external and load-balancer IPs are announced by nodes with an endpoint only, as with `externalTrafficPolicy: Local`',
  ),
  'kube-router.io/service.skiplbips': service(present, 'load-balancer IPs are not announced (deprecated)'),
  'peerage.io/communities': service(
    'as in `node.bgp.communities`',
    'communities that its addresses are announced with',
  ),
  'peerage.io/large-communities': service('a comma list of `64512:1:2`', 'large communities (RFC 8092)'),
  'peerage.io/extended-communities': service(
    'a comma list of `rt:64512:1`, `soo:…`, or 16 hex digits',
    'extended communities (RFC 4360)',
  ),
  'peerage.io/med': service('0 … 4294967295', 'MULTI_EXIT_DISC that its addresses are announced with'),
  'peerage.io/local-preference': service(
    '0 … 4294967295',
    'LOCAL_PREF; external peers of the same AS get it, those of others never do (RFC 4271 §5.1.5)',
  ),
  'peerage.io/peers': service(
    'a comma list of addresses of external peers',
    'only these are told its addresses',
  ),
  'kube-router.io/service.dsr': proxy('`tunnel`', 'direct server return'),
  'kube-router.io/service.scheduler': proxy('`rr`, `lc`, `dh`, `sh` or `mh`', 'IPVS scheduler'),
  'kube-router.io/service.schedflags': proxy('`flag-1,flag-2,flag-3`', 'flags of the scheduler `mh`'),
  'kube-router.io/service.hairpin': proxy(
    present,
    'source address translation for pods that reach themselves',
  ),
  'kube-router.io/service.hairpin.externalips': proxy(present, 'the same for external IPs'),
} as const satisfies Readonly<Record<string, AnnotationRow>>;

export type AnnotationName = keyof typeof annotations;

export const annotationNames = Object.keys(annotations) as readonly AnnotationName[];
