// test-timeout: 600
import { eventually, needs } from '@peerage/test-fixtures';
import t from 'tap';
import { type RawSample, sampleService, sampleSlice } from '../sources/sample-objects.js';
import {
  birdAddress,
  type Fabric,
  fabric,
  frrAddress,
  frrPaths,
  patient,
  timesEstablished,
} from './fabric.js';

const asRoot = {
  ...needs('root', 'command:ip', 'command:bgpd', 'command:vtysh', 'command:bird', 'command:birdc'),
  timeout: 240_000,
};

const clusterIp = '10.64.1.2/32';
const external = '203.0.113.2/32';
const flags = [
  '--advertise-external-ip',
  `--peer-router-ips=${frrAddress},${birdAddress}`,
  '--peer-router-asns=64640,64641',
];

/** Service 1 with annotations, and the policy that its external addresses have. */
function service(policy: 'Cluster' | 'Local', annotations: Readonly<Record<string, string>> = {}): RawSample {
  const sample = sampleService(1, { externalTrafficPolicy: policy });
  return {
    ...sample,
    metadata: { ...sample.metadata, annotations: { ...sample.metadata.annotations, ...annotations } },
  };
}

/** Its endpoints on these nodes, ready or not. */
function endpoints(nodes: readonly number[], ready = true): RawSample {
  const sample = sampleSlice(1, nodes);
  const list = sample.endpoints as readonly object[];
  return { ...sample, endpoints: list.map((endpoint) => ({ ...endpoint, conditions: { ready } })) };
}

/** FRR and BIRD with sessions to nodes 1 and 2. */
async function routers(lab: Fabric) {
  const nodes = ['192.168.1.11', '192.168.1.12'];
  const frr = await lab.frr(
    nodes.flatMap((node) => [
      `neighbor ${node} remote-as 64512`,
      `neighbor ${node} timers connect 1`,
      `neighbor ${node} passive`,
    ]),
  );
  const protocols = nodes.map(
    (node, i) => `protocol bgp n${i + 1} { local ${birdAddress} port 179 as 64641; neighbor ${node} as 64512;
      passive on; strict bind on; ipv4 { import all; export all; }; }`,
  );
  const bird = await lab.bird(protocols.join('\n'));
  const inBird = async (prefix: string): Promise<string> =>
    bird.query(`show route for ${prefix} all`).catch(() => '');
  const inFrr = async (prefix: string): Promise<string> =>
    [...(await frrPaths(frr, prefix)).keys()].sort().join();
  return { frr, bird, inBird, inFrr };
}

const both = '192.168.1.11,192.168.1.12';

async function cluster(t: Parameters<typeof fabric>[0], more: readonly string[] = []) {
  const lab = await fabric(t, 2);
  for (const n of [1, 2]) lab.putNode(n);
  lab.put(service('Local'));
  lab.put(endpoints([1, 2]));
  const tor = await routers(lab);
  const agents = [1, 2].map((n) => lab.start(n, [...flags, ...more]));
  await eventually(
    async () => (await tor.inFrr(external)) === both && (await tor.inFrr(clusterIp)) === both,
    patient,
  );
  return { lab, agents, ...tor };
}

t.test(
  'FRR and BIRD see service addresses come and go by readiness and by Local policy',
  asRoot,
  async (t) => {
    const { lab, frr, inFrr, inBird } = await cluster(t);
    await eventually(async () => (await inBird(external)).includes('n1'), patient);
    t.match((await frrPaths(frr, external)).get('192.168.1.11'), {
      nextHop: '192.168.1.11',
      asPath: [64512],
      communities: [],
    });
    lab.put(endpoints([2]));
    await eventually(async () => (await inFrr(external)) === '192.168.1.12', patient);
    t.equal(await inFrr(clusterIp), both, 'Local policy is about external addresses');
    await eventually(
      async () => /n2/.test(await inBird(external)) && !/n1/.test(await inBird(external)),
      patient,
    );
    lab.put(endpoints([1, 2], false));
    await eventually(async () => (await inFrr(external)) === '' && (await inFrr(clusterIp)) === '', patient);
    await eventually(async () => !/BGP/.test(await inBird(external)), patient);
    lab.put(endpoints([1], true));
    await eventually(async () => (await inFrr(external)) === '192.168.1.11', patient);
    t.equal(await timesEstablished(frr, '192.168.1.11'), 1, 'all of it in one session');
  },
);

t.test(
  'FRR sees a node that is drained leave: GRACEFUL_SHUTDOWN first, then nothing, then back',
  asRoot,
  async (t) => {
    const { lab, frr, inFrr } = await cluster(t, ['--drain-delay=3s']);
    lab.putNode(1, {}, { unschedulable: true });
    const communities = async () => (await frrPaths(frr, external)).get('192.168.1.11')?.communities.join();
    await eventually(async () => (await communities()) === 'gracefulShutdown', patient);
    t.equal(await inFrr(external), both, 'packets still arrive');
    t.notMatch((await frrPaths(frr, external)).get('192.168.1.12')?.communities, ['gracefulShutdown']);
    await eventually(async () => (await inFrr(external)) === '192.168.1.12', patient);
    await eventually(async () => (await inFrr(clusterIp)) === '192.168.1.12', patient);
    t.equal(await inFrr('10.48.1.0/24'), '192.168.1.11', 'pods stay reachable');
    lab.putNode(2, {}, { unschedulable: true });
    await eventually(
      async () =>
        (await frrPaths(frr, clusterIp)).get('192.168.1.12')?.communities.join() === 'gracefulShutdown',
      patient,
    );
    lab.putNode(1);
    await eventually(async () => (await inFrr(external)) === '192.168.1.11', patient);
    t.equal(await communities(), '');
    for (const node of both.split(',')) t.equal(await timesEstablished(frr, node), 1);
  },
);

