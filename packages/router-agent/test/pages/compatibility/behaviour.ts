import { better, type CompatibilityRow, later, refused, same, type TestRef } from './row.js';

const vips = 'router-agent/test/cases/vip-cases';
const peers = 'router-agent/test/desired/peers';
const policies = 'router-agent/test/desired/policies';
const overlay = 'router-agent/test/kernel/overlay-cases';
const readiness: TestRef = [
  'router-agent/test/kernel/announcing',
  'FRR and BIRD see service addresses come and go by readiness and by Local policy',
];
const toRouter: TestRef = [
  'router-agent/test/agent',
  'service addresses and pod ranges go to the external router, default routes do not come in',
];

/** What the agent announces, and to whom. */
export const announcingRows: readonly CompatibilityRow[] = [
  same(
    'No address of ExternalName and headless services',
    [vips, 'an ExternalName service'],
    [vips, 'a headless service'],
  ),
  same('Load-balancer addresses of type LoadBalancer only', [
    vips,
    'load-balancer addresses of a service of another type',
  ]),
  same('`ipMode: Proxy`', [vips, 'a load balancer with ipMode Proxy']),
  same('Flags and annotations by kind of address', [vips, 'annotations switch off what flags do']),
  better(
    'A service without EndpointSlices',
    'concerns itself only; the original stops announcing all (D2)',
    [vips, 'a service without any slice is announced under Cluster policy'],
    ['router-agent/test/desired/vips', 'a service that is wrong is told and does not touch the others'],
  ),
  same(
    'Local policies',
    readiness,
    [vips, 'externalTrafficPolicy Local without an endpoint here keeps the cluster IP'],
    [vips, 'internalTrafficPolicy Local without an endpoint here keeps the others'],
  ),
  better('Endpoints', 'readiness counts (D20)', readiness, [vips, 'an endpoint that is not ready']),
  same('Endpoints without a node name', [
    vips,
    'an endpoint without a node name is here when it has an address of this node',
  ]),
  same('An address of several services', [
    'router-agent/test/desired/advertisements',
    'an address that two services have is announced while one of them wants it',
  ]),
  better('Cordoned nodes', 'say GRACEFUL_SHUTDOWN, then withdraw what other nodes have', [
    'router-agent/test/kernel/announcing',
    'FRR sees a node that is drained leave: GRACEFUL_SHUTDOWN first, then nothing, then back',
  ]),
  better('`node.kubernetes.io/exclude-from-external-load-balancers`', 'honoured', [
    'router-agent/test/agent-announcing',
    'a label on the node takes external addresses away, and gives them back',
  ]),
  better(
    'Attributes of service addresses',
    'communities of all kinds, MED, local preference and peers by annotations of the service',
    [
      'router-agent/test/agent-announcing',
      'attributes and peers of a service change live, in sessions that stay',
    ],
  ),
  better('Aggregates and static prefixes', 'from the file of `--config`', [
    'router-agent/test/desired/file-routes',
    'aggregates are those of this node, each once',
  ]),
  same(
    'Pod ranges go to nodes, service addresses do not',
    [policies, 'mesh peers get pod ranges of this node and nothing else'],
    toRouter,
  ),
  same('Learned routes are passed on to nobody', [
    policies,
    'external peers get service addresses, and pod ranges only with --advertise-pod-cidr',
  ]),
  same(
    'Own service addresses and default routes are refused',
    [policies, 'default routes of both families and our own prefixes are refused from everybody'],
    toRouter,
  ),
  better('A change of policies', 'compared by content (D13), in sessions that stay', [
    'router-agent/test/drivers/bgp-drivers',
    'the same policy content is the same policy to the speaker',
  ]),
  better('A new pod range of the node', 'announced and written at once (D14)', [
    'router-agent/test/agent',
    "an agent completes its CNI file, and follows the node's pod range",
  ]),
];

/** Sessions. */
export const sessionRows: readonly CompatibilityRow[] = [
  better(
    'Nodes are peers',
    'with the AS that they have (D6), our hold time (D7), and no session is dialled that nobody answers',
    [peers, 'every other node is a mesh peer, with our AS, our port and our hold time'],
    ['router-agent/test/desired/mesh-role', 'both ends of a session come to the same answer'],
  ),
  same('Families by node', [
    peers,
    'families and graceful restart of a session between nodes are those of the matrix',
  ]),
  better('Policies of IPv6', 'what is said of IPv4 holds for IPv6 (D3)', [
    'router-agent/test/cases/policy-cases',
    'nodes and services',
  ]),
  better(
    'Reflectors',
    'have the policies of everyone (D4)',
    [peers, 'reflectors spare their clients the other sessions, and have the policies of everyone'],
    [
      'router-agent/test/kernel/announcing',
      'nodes reflect for nodes, for FRR as a client, and are clients of BIRD',
    ],
  ),
  better('A peer that cannot be set up', 'concerns itself only (D19)', [
    'router-agent/test/drivers/bgp-drivers',
    'peers are added, changed and removed; one that is refused does not stop the others',
  ]),
  better('A start that fails', 'is tried again after a second, then later each time (D16)', [
    'router-agent/test/reconcile/controller',
    'a run that fails or throws is tried again, and later each time',
  ]),
  better('Another address of the node', 'counts without a restart', [
    'router-agent/test/agent-annotations',
    'a node that gets another address is another router to its peers, and comes back to them',
  ]),
  better('Changes of nodes', 'count at once', [
    'router-agent/test/agent',
    'a node that is added is peered with, and one that goes is forgotten with its routes',
  ]),
  same('Dual stack over one session or two', [
    peers,
    'one session carries both families; with a session for each, each carries its own',
  ]),
  refused(
    'The administration server of GoBGP',
    'its unauthenticated port is what `peerage show` over a Unix socket is for',
    ['cli/test/commands/speaker', 'each show command prints a table, and JSON'],
  ),
  refused(
    'BFD',
    'there is none in this version: a session that is cut falls by its hold time; told at start',
    [
      'router-agent/test/config/parse-config',
      'parseConfig names flags of BFD, GoBGP and profiles as without effect',
    ],
  ),
];

