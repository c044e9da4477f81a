import fc from 'fast-check';
import t from 'tap';
import { type Family, familyOf, parseFamily } from '../../../src/net/family.js';
import { builtFamilies, FamilyCodecs } from '../../../src/nlri/family-codecs.js';
import { opaqueFamilies } from '../../../src/nlri/opaque-families.js';
import { rawNlriCodec } from '../../../src/nlri/raw-nlri.js';
import { policy, policyFunction } from '../../../src/policy/compile.js';
import { ROUTE_TARGETS } from '../../../src/speaker/members/target-membership.js';
import { ALL_PATHS } from '../../../src/speaker/settings/path-options.js';
import { ByteWriter } from '../../../src/wire/byte-writer.js';
import { fromHex, toHex } from '../../../src/wire/hex.js';
import { anyNlri } from '../../nlri/any-nlri.js';
import { nlriHex, OpaqueEnd } from '../opaque-end.js';
import { LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const vpnv4 = parseFamily('vpnv4-unicast');
const flowspec = parseFamily('ipv4-flowspec');
/** Route target 65000:100. */
const TARGET = '0002fde800000064';
const client = { routeReflectorClient: true };

/** A next hop that the family may have, and that is not ours. */
function hopOf(family: Family): string {
  const length = builtFamilies.opaque(family)!.nextHopLengths[0]!;
  return '00'.repeat(Math.max(0, length - 4)) + (length === 0 ? '' : 'c0000207');
}

/** The last of each destination. */
function distinct(family: Family, nlri: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const hex of nlri) {
    const octets = fromHex(hex)!;
    const key = new ByteWriter();
    builtFamilies.opaque(family)!.writeKey(octets, 0, octets.length, key);
    found.set(toHex(key.bytes, 0, key.length), hex);
  }
  return [...found.values()].sort();
}

/** A VPN route: which one, and its label. */
const route = (n: number, label: number): string =>
  nlriHex(vpnv4, { rd: '65000:1', labels: [label], prefix: `10.0.${n}.0/24` });

for (const family of opaqueFamilies) {
  t.test(`${family.name} is relayed octet by octet, reflected, withdrawn and sent again`, async (t) => {
    const p = pipeline();
    const source = new OpaqueEnd('10.0.0.1', LOCAL_AS, family, client).open(p);
    const inner = new OpaqueEnd('10.0.0.2', LOCAL_AS, family, client).open(p);
    const outer = new OpaqueEnd('10.0.0.3', 64_603, family).open(p);
    settle(p);
    t.same([inner.endOfRib, outer.endOfRib], [1, 1], 'End-of-RIB');
    const values = fc.sample(anyNlri[family.name]!, { numRuns: 40, seed: 7 });
    const sent = distinct(
      family,
      values.map((value) => nlriHex(family, value)),
    );
    source.announce(p, sent, path(64_700), hopOf(family));
    settle(p);
    t.same(inner.hexes(), sent, 'to a client');
    t.same(outer.hexes(), sent, 'to an external peer');
    // RFC 4684 §3.2: memberships are reflected as ours.
    const isOurs = family.key === ROUTE_TARGETS.key;
    const originatorId = isOurs ? '10.0.0.254' : '0.0.0.1';
    t.same([...inner.held.values()][0], {
      hex: [...inner.held.values()][0]?.hex,
      nextHop: isOurs ? '0a0000fe' : hopOf(family),
      attributes: { ...path(64_700), localPref: 100, originatorId, clusterList: ['10.0.0.254'] },
    });
    t.same([...outer.held.values()][0]?.nextHop, hopOf(family), 'the next hop stays on external sessions');
    t.same([...outer.held.values()][0]?.attributes, path(LOCAL_AS, 64_700));
    t.match(p.counts(source.index, family), { received: sent.length, accepted: sent.length });
    t.equal(p.counts(inner.index, family).advertised, sent.length);

    const page = p.rib({ family: family.name, limit: 1000 });
    t.equal(page.routes.length, sent.length);
    t.ok(
      page.routes.every(({ prefix, nlri }) => prefix.length > 0 && nlri !== undefined),
      'each has a text and a value',
    );
    t.equal(p.received(source.index, { family: family.name, limit: 1000 }).routes.length, sent.length);
    t.equal(p.advertised(inner.index, { family: family.name, limit: 1000 }).routes.length, sent.length);

    inner.held.clear();
    p.refreshOut(inner.index, family);
    settle(p);
    t.same(inner.hexes(), sent, 'ROUTE-REFRESH');

    const late = new OpaqueEnd('10.0.0.4', LOCAL_AS, family, client).open(p);
    settle(p);
    t.same(late.hexes(), sent, 'a peer that comes later');

    const half = sent.slice(0, sent.length >> 1);
    source.withdraw(p, half);
    settle(p);
    t.same(inner.hexes(), sent.slice(sent.length >> 1));
    p.closePeer(source.index);
    settle(p);
    t.same(
      [inner.held.size, outer.held.size, late.held.size],
      [0, 0, 0],
      'a lost session withdraws the rest',
    );
    t.same([...inner.problems, ...outer.problems, ...late.problems], []);
    t.match(
      p.totals().families.find((one) => one.family === family.name),
      { prefixes: 0, paths: 0 },
    );
  });
}

