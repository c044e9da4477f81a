import t from 'tap';
import type { Capability } from '../../../src/capabilities/capability.js';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import { acceptAll } from '../../../src/policy/defaults.js';
import { FarRouter, route } from '../../pitfalls/far-router.js';
import { Lab, prefixes } from '../lab.js';

const capability = (restarted: boolean): readonly Capability[] => [
  {
    name: 'graceful-restart',
    restartTime: 60,
    restarted,
    notification: false,
    families: [{ family: IPV4_UNICAST, forwarding: true }],
  },
];

/** A speaker that takes peers by prefix, one of which told it two routes and was lost. */
async function world() {
  const lab = new Lab();
  const us = lab.speaker(1, 64_512);
  const policies = { importPolicy: acceptAll, exportPolicy: acceptAll };
  us.speaker.addPeerRange({
    ...{ prefix: '192.0.2.0/24', remoteAs: 64_513, gracefulRestart: {}, idleHoldTime: 1 },
    ...policies,
  });
  await lab.start(us);
  const router = await FarRouter.dial(lab, us, capability(false));
  await router.announce(1, 2);
  await router.endOfRib();
  await router.vanish();
  const left = (): readonly string[] => [...prefixes(us.speaker.rib())].sort();
  return { lab, us, left };
}

t.test(
  'a peer of a range that is lost keeps its routes, and its place, until its restart time is over',
  async (t) => {
    const { lab, us, left } = await world();
    t.match(us.speaker.peers(), [{ address: '192.0.2.2', gracefulRestart: { phase: 'away' } }]);
    t.same(left(), [1, 2].map(route));
    await lab.clock.runFor(61_000);
    t.same(left(), []);
    t.same(us.speaker.peers(), [], 'it is forgotten then');
  },
);

t.test('a peer of a range that comes back takes its routes over', async (t) => {
  const { lab, us, left } = await world();
  const next = await FarRouter.dial(lab, us, capability(true));
  await next.announce(2);
  t.same(left(), [1, 2].map(route));
  await next.endOfRib();
  t.same(left(), [route(2)]);
  t.match(us.speaker.peers(), [{ address: '192.0.2.2', state: 'established', gracefulRestart: undefined }]);
  await next.vanish();
  await lab.clock.runFor(61_000);
  t.same(us.speaker.peers(), []);
});

t.test('removing the range ends what is kept', async (t) => {
  const { lab, us, left } = await world();
  us.speaker.removePeerRange('192.0.2.0/24');
  await lab.clock.runFor(1_000);
  t.same(left(), []);
  t.same(us.speaker.peers(), []);
});
