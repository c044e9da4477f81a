import type { AnyFlagRow, FlagUser } from '../../../src/config/flag-row.js';
import { flagNames, flagRow } from '../../../src/config/flags.js';
import { better, type CompatibilityRow, later, open, refused, same, type TestRef } from './row.js';

const config = 'router-agent/test/config/parse-config';
const vips = 'router-agent/test/cases/vip-cases';
const guide: TestRef = [config, "parseConfig reads the deployment guide's option block"];
const lists: TestRef = [config, 'parseConfig joins the peer lists'];
const peers = 'router-agent/test/desired/peers';
const external: TestRef = [peers, 'external peers have their AS, port, password and TTL'];
const restart: TestRef = [
  'router-agent/test/kernel/graceful-restart',
  'an agent is killed or restarted, and neither side loses a route',
];
const ranges: TestRef = [vips, 'an external range that does not'];
const asPrograms: TestRef = [
  'router-agent/test/kernel/run',
  'two agents as programs: routes in both kernels, health, metrics, an orderly end',
];

const carried: TestRef = [
  config,
  'parseConfig carries periods, addresses of the servers and times of a restart',
];
const withoutEffect: TestRef = [
  config,
  'parseConfig names flags of BFD, GoBGP and profiles as without effect',
];
const bfd = 'there is no BFD in this version: a session that is cut falls by its hold time; told at start';
const gobgp = 'there is no GoBGP inside: `peerage show` asks a socket for root alone; told at start';