t.test(
  'a withdrawal has one mark where the labels were, and any one label withdraws (RFC 8277 §2.4)',
  async (t) => {
    const rd = '0000fde800000001';
    const octets: readonly [family: string, length: number, labels: string, rest: string][] = [
      ['ipv4-labeled-unicast', 24, '000641', 'cb0071'],
      ['ipv4-labeled-unicast', 0, '000641', ''],
      ['ipv6-labeled-unicast', 32, '000640000651', '20010db8'],
      ['vpnv4-unicast', 64 + 20, '000641', `${rd}0a0110`],
      ['vpnv6-unicast', 64 + 32, '000640000650000661', `${rd}20010db8`],
      ['vpnv4-multicast', 64 + 32, '800000', `${rd}0a010203`],
      // The last octet is odd: a label without bottom bit before it must not be taken for a stack of two.
      ['ipv4-labeled-unicast', 24, '000641', '0a0001'],
      ['ipv6-labeled-unicast', 48, '000641', '20010db80001'],
    ];
    const hexOf = (bits: number, labels: string, rest: string): string =>
      (bits + 4 * labels.length).toString(16).padStart(2, '0') + labels + rest;
    for (const [name, bits, labels, rest] of octets) {
      const family = parseFamily(name);
      const announced = hexOf(bits, labels, rest);
      for (const field of [labels.slice(0, 6), '800000', '000000', '000001', '0fffff', '80000e', '123450']) {
        const p = pipeline();
        const source = new OpaqueEnd('10.0.0.1', 64_601, family, {}, { sendsIds: true }).open(p);
        const target = new OpaqueEnd('10.0.0.2', 64_602, family).open(p);
        const all = new OpaqueEnd('10.0.0.3', 64_603, family, {
          addPathSend: new Map([[family.key, ALL_PATHS]]),
        }).open(p);
        source.announce(p, [`${announced}#7`], path(64_601), hopOf(family));
        settle(p);
        t.same(
          [target.hexes(), all.hexes()],
          [[announced], [announced]],
          `${name} is relayed with its labels`,
        );
        source.withdrawAsIs(p, [`${hexOf(bits, field, rest)}#7`]);
        settle(p);
        const wanted = [hexOf(bits, '800000', rest)];
        t.same([target.withdrawn, all.withdrawn], [wanted, wanted], `${name} withdrawn with ${field}`);
        t.same([...target.problems, ...all.problems], []);
      }
    }
  },
);

