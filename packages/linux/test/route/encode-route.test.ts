import t from 'tap';
import { type Route, RouteBatch } from '../../src/index.js';
import { decodeRoutes } from '../../src/route/decode-route.js';
import { encodeRouteDump } from '../../src/route/routes.js';
import { bytesOf, hexOf } from '../netlink/hex.js';

const vector = (text: string): string => hexOf(bytesOf(text));

const single: Route = {
  family: 4,
  destination: Uint8Array.of(10, 48, 2, 0),
  prefixLength: 24,
  table: 254,
  protocol: 17,
  metric: 0,
  nextHops: [{ gateway: Uint8Array.of(192, 168, 1, 12), interfaceIndex: 3 }],
};

const many: Route = {
  family: 4,
  destination: Uint8Array.of(10, 64, 0, 1),
  prefixLength: 32,
  table: 1000,
  protocol: 17,
  metric: 20,
  nextHops: [
    { gateway: Uint8Array.of(192, 168, 1, 11), interfaceIndex: 3, weight: 3 },
    { gateway: Uint8Array.of(192, 168, 1, 12), interfaceIndex: 3, onlink: true },
  ],
};

const singleBody = '08000100 0a300200 08000500 c0a8010c 08000400 03000000';
const manyBody = `08000100 0a400001 08000f00 e8030000 08000600 14000000
  24000980 1000 00 02 03000000 08000500 c0a8010b 1000 04 00 03000000 08000500 c0a8010c`;

t.test('create asks for an exclusive new route', async (t) => {
  const batch = new RouteBatch();
  t.equal(batch.create(single), 0);
  t.equal(
    hexOf(batch.encode()),
    vector(`34000000 1800 0106 00000000 00000000 02180000 fe110001 00000000 ${singleBody}`),
  );
});

t.test('replace asks for a route in place of another, and many next hops are records', async (t) => {
  const batch = new RouteBatch();
  batch.replace(many);
  t.equal(
    hexOf(batch.encode()),
    vector(`58000000 1800 0105 00000000 00000000 02200000 00110001 00000000 ${manyBody}`),
  );
});

t.test('delete names an IPv4 route by prefix, metric and protocol, in any scope', async (t) => {
  const batch = new RouteBatch();
  batch.delete(many);
  t.equal(
    hexOf(batch.encode()),
    vector(`34000000 1900 0100 00000000 00000000 02200000 0011ff00 00000000
      08000100 0a400001 08000f00 e8030000 08000600 14000000`),
  );
});

t.test('delete names an IPv6 route by its next hops and the default metric', async (t) => {
  const batch = new RouteBatch();
  const gateway = bytesOf('fe80 0000 0000 0000 0000 0000 0000 0001');
  const destination = bytesOf('2001 0db8 0000 0000 0000 0000 0000 0000');
  batch.delete({
    ...single,
    family: 6,
    destination,
    prefixLength: 32,
    nextHops: [{ gateway, interfaceIndex: 3 }],
  });
  t.equal(
    hexOf(batch.encode()),
    vector(`54000000 1900 0100 00000000 00000000 0a200000 fe11ff00 00000000
      14000100 20010db8000000000000000000000000 08000600 00040000
      14000500 fe800000000000000000000000000001 08000400 03000000`),
  );
});

t.test('an IPv4 route may have an IPv6 gateway', async (t) => {
  const batch = new RouteBatch();
  const gateway = bytesOf('fe80 0000 0000 0000 0000 0000 0000 0001');
  batch.create({ ...single, nextHops: [{ gateway, interfaceIndex: 3 }] });
  const bytes = batch.encode();
  t.equal(hexOf(bytes.slice(36, 60)), vector('16001200 0a00 fe800000000000000000000000000001 0000'));
  t.same(decodeRoutes(bytes)[0]?.nextHops, [{ gateway, interfaceIndex: 3 }]);
});

t.test(
  'an onlink next hop alone is a flag of the route, and no gateway makes a route of the link',
  async (t) => {
    const batch = new RouteBatch();
    batch.create({ ...single, nextHops: [{ ...single.nextHops[0], onlink: true }] });
    batch.create({ ...single, nextHops: [{ interfaceIndex: 3 }] });
    const [onlink, linkRoute] = decodeRoutes(batch.encode());
    t.same(onlink?.nextHops, [{ ...single.nextHops[0], onlink: true }]);
    t.equal(linkRoute?.scope, 253);
  },
);

t.test('what is encoded decodes to the same route', async (t) => {
  const batch = new RouteBatch();
  const preferredSource = Uint8Array.of(192, 168, 1, 1);
  const routes: Route[] = [
    { ...single, type: 'unicast', scope: 0 },
    { ...many, type: 'unicast', scope: 0, preferredSource },
    { ...single, type: 'blackhole', scope: 0, nextHops: [] },
    {
      ...single,
      type: 'unreachable',
      scope: 0,
      nextHops: [],
      destination: new Uint8Array(4),
      prefixLength: 0,
    },
  ];
  for (const route of routes) batch.create(route);
  t.same(decodeRoutes(batch.encode()), routes);
});

t.test('what can be no route throws, with the value', async (t) => {
  const batch = new RouteBatch();
  const bad: [Route, RegExp][] = [
    [{ ...single, destination: new Uint8Array(5) }, /destination of an IPv4 route has 4 octets, got 5/],
    [{ ...single, prefixLength: 33 }, /prefix length of an IPv4 route is 0 to 32, got 33/],
    [{ ...single, table: 0 }, /table is 1 to 4294967295, got 0/],
    [{ ...single, protocol: 256 }, /protocol is 0 to 255, got 256/],
    [{ ...single, metric: -1 }, /metric is 0 to 4294967295, got -1/],
    [{ ...single, scope: 300 }, /scope is 0 to 255, got 300/],
    [{ ...single, preferredSource: new Uint8Array(16) }, /preferred source has 4 octets, got 16/],
    [
      { ...single, nextHops: [{ interfaceIndex: 3, weight: 257 }] },
      /weight of a next hop is 1 to 256, got 257/,
    ],
    [
      { ...single, nextHops: [{ gateway: new Uint8Array(6) }] },
      /gateway of an IPv4 route has 4 octets, got 6/,
    ],
  ];
  for (const [route, message] of bad) {
    t.throws(() => batch.create(route), { code: 'LINUX_ERR_ARGUMENT', message });
  }
  t.equal(batch.length, 0);
  t.same(batch.encode(), new Uint8Array(0), 'a refused route leaves nothing behind');
});

t.test('the request to list routes carries table and protocol', async (t) => {
  t.equal(
    hexOf(encodeRouteDump({ family: 6, table: 254, protocol: 17 })),
    vector('1c000000 1a00 0103 00000000 00000000 0a000000 fe110000 00000000'),
  );
  t.equal(
    hexOf(encodeRouteDump({ family: 4, table: 1000 })),
    vector('24000000 1a00 0103 00000000 00000000 02000000 00000000 00000000 08000f00 e8030000'),
  );
});
