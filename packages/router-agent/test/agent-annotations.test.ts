import { acceptAll, BgpSpeaker } from '@peerage/bgp';
import { seededRandom } from '@peerage/bgp/testing';
import { eventually, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { TestCluster } from './cluster.js';
import { sampleNode } from './sources/sample-objects.js';

const quick = { interval: 10, timeout: 20_000 };

/** Node number `n` with annotations of kube-router, by their names. */
function annotated(n: number, annotations: Readonly<Record<string, string>>) {
  const sample = sampleNode(n);
  const named = Object.entries(annotations).map(([key, value]) => [`kube-router.io/${key}`, value] as const);
  return { ...sample, metadata: { ...sample.metadata, annotations: Object.fromEntries(named) } };
}

/** A router that takes any AS at those addresses. */
async function router(t: Test, cluster: TestCluster, peers: readonly string[], password?: string) {
  const speaker = new BgpSpeaker(
    { localAs: 64640, routerId: '192.168.1.254', listen: [{ port: 179 }] },
    { sockets: cluster.network.host('192.168.1.254'), clock: cluster.clock, random: seededRandom(3) },
  );
  for (const address of peers) {
    const session = {
      address,
      remoteAs: 'external',
      ...(password === undefined ? {} : { password }),
    } as const;
    speaker.addPeer({ ...session, importPolicy: acceptAll, exportPolicy: acceptAll });
  }
  await speaker.start();
  t.teardown(() => speaker.close({ graceMilliseconds: 100 }));
  const path = (prefix: string) => speaker.rib({ prefix }).routes[0]?.paths[0];
  return { speaker, path };
}

const peers = '- {remoteip: 192.168.1.254, remoteasn: 64640}';

t.test('annotations about routes change live, in the session that is there', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  cluster.put(annotated(1, { peers }));
  const { path, speaker } = await router(t, cluster, ['192.168.1.11']);
  speaker.announce({ prefixes: ['172.16.0.0/16', '172.17.0.0/16'] });
  const one = await cluster.start('node-1', ['192.168.1.11/24']);
  await eventually(() => path('10.48.1.0/24') !== undefined && one.learned().length === 2, quick);
  const downs: unknown[] = [];
  speaker.on('peer:down', (event) => downs.push(event));
  cluster.put(
    annotated(1, {
      peers,
      'path-prepend.as': '65000',
      'path-prepend.repeat-n': '2',
      'node.bgp.communities': '64512:7,no-such-community',
      'node.bgp.customimportreject': '172.16.0.0/12',
    }),
  );
  await eventually(() => path('10.48.1.0/24')?.attributes.communities !== undefined, quick);
  t.match(path('10.48.1.0/24')?.attributes, {
    communities: [64512 * 65536 + 7],
    asPath: [{ ases: [65000, 65000, 64512] }],
  });
  await eventually(() => one.learned().length === 0, quick);
  t.match(one.agent.problems.list(), [{ place: 'nodes/node-1', message: /"no-such-community"/ }]);
  cluster.put(annotated(1, { peers }));
  await eventually(() => path('10.48.1.0/24')?.attributes.communities === undefined, quick);
  await eventually(() => one.learned().length === 2, quick);
  t.same(one.agent.problems.list(), []);
  t.same(downs, [], 'the same session all the time');
  const changes = one.events.filter(({ event }) => event === 'peer.changed');
  t.match(changes.at(-1)?.fields, {
    reset: false,
    message: /importPolicy, exportPolicy changed; its session stays/,
  });
});

t.test('a peer comes and goes with its annotation, and another password is another session', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  cluster.put(annotated(1, {}));
  await router(t, cluster, ['192.168.1.11'], 'secret');
  const one = await cluster.start('node-1', ['192.168.1.11/24']);
  await eventually(() => one.agent.speaker !== null, quick);
  t.equal(one.session('192.168.1.254'), undefined);
  const withPassword = peers.replace('}', ', password: d3Jvbmc=}');
  cluster.put(annotated(1, { peers: withPassword }));
  await eventually(() => one.session('192.168.1.254') !== undefined, quick);
  cluster.put(annotated(1, { peers: withPassword.replace('d3Jvbmc=', 'c2VjcmV0') }));
  await eventually(() => one.session('192.168.1.254') === 'established', quick);
  t.match(one.events.find(({ event }) => event === 'peer.changed')?.fields, {
    reset: true,
    fields: ['password'],
    message: /password changed; its session had agreed on that, and begins anew/,
  });
  cluster.put(annotated(1, {}));
  await eventually(() => one.session('192.168.1.254') === undefined, quick);
  t.notMatch(JSON.stringify(one.events), /secret|wrong|c2VjcmV0|d3Jvbmc/);
});

