import t from 'tap';
import { builtFamilies } from '../../../src/nlri/family-codecs.js';
import { acceptAll, rejectAll } from '../../../src/policy/defaults.js';
import type { PeerGroup } from '../../../src/speaker/settings/config.js';
import { PeerChecker } from '../../../src/speaker/settings/peer-checker.js';
import { best, Lab, peerOf, statusOf } from '../lab.js';

type Groups = Readonly<Record<string, PeerGroup>>;
const checker = (groups: Groups) =>
  new PeerChecker({ localAs: 64_512, confederation: null, codecs: builtFamilies }, groups);
const address = '192.0.2.9';

t.test('own fields win, then the groups in their order, nearest first', async (t) => {
  const groups: Groups = {
    base: { holdTime: 30, connectRetryTime: 7, idleHoldTime: 3, description: 'base' },
    edge: { group: 'base', remoteAs: 64_513, holdTime: 20, password: 'swordfish', importPolicy: acceptAll },
    slow: { holdTime: 180, keepaliveTime: 50, maxPrefixes: { 'ipv4-unicast': 5 } },
  };
  const settings = checker(groups).peer({ address, group: ['edge', 'slow'], description: 'mine' });
  t.match(settings, {
    remoteAs: 64_513,
    description: 'mine',
    holdTime: 20,
    keepaliveTime: 50,
    connectRetryTime: 7,
    idleHoldTime: 3,
    importPolicy: acceptAll,
    maxPrefixes: { 'ipv4-unicast': { limit: 5 } },
  });
  t.same(settings.origins, [
    { field: 'description', value: 'mine', from: 'peer' },
    { field: 'remoteAs', value: '64513', from: 'edge' },
    { field: 'holdTime', value: '20', from: 'edge' },
    { field: 'password', value: '(set)', from: 'edge' },
    { field: 'importPolicy', value: '(a policy)', from: 'edge' },
    { field: 'connectRetryTime', value: '7', from: 'base' },
    { field: 'idleHoldTime', value: '3', from: 'base' },
    { field: 'keepaliveTime', value: '50', from: 'slow' },
    { field: 'maxPrefixes', value: '{"ipv4-unicast":5}', from: 'slow' },
  ]);
  t.same(checker(groups).peer({ address, remoteAs: 64_513 }).origins, []);
});

t.test('groups that cannot be are refused with their place', async (t) => {
  const rows: readonly [unknown, RegExp][] = [
    ['edge', /peerGroups must be an object of groups by name, got "string"/],
    [[], /peerGroups must be an object of groups by name, got "list"/],
    [{ a: 5 }, /peerGroups\.a must be an object/],
    [{ a: { address } }, /peerGroups\.a has no field "address"/],
    [{ a: { holdtime: 3 } }, /peerGroups\.a has no field "holdtime"; use holdTime/],
    [{ a: { group: 'b' } }, /peerGroups\.a\.group must be one of a, got "b"/],
    [{ a: { group: 5 } }, /peerGroups\.a\.group must be a name, or a list of names, got 5/],
    [
      { a: { group: 'a' } },
      /peerGroups\.a\.group must be groups that do not contain one another, got "a → a"/,
    ],
    [
      { a: { group: 'b' }, b: { group: ['c'] }, c: { group: 'a' } },
      /peerGroups\.c\.group must be groups that do not contain one another, got "a → b → c → a"/,
    ],
  ];
  for (const [groups, message] of rows) {
    t.throws(() => checker(groups as Groups), { code: 'BGP_ERR_CONFIG', message });
  }
  const two: Groups = { a: { holdTime: 2 }, b: { group: 'a' } };
  t.throws(() => checker(two).peer({ address, group: 'c' }), {
    message: 'peer 192.0.2.9: group must be one of a, b, got "c"',
  });
  t.throws(() => checker(two).peer({ address, group: 'b', remoteAs: 1 }), {
    message: /peer 192\.0\.2\.9: holdTime must be 0 or an integer 3/,
  });
  t.throws(() => checker({}).peer({ address, group: 'c' }), { message: /peerGroups, which has none/ });
});

t.test('a group twice reached counts once, and one diamond is no circle', async (t) => {
  const groups: Groups = {
    top: { holdTime: 9, remoteAs: 1 },
    left: { group: 'top' },
    right: { group: 'top', holdTime: 12 },
  };
  t.equal(checker(groups).peer({ address, group: ['left', 'right'] }).holdTime, 9);
});

