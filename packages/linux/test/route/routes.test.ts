import t from 'tap';
import type { Netlink } from '../../src/index.js';
import { openNetlink, type Route, RouteBatch, type RouteFilter } from '../../src/index.js';
import { exec } from '../../src/netns/namespace.js';
import { kernel, needsRoot, routeTo, shown, via } from '../lab.js';

t.setTimeout(120_000);

async function listed(netlink: Netlink, filter: RouteFilter): Promise<Route[]> {
  const routes: Route[] = [];
  for await (const slice of netlink.routes.dump(filter)) routes.push(...slice);
  return routes;
}

t.test('an empty batch does nothing', async (t) => {
  const netlink = await openNetlink();
  t.teardown(() => netlink.close());
  t.same(await netlink.routes.apply(new RouteBatch()), []);
});

t.test('a batch applies what it can and tells the rest by index', needsRoot, async (t) => {
  const { netlink } = await kernel(t);
  const batch = new RouteBatch();
  batch.create(routeTo(4, 1, [2]));
  const twice = batch.create(routeTo(4, 1, [3]));
  const unreachable = batch.create({
    ...routeTo(4, 2, []),
    nextHops: [{ gateway: Uint8Array.of(203, 0, 113, 1) }],
  });
  batch.create(routeTo(6, 3, [2]));
  const absent = batch.delete(routeTo(6, 4, [2]));
  const crooked = batch.create({ ...routeTo(4, 5, [2]), destination: Uint8Array.of(10, 5, 0, 1) });
  batch.create(routeTo(4, 6, [2, 3]));
  t.same(await netlink.routes.apply(batch), [
    { index: twice, operation: 'create', errno: 17, code: 'EEXIST', message: 'file already exists' },
    {
      index: unreachable,
      operation: 'create',
      errno: 101,
      code: 'ENETUNREACH',
      message: 'Nexthop has invalid gateway',
    },
    { index: absent, operation: 'delete', errno: 3, code: 'ESRCH', message: 'no such process' },
    {
      index: crooked,
      operation: 'create',
      errno: 22,
      code: 'EINVAL',
      message: 'Invalid prefix for given prefix length',
    },
  ]);
  const standing = [...(await listed(netlink, { family: 4, protocol: 17 }))].map(
    ({ destination }) => destination[1],
  );
  t.same(standing, [1, 6]);
  t.equal((await listed(netlink, { family: 6, protocol: 17 })).length, 1);
});

t.test('the kernel filters a listing by table and protocol', needsRoot, async (t) => {
  const { netlink, namespace, cable } = await kernel(t);
  const batch = new RouteBatch();
  const wanted: Route = {
    ...routeTo(4, 1, [], 7),
    table: 1000,
    nextHops: [
      { ...via(4, 2), interfaceIndex: cable, weight: 3 },
      { ...via(4, 3), interfaceIndex: cable },
    ],
  };
  batch.create(wanted);
  batch.create(routeTo(4, 2, [2]));
  t.same(await netlink.routes.apply(batch), []);
  await exec(namespace, ['ip', 'route', 'add', '10.3.0.0/16', 'via', '192.0.2.2', 'proto', 'static']);
  t.same(await listed(netlink, { family: 4, table: 1000 }), [{ ...wanted, type: 'unicast', scope: 0 }]);
  t.equal((await listed(netlink, { family: 4, table: 254, protocol: 17 })).length, 1);
  t.equal((await listed(netlink, { family: 4, table: 254, protocol: 4 })).length, 1);
  t.same(await listed(netlink, { family: 4, table: 4242 }), [], 'a table without routes');
  t.same(await listed(netlink, { family: 6, table: 4242 }), []);
});

t.test('IPv4 delete leaves a route of another protocol', needsRoot, async (t) => {
  const { netlink, namespace } = await kernel(t);
  await exec(namespace, ['ip', 'route', 'add', '10.1.0.0/16', 'via', '192.0.2.2', 'proto', 'static']);
  const batch = new RouteBatch();
  batch.delete(routeTo(4, 1, [2]));
  t.match(await netlink.routes.apply(batch), [{ code: 'ESRCH' }]);
});

