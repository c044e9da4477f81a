import t from 'tap';
import { parseAddress } from '../../src/net/address.js';
import { type FamilyKey, IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { changedRoutes } from '../../src/speaker/feeds/changed-routes.js';
import type { RouteChanges } from '../../src/speaker/feeds/route-sink.js';
import type { PipelinePeer } from '../../src/speaker/members/pipeline-peer.js';
import type { Pipeline } from '../../src/speaker/pipeline/pipeline.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../speaker/pipeline-fixture.js';

const global = parseAddress('2001:db8::1');
const linkLocal = parseAddress('fe80::1');
const own = parseAddress('2001:db8::254');
const ownLinkLocal = parseAddress('fe80::254');
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((p) => [...p]));
const text = (octets: Uint8Array | undefined): string => Buffer.from(octets ?? []).toString('hex');

/** Octets as they come, what a session over global addresses makes of them, and one over link-local ones on eth1. */
const forms = [
  ['16 octets, global', global, '2001:db8::1', '2001:db8::1'],
  ['16 octets, link-local', linkLocal, 'fe80::1', 'fe80::1%eth1'],
  ['32 octets, global and link-local', join(global, linkLocal), '2001:db8::1', 'fe80::1%eth1'],
  ['32 octets, link-local twice', join(linkLocal, linkLocal), 'fe80::1', 'fe80::1%eth1'],
  ['32 octets, :: and link-local', join(new Uint8Array(16), linkLocal), 'fe80::1', 'fe80::1%eth1'],
] as const;

const onLink = { interface: 'eth1', isOnLink: true } as const;
const prefix = '2001:db8:1::/48';
const nextHops = (ipv6: Uint8Array): ReadonlyMap<FamilyKey, Uint8Array> =>
  new Map([
    [IPV4_UNICAST.key, parseAddress('10.0.0.254')],
    [IPV6_UNICAST.key, ipv6],
  ]);

/** A pipeline whose sink keeps what it was told, as text. */
function watched(): { p: Pipeline; told: Map<string, readonly string[]> } {
  const p = pipeline({ maximumPaths: 4 });
  const told = new Map<string, readonly string[]>();
  const routes = (changes: RouteChanges): void => {
    for (const route of changedRoutes(changes)) told.set(route.prefix, route.nextHops);
  };
  p.addSink({ routes, inSync() {} });
  return { p, told };
}

for (const [name, octets, plain, scoped] of forms) {
  t.test(`${name}: it is taken, and the sink gets the address to send to`, async (t) => {
    for (const [link, wanted] of [
      [undefined, plain],
      [onLink, scoped],
    ] as const) {
      const { p, told } = watched();
      const from = new FarEnd('10.0.0.1', 64501, link && { link }).open(p);
      from.announce(p, [prefix], path(64501), octets);
      settle(p);
      t.same(told.get(prefix), [wanted]);
    }
  });

  t.test(`${name}: beyond the link it goes on without a link-local address`, async (t) => {
    const { p } = watched();
    const from = new FarEnd('10.0.0.1', 64501, { link: onLink }).open(p);
    const inside = new FarEnd('10.0.0.2', LOCAL_AS, { nextHops: nextHops(own) }).open(p);
    from.announce(p, [prefix], path(64501), octets);
    settle(p);
    const hasGlobal = plain === '2001:db8::1';
    t.equal(text(inside.octets), text(hasGlobal ? global : own));
  });
}

t.test(
  'the three forms of a link-local address alone are one next hop, so that a refresh changes nothing',
  async (t) => {
    const { p } = watched();
    const from = new FarEnd('10.0.0.1', 64501, { link: onLink }).open(p);
    const other = new FarEnd('10.0.0.2', 64502).open(p);
    for (const [, octets, , scoped] of forms) {
      if (scoped !== 'fe80::1%eth1') continue;
      from.announce(p, [prefix], path(64501), octets);
      settle(p);
    }
    t.equal(other.announced, 1);
  },
);

t.test('one link-local address on two interfaces is two next hops', async (t) => {
  const { p, told } = watched();
  for (const [i, name] of ['eth1', 'eth2'].entries()) {
    const link = { interface: name, isOnLink: true };
    const from = new FarEnd(`10.0.0.${i + 1}`, 64501, { link }).open(p);
    from.announce(p, [prefix], path(64501), linkLocal);
  }
  settle(p);
  t.same(told.get(prefix), ['fe80::1%eth1', 'fe80::1%eth2']);
});

