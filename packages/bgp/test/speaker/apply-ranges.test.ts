import t from 'tap';
import type { WantedConfiguration } from '../../src/speaker/settings/configuration.js';
import { best, Lab, peerOf, statusOf } from './lab.js';

const policies = { in: [{ match: { prefixes: ['198.51.100.0/24'] }, action: 'accept' }] } as const;

t.test('apply adds, changes and removes ranges, and says so before', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  const range = { prefix: '192.0.2.0/28', remoteAs: 64513, importPolicy: 'in', exportPolicy: 'accept-all' };
  const wanted: WantedConfiguration = { policies, ranges: [range] };
  const subject = 'range 192.0.2.0/28';
  t.same(left.speaker.plan(wanted), [{ subject, change: 'added', reason: 'AS 64513' }]);
  left.speaker.apply(wanted);
  t.same(left.speaker.apply(wanted), []);
  right.speaker.addPeer(peerOf(left));
  right.speaker.announce({ prefixes: ['198.51.100.0/24', '203.0.113.0/24'] });
  await lab.start(left, right);
  t.ok(await lab.until(() => best(left, '198.51.100.0/24') !== undefined), 'who dials from it is a peer');
  t.equal(best(left, '203.0.113.0/24'), undefined);
  t.same(left.speaker.apply({ peers: [] }), [], 'peers of a range are none of the list');

  const open: WantedConfiguration = {
    policies,
    ranges: [{ ...range, importPolicy: 'accept-all', limit: 5 }],
  };
  t.same(left.speaker.apply(open), [
    { subject, change: 'soft-refresh', reason: 'importPolicy, limit changed' },
  ]);
  t.ok(await lab.until(() => best(left, '203.0.113.0/24') !== undefined));
  t.equal(statusOf(left, right).flaps, 0, 'the session stayed');
  t.match(left.speaker.plan({ ...open, ranges: [{ ...range, importPolicy: 'accept-all', limit: 6 }] }), [
    { change: 'changed-live', reason: 'limit changed' },
  ]);
  t.match(left.speaker.plan({ ...open, ranges: [{ ...range, families: ['ipv6-unicast'] }] }), [
    { change: 'reset', reason: /families/ },
  ]);

  t.same(left.speaker.apply({ ranges: [] }), [
    { subject, change: 'removed', reason: 'not in the configuration' },
  ]);
  t.ok(await lab.until(() => left.speaker.peers().length === 0), 'its peers went with it');
  const ends = [left.speaker.close(), right.speaker.close()];
  await lab.clock.runFor(5000);
  await Promise.all(ends);
});

t.test('nothing is done when a range is wrong', async (t) => {
  const { speaker } = new Lab().speaker(1, 64512, { features: [] });
  const good = { prefix: '192.0.2.0/28', remoteAs: 64513 };
  const bad: readonly [WantedConfiguration, string, string | RegExp][] = [
    [{ ranges: [good, { ...good, remoteAs: 64514 }] }, 'BGP_ERR_CONFIG', 'ranges[1].prefix'],
    [{ ranges: [good, { ...good, prefix: '192.0.2.1/28' }] }, 'BGP_ERR_PREFIX', 'ranges[1].prefix'],
    [{ ranges: [good], policies: { p: [{ call: 'q' }] } }, 'BGP_ERR_POLICY', 'p.statements[0].call'],
    [{ ranges: [{ ...good, importPolicy: 'none' }] }, 'BGP_ERR_CONFIG', 'ranges[0].importPolicy'],
    [{ ranges: [{ ...good, password: 'secret' }] }, 'BGP_ERR_SOCKET_FEATURE', 'ranges[0].prefix'],
  ];
  for (const [wanted, code, path] of bad) t.throws(() => speaker.apply(wanted), { code, path }, String(path));
  t.same(speaker.plan({ ranges: [] }), [], 'no range is there');
});
