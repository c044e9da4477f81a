import t from 'tap';
import { compilePolicies, type PoliciesDeclaration } from '../../src/policy/policies.js';
import type { PolicyResult } from '../../src/policy/policy.js';
import { routeView } from './view.js';

const declared: PoliciesDeclaration = {
  sets: { customers: ['192.0.2.0/24', { prefix: '198.51.100.0/22', le: 24 }], ours: ['64512:*'] },
  policies: {
    'from-customer': {
      statements: [
        { name: 'clean', action: 'next', edits: { removeCommunities: ['@ours'] } },
        { name: 'prefer', call: 'by-wish', edits: { med: null } },
        {
          name: 'known',
          match: { prefixes: ['@customers'] },
          action: 'accept',
          edits: { addCommunities: ['64512:1'] },
        },
      ],
    },
    'by-wish': [
      { name: 'low', match: { anyCommunity: ['64512:80'] }, action: 'next', edits: { localPref: 80 } },
      { name: 'never', match: { anyCommunity: ['64512:666'] }, action: 'reject' },
    ],
    strict: { statements: [{ call: 'open' }], otherwise: 'reject' },
    open: { statements: [], otherwise: 'accept' },
  },
};

function evaluate(name: string, prefix: string, communities: readonly number[] = []): PolicyResult {
  const found = compilePolicies(declared).get(name);
  if (found === undefined) throw new Error(`no policy ${name}`);
  return found.evaluate(routeView(prefix, { attributes: { communities } }));
}

const wish = (value: number): number => 64512 * 65536 + value;

t.test('a called policy decides, or leaves its edits and lets the caller go on', async (t) => {
  t.match(evaluate('from-customer', '192.0.2.0/24'), {
    action: 'accept',
    statement: 'known',
    edits: { med: null, addCommunities: [wish(1)] },
  });
  t.match(evaluate('from-customer', '192.0.2.0/24', [wish(80)]), {
    statement: 'known',
    edits: { localPref: 80, med: null },
  });
  t.same(evaluate('from-customer', '192.0.2.0/24', [wish(666)]), { action: 'reject', statement: 'never' });
  t.same(evaluate('from-customer', '203.0.113.0/24'), {
    action: 'reject',
    statement: 'from-customer#otherwise',
  });
  t.same(evaluate('strict', '10.0.0.0/8'), { action: 'accept', statement: 'open#otherwise' });
});

t.test('equal answers are the same object, also with edits of several statements', async (t) => {
  const found = compilePolicies(declared).get('from-customer');
  const view = routeView('192.0.2.0/24', { attributes: { communities: [wish(80)] } });
  t.equal(found?.evaluate(view), found?.evaluate(view));
});

t.test('reads of a called policy are those of the caller', async (t) => {
  t.same(compilePolicies(declared).get('from-customer')?.reads, ['prefix']);
});

t.test('the built-in policies are there, and keep their names', async (t) => {
  t.equal(evaluate('accept-all', '10.0.0.0/8').action, 'accept');
  t.equal(evaluate('reject-all', '10.0.0.0/8').action, 'reject');
  t.throws(() => compilePolicies({ policies: { 'accept-all': [] } }), {
    code: 'BGP_ERR_POLICY',
    path: 'policies.accept-all',
  });
});

t.test('errors name the place, the value and what is allowed', async (t) => {
  const rows: readonly [declaration: unknown, path: string][] = [
    [{ policy: {} }, 'config.policy'],
    [{ policies: [] }, 'policies'],
    [{ policies: { p: { statements: {} } } }, 'policies.p.statements'],
    [{ policies: { p: [{ action: 'drop' }] } }, 'p.statements[0].action'],
    [{ policies: { p: [{}] } }, 'p.statements[0].action'],
    [{ policies: { p: [{ action: 'accept', call: 'q' }] } }, 'p.statements[0].action'],
    [{ policies: { p: [{ call: 'q' }] } }, 'p.statements[0].call'],
    [{ policies: { p: [{ match: { med: 'x' }, action: 'accept' }] } }, 'p.statements[0].match.med'],
    [{ policies: { p: [{ edits: { med: 'x' }, action: 'accept' }] } }, 'p.statements[0].edits.med'],
    [{ policies: { p: [{ edits: {}, action: 'reject' }] } }, 'p.statements[0].edits'],
    [{ policies: { p: { statements: [], otherwise: 'next' } } }, 'p.otherwise'],
    [{ policies: { p: [null] } }, 'p.statements[0]'],
    [{ policies: { p: [{ call: 'q' }], q: [{ call: 'p' }] } }, 'policies.p'],
    [{ sets: { s: ['@t'] } }, 'sets.s[0]'],
    [{ sets: { s: 5 } }, 'sets.s'],
    [
      {
        sets: { s: ['10.0.0.0/8', 'x'] },
        policies: { p: [{ match: { prefixes: '@s' }, action: 'accept' }] },
      },
      'sets.s[1]',
    ],
  ];
  for (const [declaration, path] of rows) {
    t.throws(() => compilePolicies(declaration as PoliciesDeclaration), { message: /./, path }, path);
  }
});
