import t from 'tap';
import { policy, policyFunction, type Statement } from '../../src/policy/compile.js';
import { acceptAll, ebgpDefault, effectivePolicy, isOpen, rejectAll } from '../../src/policy/defaults.js';
import { prefixList } from '../../src/policy/prefix-list.js';
import { routeView } from './view.js';

const internal = { address: '192.0.2.2', as: 64512, type: 'internal' } as const;
const external = { address: '192.0.2.9', as: 64513, type: 'external' } as const;

t.test('the first statement that matches decides, and is named', async (t) => {
  const p = policy('import', [
    { name: 'no-default', match: { prefixes: ['0.0.0.0/0', '::/0'] }, action: 'reject' },
    { name: 'rest', action: 'accept' },
  ]);
  t.same(p.evaluate(routeView('0.0.0.0/0')), { action: 'reject', statement: 'no-default' });
  t.same(p.evaluate(routeView('10.0.0.0/8')), { action: 'accept', statement: 'rest' });
});

t.test('what no statement decides gets the default, reject unless told otherwise', async (t) => {
  t.same(policy('p', []).evaluate(routeView('10.0.0.0/8')), { action: 'reject', statement: 'p#otherwise' });
  t.same(policy('p', [], { otherwise: 'accept' }).evaluate(routeView('10.0.0.0/8')), {
    action: 'accept',
    statement: 'p#otherwise',
  });
});

t.test('the answer without edits of earlier statements is one object', async (t) => {
  const p = policy('p', [{ action: 'accept', edits: { med: 5 } }]);
  t.equal(p.evaluate(routeView('10.0.0.0/8')), p.evaluate(routeView('11.0.0.0/8')));
  t.same(p.evaluate(routeView('10.0.0.0/8')), { action: 'accept', statement: 'p#1', edits: { med: 5 } });
});

t.test('next keeps its edits for the statement that accepts', async (t) => {
  const p = policy('p', [
    { action: 'next', edits: { addCommunities: ['64512:1'], med: 1, prepend: { as: 64512, count: 1 } } },
    { match: { family: 'ipv6-unicast' }, action: 'reject' },
    {
      name: 'out',
      action: 'accept',
      edits: { addCommunities: ['no-export'], med: 2, prepend: { as: 64512, count: 2 }, nextHop: 'self' },
    },
  ]);
  t.same(p.evaluate(routeView('10.0.0.0/8')), {
    action: 'accept',
    statement: 'out',
    edits: {
      addCommunities: [64512 * 65536 + 1, 0xffffff01],
      med: 2,
      prepend: { as: 64512, count: 3 },
      nextHop: 'self',
    },
  });
  t.same(p.evaluate(routeView('2001:db8::/32')), { action: 'reject', statement: 'p#2' });
});

t.test('more than 256 combinations of edits are merged anew, and mean the same', async (t) => {
  const edits = Array.from({ length: 17 }, (_, i) => i);
  // 17 × 17 combinations: which edits are kept depends on MED, which are added on local preference.
  const many = policy('many', [
    ...edits.map((i) => ({ match: { med: i }, action: 'next', edits: { addCommunities: [i] } }) as const),
    ...edits.map(
      (i) => ({ match: { localPref: i }, action: 'accept', edits: { setCommunities: [100 + i] } }) as const,
    ),
  ]);
  for (let round = 0; round < 2; round++) {
    for (const med of edits) {
      for (const localPref of edits) {
        const result = many.evaluate(routeView('192.0.2.0/24', { attributes: { med, localPref } }));
        const told = result.action === 'accept' ? result.edits?.setCommunities : 'rejected';
        if (JSON.stringify(told) !== JSON.stringify([100 + localPref]))
          t.fail(`${med} ${localPref}: ${told}`);
      }
    }
  }
  const same = { attributes: { med: 1, localPref: 2 } };
  t.equal(
    many.evaluate(routeView('192.0.2.0/24', same)),
    many.evaluate(routeView('192.0.2.0/24', same)),
    'one that is remembered is the same object',
  );
});

t.test('next before a default that accepts keeps the edits too', async (t) => {
  const p = policy('p', [{ action: 'next', edits: { localPref: 200 } }], { otherwise: 'accept' });
  t.same(p.evaluate(routeView('10.0.0.0/8')), {
    action: 'accept',
    statement: 'p#otherwise',
    edits: { localPref: 200 },
  });
});

