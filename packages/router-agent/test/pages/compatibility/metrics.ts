import { better, type CompatibilityRow, later, refused, same, type TestRef } from './row.js';

const page: TestRef = [
  'router-agent/test/observe/metrics',
  'the metrics page says of sessions, routes and the cluster what is so',
];
const asPrograms: TestRef = [
  'router-agent/test/kernel/run',
  'two agents as programs: routes in both kernels, health, metrics, an orderly end',
];

const firewall = [
  'controller_iptables_sync_time',
  'controller_iptables_v4_save_time',
  'controller_iptables_v6_save_time',
  'controller_iptables_v4_restore_time',
  'controller_iptables_v6_restore_time',
  'controller_policy_chains_sync_time',
  'controller_policy_ipset_v4_restore_time',
  'controller_policy_ipset_v6_restore_time',
  'controller_policy_chains',
  'controller_policy_ipsets',
];
const proxy = [
  'controller_ipvs_services_sync_time',
  'controller_ipvs_metrics_export_time',
  'controller_ipvs_services',
  ...['total_connections', 'packets_in', 'packets_out', 'bytes_in', 'bytes_out'].map(
    (name) => `service_${name}`,
  ),
  ...['pps_in', 'pps_out', 'cps', 'bps_in', 'bps_out'].map((name) => `service_${name}`),
];

/** Every metric of kube-router, without `kube_router_`. */
const rows: readonly CompatibilityRow[] = [
  better('build_info', '`goversion` is the version of Node', page),
  better('bgp_peer_info', 'read at each scrape, and `asn` is that of other nodes too (D6)', asPrograms),
  better('controller_bgp_peers', 'of v0.3.1, gone since: configured peers, external ones among them', page),
  same('controller_bgp_advertisements_received', page),
  better('controller_bgp_advertisements_sent', 'a pod range counts once, not at every sync', page),
  same('controller_bgp_internal_peers_sync_time', page),
  better('controller_routes_sync_time', 'of the routes, as its name says, not of a set of addresses', page),
  same('host_routes_sync_time', page),
  same('host_routes_synced', [
    'router-agent/test/agent',
    "two agents peer and install each other's pod ranges",
  ]),
  better('host_routes_added', 'what was written, without repeats', page),
  better('host_routes_removed', 'what was there and went', page),
  ...firewall.map((name) => later(name, 'the firewall')),
  ...proxy.map((name) => later(name, 'the service proxy')),
];

export const metricRows: readonly CompatibilityRow[] = rows.map((row) => ({
  ...row,
  what: `kube_router_${row.what}`,
}));

/** Environment variables. */
export const environmentRows: readonly CompatibilityRow[] = [
  better(
    'KUBE_ROUTER_CNI_CONF_FILE',
    'one in quotes, which nothing has removed, is refused with the way out',
    [
      'router-agent/test/config/parse-config',
      'parseConfig takes the CNI file from the environment, and refuses one in quotes',
    ],
  ),
  same('NODE_NAME', [
    'router-agent/test/config/parse-config',
    'parseConfig names the node by flag, then environment, then machine',
  ]),
  same('KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT', [
    'router-agent/test/sources/kube/kube-connection',
    'in a pod the environment and the service account say where the API server is, and who asks',
  ]),
  later('POD_NAME, POD_NAMESPACE', 'the load-balancer allocator'),
  refused(
    'DOCKER_HOST',
    'direct server return by Docker belongs to a service proxy of clusters that are gone',
  ),
  same('AWS variables', [
    'router-agent/test/cloud/source-dest-check',
    'keys and region of the environment count',
  ]),
];