t.test('another label is another announcement, and goes to all who have the route', async (t) => {
  const p = pipeline();
  const source = new OpaqueEnd('10.0.0.1', 64_601, vpnv4).open(p);
  const other = new OpaqueEnd('10.0.0.2', 64_602, vpnv4).open(p);
  const target = new OpaqueEnd('10.0.0.3', 64_603, vpnv4).open(p);
  const hop = hopOf(vpnv4);
  source.announce(p, [route(1, 100), route(2, 100)], path(64_601), hop);
  settle(p);
  t.same(target.hexes(), [route(1, 100), route(2, 100)]);
  const before = target.announced;
  source.announce(p, [route(1, 101), route(2, 100)], path(64_601), hop);
  settle(p);
  t.same(target.hexes(), [route(1, 101), route(2, 100)].sort());
  t.equal(target.announced - before, 1, 'what stayed is not sent again');
  t.match(p.received(source.index, { family: vpnv4.name, prefix: '10.0.1.0/24' }).routes, [
    {
      prefix: 'rd 65000:1 10.0.1.0/24 label 100',
      paths: [{ nlri: { labels: [101] }, nextHop: '192.0.2.7' }],
    },
  ]);

  // A worse path with a label of its own takes over when the better one goes.
  other.announce(p, [route(1, 200)], path(64_602, 64_700), hop);
  settle(p);
  t.same(target.hexes(), [route(1, 101), route(2, 100)].sort());
  // RFC 8277 §2.4: what a withdrawal has in place of the label means nothing.
  source.withdraw(p, [nlriHex(vpnv4, { rd: '65000:1', labels: [], prefix: '10.0.1.0/24' })]);
  settle(p);
  t.same(target.hexes(), [route(1, 200), route(2, 100)].sort());
  other.withdraw(p, [route(1, 7)]);
  source.withdraw(p, [route(2, 7)]);
  settle(p);
  t.equal(target.held.size, 0);
  t.same(target.problems, []);
});

t.test('routes that differ in labels only share messages', async (t) => {
  const p = pipeline();
  const source = new OpaqueEnd('10.0.0.1', 64_601, vpnv4).open(p);
  const first = Array.from({ length: 200 }, (_, n) => route(n, 100));
  source.announce(p, first, path(64_601), hopOf(vpnv4));
  settle(p);
  const next = Array.from({ length: 200 }, (_, n) => route(n, 1000 + n));
  source.announce(p, next, path(64_601), hopOf(vpnv4));
  settle(p);
  const target = new OpaqueEnd('10.0.0.3', 64_603, vpnv4).open(p);
  settle(p);
  t.same(target.hexes(), [...next].sort());
  t.ok(target.messages <= 3, `${target.messages} messages, End-of-RIB among them`);
});

t.test('several paths with their own labels go out with add-path', async (t) => {
  const p = pipeline();
  const addPathSend = new Map([[vpnv4.key, ALL_PATHS]]);
  const a = new OpaqueEnd('10.0.0.1', 64_601, vpnv4, {}, { sendsIds: true }).open(p);
  const target = new OpaqueEnd('10.0.0.3', 64_603, vpnv4, { addPathSend }).open(p);
  a.announce(p, [`${route(1, 100)}#1`, `${route(1, 200)}#2`], path(64_601), hopOf(vpnv4));
  settle(p);
  t.same(target.hexes(), [route(1, 100), route(1, 200)]);
  a.announce(p, [`${route(1, 300)}#2`], path(64_601), hopOf(vpnv4));
  settle(p);
  t.same(target.hexes(), [route(1, 100), route(1, 300)]);
  a.withdraw(p, [`${route(1, 0)}#1`]);
  settle(p);
  t.same(target.hexes(), [route(1, 300)]);
  a.withdraw(p, [`${route(1, 0)}#2`]);
  settle(p);
  t.equal(target.held.size, 0);
  t.same(target.problems, []);
});

t.test('the next hop is ours where that is asked for, and never in a flow specification', async (t) => {
  const p = pipeline();
  const source = new OpaqueEnd('10.0.0.1', 64_601, vpnv4).open(p);
  const self = new OpaqueEnd('10.0.0.2', LOCAL_AS, vpnv4, { nextHopSelf: true }).open(p);
  const policy = policyFunction(
    'there',
    () => ({ action: 'accept', statement: 'all', edits: { nextHop: { address: '192.0.2.99' } } }),
    { reads: [] },
  );
  const edited = new OpaqueEnd('10.0.0.3', 64_603, vpnv4, { exportPolicy: policy }).open(p);
  source.announce(p, [route(1, 100)], path(64_601), hopOf(vpnv4));
  settle(p);
  t.equal([...self.held.values()][0]?.nextHop, '00000000000000000a0000fe');
  t.equal([...edited.held.values()][0]?.nextHop, '0000000000000000c0000263');

  const rules = new OpaqueEnd('10.0.0.4', 64_604, flowspec).open(p);
  const inner = new OpaqueEnd('10.0.0.5', LOCAL_AS, flowspec, { nextHopSelf: true }).open(p);
  rules.announce(p, ['0b0118c00002038106048119'], path(64_604), '');
  settle(p);
  t.equal([...inner.held.values()][0]?.nextHop, '');
  t.same([...self.problems, ...edited.problems, ...inner.problems], []);
});

