import t from 'tap';
import { IPV4_UNICAST } from '../../../src/net/family.js';
import { policyFunction } from '../../../src/policy/compile.js';
import { routeEdits } from '../../../src/policy/edits.js';
import { FarRouter, route } from '../../pitfalls/far-router.js';
import { best, Lab, type LabSpeaker, peerOf, prefixes, statusOf } from '../lab.js';

const GRACEFUL_SHUTDOWN = 0xffff0000;

t.test(
  'drain: GRACEFUL_SHUTDOWN on all routes, then withdrawals, then Cease 6/2, in this order',
  async (t) => {
    const lab = new Lab();
    const [a, b, c] = [lab.speaker(1, 64_512), lab.speaker(3, 64_514), lab.speaker(4, 64_512)];
    lab.join(a, b);
    lab.join(a, c);
    a.speaker.announce({ prefixes: [route(1)], attributes: { communities: [7] } });
    b.speaker.announce({ prefixes: [route(2)] });
    await lab.start(a, b, c);
    await lab.until(() => prefixes(c.speaker.rib()).length === 2 && prefixes(b.speaker.rib()).length === 2);
    const communities = (at: LabSpeaker, number: number) => best(at, route(number))?.attributes.communities;
    t.same(communities(b, 1), [7]);

    const since = lab.clock.now();
    const closing = a.speaker.close({
      mode: 'drain',
      drainMilliseconds: 5_000,
      communication: 'maintenance',
    });
    await lab.clock.runFor(1_000);
    t.same(communities(b, 1), [7, GRACEFUL_SHUTDOWN]);
    t.same(communities(c, 1), [7, GRACEFUL_SHUTDOWN], 'internal peers too');
    t.same(communities(c, 2), [GRACEFUL_SHUTDOWN], 'and what others told us');
    t.same([statusOf(b, a).flaps, statusOf(c, a).flaps], [0, 0]);
    a.speaker.announce({ prefixes: [route(3)] });
    await lab.clock.runFor(100);
    t.same(communities(b, 3), [GRACEFUL_SHUTDOWN], 'what is announced meanwhile is marked as well');
    const gone = lab.until(() => best(b, route(1)) === undefined && best(c, route(1)) === undefined);
    t.ok(await gone);
    t.ok(lab.clock.now() - since >= 5_000);
    t.same(
      [statusOf(b, a).state, statusOf(c, a).state],
      ['established', 'established'],
      'gone before the session',
    );
    await Promise.all([closing, lab.clock.runFor(4_000)]);
    for (const at of [b, c]) {
      const { lastNotification, state } = statusOf(at, a);
      t.not(state, 'established');
      t.match(lastNotification, { direction: 'received', code: 6, subcode: 2, communication: 'maintenance' });
    }
  },
);

t.test('drain, octet by octet: what a scripted router hears', async (t) => {
  const lab = new Lab();
  const a = lab.speaker(1, 64_512);
  const far = { address: '192.0.2.2', as: 64_513 } as LabSpeaker;
  a.speaker.addPeer(peerOf(far, { passive: true }));
  a.speaker.announce({ prefixes: [route(1), route(2)] });
  await lab.start(a);
  const router = await FarRouter.dial(lab, a, [{ name: 'multiprotocol', family: IPV4_UNICAST }]);
  t.same([...router.heard()].sort(), [`+${route(1)}`, `+${route(2)}`, 'EoR']);
  await Promise.all([a.speaker.close({ mode: 'drain', drainMilliseconds: 1_000 }), lab.clock.runFor(5_000)]);
  const heard = router.heard();
  t.same([...heard.slice(0, 2)].sort(), [`+${route(1)}`, `+${route(2)}`]);
  t.same([...heard.slice(2, 4)].sort(), [`-${route(1)}`, `-${route(2)}`]);
  t.same(heard.slice(4), ['NOTIFICATION 6/2 ']);
});

