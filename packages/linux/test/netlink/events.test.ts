import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { type NetlinkEvent, openNetlink, RouteBatch } from '../../src/index.js';
import { exec } from '../../src/netns/namespace.js';
import { kernel, needsRoot, routeTo } from '../lab.js';

t.setTimeout(120_000);

/** What the kernel does by itself, such as the routes of an IPv6 address that has become usable. */
function isOfTheKernel(event: NetlinkEvent): boolean {
  return event.kind === 'route' && event.route.protocol === 2;
}

t.test('changes of others are told, of the groups asked for', needsRoot, async (t) => {
  const { netlink, namespace, cable } = await kernel(t);
  const events: NetlinkEvent[] = [];
  const routes: NetlinkEvent[] = [];
  netlink.subscribe(['link', 'address', 'route'], (event) => events.push(event));
  netlink.subscribe(['route'], (event) => routes.push(event));
  await netlink.links.dump();
  for (const line of [
    'address add 198.51.100.1/24 dev one',
    'route add 10.1.0.0/16 via 192.0.2.2 proto static',
    'route del 10.1.0.0/16',
    'address del 198.51.100.1/24 dev one',
    'link set two down',
  ]) {
    await exec(namespace, ['ip', ...line.split(' ')]);
  }
  const told = (wanted: (event: NetlinkEvent) => boolean): Promise<unknown> => {
    return eventually(() => events.some(wanted), { timeout: 3000 });
  };
  for (const action of ['new', 'delete'] as const) {
    await told((event) => {
      if (event.kind !== 'address' || event.action !== action) return false;
      return event.address.interfaceIndex === cable && event.address.address[0] === 198;
    });
    await told((event) => {
      if (event.kind !== 'route' || event.action !== action) return false;
      return event.route.protocol === 4 && event.route.destination[1] === 1;
    });
  }
  await told((event) => event.kind === 'link' && event.link.name === 'one' && !event.link.lowerUp);
  t.ok(routes.length > 0);
  t.ok(routes.every((event) => event.kind === 'route'));
});

t.test('rules, neighbours and forwarding entries of others are told', needsRoot, async (t) => {
  const { netlink, namespace, cable } = await kernel(t);
  const events: string[] = [];
  netlink.subscribe(['rule', 'neighbour'], (event) => {
    if (event.kind === 'rule') events.push(`${event.action} rule to ${event.rule.table}`);
    if (event.kind === 'neighbour' && event.interfaceIndex === cable)
      events.push(`${event.action} neighbour`);
  });
  await netlink.links.dump();
  const told = async (line: string, event: string): Promise<void> => {
    events.length = 0;
    const [program = '', ...words] = line.split(' ');
    await exec(namespace, [program, ...words]);
    await eventually(() => events.includes(event), { timeout: 5_000 });
  };
  await told('ip rule add from 10.48.1.0/24 lookup 77', 'new rule to 77');
  await told('ip -6 rule add from fd48::/64 lookup 77', 'new rule to 77');
  await told('ip rule del from 10.48.1.0/24 lookup 77', 'delete rule to 77');
  await told('ip neigh add 192.0.2.77 lladdr 02:00:00:00:00:77 dev one', 'new neighbour');
  await told('ip neigh del 192.0.2.77 dev one', 'delete neighbour');
});

t.test('routes that the handle itself writes are not told, however many', needsRoot, async (t) => {
  const { netlink, namespace } = await kernel(t);
  const events: NetlinkEvent[] = [];
  netlink.subscribe(['route'], (event) => {
    if (!isOfTheKernel(event)) events.push(event);
  });
  const batch = new RouteBatch();
  for (let number = 0; number < 30_000; number++) {
    const route = routeTo(4, 0, [2]);
    route.destination.set([number >> 8, number & 0xff], 1);
    batch.create({ ...route, prefixLength: 24 });
  }
  batch.create(routeTo(6, 1, [2, 3]));
  batch.replace(routeTo(6, 1, [4]));
  batch.replace(routeTo(6, 1, [4, 5, 6]));
  batch.delete(routeTo(6, 1, [4, 5, 6]));
  t.same(await netlink.routes.apply(batch), []);
  await exec(namespace, ['ip', 'route', 'add', '172.16.0.0/16', 'via', '192.0.2.2']);
  await eventually(() => events.length > 0, { timeout: 3000 });
  t.equal(events.length, 1);
  t.match(events[0], { kind: 'route', action: 'new', route: { destination: Uint8Array.of(172, 16, 0, 0) } });
});

