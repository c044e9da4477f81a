import t from 'tap';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import { policy, policyFunction } from '../../../src/policy/compile.js';
import { rejectAll } from '../../../src/policy/defaults.js';
import type { DefaultOrigins } from '../../../src/speaker/settings/default-origin.js';
import { ALL_PATHS } from '../../../src/speaker/settings/path-options.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';
import { Lab } from '../lab.js';
import { FarEnd, LOCAL_AS, path, pipeline, settle } from '../pipeline-fixture.js';

const DEFAULT = '0.0.0.0/0';
const DEFAULT6 = '::/0';
const P = '192.0.2.0/24';

const families = ['ipv4-unicast', 'ipv6-unicast'] as const;

function origins(defaultOriginate: Parameters<typeof settingsOf>[0]): DefaultOrigins {
  return settingsOf(defaultOriginate).defaultOriginate;
}

function settingsOf(defaultOriginate: NonNullable<Parameters<typeof peerSettings>[0]['defaultOriginate']>) {
  return peerSettings({ address: '10.0.0.1', remoteAs: 64_601, families, defaultOriginate }, LOCAL_AS);
}

t.test('a peer is sent a default route of ours, and no other peer is', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601, { defaultOrigins: origins(true) }).open(p);
  const b = new FarEnd('10.0.0.2', LOCAL_AS, {
    defaultOrigins: origins({ families: ['ipv6-unicast'] }),
  }).open(p);
  const c = new FarEnd('10.0.0.3', 64_603).open(p);
  settle(p);
  t.strictSame(a.summary(), {
    [DEFAULT]: '{"nextHop":"10.0.0.254","path":"65000","origin":"igp"}',
    [DEFAULT6]: '{"nextHop":"2001:db8::254","path":"65000","origin":"igp"}',
  });
  t.strictSame(b.summary(), {
    [DEFAULT6]: '{"nextHop":"2001:db8::254","path":"","localPref":100,"origin":"igp"}',
  });
  t.strictSame(c.summary(), {});
  t.strictSame(p.rib({}).routes, [], 'it is in no table');
  t.match(p.advertised(a.index, {}).routes[0], {
    prefix: DEFAULT,
    paths: [{ peer: 'local', reason: 'advertised' }],
  });
  t.equal(p.counts(a.index, IPV4_UNICAST).advertised, 1);
});

t.test(
  'it takes the place of a default route of the table, which is back when the setting goes',
  async (t) => {
    const p = pipeline();
    const a = new FarEnd('10.0.0.1', 64_601).open(p);
    const source = new FarEnd('10.0.0.2', 64_602).open(p);
    source.announce(p, [DEFAULT, P], path(64_602));
    settle(p);
    const learned = a.summary()[DEFAULT];
    t.match(learned, /"path":"65000 64602"/);
    const policies = { importPolicy: null, exportPolicy: null };
    p.setPolicies(a.index, { ...policies, defaultOrigins: origins(true) });
    settle(p);
    t.match(a.summary()[DEFAULT], /"path":"65000"/);
    source.withdraw(p, [DEFAULT]);
    settle(p);
    t.match(a.summary()[DEFAULT], /"path":"65000"/);
    source.announce(p, [DEFAULT], path(64_602));
    settle(p);
    p.setPolicies(a.index, { ...policies, defaultOrigins: {} });
    settle(p);
    t.equal(a.summary()[DEFAULT], learned);
    t.equal(a.held.size, 2);
    source.withdraw(p, [DEFAULT]);
    settle(p);
    t.strictSame([...a.held.keys()], [P]);
    t.strictSame(a.problems, []);
  },
);

t.test('its own policy sets attributes or rejects it, and the export policy is not asked', async (t) => {
  const p = pipeline();
  const edits = policy('edits', [{ action: 'accept', edits: { med: 7, addCommunities: ['1:1'] } }]);
  const set = new FarEnd('10.0.0.1', 64_601, {
    exportPolicy: rejectAll,
    defaultOrigins: origins({ policy: edits }),
  });
  const none = new FarEnd('10.0.0.2', 64_602, { defaultOrigins: origins({ policy: rejectAll }) });
  const blocked = new FarEnd('10.0.0.3', 64_603, { requirePolicy: true, defaultOrigins: origins(true) });
  for (const end of [set, none, blocked]) end.open(p);
  settle(p);
  t.match(set.held.get(DEFAULT)?.attributes, { med: 7, communities: [0x10001] });
  t.equal(none.held.size, 0);
  t.equal(blocked.held.size, 0, 'no export policy is set (RFC 8212)');
});

t.test('a policy that looks at the peer is asked for each', async (t) => {
  const p = pipeline();
  const byPeer = policyFunction('by-peer', (route) => ({
    action: 'accept',
    statement: 's',
    edits: { med: route.target?.as === 64_601 ? 1 : 2 },
  }));
  const ends = [64_601, 64_602].map((as, i) =>
    new FarEnd(`10.0.0.${i + 1}`, as, { defaultOrigins: origins({ policy: byPeer }) }).open(p),
  );
  settle(p);
  t.strictSame(
    ends.map((end) => end.held.get(DEFAULT)?.attributes.med),
    [1, 2],
  );
});

