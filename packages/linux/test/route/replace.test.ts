import t from 'tap';
import { type Route, RouteBatch, type RouteFailure } from '../../src/index.js';
import { exec } from '../../src/netns/namespace.js';
import { kernel, needsRoot, routeTo, shown } from '../lab.js';

t.setTimeout(120_000);

const prefixOf = { 4: '10.1.0.0/16', 6: 'fd00:1::/32' } as const;

for (const family of [4, 6] as const) {
  const metric = family === 6 ? ' metric 1024' : '';
  const gateway = (last: number): string => (family === 4 ? `192.0.2.${last}` : `2001:db8::${last}`);
  const one = (last: number): string => `${prefixOf[family]} via ${gateway(last)} proto 17${metric}`;
  const many = (...lasts: number[]): string => {
    return [
      `${prefixOf[family]} proto 17${metric}`,
      ...lasts.map((last) => `nexthop via ${gateway(last)}`),
    ].join(' | ');
  };

  t.test(`IPv${family}: replace goes from one next hop to many and back`, needsRoot, async (t) => {
    const { namespace, netlink } = await kernel(t);
    const change = changer(netlink);
    t.same(await change('create', routeTo(family, 1, [2])), []);
    t.same(await change('replace', routeTo(family, 1, [3, 4, 5])), []);
    t.same(await shown(namespace, family, prefixOf[family]), [many(3, 4, 5)]);
    t.same(await change('replace', routeTo(family, 1, [4, 6])), []);
    t.same(await shown(namespace, family, prefixOf[family]), [many(4, 6)]);
    t.same(await change('replace', routeTo(family, 1, [7])), []);
    t.same(await shown(namespace, family, prefixOf[family]), [one(7)]);
  });

  t.test(`IPv${family}: replace creates what is not there`, needsRoot, async (t) => {
    const { namespace, netlink } = await kernel(t);
    t.same(await changer(netlink)('replace', routeTo(family, 1, [3, 4])), []);
    t.same(await shown(namespace, family, prefixOf[family]), [many(3, 4)]);
  });

  t.test(
    `IPv${family}: create is refused where a foreign route stands, with many next hops too`,
    needsRoot,
    async (t) => {
      const { namespace, netlink } = await kernel(t);
      const foreign = [
        'ip',
        `-${family}`,
        'route',
        'add',
        prefixOf[family],
        'via',
        gateway(9),
        'proto',
        'static',
      ];
      await exec(namespace, foreign);
      const before = await shown(namespace, family, prefixOf[family]);
      for (const gateways of [[2], [2, 3]]) {
        const failures = await changer(netlink)('create', routeTo(family, 1, gateways));
        t.match(failures, [{ index: 0, operation: 'create', errno: 17, code: 'EEXIST' }]);
        t.same(await shown(namespace, family, prefixOf[family]), before);
      }
    },
  );

  t.test(
    `IPv${family}: a second next hop that fails leaves the old route untouched`,
    needsRoot,
    async (t) => {
      const { namespace, netlink } = await kernel(t);
      const change = changer(netlink);
      await change('create', routeTo(family, 1, [2, 3]));
      const elsewhere = family === 4 ? Uint8Array.of(203, 0, 113, 1) : new Uint8Array(16).fill(0xfc);
      const wanted = routeTo(family, 1, [4]);
      const failing = { ...wanted, nextHops: [...wanted.nextHops, { gateway: elsewhere }] };
      const code = family === 4 ? 'ENETUNREACH' : 'EHOSTUNREACH';
      t.match(await change('replace', failing), [{ index: 0, operation: 'replace', code }]);
      t.same(await shown(namespace, family, prefixOf[family]), [many(2, 3)]);
      await change('delete', routeTo(family, 1, [2, 3]));
      t.match(await change('create', failing), [{ index: 0, operation: 'create', code }]);
      t.same(await shown(namespace, family, prefixOf[family]), []);
    },
  );

  t.test(`IPv${family}: one prefix at two metrics is two routes`, needsRoot, async (t) => {
    const { namespace, netlink } = await kernel(t);
    const change = changer(netlink);
    await change('create', routeTo(family, 1, [2, 3], 50));
    await change('create', routeTo(family, 1, [2], 2000));
    t.same(await change('replace', routeTo(family, 1, [4, 5], 2000)), []);
    t.same(await change('replace', routeTo(family, 1, [6], 50)), []);
    const low = `${prefixOf[family]} via ${gateway(6)} proto 17 metric 50`;
    const hops = [4, 5].map((last) => `nexthop via ${gateway(last)}`);
    const high = [`${prefixOf[family]} proto 17 metric 2000`, ...hops].join(' | ');
    t.same(await shown(namespace, family, prefixOf[family]), [low, high]);
    t.same(await change('delete', routeTo(family, 1, [4, 5], 2000)), []);
    t.same(await shown(namespace, family, prefixOf[family]), [low]);
  });
}

t.test('IPv6: replace removes a next hop that another protocol appended', needsRoot, async (t) => {
  const { namespace, netlink } = await kernel(t);
  const change = changer(netlink);
  for (const wanted of [[4], [4, 5]]) {
    await change('replace', routeTo(6, 1, [2, 3]));
    await exec(namespace, [
      'ip',
      '-6',
      'route',
      'append',
      prefixOf[6],
      'via',
      '2001:db8::9',
      'proto',
      'static',
    ]);
    t.same(await change('replace', routeTo(6, 1, wanted)), []);
    const lines = await shown(namespace, 6, prefixOf[6]);
    t.equal(lines.length, 1);
    t.notMatch(lines[0], '2001:db8::9');
  }
});