t.test('what the handle itself writes takes none of the room for notifications', needsRoot, async (t) => {
  const { namespace } = await kernel(t);
  const netlink = await openNetlink({ namespace, eventBufferBytes: 1 });
  t.teardown(() => netlink.close());
  const events: NetlinkEvent[] = [];
  netlink.subscribe(['route'], (event) => {
    if (!isOfTheKernel(event)) events.push(event);
  });
  const batch = new RouteBatch();
  for (let number = 0; number < 5000; number++) {
    const route = routeTo(4, 0, [2]);
    route.destination.set([number >> 8, number & 0xff], 1);
    batch.create({ ...route, prefixLength: 24 });
  }
  t.same(await netlink.routes.apply(batch), []);
  await exec(namespace, ['ip', 'route', 'add', '172.16.0.0/16', 'via', '192.0.2.2']);
  await eventually(() => events.length > 0);
  t.match(events, [{ kind: 'route', route: { destination: Uint8Array.of(172, 16, 0, 0) } }]);
  t.equal(events.length, 1, 'no overrun before it');
});

t.test('lost notifications are told as an overrun, and later ones come again', needsRoot, async (t) => {
  const { netlink, namespace } = await kernel(t);
  const watcher = await openNetlink({ namespace, eventBufferBytes: 1 });
  t.teardown(() => watcher.close());
  const events: NetlinkEvent[] = [];
  watcher.subscribe(['route'], (event) => events.push(event));
  await watcher.links.get('lo');
  const batch = new RouteBatch();
  for (let number = 0; number < 5000; number++) {
    const route = routeTo(4, 0, [2]);
    route.destination.set([number >> 8, number & 0xff], 1);
    batch.create({ ...route, prefixLength: 24 });
  }
  t.same(await netlink.routes.apply(batch), []);
  await eventually(() => events.some((event) => event.kind === 'overrun'), { timeout: 3000 });
  await exec(namespace, ['ip', 'route', 'add', '172.16.0.0/16', 'via', '192.0.2.2']);
  await eventually(() =>
    events.some((event) => event.kind === 'route' && event.route.destination[0] === 172),
  );
});

t.test(
  'a listener that is busy loses nothing: what is over the backlog waits in the kernel',
  needsRoot,
  async (t) => {
    const { netlink, namespace } = await kernel(t);
    const watcher = await openNetlink({ namespace, eventBacklogBytes: 1000 });
    t.teardown(() => watcher.close());
    const events: NetlinkEvent[] = [];
    watcher.subscribe(['route'], (event) => {
      if (!isOfTheKernel(event)) events.push(event);
    });
    await watcher.links.get('lo');
    const batch = new RouteBatch();
    for (let number = 0; number < 5000; number++) {
      const route = routeTo(4, 0, [2]);
      route.destination.set([number >> 8, number & 0xff], 1);
      batch.create({ ...route, prefixLength: 24 });
    }
    const applied = netlink.routes.apply(batch);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    t.same(await applied, []);
    await eventually(() => events.length >= 5000, { timeout: 5000 });
    t.equal(events.length, 5000);
    t.ok(events.every((event) => event.kind === 'route'));
  },
);

t.test('nothing is told after unsubscribing', needsRoot, async (t) => {
  const { netlink, namespace } = await kernel(t);
  const events: NetlinkEvent[] = [];
  const others: NetlinkEvent[] = [];
  const unsubscribe = netlink.subscribe(['route'], (event) => events.push(event));
  netlink.subscribe(['route'], (event) => others.push(event));
  unsubscribe();
  await exec(namespace, ['ip', 'route', 'add', '172.16.0.0/16', 'via', '192.0.2.2']);
  await eventually(() => others.length > 0, { timeout: 3000 });
  t.same(events, []);
});

t.test('a port that leaves a bridge is not told as a link that is gone', needsRoot, async (t) => {
  const { netlink, namespace } = await kernel(t);
  await netlink.links.createBridge('br0');
  await exec(namespace, ['ip', 'link', 'set', 'one', 'master', 'br0']);
  const events: NetlinkEvent[] = [];
  netlink.subscribe(['link'], (event) => events.push(event));
  await netlink.links.dump();
  await exec(namespace, ['ip', 'link', 'set', 'one', 'nomaster']);
  await exec(namespace, ['ip', 'link', 'set', 'one', 'mtu', '1400']);
  await eventually(() => events.some((event) => event.kind === 'link' && event.link.mtu === 1400));
  t.notOk(events.some((event) => event.kind === 'link' && event.action === 'delete'));
});
