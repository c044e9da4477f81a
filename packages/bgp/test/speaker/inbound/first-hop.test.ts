import fc from 'fast-check';
import t from 'tap';
import { parseAddress } from '../../../src/net/address.js';
import { IPV4_UNICAST } from '../../../src/net/family.js';
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

const client = { routeReflectorClient: true } as const;
const told = (...ases: number[]) => ({ ...path(...ases), localPref: 100 });

t.test('a route of ours is not sent to its next hop as it is, but with our address', async (t) => {
  const p = pipeline();
  const early = [new FarEnd('10.0.0.2', 64502).open(p), new FarEnd('10.0.0.3', 64502).open(p)];
  settle(p);
  p.announce({ prefixes: [prefix], nextHop: '10.0.0.2' });
  p.announce({ prefixes: ['198.51.100.0/24'] });
  settle(p);
  const late = [new FarEnd('10.0.0.4', 64502), new FarEnd('10.0.0.5', 64502)];
  p.announce({ prefixes: ['192.0.2.0/24'], nextHop: '10.0.0.4' });
  for (const end of late) end.open(p);
  settle(p);
  const hops = (route: string) => [...early, ...late].map((end) => end.held.get(route)?.nextHop);
  t.same(hops(prefix), [own, '10.0.0.2', '10.0.0.2', '10.0.0.2']);
  t.same(hops('192.0.2.0/24'), ['10.0.0.4', '10.0.0.4', own, '10.0.0.4']);
  t.same(hops('198.51.100.0/24'), [own, own, own, own]);
  t.equal(p.counts(early[0]!.index, IPV4_UNICAST).advertised, 3);

  p.announce({ prefixes: ['203.0.112.0/24'] });
  settle(p);
  const blocks = early.map(({ blocks }) => blocks.at(-1));
  t.equal(blocks[0], blocks[1], 'they go on sharing octets');
  p.announce({ prefixes: [prefix], nextHop: '10.0.0.3' });
  settle(p);
  t.same(hops(prefix), ['10.0.0.3', own, '10.0.0.3', '10.0.0.3']);
  p.withdraw([prefix]);
  settle(p);
  for (const end of [...early, ...late]) {
    t.equal(end.held.size, 3);
    t.same(end.problems, []);
  }
});

t.test('a route of others is not sent to its next hop', async (t) => {
  const p = pipeline();
  const from = new FarEnd('10.0.0.1', LOCAL_AS, client).open(p);
  const [hop, other] = ['10.0.0.2', '10.0.0.3'].map((address) =>
    new FarEnd(address, LOCAL_AS, client).open(p),
  ) as [FarEnd, FarEnd];
  settle(p);
  from.announce(p, [prefix, '198.51.100.0/24'], told(7), '10.0.0.2');
  from.announce(p, ['192.0.2.0/24'], told(7), '10.0.0.9');
  settle(p);
  t.same([...hop.held.keys()], ['192.0.2.0/24']);
  t.equal(other.held.get(prefix)?.nextHop, '10.0.0.2');
  t.equal(p.counts(hop.index, IPV4_UNICAST).advertised, 1);
  t.match(p.explain(prefix, hop.index)?.export, { advertised: false, reason: /an address of this peer/ });
  from.announce(p, [prefix], told(7), '10.0.0.1');
  settle(p);
  t.equal(hop.held.get(prefix)?.nextHop, '10.0.0.1');
  from.announce(p, [prefix], told(7), '10.0.0.2');
  settle(p);
  t.equal(hop.held.has(prefix), false);
  p.closePeer(hop.index);
  settle(p);
  hop.open(p);
  settle(p);
  t.same([...hop.held.keys()], ['192.0.2.0/24'], 'after its return too');
  for (const end of [from, hop, other]) t.same(end.problems, []);
});

t.test('whatever comes and goes, nobody is told of itself, and all else arrives', async () => {
  const routes = [0, 1, 2, 3].map((n) => `203.0.${n}.0/24`);
  const command = fc.record({
    who: fc.nat(3),
    route: fc.nat(3),
    hop: fc.integer({ min: 1, max: 5 }),
    what: fc.constantFrom(
      'announce',
      'announce',
      'announce',
      'withdraw',
      'ours',
      'not ours',
      'turn',
      'turn',
      'back',
    ),
  });
  fc.assert(
    fc.property(
      fc.array(command, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      (commands, stepSize) => {
        const p = pipeline({ stepSize });
        const ends = [1, 2, 3, 4].map((n) => new FarEnd(`10.0.0.${n}`, LOCAL_AS, client).open(p));
        for (const { who, route, hop, what } of commands) {
          const [end, name] = [ends[who]!, routes[route]!];
          if (what === 'announce')
            end.announce(p, [name], told(...Array<number>(1 + who).fill(7)), `10.0.0.${hop}`);
          else if (what === 'withdraw') end.withdraw(p, [name]);
          else if (what === 'ours') p.announce({ prefixes: [name], nextHop: `10.0.0.${hop}` });
          else if (what === 'not ours') p.withdraw([name]);
          else if (what === 'turn') p.work(() => true);
          else {
            p.closePeer(end.index);
            end.open(p);
          }
        }
        settle(p);
        for (const end of ends) {
          const wanted = p.rib({}).routes.flatMap(({ prefix: name, paths }) => {
            const best = paths.find((one) => one.best);
            if (best === undefined || best.peer === end.address) return [];
            if (best.nextHop !== end.address) return [`${name} ${best.nextHop}`];
            return best.peer === 'local' ? [`${name} ${own}`] : [];
          });
          const found = [...end.held].map(([name, { nextHop }]) => `${name} ${nextHop}`);
          const { advertised } = p.counts(end.index, IPV4_UNICAST);
          if (
            wanted.sort().join() !== found.sort().join() ||
            advertised !== wanted.length ||
            end.problems.length > 0
          ) {
            throw new Error(
              `${end.address} wanted ${wanted}, found ${found}, ${advertised}; ${end.problems}`,
            );
          }
        }
      },
    ),
    { numRuns: 300, seed: 513 },
  );
});
