import t from 'tap';
import { type Netlink, openNetlink, type Route, RouteBatch, type RouteFilter } from '../../src/index.js';
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
