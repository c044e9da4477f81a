import t from 'tap';
import { negotiate, type Offer } from '../../../src/capabilities/negotiate.js';
import { acceptAll } from '../../../src/policy/defaults.js';
import { compilePolicies } from '../../../src/policy/policies.js';
import type { Policy } from '../../../src/policy/policy.js';
import { negotiatedPeer } from '../../../src/speaker/sessions/negotiated-peer.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';
import { speakerSettings } from '../../../src/speaker/settings/speaker-settings.js';
import { best, Lab, peerOf, statusOf } from '../lab.js';

const kept = '198.51.100.0/24';
const rejected = Array.from({ length: 2000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);

const policies = compilePolicies({
  policies: { narrow: [{ match: { prefixes: [kept] }, action: 'accept' }], nothing: [{ action: 'reject' }] },
});
const named = (name: string): Policy => policies.get(name)!;

for (const keepReceived of [true, false]) {
  t.test(
    `with keepReceived ${keepReceived} a changed import policy gets what it rejected before`,
    async (t) => {
      const lab = new Lab();
      const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
      const peer = { ...peerOf(right), keepReceived };
      left.speaker.addPeer({ ...peer, importPolicy: named('narrow') });
      right.speaker.addPeer(peerOf(left));
      right.speaker.announce({ prefixes: [kept, ...rejected] });
      await lab.start(left, right);
      t.ok(await lab.up(left, right));
      t.ok(await lab.until(() => statusOf(left, right).families[0]?.endOfRib === true));
      t.ok(best(left, kept));
      const paths = () => left.speaker.status().families.find(({ family }) => family === 'ipv4-unicast');
      const all = 1 + rejected.length;
      t.match(
        paths(),
        keepReceived ? { paths: all, prefixes: all } : { paths: 1, prefixes: 1 },
        'memory follows',
      );
      t.equal(statusOf(left, right).keepReceived, keepReceived ? undefined : false, 'shown');
      t.equal(left.speaker.received(right.address, { limit: 10_000 }).routes.length, keepReceived ? all : 1);

      t.equal(left.speaker.updatePeer({ ...peer, importPolicy: acceptAll }), 'live');
      t.ok(await lab.until(() => statusOf(left, right).families[0]?.accepted === all), 'all of it came');
      t.equal(
        statusOf(left, right).sent.routeRefresh,
        keepReceived ? 0 : 1,
        'asked for, where it is not kept',
      );

      t.equal(left.speaker.updatePeer({ ...peer, importPolicy: named('nothing') }), 'live');
      t.ok(await lab.until(() => statusOf(left, right).families[0]?.accepted === 0));
      await lab.clock.runFor(1000);
      t.match(paths(), keepReceived ? { paths: all } : { paths: 0, prefixes: 0 });

      t.equal(left.speaker.updatePeer({ ...peer, importPolicy: named('narrow') }), 'live');
      t.ok(await lab.until(() => best(left, kept) !== undefined));
      t.equal(statusOf(left, right).flaps, 0, 'the session stayed');

      right.speaker.withdraw([kept, ...rejected]);
      t.ok(await lab.until(() => best(left, kept) === undefined), 'what is not there is withdrawn in peace');
      const ends = [left.speaker.close(), right.speaker.close()];
      await lab.clock.runFor(5000);
      await Promise.all(ends);
    },
  );
}

t.test('a route that is announced anew and rejected then is gone', async (t) => {
  const lab = new Lab();
  const [left, right] = [lab.speaker(1, 64512), lab.speaker(2, 64513)];
  const low = compilePolicies({ policies: { low: [{ match: { med: { atMost: 10 } }, action: 'accept' }] } });
  left.speaker.addPeer({ ...peerOf(right), keepReceived: false, importPolicy: low.get('low')! });
  right.speaker.addPeer(peerOf(left));
  right.speaker.announce({ prefixes: [kept], attributes: { med: 5 } });
  await lab.start(left, right);
  t.ok(await lab.until(() => best(left, kept) !== undefined));
  right.speaker.announce({ prefixes: [kept], attributes: { med: 50 } });
  t.ok(await lab.until(() => best(left, kept) === undefined));
  t.same(left.speaker.received(right.address).routes, []);
  right.speaker.announce({ prefixes: [kept], attributes: { med: 6 } });
  t.ok(await lab.until(() => best(left, kept)?.attributes.med === 6));
  const ends = [left.speaker.close(), right.speaker.close()];
  await lab.clock.runFor(5000);
  await Promise.all(ends);
});

t.test('of a peer without route refresh everything is kept', async (t) => {
  const speaker = speakerSettings({ localAs: 64512, routerId: '192.0.2.1' });
  const peer = peerSettings({ address: '192.0.2.2', remoteAs: 64513, keepReceived: false }, 64512);
  const ours = { as: 64512, routerId: 1, holdTime: 90, capabilities: [{ name: 'route-refresh' }] } as const;
  const theirs = { as: 64513, routerId: 2, holdTime: 90, capabilities: [] };
  const drops = (other: Offer) =>
    negotiatedPeer(peer, speaker, negotiate(ours, other), [], new Map()).dropsRejected;
  t.equal(drops(theirs), false);
  t.equal(drops({ ...ours, routerId: 2 }), true);
});