t.test('a changed group changes each of its peers as its own fields change', async (t) => {
  const lab = new Lab();
  const groups: Groups = {
    edge: { importPolicy: acceptAll, exportPolicy: acceptAll, holdTime: 30 },
    named: { group: 'edge', description: 'by group' },
  };
  const hub = lab.speaker(1, 64_512, { peerGroups: groups });
  const others = [2, 3, 4].map((n) => lab.speaker(n, 64_512 + n));
  const [two, three, four] = others as [(typeof others)[0], (typeof others)[0], (typeof others)[0]];
  hub.speaker.addPeer({ address: two.address, remoteAs: two.as, group: 'edge' });
  hub.speaker.addPeer({ address: three.address, remoteAs: three.as, group: 'named', holdTime: 60 });
  hub.speaker.addPeer(peerOf(four));
  for (const other of others) other.speaker.addPeer(peerOf(hub));
  two.speaker.announce({ prefixes: ['203.0.113.0/24'] });
  await lab.start(hub, ...others);
  t.ok(await lab.up(hub, ...others));
  t.ok(await lab.until(() => best(three, '203.0.113.0/24') !== undefined));
  t.match(statusOf(hub, three), {
    description: 'by group',
    configuration: [
      { field: 'remoteAs', from: 'peer' },
      { field: 'holdTime', value: '60', from: 'peer' },
      { field: 'description', value: 'by group', from: 'named' },
      { field: 'importPolicy', from: 'edge' },
      { field: 'exportPolicy', from: 'edge' },
    ],
  });
  t.equal(statusOf(hub, four).configuration, undefined);

  const live = { ...groups, edge: { ...groups.edge, holdTime: 45 } };
  const rows = [{ subject: `peer ${two.address}`, change: 'changed-live', reason: 'holdTime changed' }];
  t.same(hub.speaker.plan({ peerGroups: live }), rows);
  t.equal(statusOf(hub, two).configuration?.find(({ field }) => field === 'holdTime')?.value, '30');
  t.same(hub.speaker.apply({ peerGroups: live }), rows);
  t.equal(statusOf(hub, two).configuration?.find(({ field }) => field === 'holdTime')?.value, '45');
  t.same(hub.speaker.apply({ peerGroups: live }), [], 'what is so already is not done again');

  const soft = { ...live, named: { ...groups.named, exportPolicy: rejectAll } };
  t.same(hub.speaker.apply({ peerGroups: soft }), [
    { subject: `peer ${three.address}`, change: 'soft-refresh', reason: 'exportPolicy changed' },
  ]);
  t.ok(await lab.until(() => best(three, '203.0.113.0/24') === undefined));

  const named = { ...live, named: { ...groups.named, exportPolicy: 'out' } };
  const policies = { out: [{ action: 'accept', edits: { med: 7 } }] } as const;
  t.same(hub.speaker.apply({ peerGroups: named, policies }), [
    { subject: `peer ${three.address}`, change: 'soft-refresh', reason: 'exportPolicy changed' },
  ]);
  t.ok(await lab.until(() => best(three, '203.0.113.0/24')?.attributes.med === 7));

  const reset = { ...live, named: { ...groups.named, nextHop: { 'ipv4-unicast': '192.0.2.77' } } };
  t.same(hub.speaker.apply({ peerGroups: reset }), [
    { subject: `peer ${three.address}`, change: 'reset', reason: 'nextHop, exportPolicy changed' },
  ]);
  t.ok(await lab.until(() => best(three, '203.0.113.0/24')?.nextHop === '192.0.2.77'));
  t.same(
    others.map((other) => statusOf(hub, other).flaps),
    [0, 1, 0],
    'only one session was ended',
  );

  t.throws(() => hub.speaker.apply({ peerGroups: {} }), { message: /group must be one of peerGroups/ });
  t.match(
    statusOf(hub, two).configuration?.find(({ field }) => field === 'holdTime'),
    { value: '45' },
  );
  t.same(
    hub.speaker.apply({
      peerGroups: { other: live.edge },
      peers: [{ address: two.address, remoteAs: two.as, group: 'other' }],
    }),
    [three, four].map(({ address }) => ({
      subject: `peer ${address}`,
      change: 'removed',
      reason: 'not in the configuration',
    })),
  );
  t.match(statusOf(hub, two), { flaps: 0, configuration: [{ from: 'peer' }, { from: 'other' }] });
});

t.test('the peers of a range follow its group', async (t) => {
  const lab = new Lab();
  const edge = { importPolicy: acceptAll, exportPolicy: acceptAll, remoteAs: 64_514, passive: false };
  const hub = lab.speaker(1, 64_512, { peerGroups: { edge } });
  const two = lab.speaker(2, 64_514);
  hub.speaker.addPeerRange({ prefix: '192.0.2.0/24', group: 'edge', limit: 3 });
  two.speaker.addPeer(peerOf(hub));
  await lab.start(hub, two);
  t.ok(await lab.until(() => hub.speaker.peer(two.address)?.state === 'established'));
  t.match(statusOf(hub, two), { remoteAs: 64_514, passive: true, configuration: [{ from: 'edge' }] });
  const change = hub.speaker.apply({ peerGroups: { edge: { ...edge, description: 'ranged' } } });
  t.same(change, [{ subject: 'range 192.0.2.0/24', change: 'changed-live', reason: 'description changed' }]);
  t.match(statusOf(hub, two), { description: 'ranged', flaps: 0 });
  hub.speaker.apply({ peerGroups: { edge: { ...edge, remoteAs: 64_515 } } });
  t.ok(await lab.until(() => hub.speaker.peer(two.address) === undefined));
  const guarded = { peerGroups: { edge: { ...edge, ttlSecurityHops: 1 } } };
  const bare = lab.speaker(5, 64_512, { peerGroups: { edge }, features: [] });
  bare.speaker.addPeerRange({ prefix: '198.51.100.0/24', group: 'edge' });
  t.throws(() => bare.speaker.plan(guarded), { code: 'BGP_ERR_SOCKET_FEATURE' });
});
