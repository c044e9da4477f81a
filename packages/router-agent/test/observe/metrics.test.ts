import { readFileSync, writeFileSync } from 'node:fs';
import { eventually, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { metricRows } from '../../src/observe/metrics.js';
import { TestCluster } from '../cluster.js';
import { sampleNode, sampleService, sampleSlice } from '../sources/sample-objects.js';
import { metricsPage } from './metrics-page.js';

const page = new URL('../../../../docs/reference/metrics.md', import.meta.url);

t.test('docs/reference/metrics.md is what the table of metrics says', async (t) => {
  if (process.env.PEERAGE_WRITE_PAGES === '1') writeFileSync(page, metricsPage());
  const hint =
    'write it with PEERAGE_WRITE_PAGES=1 npx tap packages/router-agent/test/observe/metrics.test.ts';
  t.equal(readFileSync(page, 'utf8'), metricsPage(), hint);
});

t.test('names and labels are such as Prometheus takes, and say their unit', async (t) => {
  for (const [name, { type, labels, help }] of Object.entries(metricRows)) {
    t.match(name, /^(kube_router|peerage|process)(_[a-z\d]+)+$/);
    for (const label of labels) t.match(label, /^[a-z]+$/, `label of ${name}`);
    t.notMatch(help, /\.$/, `${name} is a phrase, not a sentence`);
    if (type === 'counter' && name.startsWith('peerage_')) t.match(name, /_total$/);
    if (type === 'histogram' && name.startsWith('peerage_')) t.match(name, /_seconds$/);
  }
});

/** Lines of the metrics page by what stands before the value. */
function values(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

t.test('the metrics page says of sessions, routes and the cluster what is so', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  for (const n of [1, 2]) cluster.put(sampleNode(n));
  cluster.put(sampleService(1));
  cluster.put(sampleSlice(1, [1]));
  const one = await cluster.start('node-1', ['192.168.1.11/24']);
  const two = await cluster.start('node-2', ['192.168.1.12/24']);
  const { metrics } = one.agent;
  const installed = 'peerage_kernel_routes{family="ipv4-unicast",state="installed"}';
  await eventually(async () => values(await metrics.page()).get(installed) === 1, { interval: 20 });
  const up = values(await metrics.page());
  const peer = 'peer="192.168.1.12"';
  const expected: Readonly<Record<string, number>> = {
    [`peerage_bgp_session_up{${peer},type="internal",asn="64512"}`]: 1,
    'kube_router_bgp_peer_info{address="192.168.1.12",type="internal",asn="64512",state="established"}': 1,
    kube_router_controller_bgp_peers: 1,
    [`peerage_bgp_session_established_total{${peer}}`]: 1,
    [`peerage_bgp_session_flaps_total{${peer}}`]: 0,
    [`peerage_bgp_prefixes{${peer},family="ipv4-unicast",kind="received"}`]: 1,
    [`peerage_bgp_prefixes{${peer},family="ipv4-unicast",kind="accepted"}`]: 1,
    [`peerage_bgp_prefixes{${peer},family="ipv4-unicast",kind="advertised"}`]: 1,
    // the pod ranges of both nodes, and the cluster IP of the service, whose endpoint is here
    'peerage_rib_prefixes{family="ipv4-unicast"}': 3,
    'peerage_kernel_routes{family="ipv4-unicast",state="wanted"}': 1,
    'peerage_kernel_routes_drifted_total{family="ipv4-unicast"}': 0,
    'peerage_cluster_objects{kind="Node"}': 2,
    'peerage_cluster_objects{kind="Service"}': 1,
    'peerage_reconcile_errors_total{controller="peers"}': 0,
    'peerage_problems{source="source"}': 0,
    peerage_tunnels: 0,
  };
  for (const [name, value] of Object.entries(expected)) t.equal(up.get(name), value, name);
  // One where both dialled at once (RFC 4271 §6.8).
  const notifications = up.get(`peerage_bgp_messages_total{${peer},direction="sent",type="notification"}`);
  t.ok(notifications === 0 || notifications === 1, `${notifications} notifications`);
  const counted = [
    'kube_router_controller_bgp_advertisements_received',
    'kube_router_controller_bgp_internal_peers_sync_time_count',
    'kube_router_controller_routes_sync_time_count',
    'kube_router_host_routes_sync_time_count',
    'kube_router_host_routes_added',
  ];
  for (const name of counted) t.ok((up.get(name) ?? 0) > 0, name);
  t.equal(up.get('kube_router_host_routes_removed'), 0);
  t.equal(up.get('kube_router_controller_bgp_advertisements_sent{type="pod-route"}'), 1);
  t.equal(up.get('kube_router_controller_bgp_advertisements_sent{type="advertise-vip"}'), 1);
  const build = `kube_router_build_info{goversion="node ${process.versions.node}",version="test"}`;
  t.equal(up.get(build), 1);
  t.ok((up.get(`peerage_bgp_session_uptime_seconds{${peer}}`) ?? -1) >= 0);
  for (const name of Object.keys(metricRows)) t.ok((await metrics.page()).includes(`# TYPE ${name} `), name);

  await two.agent.stop('maintenance', 200);
  const flaps = `peerage_bgp_session_flaps_total{${peer}}`;
  await eventually(async () => values(await metrics.page()).get(flaps) === 1, { interval: 20 });
  const removed = 'kube_router_host_routes_removed';
  await eventually(async () => values(await metrics.page()).get(removed) === 1, { interval: 20 });
  const down = values(await metrics.page());
  t.equal(down.get(`peerage_bgp_session_up{${peer},type="internal",asn="64512"}`), 0);
  t.notOk(down.has(`peerage_bgp_session_uptime_seconds{${peer}}`));
  const error = [...down.keys()].find((key) => key.startsWith('peerage_bgp_session_last_error_info{'));
  t.match(error, /peer="192\.168\.1\.12",code="[a-z-]+",notification="/);
});

t.test('a node becomes ready, and says what it waits for until then', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  for (const n of [1, 2]) cluster.put(sampleNode(n));
  const one = await cluster.start('node-1', ['192.168.1.11/24']);
  const missing = (): string =>
    one.agent
      .readiness()
      .flatMap(({ name, missing }) => (missing === null ? [] : [`${name}: ${missing}`]))
      .join();
  await eventually(
    () => missing() === 'sessions: not established yet: 192.168.1.12; waited for 60 s at most',
    {
      interval: 20,
    },
  );
  t.equal((await one.agent.metrics.page()).includes('\npeerage_ready 0\n'), true);
  await cluster.start('node-2', ['192.168.1.12/24']);
  await eventually(() => missing() === '', { interval: 20 });
  t.equal((await one.agent.metrics.page()).includes('\npeerage_ready 1\n'), true);
});
