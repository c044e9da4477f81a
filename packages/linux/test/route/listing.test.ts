import t from 'tap';
import { type Netlink, openNetlink, type Route, RouteBatch, type RouteFilter } from '../../src/index.js';
import { exec } from '../../src/netns/namespace.js';
import { kernel, needsRoot, routeTo } from '../lab.js';

t.setTimeout(120_000);

async function listed(netlink: Netlink, filter: RouteFilter): Promise<Route[]> {
  const routes: Route[] = [];
  for await (const slice of netlink.routes.dump(filter)) routes.push(...slice);
  return routes;
}

for (const family of [4, 6] as const) {
  t.test(
    `IPv${family}: a listing misses no route that stands throughout, however much changes`,
    needsRoot,
    async (t) => {
      const { netlink, namespace } = await kernel(t);
      const writer = await openNetlink({ namespace });
      t.teardown(() => writer.close());
      const numbered = (number: number): Route => {
        const route = routeTo(family, 0, [2]);
        route.destination.set([number >> 8, number & 0xff], family === 4 ? 1 : 2);
        return { ...route, prefixLength: family === 4 ? 24 : 32 };
      };
      const count = 20_000;
      const standing = new RouteBatch();
      for (let number = 0; number < count; number += 2) standing.create(numbered(number));
      t.same(await netlink.routes.apply(standing), []);
      for (const operation of ['create', 'delete', 'create', 'delete'] as const) {
        const changes = new RouteBatch();
        for (let number = 1; number < count; number += 2) changes[operation](numbered(number));
        const applied = writer.routes.apply(changes);
        const listing = await listed(netlink, { family, protocol: 17 });
        t.same(await applied, []);
        const seen = new Set(listing.map(({ destination }) => destination.join('.')));
        let missing = 0;
        for (let number = 0; number < count; number += 2) {
          if (!seen.has(numbered(number).destination.join('.'))) missing++;
        }
        t.equal(missing, 0, operation);
      }
    },
  );
}

for (const family of [4, 6] as const) {
  t.test(
    `IPv${family}: a listing gives the routes to the destinations that are wanted`,
    needsRoot,
    async (t) => {
      const { netlink, namespace } = await kernel(t);
      const batch = new RouteBatch();
      for (let number = 1; number <= 9; number++) batch.create(routeTo(family, number, [2, 3]));
      t.same(await netlink.routes.apply(batch), []);
      const gateway = family === 4 ? '192.0.2.2' : '2001:db8::2';
      await exec(namespace, ['ip', `-${family}`, 'route', 'add', 'default', 'via', gateway]);
      const asked: string[] = [];
      const routes = await listed(netlink, {
        family,
        table: 254,
        wanted: (length, a, b, c, d) => {
          asked.push(`${a.toString(16)} ${b.toString(16)} ${c} ${d}/${length}`);
          return length === 0 || a === (family === 4 ? 0x0a050000 : 0xfd000005);
        },
      });
      const lengths = routes.map(({ prefixLength }) => prefixLength).sort((one, other) => one - other);
      t.same(lengths, family === 4 ? [0, 16] : [0, 32]);
      t.equal(routes.find(({ prefixLength }) => prefixLength > 0)?.nextHops.length, 2);
      t.ok(asked.includes(family === 4 ? 'a090000 0 0 0/16' : 'fd000009 0 0 0/32'), asked.join(', '));
      t.ok(asked.includes('0 0 0 0/0'));
    },
  );
}
