import t from 'tap';
import { parseAddress } from '../../../src/net/address.js';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import { policyFunction } from '../../../src/policy/compile.js';
import { acceptAll } from '../../../src/policy/defaults.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const P = '192.0.2.0/24';

t.test(
  'a route is passed to external peers with our AS in front and our next hop, without LOCAL_PREF and MED',
  async (t) => {
    const p = pipeline();
    const a = new FarEnd('10.0.0.1', 64_601).open(p);
    const b = new FarEnd('10.0.0.2', 64_602).open(p);
    const c = new FarEnd('10.0.0.3', LOCAL_AS).open(p);
    a.announce(p, [P], { ...path(64_601, 7), med: 5, communities: [1] });
    settle(p);
    const external = b.held.get(P)!;
    t.strictSame(external.attributes, { ...path(LOCAL_AS, 64_601, 7), communities: [1] });
    t.equal(external.nextHop, '10.0.0.254');
    const internal = c.held.get(P)!;
    t.strictSame(internal.attributes, { ...path(64_601, 7), med: 5, localPref: 100, communities: [1] });
    t.equal(internal.nextHop, '10.0.0.1');
    t.equal(a.held.size, 0, 'not echoed');
  },
);

t.test('internal peers are not told what internal peers told', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', LOCAL_AS).open(p);
  const b = new FarEnd('10.0.0.2', LOCAL_AS).open(p);
  const c = new FarEnd('10.0.0.3', 64_603).open(p);
  a.announce(p, [P], { ...path(7), localPref: 200 });
  settle(p);
  t.equal(b.held.size, 0);
  t.strictSame(c.held.get(P)?.attributes, path(LOCAL_AS, 7));
});

t.test(
  'when the best path moves between members, the old source gets it and the new one has it withdrawn',
  async (t) => {
    const p = pipeline();
    const a = new FarEnd('10.0.0.1', 64_601).open(p);
    const b = new FarEnd('10.0.0.2', 64_602).open(p);
    const c = new FarEnd('10.0.0.3', 64_603).open(p);
    settle(p);
    a.announce(p, [P], path(64_601));
    settle(p);
    t.equal(b.held.size, 1);
    b.announce(p, [P], path(64_602, 1));
    settle(p);
    t.equal(b.held.size, 1, 'a longer path changes nothing');
    a.announce(p, [P], path(64_601, 1, 2));
    settle(p);
    t.equal(b.held.size, 0, 'b was sent it, and it is withdrawn');
    t.strictSame(a.held.get(P)?.attributes, path(LOCAL_AS, 64_602, 1));
    t.strictSame(c.held.get(P)?.attributes, path(LOCAL_AS, 64_602, 1));
    t.equal(b.withdrawn, 1);
    t.equal(c.withdrawn, 0);
    for (const end of [a, b, c]) t.strictSame(end.problems, []);
  },
);

t.test('a block is packed once and shared by all members of a group', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const others = [2, 3, 4].map((n) => new FarEnd(`10.0.0.${n}`, 64_600 + n).open(p));
  settle(p);
  a.announce(p, [P, '198.51.100.0/24'], path(64_601));
  settle(p);
  const [first, ...rest] = others.map((end) => end.blocks.at(-1));
  for (const block of rest) t.equal(block, first);
});

t.test('what was never sent is not withdrawn', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  settle(p);
  a.announce(p, [P], path(64_601));
  a.withdraw(p, [P]);
  settle(p);
  a.announce(p, [P], { ...path(64_601), communities: [0xffffff02] });
  settle(p);
  a.withdraw(p, [P, '198.51.100.0/24']);
  settle(p);
  t.equal(b.announced, 0);
  t.equal(b.withdrawn, 0);
});

t.test('a slow member costs prefixes, not changes, and catches up', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  const c = new FarEnd('10.0.0.3', 64_603).open(p);
  settle(p);
  b.isBlocked = true;
  a.announce(p, [P, '198.51.100.0/24'], path(64_601));
  settle(p);
  const before = b.announced;
  for (let n = 1; n <= 50; n++) {
    a.announce(p, [P], path(64_601, n));
    settle(p);
  }
  a.withdraw(p, ['198.51.100.0/24']);
  a.announce(p, ['203.0.113.0/24'], path(64_601));
  settle(p);
  a.withdraw(p, ['203.0.113.0/24']);
  settle(p);
  t.equal(b.announced, before, 'nothing while it is slow');
  t.equal(p.counts(b.index, IPV4_UNICAST).advertised, 2, 'advertised is what it was sent');
  t.equal(p.advertised(b.index, {}).routes.length, 2);
  b.isBlocked = false;
  p.writable(b.index);
  settle(p);
  t.equal(b.announced, before + 1);
  t.equal(b.withdrawn, 1, 'only what it had');
  t.strictSame(b.summary(), c.summary());
  t.strictSame(b.problems, []);
  a.withdraw(p, [P]);
  settle(p);
  t.equal(b.held.size, 0, 'back in the stream');
  t.equal(p.totals().families[0]!.prefixes, 0);
});

