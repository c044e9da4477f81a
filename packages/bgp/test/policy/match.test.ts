import t from 'tap';
import { policy } from '../../src/policy/compile.js';
import { compileMatch, type Match } from '../../src/policy/match.js';
import { routeView } from './view.js';

type More = Parameters<typeof routeView>[1];

function holds(match: Match, more: More = {}, prefix = '192.0.2.0/24'): boolean {
  return compileMatch(match).holds(routeView(prefix, more));
}

const asPath = (...ases: number[]) => ({ attributes: { asPath: [{ type: 'sequence', ases }] } }) as const;
const peer = { address: '192.0.2.9', as: 64513, type: 'external', role: 'customer' } as const;

t.test('each further condition holds and fails', async (t) => {
  const rows: readonly [match: Match, yes: More, no: More][] = [
    [{ asPath: '^64512 .* 64999$' }, asPath(64512, 5, 64999), asPath(64512)],
    [{ asPath: ['_1_', '_2_'] }, asPath(9, 2), asPath(3)],
    [{ asPathLength: 2 }, asPath(1, 2), asPath(1)],
    [{ originAs: 64999 }, asPath(1, 64999), asPath(64999, 1)],
    [{ originAs: ['64512-65534', 7] }, asPath(1, 65000), asPath(1, 8)],
    [{ neighborAs: { atLeast: 10, atMost: 20 } }, asPath(15, 1), asPath(1, 15)],
    [{ originAs: { atLeast: 0 } }, asPath(1), {}],
    [
      { anyCommunity: ['64512:*'] },
      { attributes: { communities: [64512 * 65536 + 9] } },
      { attributes: { communities: [1] } },
    ],
    [
      { anyCommunity: ['*:100-200'] },
      { attributes: { communities: [5 * 65536 + 150] } },
      { attributes: { communities: [99] } },
    ],
    [
      { allCommunities: ['1:*', '2:*'] },
      { attributes: { communities: [65536, 131072] } },
      { attributes: { communities: [65536, 65537] } },
    ],
    [
      { noCommunity: ['1:*'] },
      { attributes: { communities: [131072] } },
      { attributes: { communities: [65537] } },
    ],
    [
      { anyLargeCommunity: ['64512:*:5'] },
      { attributes: { largeCommunities: ['64512:77:5'] } },
      { attributes: { largeCommunities: ['64512:77:6'] } },
    ],
    [
      { allLargeCommunities: ['1:2:3', '1:2:4'] },
      { attributes: { largeCommunities: ['1:2:3', '1:2:4'] } },
      { attributes: { largeCommunities: ['1:2:3'] } },
    ],
    [{ noLargeCommunity: ['1:*:*'] }, {}, { attributes: { largeCommunities: ['1:2:3'] } }],
    [
      { anyExtendedCommunity: ['rt:64512:100'] },
      { attributes: { extendedCommunities: ['0002fc0000000064'] } },
      { attributes: { extendedCommunities: ['0003fc0000000064'] } },
    ],
    [
      { anyExtendedCommunity: ['rt:64512:*'] },
      { attributes: { extendedCommunities: ['02020000fc000064'] } },
      { attributes: { extendedCommunities: ['0102c00002010005'] } },
    ],
    [
      { anyExtendedCommunity: ['soo:192.0.2.1:5'] },
      { attributes: { extendedCommunities: ['0103c00002010005'] } },
      { attributes: { extendedCommunities: ['0103c00002010006'] } },
    ],
    [{ noExtendedCommunity: ['rt:*'] }, {}, { attributes: { extendedCommunities: ['0102c00002010005'] } }],
    [
      { allExtendedCommunities: ['8006*'] },
      { attributes: { extendedCommunities: ['8006000049742400'] } },
      { attributes: { extendedCommunities: ['8007000049742400'] } },
    ],
    [{ origin: ['egp', 'incomplete'] }, { attributes: { origin: 'egp' } }, { attributes: { origin: 'igp' } }],
    [{ med: '10-20' }, { attributes: { med: 15 } }, {}],
    [{ med: null }, {}, { attributes: { med: 0 } }],
    [{ localPref: { atLeast: 200 } }, { attributes: { localPref: 200 } }, { attributes: { localPref: 199 } }],
    [{ nextHop: ['192.0.2.0/24', '2001:db8::1'] }, { nextHop: '192.0.2.77' }, { nextHop: '198.51.100.1' }],
    [{ nextHop: ['2001:db8::/32'] }, { nextHop: '2001:db8:1::2' }, { nextHop: '2001:db9::2' }],
    [{ source: { ases: '64512-64600' } }, { source: peer }, { source: { ...peer, as: 1 } }],
    [{ source: { type: 'external', addresses: ['192.0.2.9'] } }, { source: peer }, {}],
    [
      { source: { addresses: ['192.0.2.8/29'] } },
      { source: peer },
      { source: { ...peer, address: '192.0.2.16' } },
    ],
    [
      { source: { addresses: ['2001:DB8:0::9'] } },
      { source: { ...peer, address: '2001:db8::9' } },
      { source: { ...peer, address: '2001:db8::90' } },
    ],
    [
      { source: { addresses: ['FE80::2%eth1', 'eth7'] } },
      { source: { ...peer, address: 'fe80::2%eth1' } },
      { source: { ...peer, address: 'fe80::2%eth2' } },
    ],
    [
      { source: { addresses: ['eth7', 'fe80::/10'] } },
      { source: { ...peer, address: 'eth7' } },
      { source: { ...peer, address: 'eth70' } },
    ],
    [
      { source: { addresses: ['fe80::/10'] } },
      { source: { ...peer, address: 'fe80::2%eth1' } },
      { source: { ...peer, address: '2001:db8::9' } },
    ],
    [{ target: { roles: ['customer'] } }, { target: peer }, { target: { ...peer, role: 'provider' } }],
    [{ rpki: 'invalid' }, { rpki: 'invalid' }, {}],
    [{ rpki: ['valid', 'unknown'] }, {}, { rpki: 'not-found' }],
    [{ not: { med: 5 } }, {}, { attributes: { med: 5 } }],
    [{ anyOf: [{ med: 5 }, { localPref: 7 }] }, { attributes: { localPref: 7 } }, {}],
  ];
  for (const [match, yes, no] of rows) {
    t.equal(holds(match, yes), true, `${JSON.stringify(match)} holds`);
    t.equal(holds(match, no), false, `${JSON.stringify(match)} fails`);
  }
});

