import t from 'tap';
import { FarEnd, path, pipeline, settle } from '../pipeline-fixture.js';

const many = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const number = from + i;
    return `${10 + (number >>> 16)}.${(number >>> 8) & 255}.${number & 255}.0/24`;
  });

t.test('withdrawals are told before the prefixes are released', (t) => {
  const p = pipeline({ stepSize: 8 });
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  settle(p);
  const prefixes = many(0, 200);
  a.announce(p, prefixes, path(64_601));
  settle(p);
  a.withdraw(p, prefixes);
  for (let turn = 0; b.withdrawn < 200; turn++) {
    t.equal(p.totals().families[0]?.prefixes, 200, `turn ${turn}`);
    t.ok(p.work(() => true));
  }
  settle(p);
  t.equal(p.totals().families[0]?.prefixes, 0);
  t.end();
});

t.test('a prefix that comes again before it is released is the same', (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  settle(p);
  const prefixes = many(0, 50);
  a.announce(p, prefixes, path(64_601));
  settle(p);
  a.withdraw(p, prefixes);
  p.work(() => false);
  t.equal(b.held.size, 0);
  a.announce(p, prefixes.slice(10), path(64_601, 7));
  settle(p);
  t.equal(p.totals().families[0]?.prefixes, 40);
  t.equal(b.held.size, 40);
  t.end();
});

t.test('where there is never a quiet turn, no more than a bounded number waits', (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601).open(p);
  settle(p);
  const EACH = 4_000;
  let most = 0;
  for (let round = 0; round < 60; round++) {
    a.announce(p, many(round * EACH, EACH), path(64_601));
    p.work(() => false);
    a.withdraw(p, many(round * EACH, EACH));
    a.announce(p, ['192.0.2.0/24'], path(64_601, 1 + round));
    p.work(() => false);
    most = Math.max(most, p.totals().families[0]!.prefixes);
  }
  t.ok(most > EACH, 'they wait');
  t.ok(most < 65_536 + 4 * EACH, `${most} prefixes`);
  settle(p);
  t.equal(p.totals().families[0]?.prefixes, 1);
  t.end();
});
