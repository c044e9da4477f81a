import { acceptAll, BgpSpeaker } from '@peerage/bgp';
import { seededRandom } from '@peerage/bgp/testing';
import { eventually, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { TestCluster } from './cluster.js';
import { type RawSample, sampleNode, sampleService, sampleSlice } from './sources/sample-objects.js';

const quick = { interval: 10, timeout: 20_000 };
const gracefulShutdown = 0xffff0000;
const external = '203.0.113.2/32';
const clusterIp = '10.64.1.2/32';

/** Node number `n`, cordoned or not. */
const cordoned = (n: number, unschedulable = true) => {
  const sample = sampleNode(n);
  return { ...sample, spec: { ...(sample.spec as object), unschedulable } };
};

/** Service 1 with annotations of our own. */
const announced = (annotations: Readonly<Record<string, string>>) => {
  const sample = sampleService(1, { externalTrafficPolicy: 'Cluster' });
  return {
    ...sample,
    metadata: { ...sample.metadata, annotations: { ...sample.metadata.annotations, ...annotations } },
  };
};

/** Two nodes and two routers; what those hear. */
async function world(t: Test, flags: readonly string[] = []) {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  for (const n of [1, 2]) cluster.put(sampleNode(n));
  cluster.put(announced({}));
  cluster.put(sampleSlice(1, [1, 2]));
  const routers = [];
  for (const [i, address] of ['192.168.1.254', '192.168.1.253'].entries()) {
    const speaker = new BgpSpeaker(
      { localAs: 64640 + i, routerId: address, listen: [{ port: 179 }], maximumPaths: 8 },
      { sockets: cluster.network.host(address), clock: cluster.clock, random: seededRandom(3 + i) },
    );
    for (const peer of ['192.168.1.11', '192.168.1.12']) {
      const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };
      speaker.addPeer({ address: peer, remoteAs: 64512, gracefulRestart: {}, ...policies });
    }
    const downs: string[] = [];
    speaker.on('peer:down', ({ address: peer }) => downs.push(peer ?? ''));
    await speaker.start();
    t.teardown(() => speaker.close({ graceMilliseconds: 100 }));
    const path = (prefix: string, node = 1) =>
      speaker.rib({ prefix }).routes[0]?.paths.find((each) => each.peer === `192.168.1.${10 + node}`);
    routers.push({ path, downs });
  }
  const all = [
    '--advertise-external-ip',
    '--peer-router-ips=192.168.1.254,192.168.1.253',
    '--peer-router-asns=64640,64641',
    ...flags,
  ];
  const one = await cluster.start('node-1', ['192.168.1.11/24'], all);
  await cluster.start('node-2', ['192.168.1.12/24'], all);
  const [first, second] = routers;
  if (first === undefined || second === undefined) throw new Error('there are two routers');
  const has = (prefix: string) => [1, 2].every((n) => first.path(prefix, n) !== undefined);
  await eventually(() => has(external) && has(clusterIp) && second.path(external, 2) !== undefined, quick);
  return { cluster, one, first, second };
}

t.test('a cordoned node says so first, then withdraws what another has, and comes back', async (t) => {
  const { cluster, one, first } = await world(t, ['--drain-delay=1s']);
  const seen: string[] = [];
  const watch = setInterval(() => {
    const path = first.path(external);
    const state =
      path === undefined
        ? 'gone'
        : path.attributes.communities?.join() === `${gracefulShutdown}`
          ? 'leaving'
          : 'there';
    if (seen.at(-1) !== state) seen.push(state);
  }, 5);
  t.teardown(() => clearInterval(watch));
  await eventually(() => seen.length > 0, quick);
  cluster.put(cordoned(1));
  await eventually(() => first.path(external) === undefined && first.path(clusterIp) === undefined, quick);
  t.ok(first.path(external, 2), 'the other node has it all the time');
  t.ok(first.path('10.48.1.0/24'), 'pods that run go on being reached');
  t.match(
    one.agent.advertisements.find(({ prefix }) => prefix === external),
    {
      advertised: false,
      reason: 'the node is cordoned; other nodes have it',
    },
  );
  cluster.put(cordoned(1, false));
  await eventually(() => seen.at(-1) === 'there', quick);
  t.same(seen, ['there', 'leaving', 'gone', 'there']);
  t.same(first.downs, [], 'in sessions that stay');
  t.same(
    one.events.filter(({ event }) => event.startsWith('drain.')).map(({ event }) => event),
    ['drain.leaving', 'drain.gone', 'drain.over'],
  );
});

t.test('the last node that is not cordoned keeps what nobody would take over', async (t) => {
  const { cluster, first } = await world(t, ['--drain-delay=300ms']);
  for (const n of [1, 2]) cluster.put(cordoned(n));
  const leaving = (n: number) => first.path(external, n)?.attributes.communities?.includes(gracefulShutdown);
  await eventually(() => leaving(1) && leaving(2), quick);
  await new Promise((resolve) => setTimeout(resolve, 600));
  t.ok(leaving(1) && leaving(2), 'packets have somewhere to go');
});

t.test(
  'an agent that is to drain on its end withdraws service addresses before its sessions end',
  async (t) => {
    const { one, first } = await world(t, [
      '--drain-on-stop',
      '--drain-delay=500ms',
      '--bgp-graceful-restart',
    ]);
    const end = one.agent.stop('the test says so', 200);
    await eventually(() => first.path(external)?.attributes.communities?.includes(gracefulShutdown), quick);
    await eventually(() => first.path(external) === undefined && first.path(clusterIp) === undefined, quick);
    await end;
    t.ok(first.path('10.48.1.0/24'), 'the pod range is kept for the restart');
  },
);

t.test('attributes and peers of a service change live, in sessions that stay', async (t) => {
  const { cluster, first, second } = await world(t);
  cluster.put(announced({ 'peerage.io/communities': '64512:7', 'peerage.io/med': '50' }));
  await eventually(() => first.path(external)?.attributes.med === 50, quick);
  t.match(first.path(clusterIp)?.attributes, { med: 50, communities: [64512 * 65536 + 7] });
  cluster.put(announced({ 'peerage.io/peers': '192.168.1.253' }));
  await eventually(() => first.path(external) === undefined && first.path(clusterIp) === undefined, quick);
  t.ok(second.path(external));
  cluster.put(announced({}));
  await eventually(() => first.path(external) !== undefined, quick);
  t.equal(first.path(external)?.attributes.communities, undefined);
  t.same([...first.downs, ...second.downs], []);
});

t.test('a label on the node takes external addresses away, and gives them back', async (t) => {
  const { cluster, first } = await world(t);
  const sample = sampleNode(1);
  const labels = { 'node.kubernetes.io/exclude-from-external-load-balancers': '' };
  const labelled: RawSample = { ...sample, metadata: { ...sample.metadata, labels } };
  cluster.put(labelled);
  await eventually(() => first.path(external) === undefined, quick);
  t.ok(first.path(clusterIp));
  cluster.put(sample);
  await eventually(() => first.path(external) !== undefined, quick);
});