for (const family of [4, 6] as const) {
  t.test(
    `IPv${family}: twenty thousand routes arrive, are listed in slices, and go`,
    needsRoot,
    async (t) => {
      const { netlink } = await kernel(t);
      const count = 20_000;
      const routes = Array.from({ length: count }, (_, number): Route => {
        const route = routeTo(family, 0, number % 3 === 0 ? [2, 3] : [2 + (number % 5)]);
        route.destination.set([number >> 8, number & 0xff], family === 4 ? 1 : 2);
        return { ...route, prefixLength: family === 4 ? 24 : 32 };
      });
      const adding = new RouteBatch();
      for (const route of routes) adding.create(route);
      t.same(await netlink.routes.apply(adding), []);
      const seen = new Map<string, number>();
      let slices = 0;
      for await (const slice of netlink.routes.dump({ family, protocol: 17 })) {
        slices++;
        for (const route of slice) seen.set(route.destination.join('.'), route.nextHops.length);
      }
      t.ok(slices > 1, `${slices} slices`);
      t.equal(seen.size, count);
      t.ok(routes.every((route) => seen.get(route.destination.join('.')) === route.nextHops.length));
      const again = await netlink.routes.apply(adding);
      t.equal(again.length, count, 'each of many refusals is told');
      t.ok(again.every(({ index, code }, at) => index === at && code === 'EEXIST'));
      const removing = new RouteBatch();
      for (const route of routes) removing.delete(route);
      t.same(await netlink.routes.apply(removing), []);
      t.same(await listed(netlink, { family, protocol: 17 }), []);
    },
  );
}

t.test('a listing that is left early leaves the handle usable', needsRoot, async (t) => {
  const { netlink } = await kernel(t);
  for await (const slice of netlink.routes.dump({ family: 4 })) {
    t.ok(slice.length > 0);
    break;
  }
  t.ok((await listed(netlink, { family: 4 })).length > 0);
});

t.test('listings and batches at the same time do not disturb each other', needsRoot, async (t) => {
  const { netlink } = await kernel(t);
  const writes = Array.from({ length: 20 }, async (_, round) => {
    const batch = new RouteBatch();
    for (let third = 0; third < 200; third++) {
      const route = routeTo(4, round + 1, [2]);
      route.destination.set([third], 2);
      batch.create({ ...route, prefixLength: 24 });
    }
    return netlink.routes.apply(batch);
  });
  const reads = Array.from({ length: 5 }, () => listed(netlink, { family: 4, protocol: 17 }));
  t.same((await Promise.all(writes)).flat(), []);
  await Promise.all(reads);
  t.equal((await listed(netlink, { family: 4, protocol: 17 })).length, 4000);
});

t.test(
  'IPv4 routes go to IPv6 gateways, alone and as equal ways, and are listed as they were written',
  needsRoot,
  async (t) => {
    const { namespace, netlink, cable } = await kernel(t);
    const linkLocal = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9);
    const scoped = { gateway: linkLocal, interfaceIndex: cable };
    const routes: Route[] = [
      { ...routeTo(4, 1, []), nextHops: [via(6, 2)] },
      { ...routeTo(4, 2, []), nextHops: [scoped] },
      { ...routeTo(4, 3, []), nextHops: [via(6, 2), scoped, via(4, 3)] },
    ];
    const create = new RouteBatch();
    for (const route of routes) create.create(route);
    t.same(await netlink.routes.apply(create), []);
    t.same(await shown(namespace, 4, 'proto', '17'), [
      '10.1.0.0/16 via inet6 2001:db8::2',
      '10.2.0.0/16 via inet6 fe80::9',
      '10.3.0.0/16 | nexthop via inet6 2001:db8::2 | nexthop via inet6 fe80::9 | nexthop via 192.0.2.3',
    ]);
    const found = await listed(netlink, { family: 4, protocol: 17 });
    t.same(
      found.map(({ nextHops }) => nextHops.map(({ gateway }) => gateway)),
      routes.map(({ nextHops }) => nextHops.map(({ gateway }) => gateway)),
    );
    t.ok(found.every(({ nextHops }) => nextHops.every((hop) => hop.interfaceIndex === cable)));
    const change = new RouteBatch();
    change.replace({ ...routeTo(4, 1, []), nextHops: [via(4, 5)] });
    change.replace({ ...routeTo(4, 3, []), nextHops: [scoped] });
    change.delete(routes[1]!);
    change.create({ ...routeTo(4, 9, []), nextHops: [{ gateway: linkLocal }] });
    t.match(
      await netlink.routes.apply(change),
      [{ index: 3, operation: 'create' }],
      'link-local needs its interface',
    );
    t.same(await shown(namespace, 4, 'proto', '17'), [
      '10.1.0.0/16 via 192.0.2.5',
      '10.3.0.0/16 via inet6 fe80::9',
    ]);
  },
);