/** The node's kernel and files. */
export const kernelRows: readonly CompatibilityRow[] = [
  better(
    'Routes of protocol 17',
    'with all equal paths, kept by owner, and put right when somebody changes them (D8, D11, D12)',
    [
      'router-agent/test/fib/writer-failures',
      'routes that went without a word are written again after an overrun, and by the period',
    ],
    [
      'router-agent/test/agent',
      'an agent that returns keeps the routes it finds, and deletes the others once all have spoken',
    ],
  ),
  better('A path of our own among changes', 'leaves the others alone (D1)', [
    'router-agent/test/fib/writer-failures',
    'routes of our own are not written: the kernel has them by itself',
  ]),
  better(
    'Names of tunnels',
    'those of the original unless two addresses would share one (D10)',
    [
      'router-agent/test/items/tunnel-name',
      "the usual name is kube-router's: a hash of the address without dots and colons",
    ],
    [
      'router-agent/test/items/tunnel-name',
      'of two addresses with the same usual name, the first keeps it, in whatever order they come',
    ],
  ),
  same('Tunnels between subnets, and table 77', [
    overlay,
    'ipip, subnet: one tunnel to the node behind the router, none to the neighbour',
  ]),
  better(
    'What others do to routes, rules, tables, tunnels and the bridge',
    'is put right when it happens, not at the next sync',
    [
      'router-agent/test/kernel/fault-cases',
      'what others do to the kernel is put right, and packets flow that should',
    ],
  ),
  better('A program that is killed', 'leaves packets flowing, whenever it is killed', [
    'router-agent/test/kernel/fault-cases',
    'an agent that is killed at random moments leaves and finds the kernel as it should be',
  ]),
  better(
    'Tunnels, rules, table 77, sets and rules of iptables that the original left',
    'taken over without loss; what is not needed is swept',
    [
      'router-agent/test/kernel/upgrade-cases',
      'what the original left is taken over without loss, and swept where it is not needed',
    ],
  ),
  better(
    'Encryption between nodes',
    'by WireGuard, with keys that change while packets flow',
    [
      'router-agent/test/kernel/wireguard-cases',
      'three nodes have tunnels with keys of their own, and change them',
    ],
    ['router-agent/test/sinks/annotation-cases', 'each node announces its key, and exchanges it'],
  ),
  better(
    'Forwarding and bridge settings',
    'put back by `--cleanup-config`; a module that is missing is told',
    [
      'router-agent/test/drivers/sysctl-driver',
      'what was found is put back, unless somebody else has changed it since',
    ],
    [
      'router-agent/test/controllers/sysctl',
      'a module that is missing is told, with what goes wrong without it, and stops nothing else',
    ],
  ),
  better(
    'Pod egress',
    'by a table of our own, replaced as a whole; ranges of `--cluster-cidr` and of services keep their source',
    [
      'router-agent/test/desired/egress',
      'so does the range of services, for packets that nobody has given another destination yet',
    ],
  ),
  better('FORWARD accepts', 'only while a chain would drop', [
    'router-agent/test/kernel/forward-accept',
    'pods pass a FORWARD chain that drops, and its rules go with its policy',
  ]),
  better(
    "The cases of the original's CNI tests",
    'where a range of before stays there, it is replaced here',
    ['router-agent/test/drivers/cni-file/cni-cases', 'conf whose subnet is another one'],
  ),
  better('Ranges in the CNI file', 'replaced, written atomically (D17)', [
    'router-agent/test/kernel/cni-plugins',
    'a node that gets another pod range gives its addresses to new pods',
  ]),
  better('Two agents on a node', 'refused', [
    'router-agent/test/lock',
    'the lock is held by one, who says who it is, until it is released',
  ]),
  same('Routes stay at the end', [
    'router-agent/test/agent',
    'an agent that ends takes its routes from the others, and leaves its own kernel as it is',
  ]),
  better('Without an API server', 'the agent starts from the cluster that it remembers', [
    'router-agent/test/sources/remembered-source',
    'a source that starts while the API server is away knows the cluster of before',
  ]),
  better('A full disk', 'the agent does its work, tells what it cannot keep, and keeps it later', [
    'router-agent/test/kernel/disk-full',
    'an agent whose disk is full does its work, says what it cannot keep, and keeps it later',
  ]),
  later('NetworkPolicies', 'the firewall'),
  later('IPVS, hairpin, direct server return', 'the service proxy'),
  later('Addresses for services of type LoadBalancer', 'the load-balancer allocator'),
];
