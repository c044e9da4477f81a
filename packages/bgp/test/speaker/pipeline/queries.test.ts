import t from 'tap';
import { policyFunction } from '../../../src/policy/compile.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

t.test('every path says why it is best, or by which rule it lost', async (t) => {
  const p = pipeline({ maximumPaths: 2 });
  const refuse = policyFunction('refuse', () => ({ action: 'reject', statement: 'all' }), { reads: [] });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_601).open(p);
  const c = new FarEnd('10.0.0.3', 64_603).open(p);
  const d = new FarEnd('10.0.0.4', 64_604, { importPolicy: refuse }).open(p);
  const e = new FarEnd('10.0.0.5', 64_605).open(p);
  const prefix = '10.1.0.0/16';
  a.announce(p, [prefix], path(64_601));
  b.announce(p, [prefix], path(64_601));
  c.announce(p, [prefix], path(64_603, 1));
  d.announce(p, [prefix], path(64_604));
  e.announce(p, [prefix], path(64_605, LOCAL_AS));
  settle(p);
  const [route] = p.rib({ prefix }).routes;
  const [best, ...others] = route!.paths;
  t.match(best, { peer: '10.0.0.1', best: true, multipath: true, reason: 'lower router id', accepted: true });
  const reasons = Object.fromEntries(
    others.map((other) => [other.peer, [other.accepted, other.multipath, other.reason]]),
  );
  t.strictSame(reasons, {
    '10.0.0.2': [true, true, 'higher router id'],
    '10.0.0.3': [true, false, 'longer AS path'],
    '10.0.0.4': [false, false, 'rejected by import policy, statement all'],
    '10.0.0.5': [false, false, 'AS path loop: it has our AS 65000'],
  });
  t.strictSame(p.received(e.index, {}).routes[0]?.paths[0]?.attributes, path(64_605, LOCAL_AS));
});

t.test('an address finds the longest prefix with paths, a prefix only itself', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  a.announce(
    p,
    ['0.0.0.0/0', '10.0.0.0/8', '10.1.0.0/16', '10.1.2.0/24', '2001:db8::/32', '::/0'],
    path(64_601),
  );
  settle(p);
  const found = (prefix: string): string | undefined => p.rib({ prefix }).routes[0]?.prefix;
  t.equal(found('10.1.2.3'), '10.1.2.0/24');
  t.equal(found('10.1.3.255'), '10.1.0.0/16');
  t.equal(found('10.255.0.1'), '10.0.0.0/8');
  t.equal(found('192.0.2.1'), '0.0.0.0/0');
  t.equal(found('2001:db8:ffff::1'), '2001:db8::/32');
  t.equal(found('2001:db9::'), '::/0');
  t.equal(found('10.1.0.0/16'), '10.1.0.0/16');
  t.equal(found('10.1.0.0/17'), undefined);
  a.withdraw(p, ['10.1.2.0/24']);
  t.equal(found('10.1.2.3'), '10.1.0.0/16', 'also before the turn');
});

t.test('pages go on where the last one ended, over both families', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  const prefixes = Array.from({ length: 25 }, (_, i) => `10.${i}.0.0/16`);
  const v6 = Array.from({ length: 7 }, (_, i) => `2001:db8:${i + 1}::/48`);
  a.announce(p, [...prefixes, ...v6], path(64_601));
  settle(p);
  for (const list of [p.rib.bind(p), p.received.bind(p, a.index), p.advertised.bind(p, b.index)]) {
    const seen: string[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const page = list({ limit: 10, ...(after !== undefined && { after }) });
      seen.push(...page.routes.map((route) => route.prefix));
      after = page.next;
      pages++;
    } while (after !== undefined);
    t.equal(pages, 4);
    t.strictSame(seen.sort(), [...prefixes, ...v6].sort());
  }
  t.equal(p.rib({ family: 'ipv6-unicast' }).routes.length, 7);
  t.equal(p.advertised(a.index, {}).routes.length, 0);
});

t.test('a query that makes no sense is refused with the value', async (t) => {
  const p = pipeline();
  t.throws(() => p.rib({ limit: 0 }), { code: 'BGP_ERR_QUERY', message: /got 0/ });
  t.throws(() => p.rib({ limit: 10_001 }), { code: 'BGP_ERR_QUERY' });
  t.doesNotThrow(() => p.rib({ limit: 10_000 }));
  t.throws(() => p.rib({ family: 'ipv5' }), { code: 'BGP_ERR_QUERY' });
  t.throws(() => p.rib({ after: 'x' }), { code: 'BGP_ERR_QUERY' });
  t.throws(() => p.rib({ prefix: 'x' }), { code: 'BGP_ERR_ADDRESS' });
});
