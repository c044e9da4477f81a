import { eventually, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { formatIp } from '../src/items/ip.js';
import { tunnelNames } from '../src/items/tunnel-name.js';
import { FakeKernel } from '../src/testing/fake-kernel.js';
import { TestCluster } from './cluster.js';
import { sampleNode } from './sources/sample-objects.js';

const quick = { interval: 10 };
const far = '192.168.2.13';
const [tunnel] = tunnelNames(far);

/** Node 3, with an address of its own choice. */
function farNode(address = far, podCidrs = ['10.48.3.0/24'], more: Record<string, string> = {}) {
  const node = sampleNode(3);
  const metadata = { name: 'node-3', annotations: { 'kube-router.io/pod-cidrs': podCidrs.join(), ...more } };
  return { ...node, metadata, status: { addresses: [{ type: 'InternalIP', address }] } };
}

/** Nodes 1 and 2 on a segment, node 3 elsewhere; node 1 with this kernel. */
async function threeNodes(t: Test, flags: readonly string[] = [], kernel = new FakeKernel()) {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  for (const n of [1, 2]) cluster.put(sampleNode(n));
  cluster.put(farNode());
  const links: string[] = [];
  kernel.subscribe((event) => {
    if (event.kind === 'link') links.push(`${event.action} ${event.link.name}`);
  });
  const one = await cluster.start('node-1', ['192.168.1.11/24'], flags, kernel);
  await cluster.start('node-2', ['192.168.1.12/24'], flags);
  const three = await cluster.start('node-3', [`${far}/24`], flags);
  /** `10.48.3.0/24 dev 3 src 192.168.1.11` */
  const routes = (): readonly string[] =>
    kernel
      .list(4)
      .filter(({ protocol }) => protocol === 17)
      .map(({ destination, prefixLength, nextHops: [hop], preferredSource }) => {
        const way =
          hop?.gateway === undefined ? `dev ${nameOf(hop?.interfaceIndex)}` : `via ${formatIp(hop.gateway)}`;
        const source = preferredSource === undefined ? '' : ` src ${formatIp(preferredSource)}`;
        return `${formatIp(destination)}/${prefixLength} ${way}${source}`;
      })
      .sort();
  const nameOf = (index = 0): string => kernel.linkName(index) ?? '?';
  const shows = async (...expected: readonly string[]): Promise<void> => {
    await eventually(() => routes().join() === expected.join(), quick).catch(() =>
      t.same(routes(), expected),
    );
  };
  return { cluster, one, three, kernel, routes, shows, links };
}

const direct = '10.48.2.0/24 via 192.168.1.12';
const tunnelled = `10.48.3.0/24 dev ${tunnel} src 192.168.1.11`;

t.test('a node of another subnet is reached by a tunnel, one of our own by its address', async (t) => {
  const { shows } = await threeNodes(t);
  await shows(direct, tunnelled);
});

t.test('full: every node is reached by a tunnel', async (t) => {
  const { shows } = await threeNodes(t, ['--overlay-type=full']);
  await shows(`10.48.2.0/24 dev ${tunnelNames('192.168.1.12')[0]} src 192.168.1.11`, tunnelled);
});

t.test('off: what is in another subnet is refused by the kernel, and told', async (t) => {
  const { one, shows, links } = await threeNodes(t, ['--enable-overlay=false']);
  await shows(direct);
  await eventually(() => one.events.some(({ event }) => event === 'route.refused'), quick);
  t.notMatch(links, [/tun-/]);
});

t.test('a tunnel serves all routes of its node, and goes after the last of them', async (t) => {
  const { cluster, three, shows, links } = await threeNodes(t);
  cluster.put(farNode(far, ['10.48.3.0/24', '10.48.33.0/24']));
  await shows(direct, tunnelled, `10.48.33.0/24 dev ${tunnel} src 192.168.1.11`);
  cluster.put(farNode(far, ['10.48.33.0/24']));
  await shows(direct, `10.48.33.0/24 dev ${tunnel} src 192.168.1.11`);
  t.notOk(links.includes(`delete ${tunnel}`), 'another route needs it');
  await three.agent.stop('the test wants it', 200);
  await shows(direct);
  await eventually(() => links.includes(`delete ${tunnel}`), quick);
  t.equal(links.filter((line) => line === `new ${tunnel}`).length, 2, 'made once, switched off once');
});

t.test('a tunnel that somebody removes comes back, with its routes', async (t) => {
  const { kernel, shows } = await threeNodes(t);
  await shows(direct, tunnelled);
  kernel.removeLink(tunnel);
  await shows(direct, tunnelled);
});

t.test('a tunnel and a route of an earlier life stay as they are until it is known better', async (t) => {
  const first = await threeNodes(t);
  await first.shows(direct, tunnelled);
  const { kernel } = first;
  await first.one.agent.stop('a restart', 200);
  const writes: string[] = [];
  kernel.onWrite = (operation, _route) => writes.push(`${operation} ${JSON.stringify(_route.nextHops)}`);
  const before = first.links.length;
  await first.cluster.start('node-1', ['192.168.1.11/24'], [], kernel);
  await eventually(() => first.links.length > before || writes.length > 0, { timeout: 1_500 }).catch(
    () => {},
  );
  await first.shows(direct, tunnelled);
  t.same(writes, [], 'nothing was written');
});

t.test('a node that moves to another subnet is reached by a tunnel from then on', async (t) => {
  const { cluster, kernel, shows, three } = await threeNodes(t);
  await shows(direct, tunnelled);
  // The subnet comes to us: the same node is now a neighbour.
  kernel.addLink('eth1', ['192.168.2.11/24']);
  cluster.put(farNode(far, ['10.48.3.0/24'], { moved: 'yes' }));
  await shows(direct, '10.48.3.0/24 via 192.168.2.13');
  await eventually(() => kernel.linkNames().every((name) => name !== tunnel), quick);
  t.ok(three.agent);
});
