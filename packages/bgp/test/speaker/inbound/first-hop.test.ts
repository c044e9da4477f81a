import t from 'tap';
import { parseAddress } from '../../../src/net/address.js';
import { policy } from '../../../src/policy/compile.js';
import { SessionRules } from '../../../src/speaker/members/session-rules.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

// RFC 4271 §5.1.3: which next hop goes with a route, by where it came from and where it goes.

const prefix = '203.0.113.0/24';
const prefix6 = '2001:db8:1::/48';
const own = '10.0.0.254';
const linkLocal = parseAddress('fe80::1');
const withLinkLocal = Uint8Array.of(...parseAddress('2001:db8::1'), ...linkLocal);
const unchanged = SessionRules.of(
  peerSettings({ address: '10.0.0.2', remoteAs: 64502, nextHopUnchanged: true }, LOCAL_AS),
  LOCAL_AS,
);

t.test(
  'to an internal peer a route of an external one keeps its next hop, unless we put ourselves there',
  async (t) => {
    const p = pipeline();
    const from = new FarEnd('10.0.0.1', 64501).open(p);
    const plain = new FarEnd('10.0.0.2', LOCAL_AS).open(p);
    const self = new FarEnd('10.0.0.3', LOCAL_AS, { nextHopSelf: true }).open(p);
    from.announce(p, [prefix], path(64501), '192.0.2.9');
    from.announce(p, [prefix6], path(64501), withLinkLocal);
    settle(p);
    t.equal(plain.held.get(prefix)?.nextHop, '192.0.2.9');
    t.equal(plain.held.get(prefix6)?.nextHop, '2001:db8::1');
    t.equal(plain.octets.length, 16, 'the link-local address stays on its link');
    t.equal(self.held.get(prefix)?.nextHop, own);
    t.equal(self.held.get(prefix6)?.nextHop, '2001:db8::254');
  },
);

t.test('what is reflected keeps its next hop, whatever nextHopSelf says (RFC 4456)', async (t) => {
  const p = pipeline();
  const from = new FarEnd('10.0.0.1', LOCAL_AS, { routeReflectorClient: true }).open(p);
  const to = new FarEnd('10.0.0.2', LOCAL_AS, { nextHopSelf: true }).open(p);
  from.announce(p, [prefix], path(), '192.0.2.9');
  settle(p);
  t.equal(to.held.get(prefix)?.nextHop, '192.0.2.9');
});

t.test('to an external peer our own address goes, on a common subnet as well', async (t) => {
  const p = pipeline();
  const from = new FarEnd('10.0.0.1', 64501).open(p);
  const inside = new FarEnd('10.0.0.9', LOCAL_AS).open(p);
  const to = new FarEnd('10.0.0.2', 64502).open(p);
  from.announce(p, [prefix], path(64501), '10.0.0.1');
  inside.announce(p, ['198.51.100.0/24'], path(), '10.0.0.9');
  settle(p);
  t.equal(to.held.get(prefix)?.nextHop, own);
  t.equal(to.held.get('198.51.100.0/24')?.nextHop, own);
});

t.test('a third party is the next hop where nextHopUnchanged says so, or a policy', async (t) => {
  const p = pipeline();
  const from = new FarEnd('10.0.0.1', 64501).open(p);
  const to = new FarEnd('10.0.0.2', 64502, { rules: unchanged }).open(p);
  const exportPolicy = policy('unchanged', [{ action: 'accept', edits: { nextHop: 'unchanged' } }]);
  const byPolicy = new FarEnd('10.0.0.3', 64503, { exportPolicy }).open(p);
  from.announce(p, [prefix], path(64501), '10.0.0.7');
  from.announce(p, [prefix6], path(64501), withLinkLocal);
  settle(p);
  for (const end of [to, byPolicy]) {
    t.equal(end.held.get(prefix)?.nextHop, '10.0.0.7');
    t.equal(end.held.get(prefix6)?.nextHop, '2001:db8::1');
    t.equal(end.octets.length, 16, 'without the link-local address, which may be of another link');
  }
});

t.test('a link-local next hop alone is never passed on, even where it should stay as it is', async (t) => {
  const p = pipeline();
  const link = { interface: 'eth1', isOnLink: true };
  const from = new FarEnd('10.0.0.1', 64501, { link }).open(p);
  const ends = [
    new FarEnd('10.0.0.2', 64502, { rules: unchanged }).open(p),
    new FarEnd('10.0.0.3', LOCAL_AS).open(p),
    new FarEnd('10.0.0.4', 64504, { routeServerClient: true }).open(p),
  ];
  const beside = new FarEnd('10.0.0.5', 64505, { routeServerClient: true, link }).open(p);
  from.announce(p, [prefix6], path(64501), linkLocal);
  settle(p);
  for (const end of ends) t.equal(end.held.get(prefix6)?.nextHop, '2001:db8::254');
  t.equal(
    beside.held.get(prefix6)?.nextHop,
    'fe80::1',
    'but to a client of the route server on the same link',
  );
});

t.test('an address that is given for a route of our own goes to everyone', async (t) => {
  const p = pipeline();
  const ends = [
    new FarEnd('10.0.0.1', 64501).open(p),
    new FarEnd('10.0.0.2', LOCAL_AS).open(p),
    new FarEnd('10.0.0.3', LOCAL_AS, { nextHopSelf: true }).open(p),
  ];
  p.announce({ prefixes: [prefix], nextHop: '10.0.0.77' });
  settle(p);
  for (const end of ends) t.equal(end.held.get(prefix)?.nextHop, '10.0.0.77');
});

t.test(
  'a route with our own address as next hop is not taken, from whomever and for whichever session',
  async (t) => {
    const p = pipeline();
    const external = new FarEnd('10.0.0.1', 64501, { ownAddress: parseAddress(own) }).open(p);
    const internal = new FarEnd('10.0.0.2', LOCAL_AS, { ownAddress: parseAddress('192.0.2.1') }).open(p);
    const to = new FarEnd('10.0.0.3', 64503).open(p);
    external.announce(p, ['198.51.100.0/24'], path(64501), own);
    external.announce(p, ['198.51.101.0/24'], path(64501), '192.0.2.1');
    internal.announce(p, ['198.51.102.0/24'], path(), own);
    internal.announce(p, ['198.51.103.0/24'], path(), '192.0.2.2');
    settle(p);
    t.same([...to.held.keys()], ['198.51.103.0/24']);
    p.closePeer(internal.index);
    settle(p);
    external.announce(p, ['198.51.101.0/24'], path(64501), '192.0.2.1');
    settle(p);
    t.same([...to.held.keys()], ['198.51.101.0/24'], 'that address is not ours any more');
  },
);