t.test('IPv6: delete leaves a next hop that another protocol appended', needsRoot, async (t) => {
  const { namespace, netlink } = await kernel(t);
  const change = changer(netlink);
  await change('create', routeTo(6, 1, [2, 3]));
  await exec(namespace, [
    'ip',
    '-6',
    'route',
    'append',
    prefixOf[6],
    'via',
    '2001:db8::9',
    'proto',
    'static',
  ]);
  t.same(await change('delete', routeTo(6, 1, [2, 3])), []);
  t.same(await shown(namespace, 6, prefixOf[6]), ['fd00:1::/32 via 2001:db8::9 proto static metric 1024']);
  t.match(await change('delete', routeTo(6, 1, [])), [{ code: 'ESRCH' }], 'it is not of our protocol');
});

t.test(
  'IPv6: delete of a route that has lost a next hop removes the rest, and says that one was gone',
  needsRoot,
  async (t) => {
    const { namespace, netlink } = await kernel(t);
    const change = changer(netlink);
    await change('create', routeTo(6, 1, [2, 3, 4]));
    await exec(namespace, ['ip', '-6', 'route', 'del', prefixOf[6], 'via', '2001:db8::2']);
    t.match(await change('delete', routeTo(6, 1, [2, 3, 4])), [{ code: 'ESRCH' }]);
    t.same(await shown(namespace, 6, prefixOf[6]), []);
  },
);

t.test('IPv4: a route that another protocol appended stays behind ours', needsRoot, async (t) => {
  const { namespace, netlink } = await kernel(t);
  const change = changer(netlink);
  await change('create', routeTo(4, 1, [2]));
  await exec(namespace, ['ip', 'route', 'append', prefixOf[4], 'via', '192.0.2.9', 'proto', 'static']);
  const foreign = '10.1.0.0/16 via 192.0.2.9 proto static';
  t.same(await change('replace', routeTo(4, 1, [3])), []);
  t.same(await shown(namespace, 4, prefixOf[4]), ['10.1.0.0/16 via 192.0.2.3 proto 17', foreign]);
  t.same(await change('delete', routeTo(4, 1, [3])), []);
  t.same(await shown(namespace, 4, prefixOf[4]), [foreign]);
});

t.test('replacing a route by the same is no failure', needsRoot, async (t) => {
  const { netlink } = await kernel(t);
  const change = changer(netlink);
  for (const family of [4, 6] as const) {
    for (const gateways of [[2], [2, 3]]) {
      t.same(await change('replace', routeTo(family, 1, gateways)), []);
      t.same(await change('replace', routeTo(family, 1, gateways)), []);
    }
  }
});

t.test('IPv6: delete of the default metric leaves other metrics alone', needsRoot, async (t) => {
  const { namespace, netlink } = await kernel(t);
  const change = changer(netlink);
  await change('create', routeTo(6, 1, [2], 50));
  t.match(await change('delete', routeTo(6, 1, [])), [{ code: 'ESRCH' }]);
  t.equal((await shown(namespace, 6, prefixOf[6])).length, 1);
});

t.test('IPv6: a foreign route without a gateway is replaced, or stays beside ours', needsRoot, async (t) => {
  const { namespace, netlink } = await kernel(t);
  const change = changer(netlink);
  const foreign = ['route', 'append', prefixOf[6], 'dev', 'one', 'proto', 'static'];
  await exec(namespace, ['ip', '-6', ...foreign]);
  t.same(await change('replace', routeTo(6, 1, [2])), []);
  t.same(await shown(namespace, 6, prefixOf[6]), [one6(2)], 'alone it is replaced');
  await exec(namespace, ['ip', '-6', ...foreign]);
  t.same(await change('replace', routeTo(6, 1, [3])), []);
  t.same(await shown(namespace, 6, prefixOf[6]), [one6(3), 'fd00:1::/32 proto static metric 1024']);
  t.same(await change('replace', routeTo(6, 1, [4, 5])), []);
  // While ours has two next hops the kernel's listing passes over the foreign route, which stands all the same.
  t.same(await change('delete', routeTo(6, 1, [4, 5])), []);
  t.same(await shown(namespace, 6, prefixOf[6]), ['fd00:1::/32 proto static metric 1024']);
});

t.test('a blackhole takes the place of next hops and gives it back', needsRoot, async (t) => {
  const { namespace, netlink } = await kernel(t);
  const change = changer(netlink);
  for (const family of [4, 6] as const) {
    await change('create', routeTo(family, 1, [2, 3]));
    t.same(await change('replace', { ...routeTo(family, 1, []), type: 'blackhole' }), []);
    t.match((await shown(namespace, family, prefixOf[family]))[0], /^blackhole/);
    t.same(await change('replace', routeTo(family, 1, [2, 3])), []);
    const lines = await shown(namespace, family, prefixOf[family]);
    t.equal(lines.length, 1);
    t.match(lines[0], /nexthop.*nexthop/);
  }
});

function one6(last: number): string {
  return `fd00:1::/32 via 2001:db8::${last} proto 17 metric 1024`;
}

type Kernel = Awaited<ReturnType<typeof kernel>>['netlink'];
type Change = (operation: 'create' | 'replace' | 'delete', route: Route) => Promise<readonly RouteFailure[]>;

function changer(netlink: Kernel): Change {
  return (operation, route) => {
    const batch = new RouteBatch();
    batch[operation](route);
    return netlink.routes.apply(batch);
  };
}