t.test('with a condition it is sent only while one of the prefixes has a usable path', async (t) => {
  const p = pipeline();
  const source = new FarEnd('10.0.0.2', 64_602).open(p);
  const ifPresent = [P, '2001:db8::/32'];
  const a = new FarEnd('10.0.0.1', 64_601, { defaultOrigins: origins({ ifPresent }) }).open(p);
  settle(p);
  t.strictSame([...a.held.keys()], []);
  source.announce(p, [P], path(64_602));
  settle(p);
  t.strictSame([...a.held.keys()].sort(), [DEFAULT, P]);
  const late = new FarEnd('10.0.0.3', 64_603, { defaultOrigins: origins({ ifPresent }) }).open(p);
  settle(p);
  t.strictSame([...late.held.keys()].sort(), [DEFAULT, P]);
  source.withdraw(p, [P]);
  source.announce(p, ['2001:db8::/32'], path(64_602));
  settle(p);
  t.strictSame([...a.held.keys()].sort(), ['2001:db8::/32', DEFAULT6]);
  p.closePeer(source.index);
  settle(p);
  t.strictSame([a.held.size, late.held.size], [0, 0]);
  t.strictSame([...a.problems, ...late.problems], []);
});

t.test('with add-path it is one path, with an identifier', async (t) => {
  const p = pipeline();
  const addPathSend = new Map([[IPV4_UNICAST.key, ALL_PATHS]]);
  const a = new FarEnd('10.0.0.1', 64_601, {
    families: [IPV4_UNICAST],
    defaultOrigins: origins({ families: ['ipv4-unicast'] }),
    addPathSend,
  }).open(p);
  const source = new FarEnd('10.0.0.2', 64_602).open(p);
  source.announce(p, [DEFAULT, P], path(64_602));
  settle(p);
  t.equal([...a.held.keys()].filter((key) => key.startsWith(DEFAULT)).length, 1);
  p.setPolicies(a.index, { importPolicy: null, exportPolicy: null, defaultOrigins: {} });
  settle(p);
  t.match([...a.held].find(([key]) => key.startsWith(DEFAULT))?.[1].attributes.asPath, [
    { ases: [LOCAL_AS, 64_602] },
  ]);
  t.equal(a.held.size, 2);
  t.strictSame(a.problems, []);
});

t.test('explain says that it is originated for the peer, with and without one in the table', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601, { defaultOrigins: origins({ ifPresent: [P, DEFAULT6] }) }).open(p);
  const source = new FarEnd('10.0.0.2', 64_602).open(p);
  settle(p);
  t.equal(p.explain(DEFAULT, a.index), undefined);
  source.announce(p, [P], path(64_602));
  settle(p);
  const originated = { advertised: true, reason: 'a default route is originated for this peer' };
  t.match(p.explain(DEFAULT, a.index), { prefix: DEFAULT, decision: [], export: originated });
  source.announce(p, [DEFAULT], path(64_602));
  settle(p);
  t.match(p.explain(DEFAULT, a.index), { decision: [{ peer: '10.0.0.2' }], export: originated });
  t.match(p.explain(DEFAULT, source.index)?.export, { advertised: false });
});

t.test('prefixes that nobody holds any more are freed', async (t) => {
  const p = pipeline();
  const a = new FarEnd('10.0.0.1', 64_601, { defaultOrigins: origins({ ifPresent: [P, DEFAULT6] }) }).open(p);
  settle(p);
  t.equal(p.totals().families[0]?.prefixes, 2);
  p.closePeer(a.index);
  settle(p);
  t.equal(p.totals().families[0]?.prefixes, 0);
});

t.test('what cannot be configured is named', async (t) => {
  const rows: readonly [unknown, string][] = [
    [1, 'defaultOriginate'],
    [{ family: [] }, 'defaultOriginate.family'],
    [{ families: ['vpnv4-unicast'] }, 'defaultOriginate.families'],
    [{ families: 'ipv4-unicast' }, 'defaultOriginate.families'],
    [{ policy: 'out' }, 'defaultOriginate.policy'],
    [{ ifPresent: P }, 'defaultOriginate.ifPresent'],
    [{ ifPresent: [P] }, 'defaultOriginate.ifPresent'],
  ];
  for (const [value, field] of rows) {
    t.throws(() => settingsOf(value as true), { code: 'BGP_ERR_CONFIG', path: `peer 10.0.0.1: ${field}` });
  }
  t.throws(() => settingsOf({ ifPresent: ['10.0.0.1/8'] }), { code: 'BGP_ERR_PREFIX' });
  t.strictSame(settingsOf(false).defaultOriginate, {});
});

t.test('plan says that it changes live, and a policy may be named', async (t) => {
  const { speaker } = new Lab().speaker(1, 64_512);
  const policies = { out: [{ action: 'accept' as const }] };
  const peer = { address: '192.0.2.2', remoteAs: 64_513 };
  speaker.apply({ policies, peers: [peer] });
  const wanted = { policies, peers: [{ ...peer, defaultOriginate: { policy: 'out' } }] };
  const row = { subject: 'peer 192.0.2.2', change: 'changed-live', reason: 'defaultOriginate changed' };
  t.strictSame(speaker.apply(wanted), [row]);
  t.strictSame(speaker.plan(wanted), []);
  const unknown = { peers: [{ ...peer, defaultOriginate: { policy: 'in' } }] };
  t.throws(() => speaker.plan(unknown), { code: 'BGP_ERR_CONFIG', path: 'peers[0].defaultOriginate.policy' });
  t.strictSame(speaker.plan({ peers: [peer] }), [row]);
});