t.test('policies see family and attributes of such a route, and no prefix of it', async (t) => {
  const p = pipeline();
  const seen: string[] = [];
  const policy = policyFunction('look', (view) => {
    seen.push(`${view.family.name} ${view.prefix} ${view.prefixLength} ${view.nextHop}`);
    const isWanted = view.attributes.extendedCommunities?.includes(TARGET) === true;
    return { action: isWanted ? 'accept' : 'reject', statement: 'target' };
  });
  const source = new OpaqueEnd('10.0.0.1', 64_601, vpnv4, { importPolicy: policy }).open(p);
  const target = new OpaqueEnd('10.0.0.3', 64_603, vpnv4).open(p);
  source.announce(p, [route(1, 100)], { ...path(64_601), extendedCommunities: [TARGET] }, hopOf(vpnv4));
  source.announce(p, [route(2, 100)], path(64_601), hopOf(vpnv4));
  settle(p);
  t.same(target.hexes(), [route(1, 100)]);
  t.equal(seen[0], 'vpnv4-unicast rd 65000:1 10.0.1.0/24 label 100 0 192.0.2.7');
  t.match(p.received(source.index, { family: vpnv4.name, prefix: '10.0.2.0/24' }).routes[0]?.paths, [
    { accepted: false, reason: /rejected by import policy/ },
  ]);
});

t.test(
  'declared policies match on the family and on route targets; prefix lists match none of them',
  async (t) => {
    const p = pipeline();
    const statements = [
      { match: { prefixes: [{ prefix: '0.0.0.0/0', le: 32 }] }, action: 'reject' },
      { match: { family: 'vpnv4-unicast', anyExtendedCommunity: ['rt:65000:100'] }, action: 'accept' },
    ] as const;
    const importPolicy = policy('targets', [...statements, { action: 'reject' }]);
    const source = new OpaqueEnd('10.0.0.1', 64_601, vpnv4, { importPolicy }).open(p);
    const target = new OpaqueEnd('10.0.0.3', 64_603, vpnv4).open(p);
    source.announce(p, [route(1, 100)], { ...path(64_601), extendedCommunities: [TARGET] }, hopOf(vpnv4));
    source.announce(p, [route(2, 100)], path(64_601), hopOf(vpnv4));
    settle(p);
    t.same(target.hexes(), [route(1, 100)]);
  },
);

t.test('a malformed NLRI that can be parted is dealt with alone, and the session goes on', async (t) => {
  const p = pipeline();
  const family = parseFamily('bgp-ls');
  const source = new OpaqueEnd('10.0.0.1', 64_601, family).open(p);
  const target = new OpaqueEnd('10.0.0.3', 64_603, family).open(p);
  const [value] = fc.sample(anyNlri['bgp-ls']!, { numRuns: 1, seed: 3 });
  const good = nlriHex(family, value!);
  // RFC 9552 §8.2.2: a node NLRI whose descriptor runs over its end.
  const bad = '0001000f020000000000000000010000ff0000';
  const attributes = `400101004002060201${(64_601).toString(16).padStart(8, '0')}`;
  const reach = `40044704c000020700${bad}${good}`;
  const mp = `900e${(reach.length / 2).toString(16).padStart(4, '0')}${reach}`;
  const body = fromHex(
    `0000${((mp.length + attributes.length) / 2).toString(16).padStart(4, '0')}${mp}${attributes}`,
  )!;
  const fault = p.receive(source.index, body, 0, body.length);
  t.not(fault?.severity, 'reset');
  settle(p);
  t.same(target.hexes(), [good]);
});

t.test('a family that nobody knows is relayed when it is told where its NLRI end', async (t) => {
  const vpls = familyOf(25, 65);
  const framing = { lengthAt: 0, lengthSize: 2, unit: 'octets' } as const;
  const codecs = new FamilyCodecs([rawNlriCodec(vpls, framing, 10)]);
  const p = pipeline({ codecs });
  const source = new OpaqueEnd('10.0.0.1', 64_601, vpls, {}, { codecs }).open(p);
  const target = new OpaqueEnd('10.0.0.3', 64_603, vpls, {}, { codecs }).open(p);
  const body = '0000fde800000064' + '0001' + '0001000a' + '0186a1';
  source.announce(p, [`0011${body}`], path(64_601), 'c0000207');
  settle(p);
  t.same(target.hexes(), [`0011${body}`]);
  t.match(p.rib({ family: vpls.name }).routes, [{ family: 'l2vpn-vpls', prefix: `0011${body}` }]);
  const changed = `0011${body.slice(0, -2)}b1`;
  source.announce(p, [changed], path(64_601), 'c0000207');
  settle(p);
  t.same(target.hexes(), [changed], 'what lies behind the key belongs to the path');
  source.withdraw(p, [`0011${body}`]);
  settle(p);
  t.equal(target.held.size, 0);
  t.same(target.problems, []);
});

