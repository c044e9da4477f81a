import t from 'tap';
import type { WantedConfiguration } from '../../src/speaker/settings/configuration.js';
import { best, Lab, peerOf, statusOf } from './lab.js';

const policies = {
  in: [{ match: { prefixes: ['@ours'] }, action: 'accept' }],
  out: [{ action: 'accept', edits: { med: 5 } }],
} as const;
const sets = { ours: ['203.0.113.0/24'] };

t.test('plan says what apply does: peers, routes and policies', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  right.speaker.addPeer(peerOf(left));
  right.speaker.announce({ prefixes: ['203.0.113.0/24', '198.51.100.0/24'] });
  const peer = { address: right.address, remoteAs: right.as, importPolicy: 'in', exportPolicy: 'out' };
  const first: WantedConfiguration = {
    policies,
    sets,
    peers: [peer],
    announcements: [{ prefixes: ['192.0.2.0/25', '192.0.2.128/25'], owner: 'vip' }],
  };
  t.same(left.speaker.plan(first), [
    { subject: `peer ${right.address}`, change: 'added', reason: 'AS 64513' },
    { subject: 'route 192.0.2.0/25', change: 'added', reason: 'owner "vip"' },
    { subject: 'route 192.0.2.128/25', change: 'added', reason: 'owner "vip"' },
  ]);
  t.same(left.speaker.peers(), [], 'plan changes nothing');
  left.speaker.apply(first);
  await lab.start(left, right);
  t.ok(await lab.up(left, right));
  t.ok(await lab.until(() => best(right, '192.0.2.0/25') !== undefined));
  t.equal(best(right, '192.0.2.0/25')?.attributes.med, 5);
  t.ok(await lab.until(() => best(left, '203.0.113.0/24') !== undefined));
  t.equal(best(left, '198.51.100.0/24'), undefined);

  t.same(left.speaker.apply(first), [], 'what is so already is not done again');

  const wider: WantedConfiguration = { ...first, sets: { ours: ['203.0.113.0/24', '198.51.100.0/24'] } };
  t.same(left.speaker.apply(wider), [
    { subject: `peer ${right.address}`, change: 'soft-refresh', reason: 'importPolicy changed' },
  ]);
  t.ok(await lab.until(() => best(left, '198.51.100.0/24') !== undefined));
  t.equal(statusOf(left, right).flaps, 0, 'the session stayed');

  const live = { ...wider, peers: [{ ...peer, description: 'right', holdTime: 30 }] };
  t.same(left.speaker.apply(live), [
    { subject: `peer ${right.address}`, change: 'changed-live', reason: 'description, holdTime changed' },
  ]);

  const routes: WantedConfiguration = {
    announcements: [
      { prefixes: ['192.0.2.0/25'], owner: 'other' },
      { prefixes: ['10.0.0.0/8'], owner: 'vip', attributes: { med: 1 } },
    ],
  };
  t.same(left.speaker.apply(routes), [
    { subject: 'route 192.0.2.0/25', change: 'changed-live', reason: 'owner changed' },
    { subject: 'route 10.0.0.0/8', change: 'added', reason: 'owner "vip"' },
    { subject: 'route 192.0.2.128/25', change: 'removed', reason: 'not in the configuration' },
  ]);
  t.same(left.speaker.apply(routes), []);
  t.equal(left.speaker.peers().length, 1, 'a list that is not given is left alone');
  t.match(
    left.speaker.plan({ announcements: [{ prefixes: ['10.0.0.0/8', '192.0.2.0/25'], owner: 'other' }] }),
    [{ reason: 'owner changed' }],
  );

  const reset = { ...live, peers: [{ ...peer, port: 1790 }] };
  t.match(left.speaker.plan(reset), [{ change: 'reset', reason: /port/ }, {}, {}, {}]);
  t.same(left.speaker.apply({ peers: [] }), [
    { subject: `peer ${right.address}`, change: 'removed', reason: 'not in the configuration' },
  ]);
  t.same(left.speaker.peers(), []);
});

t.test('nothing is done when anything is wrong', async (t) => {
  const { speaker } = new Lab().speaker(1, 64512);
  const good = { address: '192.0.2.2', remoteAs: 1 };
  const bad: readonly [WantedConfiguration, string, string][] = [
    [{ peers: [good, good] }, 'BGP_ERR_CONFIG', 'peers[1].address'],
    [{ peers: [good, { ...good, address: 'x' }] }, 'BGP_ERR_CONFIG', 'peers[1].address'],
    [{ peers: [{ ...good, importPolicy: 'nothing' }] }, 'BGP_ERR_CONFIG', 'peers[0].importPolicy'],
    [
      { peers: [good], announcements: [{ prefixes: ['10.0.0.1/8'] }] },
      'BGP_ERR_PREFIX',
      'announcements[0].prefixes[0]',
    ],
    [
      { announcements: [{ prefixes: ['10.0.0.0/8', '10.0.0.0/8'] }] },
      'BGP_ERR_CONFIG',
      'announcements[0].prefixes',
    ],
    [{ peers: [good], policies: { p: [{ call: 'q' }] } }, 'BGP_ERR_POLICY', 'p.statements[0].call'],
    [{ peer: [] } as WantedConfiguration, 'BGP_ERR_CONFIG', 'configuration.peer'],
  ];
  for (const [wanted, code, path] of bad) {
    t.throws(() => speaker.apply(wanted), { code, path }, path);
    t.same(speaker.peers(), []);
    t.same(speaker.announced(), []);
  }
});