t.test('what is sent is what the session calls for', async (t) => {
  const cases: readonly (readonly [string, Partial<PipelinePeer>, Uint8Array, Uint8Array])[] = [
    ['a global address alone', {}, own, own],
    ['both on a common link', {}, join(own, ownLinkLocal), join(own, ownLinkLocal)],
    ['link-local twice, which all take', {}, ownLinkLocal, join(ownLinkLocal, ownLinkLocal)],
    ['link-local once, by its capability', { linkLocalForm: 'single' }, ownLinkLocal, ownLinkLocal],
    [
      'link-local behind ::, as configured',
      { linkLocalForm: 'unspecified' },
      ownLinkLocal,
      join(new Uint8Array(16), ownLinkLocal),
    ],
  ];
  for (const [name, overrides, ours, wanted] of cases) {
    const p = pipeline();
    const to = new FarEnd('10.0.0.1', 64501, { ...overrides, nextHops: nextHops(ours) }).open(p);
    p.announce({ prefixes: [prefix] });
    settle(p);
    t.equal(text(to.octets), text(wanted), name);
    t.same(to.problems, []);
  }
});

t.test('our own address is refused in every form', async (t) => {
  const { p, told } = watched();
  const ownAddress = ownLinkLocal;
  const link = { link: onLink, ownAddress, nextHops: nextHops(join(own, ownLinkLocal)) };
  const from = new FarEnd('10.0.0.1', 64501, link).open(p);
  const zero = new Uint8Array(16);
  const mine = [
    own,
    ownLinkLocal,
    join(own, ownLinkLocal),
    join(ownLinkLocal, ownLinkLocal),
    join(zero, ownLinkLocal),
    join(global, ownLinkLocal),
  ];
  for (const [i, octets] of mine.entries()) {
    from.announce(p, [`2001:db8:${i + 1}::/48`], path(64501), octets);
  }
  settle(p);
  t.same([...told], []);
  t.match(p.explain('2001:db8:2::/48', null)?.imports[0], {
    action: 'reject',
    reason: 'next hop is our own address',
  });
});

t.test('the address of our own on another session is refused too', async (t) => {
  const { p, told } = watched();
  new FarEnd('10.0.0.2', 64502, { ownAddress: parseAddress('192.0.2.7') }).open(p);
  const from = new FarEnd('10.0.0.1', 64501).open(p);
  from.announce(p, ['203.0.113.0/24'], path(64501), '192.0.2.7');
  from.announce(p, ['203.0.114.0/24'], path(64501), '192.0.2.8');
  settle(p);
  t.same([...told], [['203.0.114.0/24', ['192.0.2.8']]]);
});

t.test('an address that no host can have withdraws the route, and the session stays', async (t) => {
  const { p, told } = watched();
  const from = new FarEnd('10.0.0.1', 64501).open(p);
  const zero = new Uint8Array(16);
  for (const bad of [zero, join(zero, zero), parseAddress('ff02::1')]) {
    from.announce(p, [prefix], path(64501), global);
    settle(p);
    t.same(told.get(prefix), ['2001:db8::1']);
    t.throws(() => from.announce(p, [prefix], path(64501), bad), /cannot be a host/);
    settle(p);
    t.same(told.get(prefix), []);
  }
});

t.test('NEXT_HOP 0.0.0.0 beside MP_REACH_NLRI means nothing', async (t) => {
  const { p, told } = watched();
  const from = new FarEnd('10.0.0.1', 64501).open(p);
  const body = Buffer.from(
    '0000' +
      '0000' + // length of the attributes, filled in below
      '40010100' + // ORIGIN
      '4002060201' +
      '0000fbf5' + // AS_PATH 64501
      '400304' +
      '00000000' + // NEXT_HOP 0.0.0.0
      '800e2c' +
      '000201' +
      '20' +
      text(join(global, linkLocal)) +
      '00' +
      '3020010db80001',
    'hex',
  );
  body.writeUInt16BE(body.length - 4, 2);
  t.equal(p.receive(from.index, body, 0, body.length), null);
  settle(p);
  t.same(told.get(prefix), ['2001:db8::1']);
});
