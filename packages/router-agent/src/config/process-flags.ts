import { both, bothLater, newer, newerLater, own } from './flag-row.js';
import { bool, duration, ip, text, unsigned } from './flag-type.js';

const port = unsigned('uint16', [0, 65535]);
const listenAddress = text('127.0.0.1', 'an IP address', (given) => ip.parse(given).ok);

/** Flags about the process itself: where facts come from, what runs, health, metrics, logs. */
export const processFlags = {
  'cache-sync-timeout': bothLater(
    'process',
    duration('1ms', '24h'),
    60_000,
    'Longest wait for the first complete listing of the cluster. Peerage waits as long as it takes, keeps the kernel as it is meanwhile, and says so.',
  ),
  'cleanup-config': both(
    'all',
    bool,
    false,
    'Remove what the agent, or kube-router, put on this host, and exit: routes, tunnels, rules, tables, the bridge, ranges in the CNI file. Nothing else is touched.',
  ),
  config: own(
    'process',
    text('/etc/peerage/agent.yaml', 'the path of a file'),
    '',
    'File (YAML) with settings of peers, policies, prefixes, aggregates and flags. Followed while the agent runs.',
  ),
  'data-dir': own(
    'process',
    text('/var/lib/peerage', 'the path of a folder, from / on', (given) => given.startsWith('/')),
    '/var/lib/peerage',
    'Folder for what the agent keeps over restarts and reboots: the cluster as it was last seen, keys, settings of the host that it changed.',
  ),
  'dry-run': own(
    'all',
    bool,
    false,
    'With `--cleanup-config`: say what would be removed, and remove nothing.',
  ),
  'enable-ipv4': newer('process', bool, true, 'Use IPv4; the node must have such an address.'),
  'enable-ipv6': newer('process', bool, false, 'Use IPv6; the node must have such an address.'),
  'enable-pprof': bothLater('process', bool, false, 'Serve profiling data.'),
  'flags-file': own(
    'process',
    text('/etc/default/kube-router', 'the path of a file'),
    '',
    'Environment file (as for a systemd unit) whose `KUBE_ROUTER_OPTS` has flags. Followed while the agent runs. What a unit put from it on the command line counts as of the file.',
  ),
  'health-addr': newer('process', listenAddress, '', 'Address of the health server; empty: all.'),
  'health-port': both('process', port, 20244, 'Port of the health server (`/healthz`); 0: none.'),
  help: both('process', bool, false, 'Print this text and exit.', 'h'),
  'hostname-override': both(
    'process',
    text('k8s-node01'),
    '',
    "Name of this node's object. Else `NODE_NAME` from the environment, else the host name.",
  ),
  json: own('all', bool, false, 'With `--plan` and `--cleanup-config`: say it as JSON.'),
  kubeconfig: both(
    'process',
    text('/etc/kubernetes/kube-router.kubeconfig', 'the path of a file'),
    '',
    'File with the address of the API server and how to log in; empty: the service account of the pod.',
  ),
  manifests: own(
    'process',
    text('/etc/peerage/cluster', 'the path of a folder'),
    '',
    'Folder of Kubernetes manifests (YAML or JSON) to read the cluster from, instead of the API server. Watched.',
  ),
  master: both(
    'process',
    text('https://192.0.2.1:6443', 'a URL with http:// or https://', (given) =>
      /^https?:\/\/[^/]/.test(given),
    ),
    '',
    'Address of the API server; takes the place of the one in the kubeconfig.',
  ),
  'metrics-addr': newer('metrics', listenAddress, '', 'Address of the metrics server; empty: all.'),
  'metrics-path': both(
    'metrics',
    text('/metrics', 'a path that starts with /', (given) => given.startsWith('/')),
    '/metrics',
    'Path of the metrics page.',
  ),
  'metrics-port': both('metrics', port, 0, 'Port of the metrics server; 0: none.'),
  plan: own(
    'all',
    bool,
    false,
    'Say how this host differs from what it should be, and exit. Changes nothing; may run beside an agent.',
  ),
  'run-firewall': bothLater('process', bool, true, 'Enforce NetworkPolicies.'),
  'run-loadbalancer': newerLater('process', bool, false, 'Give addresses to services of type LoadBalancer.'),
  'run-router': both(
    'process',
    bool,
    true,
    "Speak BGP: announce this node's pods and services, install what is learned.",
  ),
  'run-service-proxy': bothLater('process', bool, true, 'Serve the addresses of services through IPVS.'),
  socket: own(
    'process',
    text('/run/peerage/k8s-node01.sock', 'the path of a Unix socket'),
    '',
    'Path of the control socket; empty: `/run/peerage/<node>.sock`.',
  ),
  v: both(
    'process',
    text('2', 'a log level, 0 and up', (given) => /^\d{1,3}$/.test(given)),
    '0',
    'How much is logged; 0: events that matter to an operator.',
    'v',
  ),
  version: both('process', bool, false, 'Print the version and exit.', 'V'),
};
