// test-timeout: 120
import { eventually, nextHopCases } from '@peerage/test-fixtures';
import t from 'tap';
import { KernelNextHops, openNetlink, RouteBatch } from '../../src/index.js';
import { exec } from '../../src/netns/namespace.js';
import { type freshNamespace, kernel, needsRoot, routeTo } from '../lab.js';

t.setTimeout(120_000);

const patient = { timeout: 30_000 };

/** A tracker on a cable, with the newest state of each address that it told. */
async function watched(
  t: Parameters<typeof kernel>[0],
  options: ConstructorParameters<typeof KernelNextHops>[1] = {},
) {
  const { namespace, netlink } = await kernel(t);
  const tracker = new KernelNextHops(netlink, options);
  t.teardown(async () => tracker.close());
  const states = new Map<string, string>();
  tracker.subscribe((address, { reachable, metric }) =>
    states.set(address, reachable ? `at ${metric}` : 'away'),
  );
  const ip = async (line: string) => void (await exec(namespace, ['ip', ...line.split(' ')]));
  const becomes = (address: string, state: string) =>
    eventually(() => states.get(address) === state, patient);
  return { namespace, netlink, tracker, states, ip, becomes };
}

for (const { title, run } of nextHopCases) {
  t.test(title, needsRoot, async (t) => {
    const { namespace, netlink } = await kernel(t);
    const tracker = new KernelNextHops(netlink);
    t.teardown(async () => tracker.close());
    await run(t, {
      tracker,
      addresses: ['198.51.100.1', '2001:db8:9::1'],
      async set(address, { reachable, metric }) {
        const family = address.includes(':') ? '-6' : '-4';
        const ip = (...words: string[]) => exec(namespace, ['ip', family, 'route', ...words]);
        const gateway = family === '-6' ? '2001:db8::2' : '192.0.2.2';
        await ip('flush', 'exact', address);
        if (reachable) await ip('add', address, 'via', gateway, 'metric', String(metric));
      },
    });
  });
}

t.test('a link that goes takes its next hops along, and brings them back', needsRoot, async (t) => {
  const { tracker, ip, becomes, states } = await watched(t);
  for (const address of ['192.0.2.9', '2001:db8::9', '192.0.2.1']) tracker.track(address);
  await becomes('192.0.2.9', 'at 0');
  await becomes('2001:db8::9', 'at 256');
  await becomes('192.0.2.1', 'at 0');
  // The other end goes down: the carrier is lost, and IPv4 routes stay in the table.
  await ip('link set two down');
  await becomes('192.0.2.9', 'away');
  await becomes('2001:db8::9', 'away');
  t.equal(states.get('192.0.2.1'), 'at 0', 'an address of our own is there without a carrier');
  await ip('link set two up');
  await becomes('192.0.2.9', 'at 0');
  await ip('link set one down');
  await becomes('192.0.2.9', 'away');
  await ip('link set one up');
  await becomes('192.0.2.9', 'at 0');
  await ip('address del 192.0.2.1/24 dev one');
  await becomes('192.0.2.9', 'away');
  await becomes('192.0.2.1', 'away');
});

t.test(
  'the longest prefix and the least metric count, default routes only if wanted',
  needsRoot,
  async (t) => {
    const { namespace, tracker, ip, becomes } = await watched(t);
    const strict = new KernelNextHops(await handle(t, namespace), { viaDefault: false });
    t.teardown(async () => strict.close());
    const told: string[] = [];
    strict.subscribe((address, { reachable }) => told.push(`${address} ${reachable}`));
    for (const each of [tracker, strict]) each.track('198.51.100.9');
    await ip('route add default via 192.0.2.2 metric 50');
    await becomes('198.51.100.9', 'at 50');
    t.strictSame(told, []);
    await ip('route add 198.51.0.0/16 via 192.0.2.3 metric 300');
    await becomes('198.51.100.9', 'at 300');
    await ip('route add 198.51.0.0/16 via 192.0.2.4 metric 200');
    await becomes('198.51.100.9', 'at 200');
    await eventually(() => told.length > 0, patient);
    await ip('route add unreachable 198.51.100.0/24');
    await becomes('198.51.100.9', 'away');
    await ip('route del unreachable 198.51.100.0/24');
    await becomes('198.51.100.9', 'at 200');
    await ip('route add blackhole 198.51.100.9');
    await becomes('198.51.100.9', 'away');
  },
);

t.test('the kernel’s rules are followed: another table, another way', needsRoot, async (t) => {
  const { tracker, ip, becomes } = await watched(t);
  tracker.track('198.51.100.9');
  await ip('rule add to 198.51.100.0/24 table 1000');
  await ip('route add default via 192.0.2.2 metric 5 table 1000');
  await becomes('198.51.100.9', 'at 5');
});

t.test('routes that BGP made are no way to a next hop', needsRoot, async (t) => {
  const { netlink, tracker, ip, becomes, states } = await watched(t);
  for (const address of ['10.1.0.9', '10.2.0.9', 'fd00:0:0:1::9']) tracker.track(address);
  const batch = new RouteBatch();
  for (const number of [1, 2]) batch.create(routeTo(4, number, [2]));
  t.same(await netlink.routes.apply(batch), []);
  // By another handle, so that it is told.
  await ip('route add 10.2.0.0/24 via 192.0.2.2 proto 17');
  await ip('route add 10.0.0.0/8 via 192.0.2.3 metric 77');
  await becomes('10.1.0.9', 'at 77');
  await becomes('10.2.0.9', 'at 77');
  await ip('route add 10.2.0.0/24 via 192.0.2.3 metric 9');
  await becomes('10.2.0.9', 'at 9');
  await ip('route del 10.0.0.0/8 via 192.0.2.3 metric 77');
  await becomes('10.1.0.9', 'away');
  t.equal(states.get('10.2.0.9'), 'at 9');
});

t.test('one of several next hops that is up is enough', needsRoot, async (t) => {
  const { namespace, tracker, ip, becomes } = await watched(t);
  await exec(namespace, 'ip link add three type veth peer name four'.split(' '));
  await ip('address add 198.18.0.1/24 dev three');
  for (const link of ['three', 'four']) await ip(`link set ${link} up`);
  await ip('route add 203.0.113.0/24 metric 4 nexthop via 192.0.2.2 nexthop via 198.18.0.2');
  tracker.track('203.0.113.1');
  await becomes('203.0.113.1', 'at 4');
  await ip('link set two down');
  tracker.track('198.18.0.2');
  await becomes('198.18.0.2', 'at 0');
  await ip('link set four down');
  await becomes('203.0.113.1', 'away');
});

t.test('a thousand next hops follow a flood of routes', needsRoot, async (t) => {
  const { namespace, tracker, ip, states } = await watched(t);
  const addresses = Array.from({ length: 1000 }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
  for (const address of addresses) tracker.track(address);
  await ip('route add 198.18.0.0/16 via 192.0.2.2 metric 3');
  const other = await handle(t, namespace);
  const batch = new RouteBatch();
  for (let number = 0; number < 5000; number++) {
    const route = routeTo(4, 0, [2]);
    route.destination.set([198, 18, number >> 8, number & 255]);
    batch.create({ ...route, prefixLength: 32, protocol: 4, metric: 8 });
  }
  t.same(await other.routes.apply(batch), []);
  await eventually(() => addresses.every((address) => states.get(address) === 'at 8'), patient);
});

async function handle(t: Parameters<typeof freshNamespace>[0], namespace: string) {
  const netlink = await openNetlink({ namespace });
  t.teardown(() => netlink.close());
  return netlink;
}