t.test('each condition holds and fails', async (t) => {
  const rows: readonly [
    string,
    Statement['match'],
    ReturnType<typeof routeView>,
    ReturnType<typeof routeView>,
  ][] = [
    ['family', { family: 'ipv4-unicast' }, routeView('10.0.0.0/8'), routeView('::/0')],
    [
      'source type',
      { source: 'internal' },
      routeView('10.0.0.0/8', { source: internal }),
      routeView('10.0.0.0/8'),
    ],
    ['local', { source: 'local' }, routeView('10.0.0.0/8'), routeView('10.0.0.0/8', { source: internal })],
    [
      'source address',
      { source: { addresses: ['192.0.2.9'] } },
      routeView('10.0.0.0/8', { source: external }),
      routeView('10.0.0.0/8', { source: internal }),
    ],
    [
      'target',
      { target: 'external' },
      routeView('10.0.0.0/8', { target: external }),
      routeView('10.0.0.0/8'),
    ],
    ['owner', { owner: ['vip'] }, routeView('10.0.0.0/8', { owner: 'vip' }), routeView('10.0.0.0/8')],
    [
      'next hop',
      { nextHop: ['192.0.2.1'] },
      routeView('10.0.0.0/8'),
      routeView('10.0.0.0/8', { nextHop: '192.0.2.7' }),
    ],
    [
      'any community',
      { anyCommunity: ['1:1', '1:2'] },
      routeView('10.0.0.0/8', { attributes: { communities: [65538] } }),
      routeView('10.0.0.0/8', { attributes: { communities: [65539] } }),
    ],
    [
      'all communities',
      { allCommunities: ['1:1', '1:2'] },
      routeView('10.0.0.0/8', { attributes: { communities: [65537, 65538] } }),
      routeView('10.0.0.0/8', { attributes: { communities: [65538] } }),
    ],
    [
      'no community',
      { noCommunity: ['no-export'] },
      routeView('10.0.0.0/8'),
      routeView('10.0.0.0/8', { attributes: { communities: [0xffffff01] } }),
    ],
    [
      'AS path length',
      { asPathLength: { atLeast: 1, atMost: 2 } },
      routeView('10.0.0.0/8', { attributes: { asPath: [{ type: 'sequence', ases: [1, 2] }] } }),
      routeView('10.0.0.0/8', { attributes: { asPath: [{ type: 'sequence', ases: [1, 2, 3] }] } }),
    ],
    ['prefixes', { prefixes: prefixList(['10.0.0.0/8']) }, routeView('10.0.0.0/8'), routeView('11.0.0.0/8')],
  ];
  for (const [name, match, yes, no] of rows) {
    const p = policy('p', [{ ...(match && { match }), action: 'accept' }]);
    t.equal(p.evaluate(yes).action, 'accept', name);
    t.equal(p.evaluate(no).action, 'reject', name);
  }
});

t.test('reads says what the conditions look at, and no more', async (t) => {
  t.same(policy('p', [{ match: { anyCommunity: ['1:1'] }, action: 'accept' }]).reads, []);
  t.same(policy('p', [{ match: { prefixes: ['10.0.0.0/8'] }, action: 'accept' }]).reads, ['prefix']);
  t.same(policy('p', [{ match: { owner: ['vip'] }, action: 'accept' }]).reads, ['prefix']);
  t.same(policy('p', [{ match: { source: 'external', nextHop: ['::1'] }, action: 'accept' }]).reads, [
    'peer',
    'nextHop',
  ]);
  t.same(policyFunction('f', () => acceptAll.evaluate(routeView('::/0'))).reads, [
    'prefix',
    'nextHop',
    'peer',
    'rpki',
  ]);
  t.same(policyFunction('f', () => acceptAll.evaluate(routeView('::/0')), { reads: [] }).reads, []);
});

t.test('a declaration that cannot be meant is refused with its place', async (t) => {
  const bad =
    (statement: unknown): (() => void) =>
    () =>
      void policy('p', [statement as Statement]);
  t.throws(bad({ action: 'allow' }), {
    code: 'BGP_ERR_POLICY',
    path: 'p.statements[0].action',
    value: 'allow',
  });
  t.throws(bad({ action: 'reject', edits: { med: 1 } }), { code: 'BGP_ERR_POLICY' });
  t.throws(bad({ action: 'accept', match: { prefix: ['::/0'] } }), {
    code: 'BGP_ERR_POLICY',
    value: 'prefix',
  });
  t.throws(bad({ action: 'accept', edits: { med: -1 } }), { code: 'BGP_ERR_POLICY', path: 'med' });
  t.throws(bad({ action: 'accept', edits: { metric: 1 } }), { code: 'BGP_ERR_POLICY', value: 'metric' });
  t.throws(bad({ action: 'accept', edits: { prepend: { as: 0, count: 1 } } }), { code: 'BGP_ERR_POLICY' });
  t.throws(bad({ action: 'accept', edits: { prepend: { as: 1, count: 256 } } }), { code: 'BGP_ERR_POLICY' });
  t.throws(bad({ action: 'accept', edits: { addCommunities: ['x'] } }), { code: 'BGP_ERR_COMMUNITY' });
});

t.test('external peers without a policy exchange nothing, unless that is switched off', async (t) => {
  t.equal(effectivePolicy(undefined, 'external', true), ebgpDefault);
  t.equal(effectivePolicy(undefined, 'external', false), acceptAll);
  t.equal(effectivePolicy(undefined, 'internal', true), acceptAll);
  t.equal(effectivePolicy(rejectAll, 'internal', true), rejectAll);
  t.equal(ebgpDefault.evaluate(routeView('::/0')).action, 'reject');
});

t.test('only no policy, and the one that accepts everything, need not be asked', async (t) => {
  t.same([isOpen(null), isOpen(acceptAll)], [true, true]);
  t.same([isOpen(rejectAll), isOpen(ebgpDefault)], [false, false]);
  t.notOk(isOpen(policyFunction('yes', () => acceptAll.evaluate(routeView('::/0')))));
});