t.test('routes of such families are announced by value or by octets, and withdrawn', async (t) => {
  const p = pipeline();
  const target = new OpaqueEnd('10.0.0.3', 64_603, vpnv4).open(p);
  const value = { rd: '65000:1', labels: [100], prefix: '10.0.1.0/24' };
  const nlri = [
    { family: 'vpnv4-unicast', value },
    { family: 'vpnv4-unicast', hex: route(2, 100) },
  ] as const;
  const attributes = { extendedCommunities: [TARGET] };
  p.announce({ prefixes: [], nlri, attributes, nextHop: '192.0.2.7', owner: 'vpn' });
  settle(p);
  t.same(target.hexes(), [route(1, 100), route(2, 100)]);
  t.equal([...target.held.values()][0]?.nextHop, hopOf(vpnv4));
  t.same(p.owned(), [
    { prefix: 'rd 65000:1 10.0.1.0/24 label 100', owner: 'vpn', family: 'vpnv4-unicast' },
    { prefix: 'rd 65000:1 10.0.2.0/24 label 100', owner: 'vpn', family: 'vpnv4-unicast' },
  ]);
  t.same(
    p.locals
      .compare({ prefixes: [], nlri, attributes, nextHop: '192.0.2.7', owner: 'vpn' })
      .map((c) => c.change),
    ['none', 'none'],
  );
  p.announce({ prefixes: [], nlri: [{ family: 'vpnv4-unicast', hex: route(2, 101) }], attributes });
  settle(p);
  t.same(target.hexes(), [route(1, 100), route(2, 101)].sort());
  t.equal(target.held.size, 2);
  p.withdraw([{ family: 'vpnv4-unicast', hex: route(2, 5) }]);
  settle(p);
  t.same(target.hexes(), [route(1, 100)]);
  p.withdrawOwner('vpn');
  settle(p);
  t.equal(target.held.size, 0);

  p.announce({ prefixes: [], nlri: [{ family: 'ipv4-multicast', value: '192.0.2.0/24' }] });
  t.match(p.rib({ family: 'ipv4-multicast' }).routes, [{ prefix: '192.0.2.0/24' }]);
  p.announce({
    prefixes: ['192.0.2.0/24'],
    nlri: [
      { family: 'ipv4-multicast', hex: '19c6336480' },
      { family: 'ipv6-multicast', hex: '2020010db8' },
    ],
  });
  const names = p.locals.ownedNames().map(({ name }) => name);
  t.same(names.sort(), [
    '192.0.2.0/24',
    'ipv4-multicast 192.0.2.0/24',
    'ipv4-multicast 198.51.100.128/25',
    'ipv6-multicast 2001:db8::/32',
  ]);
  p.withdraw([
    { family: 'ipv4-multicast', hex: '19c6336480' },
    { family: 'ipv6-multicast', value: '2001:db8::/32' },
  ]);
  settle(p);
  t.equal(p.locals.ownedNames().length, 2);

  for (const bad of [
    { family: 'vpnv4-unicast' },
    { family: 'vpnv4-unicast', hex: 'zz' },
    { family: 'vpnv4-unicast', hex: '20' },
    { family: 'vpnv4-unicast', value: { ...value, prefix: '2001:db8::/32' } },
    { family: 'ipv4-multicast', value: '2001:db8::/32' },
    { family: 'ipv4-multicast', hex: '19c63364' },
    { family: 'ipv4-multicast', hex: '21c633640000' },
    { family: 'ipv4-multicast', hex: 'x' },
    { family: 'l2vpn-vpls', hex: '00' },
  ] as const) {
    t.throws(() => p.announce({ prefixes: [], nlri: [bad as never] }), { code: 'BGP_ERR_NLRI' });
  }
});
