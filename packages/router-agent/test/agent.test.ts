import { renameSync } from 'node:fs';
import { acceptAll, BgpSpeaker } from '@peerage/bgp';
import { seededRandom } from '@peerage/bgp/testing';
import { eventually, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { TestCluster } from './cluster.js';
import { sampleNode, sampleService, sampleSlice } from './sources/sample-objects.js';

const quick = { interval: 10 };

async function twoNodes(t: Test, flags: readonly string[] = []) {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  for (const n of [1, 2]) cluster.put(sampleNode(n));
  const one = await cluster.start('node-1', ['192.168.1.11/24'], flags);
  const two = await cluster.start('node-2', ['192.168.1.12/24'], flags);
  await eventually(() => one.session('192.168.1.12') === 'established', quick);
  return { cluster, one, two };
}

/** An external router at 192.168.1.254, AS 64513, that tells what it hears. */
async function router(t: Test, cluster: TestCluster, peers: readonly string[]) {
  const sockets = cluster.network.host('192.168.1.254');
  const speaker = new BgpSpeaker(
    { localAs: 64513, routerId: '192.168.1.254', listen: [{ port: 179 }], maximumPaths: 8 },
    { sockets, clock: cluster.clock, random: seededRandom(3) },
  );
  for (const address of peers) {
    speaker.addPeer({ address, remoteAs: 64512, importPolicy: acceptAll, exportPolicy: acceptAll });
  }
  await speaker.start();
  t.teardown(() => speaker.close({ graceMilliseconds: 100 }));
  const heard = (): readonly string[] =>
    speaker
      .rib({ limit: 1000 })
      .routes.map(({ prefix, paths }) => {
        const via = paths.filter((path) => path.peer !== 'local').map((path) => path.nextHop);
        return via.length === 0 ? '' : `${prefix} via ${via.sort().join(', ')}`;
      })
      .filter((line) => line !== '')
      .sort();
  return { speaker, heard };
}

t.test("two agents peer and install each other's pod ranges", async (t) => {
  const { one, two } = await twoNodes(t);
  await eventually(() => one.learned().length === 1 && two.learned().length === 1, quick);
  t.same(one.learned(), ['10.48.2.0/24 via 192.168.1.12']);
  t.same(two.learned(), ['10.48.1.0/24 via 192.168.1.11']);
  // The kernel has a route a moment before its acknowledgement has come.
  const { metrics } = one.agent;
  await eventually(
    async () => (await metrics.page()).includes('\nkube_router_host_routes_synced 1\n'),
    quick,
  );
});

t.test("an agent completes its CNI file, and follows the node's pod range", async (t) => {
  const { cluster } = await twoNodes(t);
  const ranges = (): string => JSON.stringify(cluster.cniFile('node-1'));
  await eventually(() => ranges().includes('10.48.1.0/24'), quick);
  const moved = { ...sampleNode(1), spec: { podCIDR: '10.48.77.0/24', podCIDRs: ['10.48.77.0/24'] } };
  cluster.put(moved);
  await eventually(() => ranges().includes('10.48.77.0/24'), quick);
  t.notMatch(ranges(), /10\.48\.1\.0/, 'the range of before is replaced');
});

t.test('a node that is added is peered with, and one that goes is forgotten with its routes', async (t) => {
  const { cluster, one } = await twoNodes(t);
  cluster.put(sampleNode(3));
  await cluster.start('node-3', ['192.168.1.13/24']);
  await eventually(() => one.learned().length === 2, quick);
  t.same(one.learned(), ['10.48.2.0/24 via 192.168.1.12', '10.48.3.0/24 via 192.168.1.13']);
  cluster.remove('Node', 'node-3');
  await eventually(() => one.learned().length === 1, quick);
  t.same(one.learned(), ['10.48.2.0/24 via 192.168.1.12']);
  t.equal(one.session('192.168.1.13'), undefined);
});

t.test(
  'an agent that ends takes its routes from the others, and leaves its own kernel as it is',
  async (t) => {
    const { one, two } = await twoNodes(t);
    await eventually(() => one.learned().length === 1 && two.learned().length === 1, quick);
    await two.agent.stop('maintenance of node-2', 200);
    await eventually(() => one.learned().length === 0, quick);
    t.same(two.learned(), ['10.48.1.0/24 via 192.168.1.11']);
    t.equal(one.speaker().peer('192.168.1.12')?.lastNotification?.communication, 'maintenance of node-2');
  },
);

t.test(
  'service addresses and pod ranges go to the external router, default routes do not come in',
  async (t) => {
    const cluster = new TestCluster(tempDir(t));
    t.teardown(() => cluster.stop());
    for (const n of [1, 2]) cluster.put(sampleNode(n));
    cluster.put(sampleService(1));
    cluster.put(sampleSlice(1, [1]));
    const flags = ['--advertise-external-ip', '--peer-router-ips=192.168.1.254', '--peer-router-asns=64513'];
    const one = await cluster.start('node-1', ['192.168.1.11/24'], flags);
    const two = await cluster.start('node-2', ['192.168.1.12/24'], flags);
    const { speaker, heard } = await router(t, cluster, ['192.168.1.11', '192.168.1.12']);
    speaker.announce({ prefixes: ['0.0.0.0/0', '172.16.0.0/16', '10.48.1.0/24', '10.64.1.2/32'] });
    await eventually(
      () => heard().length >= 4 && one.learned().length >= 2 && two.learned().length >= 2,
      quick,
    );
    t.same(heard(), [
      '10.48.1.0/24 via 192.168.1.11',
      '10.48.2.0/24 via 192.168.1.12',
      // internalTrafficPolicy is Cluster: every node attracts it
      '10.64.1.2/32 via 192.168.1.11, 192.168.1.12',
      // externalTrafficPolicy is Local, the endpoint is on node 1
      '203.0.113.2/32 via 192.168.1.11',
    ]);
    t.same(one.learned(), ['10.48.2.0/24 via 192.168.1.12', '172.16.0.0/16 via 192.168.1.254']);
    t.notMatch(
      one
        .speaker()
        .rib()
        .routes.map((route) => route.prefix),
      ['0.0.0.0/0'],
    );
    cluster.remove('Service', 'web-1');
    await eventually(() => heard().length === 2, quick);
    t.same(heard(), ['10.48.1.0/24 via 192.168.1.11', '10.48.2.0/24 via 192.168.1.12']);
  },
);

t.test(
  'an agent that returns keeps the routes it finds, and deletes the others once all have spoken',
  async (t) => {
    const { cluster, one, two } = await twoNodes(t);
    await eventually(() => one.learned().length === 1, quick);
    await one.agent.stop('restart', 200);
    const [learned] = one.kernel.list(4).filter((route) => route.protocol === 17);
    if (learned === undefined) throw new Error('the route should have stayed');
    one.kernel.foreignReplace({ ...learned, destination: Uint8Array.of(10, 48, 9, 0) });
    const writes: string[] = [];
    one.kernel.onWrite = (operation, route) => writes.push(`${operation} ${route.destination.join('.')}`);
    const again = await cluster.start('node-1', ['192.168.1.11/24'], [], one.kernel);
    await eventually(() => again.session('192.168.1.12') === 'established', quick);
    await eventually(() => again.learned().length === 1, { ...quick, timeout: 20_000 });
    t.same(again.learned(), ['10.48.2.0/24 via 192.168.1.12']);
    t.same(writes, ['delete 10.48.9.0'], 'the route that is announced again was never touched');
    await eventually(() => two.learned().length === 1, quick);
  },
);

t.test('a folder of manifests that goes away changes nothing', async (t) => {
  const { cluster, one, two } = await twoNodes(t);
  await eventually(() => one.learned().length === 1 && two.learned().length === 1, quick);
  renameSync(cluster.directory, `${cluster.directory}-gone`);
  await eventually(() => one.agent.problems.list().length > 0, quick);
  t.same(one.learned(), ['10.48.2.0/24 via 192.168.1.12']);
  t.equal(one.session('192.168.1.12'), 'established');
  renameSync(`${cluster.directory}-gone`, cluster.directory);
  await eventually(() => one.agent.problems.list().length === 0, quick);
  t.same(one.learned(), ['10.48.2.0/24 via 192.168.1.12']);
});

/** A node with addresses and pod ranges of both families. */
function dualNode(n: number) {
  const sample = sampleNode(n);
  const addresses = [`192.168.1.${10 + n}`, `fd00:1::${10 + n}`].map((address) => ({
    type: 'InternalIP',
    address,
  }));
  return { ...sample, spec: { podCIDRs: [`10.48.${n}.0/24`, `fd00:48:${n}::/64`] }, status: { addresses } };
}

for (const [title, peers] of [
  ['both families over one IPv4 session', ['192.168.1.254']],
  ['a session for each family', ['192.168.1.254', 'fd00:1::254']],
] as const) {
  t.test(`dual stack: ${title}`, async (t) => {
    const cluster = new TestCluster(tempDir(t));
    t.teardown(() => cluster.stop());
    for (const n of [1, 2]) cluster.put(dualNode(n));
    const flags = [
      `--peer-router-ips=${peers.join()}`,
      `--peer-router-asns=${peers.map(() => 64513).join()}`,
    ];
    const one = await cluster.start('node-1', ['192.168.1.11/24', 'fd00:1::11/64'], flags);
    await cluster.start('node-2', ['192.168.1.12/24', 'fd00:1::12/64'], flags);
    const speaker = new BgpSpeaker(
      { localAs: 64513, routerId: '192.168.1.254', listen: [{ port: 179 }] },
      {
        sockets: cluster.network.host('192.168.1.254', 'fd00:1::254'),
        clock: cluster.clock,
        random: seededRandom(3),
      },
    );
    t.teardown(() => speaker.close({ graceMilliseconds: 100 }));
    for (const n of [11, 12]) {
      for (const peer of peers) {
        const ipv6 = peer.includes(':');
        const families =
          peers.length === 2
            ? ([ipv6 ? 'ipv6-unicast' : 'ipv4-unicast'] as const)
            : (['ipv4-unicast', 'ipv6-unicast'] as const);
        speaker.addPeer({
          address: ipv6 ? `fd00:1::${n}` : `192.168.1.${n}`,
          remoteAs: 64512,
          families,
          nextHop: { 'ipv4-unicast': '192.168.1.254', 'ipv6-unicast': 'fd00:1::254' },
          importPolicy: acceptAll,
          exportPolicy: acceptAll,
        });
      }
    }
    speaker.announce({ prefixes: ['172.16.0.0/16', '2001:db8::/32', '::/0'] });
    await speaker.start();
    const expected = [
      '10.48.2.0/24 via 192.168.1.12',
      '172.16.0.0/16 via 192.168.1.254',
      '2001:db8::/32 via fd00:1::254',
      'fd00:48:2::/64 via fd00:1::12',
    ];
    await eventually(() => one.learned().length === expected.length, quick);
    t.same(one.learned(), expected);
    const heard = () =>
      speaker
        .rib({ limit: 100 })
        .routes.filter(({ paths }) => paths[0]?.peer !== 'local')
        .map(({ prefix, paths }) => `${prefix} via ${paths.map((path) => path.nextHop).join()}`)
        .sort();
    await eventually(() => heard().length === 4, quick);
    t.same(heard(), [
      '10.48.1.0/24 via 192.168.1.11',
      '10.48.2.0/24 via 192.168.1.12',
      'fd00:48:1::/64 via fd00:1::11',
      'fd00:48:2::/64 via fd00:1::12',
    ]);
  });
}

t.test('a service whose last endpoint stops being ready is withdrawn, and comes back with it', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  cluster.put(sampleNode(1));
  cluster.put(sampleService(1));
  const slice = sampleSlice(1, [1]);
  cluster.put(slice);
  const one = await cluster.start('node-1', ['192.168.1.11/24'], ['--advertise-external-ip']);
  const announced = () =>
    one
      .speaker()
      .announced('vip')
      .map((route) => route.prefix)
      .sort();
  await eventually(() => one.agent.speaker !== null && announced().length === 2, quick);
  const emptied = { ...slice, endpoints: [] };
  cluster.put(emptied);
  await eventually(() => announced().length === 0, quick);
  t.match(
    one.agent.advertisements.filter((row) => row.kind === 'cluster-ip'),
    [{ advertised: false, reason: /no IPv4 endpoint anywhere/, subject: 'default/web-1' }],
  );
  cluster.put(slice);
  await eventually(() => announced().length === 2, quick);
});