t.test('a set may stand for elements of any list', async (t) => {
  const sets = { ours: ['10.0.0.0/8', { prefix: '192.0.2.0/24', le: 28 }], ases: [64512, '65000-65010'] };
  const match = compileMatch({ prefixes: ['@ours', '198.51.100.0/24'], originAs: '@ases' }, 'match', sets);
  t.ok(match.holds(routeView('192.0.2.16/28', asPath(65005))));
  t.ok(match.holds(routeView('198.51.100.0/24', asPath(64512))));
  t.notOk(match.holds(routeView('198.51.100.0/25', asPath(64512))));
  t.throws(() => compileMatch({ asPath: '@nothing' }, 'm', sets), {
    code: 'BGP_ERR_POLICY',
    path: 'm.asPath',
    value: '@nothing',
    allowed: /@ours, @ases/,
  });
});

t.test('errors name the place, the value and what is allowed', async (t) => {
  const rows: readonly [match: unknown, path: string, allowed: RegExp][] = [
    [{ origin: 'bgp' }, 'match.origin', /igp, egp, incomplete/],
    [{ asPath: '(' }, 'match.asPath', /pattern of AS numbers/],
    [{ asPath: ['1', 7] }, 'match.asPath[1]', /pattern/],
    [{ anyLargeCommunity: ['1:2'] }, 'match.anyLargeCommunity[0]', /GLOBAL/],
    [{ anyExtendedCommunity: ['rt:x'] }, 'match.anyExtendedCommunity[0]', /rt:/],
    [{ med: -1 }, 'match.med', /4294967295/],
    [{ source: 'nobody' }, 'match.source', /internal, external, local/],
    [{ source: { roles: ['king'] } }, 'match.source.roles[0]', /provider/],
    [{ rpki: 'maybe' }, 'match.rpki', /not-found/],
    [{ nextHop: [5] }, 'match.nextHop[0]', /address/],
    [{ not: { wrong: 1 } }, 'match.not.wrong', /prefixes/],
    [{ anyOf: {} }, 'match.anyOf', /list/],
  ];
  for (const [match, path, allowed] of rows) {
    t.throws(() => compileMatch(match as Match), { code: 'BGP_ERR_POLICY', path, allowed }, path);
  }
  t.throws(() => compileMatch({ prefixes: ['10.0.0.0/8', '10.0.0.1/8'] }), {
    code: 'BGP_ERR_PREFIX',
    path: 'match.prefixes[1]',
  });
  t.throws(() => compileMatch({ anyCommunity: ['x'] }), {
    code: 'BGP_ERR_COMMUNITY',
    path: 'match.anyCommunity[0]',
  });
});

t.test('reads follow from the conditions, inner ones too', async (t) => {
  const reads = (match: Match): readonly string[] =>
    [...policy('p', [{ match, action: 'accept' }]).reads].sort();
  t.same(reads({ asPath: '1', anyCommunity: ['1:*'], med: 1, originAs: 5 }), []);
  t.same(reads({ rpki: 'valid' }), ['prefix', 'rpki']);
  t.same(reads({ not: { nextHop: ['192.0.2.1'] }, anyOf: [{ source: 'local' }] }), ['nextHop', 'peer']);
});

t.test('what can be no peer is refused among addresses, because it would never match', async (t) => {
  for (const address of [
    '192.0.2.256',
    '192.0.2',
    '2001:db8::x',
    '192.0.2.1/24',
    'a name of more',
    '',
    5,
    null,
  ]) {
    const match = { source: { addresses: [address] } } as unknown as Match;
    t.throws(
      () => compileMatch(match),
      { code: /BGP_ERR_POLICY|BGP_ERR_PREFIX/, path: 'match.source.addresses', allowed: /./ },
      String(address),
    );
  }
});
