import t from 'tap';
import type { PathAttributes } from '../../../src/attributes/path-attributes.js';
import { policyFunction } from '../../../src/policy/compile.js';
import { compilePolicies } from '../../../src/policy/policies.js';
import type { Policy } from '../../../src/policy/policy.js';
import { seeded } from '../../rib/seeded.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const COUNT = 96;
const prefixes = Array.from({ length: COUNT }, (_, i) =>
  i % 2 === 0 ? `10.${i}.0.0/${16 + (i % 5) * 2}` : `2001:db8:${i}::/${48 + (i % 3) * 8}`,
);
const every = (step: number, more: object) =>
  prefixes.filter((_, i) => i % step === 0).map((prefix) => ({ prefix, ...more }));

const policies = compilePolicies({
  sets: {
    thirds: every(3, {}),
    fifths: every(5, {}),
    wide: ['10.0.0.0/10', { prefix: '2001:db8::/44', le: 56 }],
  },
  policies: {
    in: [
      { match: { prefixes: ['@thirds'] }, action: 'next', edits: { localPref: 200 } },
      { match: { prefixes: ['@wide'], anyCommunity: ['1:1'] }, action: 'reject' },
      { match: { anyCommunity: ['1:2'] }, action: 'next', edits: { addCommunities: ['2:2'] } },
      { match: { family: 'ipv6-unicast', prefixes: ['@fifths'] }, action: 'accept', edits: { med: 7 } },
      { action: 'accept' },
    ],
    out: [
      { match: { localPref: 200, prefixes: ['@fifths'] }, action: 'accept', edits: { med: 5 } },
      { match: { prefixes: ['@wide'] }, action: 'next', edits: { addCommunities: ['3:3'] } },
      { match: { not: { prefixes: ['@thirds'] } }, action: 'next', edits: { med: 5 } },
      { match: { prefixes: [prefixes[8]!] }, action: 'reject' },
      { action: 'accept' },
    ],
  },
});
const named = (name: string): Policy => policies.get(name)!;
/** The same answers, asked for prefix by prefix. */
const oneByOne = (policy: Policy): Policy => policyFunction(policy.name, (route) => policy.evaluate(route));

t.test('policies that read prefix lists leave everybody with what asking for each prefix would', (t) => {
  t.ok(named('in').prefixClasses, 'prefixes are sorted by the lists that they are in');
  for (let seed = 1; seed <= 10; seed++) {
    const [byClass, byPrefix] = [named, (name: string) => oneByOne(named(name))].map((policyOf) => {
      const below = seeded(seed);
      const p = pipeline();
      const ends = [1, 2, 3].map((n) => {
        const own = { importPolicy: policyOf('in'), exportPolicy: n === 3 ? null : policyOf('out') };
        return new FarEnd(`10.0.0.${n}`, n === 3 ? LOCAL_AS : 64_600 + n, own).open(p);
      });
      settle(p);
      const attributes = (as: number): PathAttributes => ({
        ...(as === LOCAL_AS
          ? { ...path(), localPref: 100 }
          : path(as, ...Array.from({ length: below(3) }, (_, i) => 65_100 + i))),
        communities: [[], [0x10001], [0x10002]][below(3)]!,
      });
      for (let step = 0; step < 40; step++) {
        const end = ends[below(3)]!;
        const from = below(COUNT);
        const some = prefixes.slice(from, from + 1 + below(40));
        if (below(4) === 0) end.withdraw(p, some);
        else end.announce(p, some, attributes(end.as));
        if (below(2) === 0) settle(p);
      }
      settle(p);
      const late = new FarEnd('10.0.0.8', 64_608, { exportPolicy: policyOf('out') }).open(p);
      settle(p);
      const all = [...ends, late];
      const seen = all.map((end) => end.summary());
      const problems = all.flatMap((end) => end.problems);
      for (const end of all) p.closePeer(end.index);
      settle(p);
      t.match(p.totals(), { attributeSets: 0 }, 'nothing is left');
      return { seen, problems };
    });
    t.strictSame(byClass, byPrefix, `seed ${seed}`);
    t.strictSame(byClass?.problems, []);
  }
  t.end();
});

t.test('an answer for one family is not taken for another', async (t) => {
  const onlyIpv4 = compilePolicies({
    policies: { 'only-ipv4': [{ match: { family: 'ipv4-unicast' }, action: 'accept' }] },
  }).get('only-ipv4')!;
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601, { importPolicy: onlyIpv4 }).open(p);
  const b = new FarEnd('10.0.0.2', 64_602).open(p);
  settle(p);
  a.announce(p, ['192.0.2.0/24', '2001:db8::/32'], path(64_601));
  settle(p);
  t.strictSame([...b.held.keys()], ['192.0.2.0/24']);
});