t.test('FRR and BIRD see annotations change in the session that is there', asRoot, async (t) => {
  const { lab, frr, inFrr, inBird, agents } = await cluster(t, ['--override-nexthop']);
  const at = async (prefix: string) => (await frrPaths(frr, prefix)).get('192.168.1.11');
  lab.putNode(1, {
    'node.bgp.communities': '64512:7',
    'path-prepend.as': '64512',
    'path-prepend.repeat-n': '2',
  });
  await eventually(async () => (await at(external))?.communities.join() === '64512:7', patient);
  t.match(await at('10.48.1.0/24'), {
    asPath: [64512, 64512, 64512],
    communities: ['64512:7'],
    nextHop: '192.168.1.11',
  });
  lab.put(service('Cluster', { 'peerage.io/med': '50', 'peerage.io/peers': frrAddress }));
  await eventually(async () => (await at(external))?.med === 50, patient);
  await eventually(async () => !/BGP/.test(await inBird(external)), patient);
  t.match(await inBird('10.48.1.0/24'), /64512 64512 64512/);
  lab.put(service('Cluster'));
  lab.putNode(1);
  await eventually(async () => (await at(external))?.communities.length === 0, patient);
  await eventually(async () => /BGP/.test(await inBird(external)), patient);
  t.equal(await inFrr(external), both);
  t.equal(await timesEstablished(frr, '192.168.1.11'), 1);
  const [first] = agents;
  t.ok(first?.events('peer.changed').every(({ reset }) => reset === false));
});

t.test(
  'a node whose AS number changes tells why its sessions begin anew, and FRR sees the new one',
  asRoot,
  async (t) => {
    const lab = await fabric(t, 1);
    const peers = `- {remoteip: ${frrAddress}, remoteasn: 64640, password: c2VjcmV0}`;
    lab.putNode(1, { 'node.asn': '64513', peers });
    const frr = await lab.frr([
      'neighbor 192.168.1.11 remote-as external',
      'neighbor 192.168.1.11 timers connect 1',
      'neighbor 192.168.1.11 password secret',
    ]);
    const agent = lab.start(1, ['--nodes-full-mesh=false']);
    const asPath = async () => (await frrPaths(frr, '10.48.1.0/24')).get('192.168.1.11')?.asPath.join();
    await eventually(async () => (await asPath()) === '64513', patient);
    lab.putNode(1, { 'node.asn': '0xfc02', peers });
    await eventually(async () => (await asPath()) === '64514', patient);
    t.match(agent.events('speaker.restarts'), [{ msg: /the AS changed from 64513 to 64514/ }]);
    t.notMatch(agent.text(), /secret|c2VjcmV0/);
  },
);

t.test('nodes reflect for nodes, for FRR as a client, and are clients of BIRD', asRoot, async (t) => {
  const lab = await fabric(t, 3);
  lab.putNode(1, { 'rr.server': '42' });
  for (const n of [2, 3]) lab.putNode(n, { 'rr.client': '42' });
  // Two more nodes, whose speakers are other programs: a client, and a reflector of the same cluster.
  lab.putNode(4, { 'rr.client': '42' }, { address: frrAddress });
  const frr = await lab.frr(
    [
      'neighbor 192.168.1.11 remote-as 64512',
      'neighbor 192.168.1.11 timers connect 1',
      'network 10.48.4.0/24',
    ],
    64512,
  );
  for (const n of [1, 2, 3]) lab.start(n);
  const routes = (n: number, others: readonly number[]) => async () =>
    (await lab.learned(n)).join() ===
    others.map((m) => `10.48.${m}.0/24 via ${m === 4 ? frrAddress : `192.168.1.${10 + m}`}`).join();
  await eventually(routes(2, [1, 3, 4]), patient);
  await eventually(routes(3, [1, 2, 4]), patient);
  await eventually(async () => (await frrPaths(frr, '10.48.2.0/24')).size === 1, patient);
  t.match((await frrPaths(frr, '10.48.2.0/24')).get('192.168.1.11'), {
    originatorId: '192.168.1.12',
    clusterList: ['0.0.0.42'],
    nextHop: '192.168.1.12',
  });
  t.equal(
    (await frrPaths(frr, '10.48.1.0/24')).get('192.168.1.11')?.originatorId,
    undefined,
    'its own is not reflected',
  );

  const clients = [2, 3].map(
    (
      n,
    ) => `protocol bgp n${n} { local ${birdAddress} port 179 as 64512; neighbor 192.168.1.${10 + n} as 64512;
      rr client; rr cluster id 0.0.0.42; strict bind on; ipv4 { import all; export all; }; }`,
  );
  const bird = await lab.bird(clients.join('\n'));
  lab.putNode(5, { 'rr.server': '0.0.0.42' }, { address: birdAddress });
  await eventually(
    async () => ((await bird.query('show protocols')).match(/Established/g) ?? []).length === 2,
    patient,
  );
  lab.putNode(1);
  // By the other reflector alone; the nodes lose the first one's routes each in its time.
  await eventually(routes(2, [3]), patient);
  await eventually(routes(3, [2]), patient);
});