t.test('each line of the log has a sentence, and none has a password', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  cluster.put(sampleNode(1));
  const secret = 'correct horse battery';
  const { agent, events } = await cluster.start(
    'node-1',
    ['192.168.1.11/24'],
    [
      '--peer-router-ips=192.168.1.254',
      '--peer-router-asns=64513',
      `--peer-router-passwords=${Buffer.from(secret).toString('base64')}`,
    ],
  );
  await eventually(() => agent.problems.list().length + events.length > 3 && agent.speaker !== null, quick);
  const ours = events.filter(({ event }) => !event.startsWith('session.'));
  t.same(
    ours.filter(({ fields }) => !('message' in fields)).map(({ event }) => event),
    [],
  );
  const written = JSON.stringify([events, agent.problems.list(), agent.speaker?.peers()]);
  t.notMatch(written, secret);
  t.notMatch(written, Buffer.from(secret).toString('base64'));
});

t.test('with --run-router=false the kernel stays as it is, and nothing is spoken', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  cluster.put(sampleNode(1));
  const one = await cluster.start('node-1', ['192.168.1.11/24'], ['--run-router=false']);
  const { metrics } = one.agent;
  const nodes = 'peerage_cluster_objects{kind="Node"} 1';
  await eventually(async () => (await metrics.page()).includes(nodes), quick);
  t.equal(one.agent.speaker, null);
  t.same(one.learned(), []);
  t.notMatch(JSON.stringify(cluster.cniFile('node-1')), /10\.48\.1\.0/);
});