t.test('drain: an export policy goes on deciding, and its own communities stay', async (t) => {
  const lab = new Lab();
  const [a, b] = [lab.speaker(1, 64_512), lab.speaker(2, 64_513)];
  const edits = routeEdits({ addCommunities: ['64512:9'] });
  const exportPolicy = policyFunction('some', ({ prefix }) =>
    prefix === route(2)
      ? { action: 'reject', statement: 'not this one' }
      : { action: 'accept', statement: 'the rest', edits },
  );
  a.speaker.addPeer(peerOf(b, { exportPolicy }));
  b.speaker.addPeer(peerOf(a));
  a.speaker.announce({ prefixes: [route(1), route(2)] });
  await lab.start(a, b);
  await lab.until(() => best(b, route(1)) !== undefined);
  const closing = a.speaker.close({ mode: 'drain', drainMilliseconds: 3_000 });
  await lab.clock.runFor(1_000);
  t.same(best(b, route(1))?.attributes.communities, [64_512 * 65_536 + 9, GRACEFUL_SHUTDOWN]);
  t.equal(best(b, route(2)), undefined);
  await Promise.all([closing, lab.clock.runFor(6_000)]);
});

t.test('drain: a default route for one peer goes the same way', async (t) => {
  const lab = new Lab();
  const [a, b] = [lab.speaker(1, 64_512), lab.speaker(2, 64_513)];
  a.speaker.addPeer(peerOf(b, { defaultOriginate: true }));
  b.speaker.addPeer(peerOf(a));
  await lab.start(a, b);
  t.ok(await lab.until(() => best(b, '0.0.0.0/0') !== undefined));
  const closing = a.speaker.close({ mode: 'drain', drainMilliseconds: 3_000 });
  await lab.clock.runFor(1_000);
  t.same(best(b, '0.0.0.0/0')?.attributes.communities, [GRACEFUL_SHUTDOWN]);
  t.ok(await lab.until(() => best(b, '0.0.0.0/0') === undefined));
  t.equal(statusOf(b, a).state, 'established');
  await Promise.all([closing, lab.clock.runFor(6_000)]);
});

t.test('drain: a peer that comes up meanwhile is told marked routes', async (t) => {
  const lab = new Lab();
  const [a, b] = [lab.speaker(1, 64_512), lab.speaker(2, 64_513)];
  lab.join(a, b, { connectRetryTime: 1 });
  a.speaker.announce({ prefixes: [route(1)] });
  await lab.start(a);
  const closing = a.speaker.close({ mode: 'drain', drainMilliseconds: 20_000 });
  await lab.start(b);
  t.ok(await lab.until(() => best(b, route(1)) !== undefined, 15_000));
  t.same(best(b, route(1))?.attributes.communities, [GRACEFUL_SHUTDOWN]);
  await Promise.all([closing, lab.clock.runFor(30_000)]);
});

t.test('drain without sessions ends after its time, and another close cuts it short', async (t) => {
  const lab = new Lab();
  const [a, b] = [lab.speaker(1, 64_512), lab.speaker(2, 64_513)];
  lab.join(a, b);
  await lab.start(a, b);
  await lab.up(a, b);
  const closing = a.speaker.close({ mode: 'drain', drainMilliseconds: 600_000 });
  await lab.clock.runFor(1_000);
  t.equal(statusOf(b, a).state, 'established');
  await Promise.all([a.speaker.close({ communication: 'now' }), closing, lab.clock.runFor(5_000)]);
  t.match(statusOf(b, a).lastNotification, { code: 6, subcode: 2, communication: 'now' });
  const alone = lab.speaker(3, 64_514);
  await lab.start(alone);
  await Promise.all([
    alone.speaker.close({ mode: 'drain', drainMilliseconds: 100 }),
    lab.clock.runFor(1_000),
  ]);
  t.same(alone.speaker.peers(), []);
});