t.test('a new member gets the table while it changes, then End-of-RIB for each family', async (t) => {
  const p = pipeline({ stepSize: 16 });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const prefixes = Array.from({ length: 400 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  a.announce(p, prefixes, path(64_601));
  settle(p);
  const c = new FarEnd('10.0.0.3', 64_603).open(p);
  const d = new FarEnd('10.0.0.4', 64_604).open(p);
  for (let n = 0; n < 10; n++) {
    p.work(() => true);
    a.withdraw(p, [prefixes[n]!, prefixes[399 - n]!]);
    a.announce(p, [prefixes[100 + n]!], path(64_601, n + 1));
    a.announce(p, [`172.16.${n}.0/24`], path(64_601));
  }
  settle(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  settle(p);
  t.strictSame(c.summary(), b.summary());
  t.strictSame(d.summary(), b.summary());
  t.equal(b.held.size, 400 - 20 + 10);
  t.strictSame(c.endOfRib, ['ipv4-unicast', 'ipv6-unicast']);
  for (const end of [b, c, d]) t.strictSame(end.problems, []);
});

t.test('a policy that rejects the best path lets the next one through', async (t) => {
  const p = pipeline();
  const noSeven = policyFunction(
    'no-seven',
    (route) =>
      route.attributes.asPath?.[0]?.ases.includes(7) === true
        ? { action: 'reject', statement: 'seven' }
        : { action: 'accept', statement: 'rest' },
    { reads: [] },
  );
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  const c = new FarEnd('10.0.0.3', 64_603, { exportPolicy: noSeven }).open(p);
  a.announce(p, [P], path(64_601, 7));
  settle(p);
  t.equal(c.held.size, 0);
  b.announce(p, [P], path(64_602, 1, 2, 3));
  settle(p);
  t.strictSame(
    c.held.get(P)?.attributes,
    path(LOCAL_AS, 64_602, 1, 2, 3),
    'a change behind the best path counts',
  );
  b.withdraw(p, [P]);
  settle(p);
  t.equal(c.held.size, 0);
  t.strictSame(c.problems, []);
});

t.test('a new export policy sends the difference only', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  const c = new FarEnd('10.0.0.3', 64_603).open(p);
  a.announce(p, [P, '198.51.100.0/24'], path(64_601));
  settle(p);
  const only = policyFunction('only', (route) => ({
    action: route.prefix === P ? 'accept' : 'reject',
    statement: 's',
  }));
  p.setPolicies(b.index, { importPolicy: null, exportPolicy: only });
  settle(p);
  t.strictSame([...b.held.keys()], [P]);
  t.equal(b.announced, 2);
  t.equal(b.withdrawn, 1);
  p.setPolicies(b.index, { importPolicy: null, exportPolicy: null });
  settle(p);
  t.equal(b.announced, 3);
  t.strictSame(b.summary(), c.summary());
  t.equal(b.endOfRib.length, 2, 'End-of-RIB only once for each family');
});

t.test('a route refresh sends everything again, and only to who asked', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  const c = new FarEnd('10.0.0.3', 64_603).open(p);
  a.announce(p, [P, '198.51.100.0/24'], path(64_601));
  settle(p);
  p.refreshOut(b.index, IPV4_UNICAST);
  a.withdraw(p, [P]);
  settle(p);
  t.equal(b.announced, 3);
  t.equal(c.announced, 2);
  t.strictSame(b.summary(), c.summary());
});

t.test('RFC 8212: an external peer without policies gets and gives nothing', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601, { requirePolicy: true }).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  p.announce({ prefixes: ['203.0.113.0/24'] });
  a.announce(p, [P], path(64_601));
  settle(p);
  t.equal(a.held.size, 0);
  t.strictSame([...b.held.keys()], ['203.0.113.0/24']);
  const [route] = p.received(a.index, {}).routes;
  t.match(route?.paths[0], { accepted: false, reason: /RFC 8212/ });
});

t.test(
  'what accepts everything is not asked, and a table from one peer is exported for the others only',
  async (t) => {
    const p = pipeline();
    const open = { importPolicy: acceptAll, exportPolicy: acceptAll, requirePolicy: true };
    const nextHops = new Map([[IPV4_UNICAST.key, parseAddress('10.1.0.254')]]);
    const a = new FarEnd('10.0.0.1', 64_601, open).open(p);
    const b = new FarEnd('10.0.0.2', 64_602, { ...open, nextHops }).open(p);
    a.announce(p, [P], path(64_601));
    settle(p);
    t.strictSame(b.held.get(P)?.attributes, path(LOCAL_AS, 64_601));
    t.equal(a.held.size, 0);
    t.equal(p.counts(a.index, IPV4_UNICAST).advertised, 0);
    const c = new FarEnd('10.0.0.3', 64_603, open).open(p);
    settle(p);
    t.strictSame(c.held.get(P)?.attributes, path(LOCAL_AS, 64_601), 'who joins a is sent it');
    t.match(p.explain(P, b.index)?.export, { advertised: true, paths: [{ statement: 'accept-all' }] });
  },
);
