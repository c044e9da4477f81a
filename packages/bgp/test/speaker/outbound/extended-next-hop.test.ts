import t from 'tap';
import { parseAddress } from '../../../src/net/address.js';
import { type FamilyKey, IPV4_UNICAST, IPV6_UNICAST } from '../../../src/net/family.js';
import { FakeNextHops } from '../../../src/testing/index.js';
import { best, Lab, peerOf, statusOf, TextSink } from '../lab.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const extended = { extendedNextHop: new Set([IPV4_UNICAST.key]) };
const ownIpv6 = parseAddress('2001:db8::254');
const nextHops = new Map<FamilyKey, Uint8Array>([
  [IPV4_UNICAST.key, ownIpv6],
  [IPV6_UNICAST.key, ownIpv6],
]);
const prefix = '203.0.113.0/24';

t.test('IPv4 with an IPv6 next hop ends the session where it was not negotiated', async (t) => {
  const p = pipeline();
  const from = new FarEnd('10.0.0.1', 64501).open(p);
  for (const nextHop of ['2001:db8::1', new Uint8Array(32).fill(1)]) {
    t.throws(() => from.announce(p, [prefix], path(64501), nextHop), /must not have (16|32) octets/);
  }
});

t.test('both kinds of next hops live beside each other, and the later announcement counts', async (t) => {
  const p = pipeline({ maximumPaths: 2 });
  const sink = new TextSink();
  p.addSink(sink);
  const from = new FarEnd('10.0.0.1', 64501, extended).open(p);
  const other = new FarEnd('10.0.0.2', 64501).open(p);
  from.announce(p, [prefix], path(64501), '2001:db8::1');
  other.announce(p, [prefix], path(64501), '192.0.2.2');
  settle(p);
  t.equal(sink.table.get(prefix), '2001:db8::1 192.0.2.2', 'equal cost over both');
  from.announce(p, [prefix], path(64501), '192.0.2.1');
  settle(p);
  t.equal(sink.table.get(prefix), '192.0.2.1 192.0.2.2', 'the plain form replaces the other one');
  from.announce(p, [prefix], path(64501), '2001:db8::9');
  from.withdraw(p, [prefix]);
  settle(p);
  t.equal(sink.table.get(prefix), '192.0.2.2', 'the plain withdrawal holds for both');
});

t.test('to a peer that takes it our IPv6 address goes out, to others an IPv4 one', async (t) => {
  const p = pipeline();
  const able = new FarEnd('10.0.0.1', 64501, { ...extended, nextHops }).open(p);
  const plain = new FarEnd('10.0.0.2', 64502).open(p);
  p.announce({ prefixes: [prefix] });
  p.announce({ prefixes: ['203.0.114.0/24'], nextHop: '192.0.2.77' });
  settle(p);
  t.equal(able.held.get(prefix)?.nextHop, '2001:db8::254');
  t.equal(able.held.get('203.0.114.0/24')?.nextHop, '192.0.2.77', 'one given for the route stays as it is');
  t.equal(plain.held.get(prefix)?.nextHop, '10.0.0.254');
  p.withdraw([prefix]);
  settle(p);
  t.notOk(able.held.has(prefix));
  t.same([...able.problems, ...plain.problems], []);
});

t.test('an IPv6 next hop is passed on only to those that take it, and explain says so', async (t) => {
  const p = pipeline();
  const from = new FarEnd('10.0.0.1', 64501, extended).open(p);
  const able = new FarEnd('10.0.0.2', LOCAL_AS, extended).open(p);
  const plain = new FarEnd('10.0.0.3', LOCAL_AS).open(p);
  const self = new FarEnd('10.0.0.4', LOCAL_AS, { nextHopSelf: true }).open(p);
  const external = new FarEnd('10.0.0.5', 64505).open(p);
  from.announce(p, [prefix], path(64501), '2001:db8::1');
  settle(p);
  t.equal(able.held.get(prefix)?.nextHop, '2001:db8::1');
  t.equal(plain.held.get(prefix), undefined);
  t.equal(self.held.get(prefix)?.nextHop, '10.0.0.254');
  t.equal(external.held.get(prefix)?.nextHop, '10.0.0.254');
  const why = p.explain(prefix, plain.index)?.export;
  t.match(why, { advertised: false, reason: /IPv6 address, which this peer does not take for IPv4/ });
  from.announce(p, [prefix], path(64501), '192.0.2.1');
  settle(p);
  t.equal(plain.held.get(prefix)?.nextHop, '192.0.2.1');
  t.same([...able.problems, ...plain.problems], []);
});

