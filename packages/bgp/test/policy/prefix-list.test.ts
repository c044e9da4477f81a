import fc from 'fast-check';
import t from 'tap';
import { BgpError } from '../../src/errors.js';
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
