import fc from 'fast-check';
import t from 'tap';
import { BgpError } from '../../src/errors.js';
import { formatAddress, parseAddress } from '../../src/net/address.js';
import { IPV6_UNICAST } from '../../src/net/family.js';
import { createNlriKey } from '../../src/net/nlri-key.js';
import { parseInto } from '../../src/net/prefix.js';
import { policy } from '../../src/policy/compile.js';
import { type PrefixRule, prefixList } from '../../src/policy/prefix-list.js';
import { routeView } from './view.js';

const matches = (rules: readonly (string | PrefixRule)[], prefix: string): boolean =>
  prefixList(rules).matches(routeView(prefix));

t.test('a plain prefix matches itself alone', async (t) => {
  t.ok(matches(['10.0.0.0/8'], '10.0.0.0/8'));
  t.notOk(matches(['10.0.0.0/8'], '10.0.0.0/9'));
  t.notOk(matches(['10.0.0.0/8'], '11.0.0.0/8'));
});

t.test('default routes match only default routes, in their own family', async (t) => {
  t.ok(matches(['0.0.0.0/0'], '0.0.0.0/0'));
  t.notOk(matches(['0.0.0.0/0'], '::/0'));
  t.notOk(matches(['0.0.0.0/0'], '128.0.0.0/1'));
  t.ok(matches(['::/0', '0.0.0.0/0'], '::/0'));
});

t.test('ge and le bound the length of what lies inside', async (t) => {
  const rules = [{ prefix: '10.48.0.0/16', ge: 20, le: 24 }];
  t.notOk(matches(rules, '10.48.0.0/16'));
  t.notOk(matches(rules, '10.48.0.0/19'));
  t.ok(matches(rules, '10.48.16.0/20'));
  t.ok(matches(rules, '10.48.255.0/24'));
  t.notOk(matches(rules, '10.48.255.0/25'));
  t.notOk(matches(rules, '10.49.0.0/24'));
});

t.test('le alone includes the prefix, ge alone goes down to host routes', async (t) => {
  t.ok(matches([{ prefix: '10.0.0.0/8', le: 9 }], '10.0.0.0/8'));
  t.notOk(matches([{ prefix: '10.0.0.0/8', le: 9 }], '10.0.0.0/10'));
  t.ok(matches([{ prefix: '10.0.0.0/8', ge: 32 }], '10.1.2.3/32'));
  t.ok(matches([{ prefix: '2001:db8::/32', ge: 33 }], '2001:db8::1/128'));
});

t.test('several rules of one prefix, and doubles', async (t) => {
  const rules = ['10.0.0.0/8', { prefix: '10.0.0.0/8', ge: 24, le: 24 }, '10.0.0.0/8'];
  t.equal(prefixList(rules).size, 2);
  t.ok(matches(rules, '10.0.0.0/8'));
  t.ok(matches(rules, '10.9.9.0/24'));
  t.notOk(matches(rules, '10.9.0.0/16'));
});

t.test('an empty list matches nothing', async (t) => {
  t.notOk(matches([], '10.0.0.0/8'));
});

t.test('rules out of range are refused with what is allowed', async (t) => {
  for (const rule of [
    { prefix: '10.0.0.0/8', ge: 7 },
    { prefix: '10.0.0.0/8', le: 33 },
    { prefix: '10.0.0.0/8', ge: 25, le: 24 },
    { prefix: '10.0.0.0/8', le: 8.5 },
  ]) {
    t.throws(() => prefixList([rule]), { code: 'BGP_ERR_PREFIX_RULE', allowed: '8 ≤ ge ≤ le ≤ 32' });
  }
  t.throws(() => prefixList([{ prefix: '10.0.0.0/8', ge: 7 }]), BgpError);
  t.throws(() => prefixList(['10.0.0.1/8']), { code: 'BGP_ERR_PREFIX', message: /10\.0\.0\.0\/8/ });
});

t.test('a compiled list agrees with the definition on random rules and routes', async () => {
  const word = fc.integer({ min: 0, max: 7 });
  const v4 = fc.tuple(word, fc.integer({ min: 0, max: 6 })).map(([bits, length]) => ({ bits, length }));
  const text = ({ bits, length }: { bits: number; length: number }): string => {
    const value = length === 0 ? 0 : ((bits << 29) & (0xffffffff << (32 - length))) >>> 0;
    return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}/${length}`;
  };
  const inside = (inner: string, outer: string): boolean => {
    const [address = '', length = ''] = inner.split('/');
    const [outerAddress = '', outerLength = ''] = outer.split('/');
    const number = (quad: string): bigint => quad.split('.').reduce((n, o) => n * 256n + BigInt(o), 0n);
    const shift = BigInt(32 - Number(outerLength));
    return (
      Number(length) >= Number(outerLength) && number(address) >> shift === number(outerAddress) >> shift
    );
  };
  const rule = fc
    .tuple(v4, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }))
    .map(([prefix, up, more]) => ({
      prefix: text(prefix),
      ge: prefix.length + up,
      le: prefix.length + up + more,
    }));
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 8 }), v4, (rules, candidate) => {
      const route = text(candidate);
      const expected = rules.some(
        (r) => inside(route, r.prefix) && candidate.length >= r.ge && candidate.length <= r.le,
      );
      return matches(rules, route) === expected;
    }),
    { numRuns: 2000 },
  );
});

t.test('several lists laid over one another agree with each by itself, also for IPv6', async (t) => {
  const group = fc.constantFrom('', '8', '4000', 'ffff', 'c000');
  const v6 = fc.tuple(group, group, fc.integer({ min: 0, max: 64 })).map(([a, b, length]) => {
    const bits = BigInt(`0x2001${(a || '0').padStart(4, '0')}${(b || '0').padStart(4, '0')}0000`) << 64n;
    const kept = length === 0 ? 0n : (bits >> BigInt(128 - length)) << BigInt(128 - length);
    const groups = Array.from({ length: 8 }, (_, i) =>
      ((kept >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
    );
    return { prefix: `${formatAddress(parseAddress(groups.join(':')))}/${length}`, length };
  });
  const rule = fc
    .tuple(v6, fc.integer({ min: 0, max: 40 }))
    .map(([{ prefix, length }, more]) => ({ prefix, le: length + more }));
  const lists = fc.array(fc.array(rule, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lists, v6, (rules, candidate) => {
      const statements = rules.map((list) => ({ match: { prefixes: list }, action: 'next' as const }));
      const classes = policy('several', [...statements, { action: 'accept' }]).prefixClasses?.(
        IPV6_UNICAST.key,
      );
      const key = createNlriKey();
      parseInto(candidate.prefix, key);
      const distinct = rules.filter((list, i) => {
        const text = normal(list);
        return rules.findIndex((other) => normal(other) === text) === i;
      });
      const expected = distinct.reduce(
        (bits, list, i) => bits | (matches(list, candidate.prefix) ? 1 << i : 0),
        0,
      );
      return classes?.of(key) === expected;
    }),
    { numRuns: 2000 },
  );
  t.equal(policy('none', [{ action: 'accept' }]).prefixClasses, undefined);
  const owned = policy('owned', [{ match: { owner: ['vip'], prefixes: ['10.0.0.0/8'] }, action: 'accept' }]);
  t.equal(owned.prefixClasses, undefined, 'an owner is no list');
});

/** Equal for lists that are the same rules. */
function normal(list: readonly { prefix: string; le: number }[]): string {
  return [...new Set(list.map(({ prefix, le }) => `${prefix} ${le}`))].sort().join();
}