t.test('a path whose next hop cannot be passed on makes room for the next one', async (t) => {
  const p = pipeline();
  const better = new FarEnd('10.0.0.1', 64501, extended).open(p);
  const worse = new FarEnd('10.0.0.2', 64502).open(p);
  const plain = new FarEnd('10.0.0.3', LOCAL_AS).open(p);
  better.announce(p, [prefix], path(64501), '2001:db8::1');
  worse.announce(p, [prefix], path(64502, 64503), '192.0.2.2');
  settle(p);
  t.equal(plain.held.get(prefix)?.nextHop, '192.0.2.2');
});

t.test('an IPv6 next hop given for a route of our own goes to those that take it', async (t) => {
  const p = pipeline();
  const able = new FarEnd('10.0.0.1', 64501, { ...extended, nextHops }).open(p);
  const plain = new FarEnd('10.0.0.2', 64502).open(p);
  p.announce({ prefixes: [prefix], nextHop: '2001:db8::77' });
  settle(p);
  t.equal(able.held.get(prefix)?.nextHop, '2001:db8::77');
  t.notOk(plain.held.has(prefix));
});

t.test('the way to an IPv6 next hop of an IPv4 route is tracked', async (t) => {
  const tracker = new FakeNextHops();
  const p = pipeline({ nextHopTracker: tracker });
  const sink = new TextSink();
  p.addSink(sink);
  const from = new FarEnd('10.0.0.1', 64501, extended).open(p);
  from.announce(p, [prefix], path(64501), '2001:db8::1');
  settle(p);
  t.equal(sink.table.get(prefix), '2001:db8::1');
  p.nextHopChanged('2001:db8::1', { reachable: false, metric: 0 });
  settle(p);
  t.notOk(sink.table.has(prefix));
});

t.test('two speakers over IPv6 agree on it when both want it', async (t) => {
  for (const both of [true, false]) {
    const lab = new Lab();
    const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
    const families = ['ipv4-unicast', 'ipv6-unicast'] as const;
    const shared = { families, extendedNextHop: true };
    left.speaker.addPeer(peerOf(right, { ...shared, address: '2001:db8::2' }));
    right.speaker.addPeer(peerOf(left, { ...shared, extendedNextHop: both, address: '2001:db8::1' }));
    left.speaker.announce({ prefixes: [prefix] });
    await lab.start(left, right);
    t.ok(await lab.until(() => best(right, prefix) !== undefined));
    t.equal(best(right, prefix)?.nextHop, both ? '2001:db8::1' : '192.0.2.1');
    const status = right.speaker.peer('2001:db8::1');
    t.equal(status?.capabilities.includes('extended-next-hop'), true, 'told by the left one in any case');
    t.equal(status?.families[0]?.extendedNextHop, both ? true : undefined);
  }
});

t.test('a session over IPv4 goes on as before when the interface has no IPv6 address', async (t) => {
  const lab = new Lab();
  const options = { hasLocalAddresses: false };
  const [left, right] = [lab.speaker(1, 64512, options), lab.speaker(2, 64513, options)];
  lab.join(left, right, { extendedNextHop: true });
  left.speaker.announce({ prefixes: [prefix] });
  await lab.start(left, right);
  t.ok(await lab.until(() => best(right, prefix)?.nextHop === '192.0.2.1'));
  t.match(statusOf(right, left).families, [{ family: 'ipv4-unicast', negotiated: true }]);
});

t.test('an IPv6 next hop may be configured for IPv4 together with it only', async (t) => {
  const lab = new Lab();
  const { speaker } = lab.speaker(1, 64512);
  const peer = { address: '192.0.2.2', remoteAs: 64513, nextHop: { 'ipv4-unicast': '2001:db8::9' } };
  t.throws(
    () => speaker.addPeer(peer),
    /nextHop.ipv4-unicast must be an IPv4 address, or an IPv6 one where extendedNextHop/,
  );
  speaker.addPeer({ ...peer, extendedNextHop: true });
  t.throws(() => speaker.addPeer({ ...peer, address: '192.0.2.3', linkLocalForm: 'triple' as 'single' }), {
    code: 'BGP_ERR_CONFIG',
  });
});
