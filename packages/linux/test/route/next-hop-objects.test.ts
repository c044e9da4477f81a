import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { type NetlinkEvent, type NextHopObject, type Route, RouteBatch } from '../../src/index.js';
import { exec } from '../../src/netns/namespace.js';
import { kernel, needsRoot, routeTo } from '../lab.js';

t.setTimeout(120_000);

const first = 0x11000000;

t.test('objects are made, listed, changed in place and deleted', needsRoot, async (t) => {
  const { netlink, namespace, cable } = await kernel(t);
  const objects = netlink.nextHopObjects;
  t.same(await objects.list(), []);
  const via = (id: number, host: number): NextHopObject => ({
    id,
    protocol: 17,
    gateway: Uint8Array.of(192, 0, 2, host),
    interfaceIndex: cable,
  });
  const members = [
    { id: first, weight: 1 },
    { id: first + 1, weight: 3 },
  ];
  const group = { id: first + 2, protocol: 17, members };
  const made = [via(first, 2), via(first + 1, 3), group];
  t.same(await objects.apply(made.map((object) => ({ operation: 'create', object }))), []);
  t.same(await objects.list(), made);
  const again = await objects.apply([
    { operation: 'create', object: via(first, 9) },
    { operation: 'replace', object: via(first, 4) },
    { operation: 'create', object: { id: 5, protocol: 17, members: [{ id: 6, weight: 1 }] } },
  ]);
  t.match(again, [
    { index: 0, code: 'EEXIST' },
    { index: 2, code: 'EINVAL' },
  ]);
  t.same(await objects.list(), [via(first, 4), via(first + 1, 3), group]);
  await exec(namespace, ['ip', 'nexthop', 'del', 'id', String(first + 1)]);
  t.same(
    (await objects.list())?.at(-1),
    { ...group, members: [members[0]] },
    'a member that goes leaves its groups',
  );
  t.same(await objects.apply([{ operation: 'delete', object: group }]), []);
  t.match(await objects.apply([{ operation: 'delete', object: group }]), [{ code: 'ENOENT' }]);
});

for (const family of [4, 6] as const) {
  t.test(`IPv${family}: a route names an object, and shows its next hops`, needsRoot, async (t) => {
    const { netlink, cable } = await kernel(t);
    const objects = [2, 3].map(
      (host): NextHopObject => ({
        id: first + host,
        protocol: 17,
        gateway: routeTo(family, 1, [host]).nextHops[0]?.gateway ?? new Uint8Array(4),
        interfaceIndex: cable,
      }),
    );
    const group = { id: first, protocol: 17, members: objects.map(({ id }) => ({ id, weight: 1 })) };
    const all = [...objects, group].map((object) => ({ operation: 'create' as const, object }));
    t.same(await netlink.nextHopObjects.apply(all), []);
    const batch = new RouteBatch();
    const single: Route = { ...routeTo(family, 1, []), nextHopId: first + 2 };
    const several: Route = { ...routeTo(family, 2, []), nextHopId: first };
    batch.create(single);
    batch.create(several);
    batch.create({ ...routeTo(family, 3, []), nextHopId: 77 });
    t.match(await netlink.routes.apply(batch), [{ index: 2, code: 'EINVAL' }]);
    const listed = async (): Promise<Route[]> => {
      const routes: Route[] = [];
      for await (const slice of netlink.routes.dump({ family, protocol: 17 })) routes.push(...slice);
      return routes;
    };
    const hops = routeTo(family, 1, [2, 3]).nextHops.map((hop) => ({ ...hop, interfaceIndex: cable }));
    t.match(await listed(), [
      { nextHopId: first + 2, nextHops: [hops[0]] },
      { nextHopId: first, nextHops: hops },
    ]);
    const away = new RouteBatch();
    away.delete({ ...single, nextHops: [] });
    away.delete(several);
    t.same(await netlink.routes.apply(away), []);
    t.same(await listed(), []);
  });
}

t.test('changes of others are told', needsRoot, async (t) => {
  const { netlink, namespace } = await kernel(t);
  const events: NetlinkEvent[] = [];
  netlink.subscribe(['nextHop'], (event) => events.push(event));
  await netlink.nextHopObjects.list();
  await exec(namespace, ['ip', 'nexthop', 'add', 'id', '7', 'via', '192.0.2.2', 'dev', 'one', 'proto', '17']);
  await exec(namespace, ['ip', 'nexthop', 'del', 'id', '7']);
  await eventually(() => events.length === 2);
  t.match(events, [
    { kind: 'nextHop', action: 'new', object: { id: 7, protocol: 17 } },
    { kind: 'nextHop', action: 'delete', object: { id: 7, protocol: 17 } },
  ]);
});