/** Flags that tests prove; one that is not in here is printed as open. */
const proven: readonly CompatibilityRow[] = [
  same('advertise-cluster-ip', [vips, 'only --advertise-cluster-ip']),
  same('advertise-external-ip', [vips, 'only --advertise-external-ip']),
  same('advertise-loadbalancer-ip', [vips, 'only --advertise-loadbalancer-ip']),
  same('advertise-pod-cidr', [
    'router-agent/test/desired/policies',
    'external peers get service addresses, and pod ranges only with --advertise-pod-cidr',
  ]),
  better('auto-mtu', 'with `--overlay-type=full` less what the tunnel adds', [
    'router-agent/test/desired/overlay',
    "pods get the interface's MTU, less the header where all goes through one",
  ]),
  better(
    'bgp-graceful-restart',
    'right on a first start, a restart and after a crash; nothing is withheld on a first start',
    restart,
    [
      'router-agent/test/kernel/restart-loss',
      'with graceful restart no packet is lost when an agent restarts or is killed',
    ],
  ),
  ...['desired-min-tx-interval', 'detection-multiplier', 'port', 'required-min-rx-interval'].map((name) =>
    refused(`bfd-${name}`, bfd, withoutEffect),
  ),
  same('bgp-graceful-restart-deferral-time', carried, [
    'router-agent/test/fib/leftovers',
    'go when the deferral time is over',
  ]),
  same('bgp-graceful-restart-time', restart, [
    'router-agent/test/kernel/restart-bits',
    'an agent says that it restarts, and that it forwarded, only when that is so',
  ]),
  better('bgp-holdtime', 'holds for sessions between nodes too (D7)', [
    peers,
    'every other node is a mesh peer, with our AS, our port and our hold time',
  ]),
  same('bgp-port', [peers, 'every other node is a mesh peer, with our AS, our port and our hold time']),
  better(
    'cache-sync-timeout',
    'the agent does not end when the API server stays away: it goes on with the cluster of before',
    [
      'router-agent/test/sources/remembered-source',
      'a source that starts while the API server is away knows the cluster of before',
    ],
  ),
  better(
    'cleanup-config',
    'removes what is ours, routes, tunnels, rules and ranges of the CNI file included, and nothing else; `--dry-run` says what',
    ['router-agent/test/kernel/overlay-cases', 'cleanup removes what is ours, and nothing else'],
  ),
  same('cluster-asn', guide),
  better(
    'cluster-cidr',
    'in v0.3.1 without effect, and gone since; here what pods send there keeps its source',
    ['router-agent/test/desired/egress', '--cluster-cidr adds to what is inside'],
  ),
  better(
    'disable-source-dest-check',
    'by one signed request; what is refused is told with the right to add, and holds nothing up',
    ['router-agent/test/cloud/source-dest-check', 'the check is switched off once'],
    [
      'router-agent/test/cloud/source-dest-check',
      'a cloud that fails is asked again; one that refuses is told with the way out, and holds nothing up',
    ],
  ),
  better(
    'enable-cni',
    'own ranges are replaced, the file is written atomically, and made where it is missing (D17)',
    ['router-agent/test/kernel/cni-plugins', "the guide's file, completed, attaches pods with host ports"],
  ),
  refused('enable-bfd', bfd, withoutEffect),
  refused('enable-pprof', 'profiles are those of Node: `node --cpu-prof`; told at start', withoutEffect),
  same('enable-ibgp', [peers, 'there is no mesh without --enable-ibgp or --nodes-full-mesh']),
  better('enable-ipv4', 'gates every part (D18)', [
    peers,
    'a mesh session carries the families that both nodes have',
  ]),
  same('enable-ipv6', [
    'router-agent/test/controllers/sysctl',
    'IPv6 is switched on where the flag asks for it',
  ]),
  better('enable-overlay', 'tunnels are counted by who uses them, and never lead to a router (D9)', [
    'router-agent/test/agent-overlay',
    'a tunnel serves all routes of its node, and goes after the last of them',
  ]),
  better('enable-pod-egress', 'by a table of nftables of our own, changed atomically', [
    'router-agent/test/kernel/nft-driver',
    'pods reach the outside under the address of their node, and one another under their own',
  ]),
  refused('gobgp-admin-address', gobgp, withoutEffect),
  refused('gobgp-admin-port', gobgp, withoutEffect),
  same('health-addr', carried),
  same('health-port', asPrograms),
  same('help', [config, 'requestedText sees help and version among other flags, not as their values']),
  same('hostname-override', [config, 'parseConfig names the node by flag, then environment, then machine']),
  better(
    'injected-routes-sync-period',
    'what others change is put right at once, and looked at by period too',
    carried,
  ),
  same('loadbalancer-ip-range', [vips, 'a load-balancer range that does not']),
  same('kubeconfig', guide),
  same('master', [
    'router-agent/test/sources/kube/kube-connection',
    'the address of --master takes the place of the one in the file',
  ]),
  same('metrics-addr', carried),
  same('metrics-path', guide),
  same('metrics-port', asPrograms),
  better(
    'nodes-full-mesh',
    'the doubled `=` of the guide is refused with the right form; without the mesh nodes of one AS number are peers',
    [config, 'parseConfig explains the doubled equals sign of the guide'],
    [peers, 'without the full mesh nodes of one AS number are peers'],
  ),
  better('overlay-encap', '`vxlan` and `wireguard` too', [
    'router-agent/test/kernel/overlay-cases',
    'fou, then vxlan: full, so that neighbours go through it too',
  ]),
  same('overlay-encap-port', [
    'router-agent/test/desired/overlay',
    'fou: the port is open whether or not a tunnel is in use',
  ]),
  same('overlay-type', ['router-agent/test/agent-overlay', 'full: every node is reached by a tunnel']),
  same('override-nexthop', [
    'router-agent/test/desired/policies',
    '--override-nexthop concerns external peers only',
  ]),
  same('peer-router-asns', lists, external),
  same('peer-router-ips', lists, external),
  same('peer-router-multihop-ttl', lists, external),
  same('peer-router-passwords', external, [config, 'parseConfig never shows a password']),
  same('peer-router-passwords-file', [
    config,
    'parseConfig reads passwords from a file, unless the flag is there',
  ]),
  same('peer-router-ports', lists, external),
  better('router-id', '`generate` is defined on the mapped form of an address (D15)', [
    'router-agent/test/config/router-id',
    'generateRouterId keeps its test vectors',
  ]),
  better(
    'routes-sync-period',
    'changes are applied as they come, and all is looked at again by period',
    carried,
  ),
  same('run-router', [
    'router-agent/test/agent',
    'with --run-router=false the kernel stays as it is, and nothing is spoken',
  ]),
  same('service-cluster-ip-range', [vips, 'an external address inside the cluster range']),
  same('service-external-ip-range', ranges),
  better(
    'strict-external-ip-validation',
    'a kind of address without a range is announced, with one warning that names the flag',
    ranges,
    [vips, 'no range for load-balancer addresses: accepted, and one line names the flag'],
  ),
  same('v', ['router-agent/test/observe/log', '--v=3 brings debug lines']),
  same('version', [config, 'requestedText sees help and version among other flags, not as their values']),
];

const parts: { readonly [user in FlagUser]?: string } = {
  proxy: 'the service proxy',
  policies: 'the firewall',
  'load-balancer': 'the load-balancer allocator',
};
const switches: Readonly<Record<string, string>> = {
  'run-firewall': 'the firewall',
  'run-service-proxy': 'the service proxy',
  'run-loadbalancer': 'the load-balancer allocator',
};

function rowOf(name: string, { usedBy, implemented }: AnyFlagRow): CompatibilityRow {
  const what = `--${name}`;
  const known = proven.find((row) => row.what === name);
  if (known !== undefined) return { ...known, what };
  const part = switches[name] ?? (implemented ? undefined : parts[usedBy]);
  return part === undefined ? open(what) : later(what, part);
}

/** Every flag of kube-router, in both versions. */
export const flagRows: readonly CompatibilityRow[] = flagNames.flatMap((name) => {
  const row = flagRow(name);
  return row === undefined || row.origin === 'peerage' ? [] : [rowOf(name, row)];
});

/** Names of proven flags, to be held against the table of flags. */
export const provenFlags = proven.map(({ what }) => what);