t.test(
  'another AS number is another life of the speaker, and the routes of the old one stay meanwhile',
  async (t) => {
    const cluster = new TestCluster(tempDir(t));
    t.teardown(() => cluster.stop());
    const flags = ['--nodes-full-mesh=false'];
    cluster.put(annotated(1, { 'node.asn': '64513', peers }));
    cluster.put(annotated(2, { 'node.asn': '64514' }));
    const { path } = await router(t, cluster, ['192.168.1.11']);
    const one = await cluster.start('node-1', ['192.168.1.11/24'], flags);
    const two = await cluster.start('node-2', ['192.168.1.12/24'], flags);
    await eventually(() => path('10.48.1.0/24')?.attributes.asPath?.[0]?.ases.join() === '64513', quick);
    t.equal(one.session('192.168.1.12'), undefined, 'nodes of different AS numbers are no peers');
    cluster.put(annotated(2, { 'node.asn': '64513' }));
    await eventually(() => one.session('192.168.1.12') === 'established', quick);
    await eventually(() => two.learned().join() === '10.48.1.0/24 via 192.168.1.11', quick);
    t.match(two.events.find(({ event }) => event === 'speaker.restarts')?.fields, {
      message: 'the AS changed from 64514 to 64513: every session ends, and begins anew with it',
    });
    const writes: string[] = [];
    two.kernel.onWrite = (operation, route) => writes.push(`${operation} ${route.destination.join('.')}`);
    for (const n of [1, 2]) cluster.put(annotated(n, { 'node.asn': '64520', ...(n === 1 ? { peers } : {}) }));
    await eventually(() => path('10.48.1.0/24')?.attributes.asPath?.[0]?.ases.join() === '64520', quick);
    await eventually(() => two.session('192.168.1.11') === 'established', quick);
    await eventually(() => two.events.some(({ event }) => event === 'leftovers.released'), quick);
    t.same(two.learned(), ['10.48.1.0/24 via 192.168.1.11']);
    t.same(writes, [], 'the route was never touched');
  },
);

t.test('a node without an AS number says so and keeps its kernel; with one it begins', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  cluster.put(annotated(1, { 'node.asn': 'none' }));
  const one = await cluster.start('node-1', ['192.168.1.11/24'], ['--nodes-full-mesh=false']);
  await eventually(() => one.agent.problems.list().length >= 2, quick);
  t.match(one.agent.problems.list(), [
    { message: /node.asn: "none" must be a whole number/ },
    { message: /this one has none: give it the annotation kube-router.io\/node.asn/ },
  ]);
  t.equal(one.agent.speaker, null);
  cluster.put(annotated(1, { 'node.asn': '64513' }));
  await eventually(() => one.agent.speaker?.status().localAs === 64513, quick);
});

t.test('a reflector passes pod ranges of its clients on, and nothing of a router', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  cluster.put(annotated(1, { 'rr.server': '42', peers: peers.replace('64640', '64512') }));
  for (const n of [2, 3]) cluster.put(annotated(n, { 'rr.client': '0.0.0.42' }));
  const speaker = new BgpSpeaker(
    { localAs: 64512, routerId: '192.168.1.254', listen: [{ port: 179 }] },
    { sockets: cluster.network.host('192.168.1.254'), clock: cluster.clock, random: seededRandom(3) },
  );
  speaker.addPeer({
    address: '192.168.1.11',
    remoteAs: 64512,
    importPolicy: acceptAll,
    exportPolicy: acceptAll,
  });
  speaker.announce({ prefixes: ['172.16.0.0/16', '0.0.0.0/0'] });
  await speaker.start();
  t.teardown(() => speaker.close({ graceMilliseconds: 100 }));
  const nodes = [];
  for (const n of [1, 2, 3]) nodes.push(await cluster.start(`node-${n}`, [`192.168.1.${10 + n}/24`]));
  const [one, two, three] = nodes;
  await eventually(() => two?.learned().length === 2 && three?.learned().length === 2, quick);
  t.same(two?.learned(), ['10.48.1.0/24 via 192.168.1.11', '10.48.3.0/24 via 192.168.1.13']);
  t.same(three?.learned(), ['10.48.1.0/24 via 192.168.1.11', '10.48.2.0/24 via 192.168.1.12']);
  t.match(one?.learned(), [/10.48.2.0/, /10.48.3.0/, '172.16.0.0/16 via 192.168.1.254'], 'no default route');
  t.equal(two?.session('192.168.1.13'), undefined);
  t.match(two?.speaker().rib({ prefix: '10.48.3.0/24' }).routes[0]?.paths[0]?.attributes, {
    clusterList: ['0.0.0.42'],
    originatorId: '192.168.1.13',
  });
});

t.test(
  'a node that gets another address is another router to its peers, and comes back to them',
  async (t) => {
    const cluster = new TestCluster(tempDir(t));
    t.teardown(() => cluster.stop());
    for (const n of [1, 2]) cluster.put(sampleNode(n));
    const one = await cluster.start('node-1', ['192.168.1.11/24', '192.168.1.111/24']);
    const two = await cluster.start('node-2', ['192.168.1.12/24']);
    await eventually(() => two.learned().join() === '10.48.1.0/24 via 192.168.1.11', quick);
    cluster.put({
      ...sampleNode(1),
      ...{ status: { addresses: [{ type: 'InternalIP', address: '192.168.1.111' }] } },
    });
    await eventually(() => two.learned().join() === '10.48.1.0/24 via 192.168.1.111', quick);
    t.match(one.speaker().status(), { routerId: '192.168.1.111', listening: [{ address: '192.168.1.111' }] });
    t.equal(two.session('192.168.1.11'), undefined);
    t.match(one.events.find(({ event }) => event === 'speaker.restarts')?.fields, {
      message: /the router id changed from 192.168.1.11 to 192.168.1.111/,
    });
  },
);
