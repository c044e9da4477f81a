import t from 'tap';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';
import { route } from '../../pitfalls/far-router.js';
import { best, Lab, type LabSpeaker, peerOf, statusOf } from '../lab.js';

const LLGR_STALE = 0xffff0006;
const NO_LLGR = 0xffff0007;
const NO_EXPORT = 0xffffff01;
const restart = { restartTime: 5, longLived: { 'ipv4-unicast': 100 } } as const;

/** `origin` loses its session with `middle`, behind which are others; all are of AS 64512 and up, each its own, unless said. */
async function world(
  behind: readonly { readonly as: number; readonly peer?: Partial<PeerConfig> }[],
  announces: readonly { readonly number: number; readonly communities?: readonly number[] }[] = [
    { number: 1 },
  ],
) {
  const lab = new Lab();
  const [middle, origin] = [lab.speaker(1, 64_512), lab.speaker(2, 64_513)];
  const others = behind.map(({ as }, i) => lab.speaker(3 + i, as));
  lab.join(middle, origin, { gracefulRestart: restart, connectRetryTime: 1 });
  for (const [i, other] of others.entries()) {
    // What is said of a peer is how the middle sees it; the capability is up to the other one.
    const { gracefulRestart, ...more } = behind[i]!.peer ?? {};
    const both = gracefulRestart === undefined ? {} : { gracefulRestart };
    middle.speaker.addPeer(peerOf(other, { ...both, ...more }));
    other.speaker.addPeer(peerOf(middle, both));
  }
  for (const { number, communities = [] } of announces)
    origin.speaker.announce({ prefixes: [route(number)], attributes: { communities } });
  await lab.start(middle, origin, ...others);
  await lab.until(() =>
    others.every((other) => announces.every(({ number }) => best(other, route(number)) !== undefined)),
  );
  const lose = () =>
    Promise.all([origin.speaker.close({ mode: 'graceful-restart' }), lab.clock.runFor(4_000)]);
  return { lab, middle, origin, others, lose };
}

const communities = (at: LabSpeaker, number = 1) => best(at, route(number))?.attributes.communities;

t.test(
  'when the restart time is over, routes get LLGR_STALE and are told to those who know it only',
  async (t) => {
    const { lab, middle, others, lose, origin } = await world([
      { as: 64_514, peer: { gracefulRestart: restart } },
      { as: 64_515 },
    ]);
    const [knows, doesNot] = others as [LabSpeaker, LabSpeaker];
    await lose();
    for (const at of [middle, knows, doesNot])
      t.same(communities(at) ?? [], [], 'stale, but not for long yet');
    await lab.clock.runFor(5_000);
    t.same(communities(middle), [LLGR_STALE]);
    t.same(communities(knows), [LLGR_STALE]);
    t.equal(best(doesNot, route(1)), undefined, 'RFC 9494 §4.3');
    t.match(middle.speaker.explain(route(1), doesNot.address)?.export, { advertised: false });
    t.match(statusOf(middle, origin).gracefulRestart, {
      phase: 'away',
      secondsLeft: undefined,
      longLivedSecondsLeft: { 'ipv4-unicast': Number },
    });
    await lab.clock.runFor(100_000);
    for (const at of [middle, knows]) t.equal(best(at, route(1)), undefined, 'the long-lived time is over');
    t.equal(statusOf(middle, origin).gracefulRestart, undefined);
  },
);

t.test('any other route is better than a long-lived stale one', async (t) => {
  const { lab, middle, others, lose } = await world([{ as: 64_514, peer: { gracefulRestart: restart } }]);
  const other = others[0]!;
  const long = [64_514, 64_514, 64_514, 64_514].map((as) => as);
  other.speaker.announce({
    prefixes: [route(1)],
    attributes: { asPath: [{ type: 'sequence', ases: long }] },
  });
  await lab.clock.runFor(1_000);
  t.match(best(middle, route(1)), { peer: '192.0.2.2' }, 'the path of the other one is longer');
  await lose();
  t.match(best(middle, route(1)), { peer: '192.0.2.2' }, 'stale alone does not count (RFC 4724)');
  await lab.clock.runFor(5_000);
  t.match(best(middle, route(1)), { peer: other.address });
});

t.test('routes with NO_LLGR go when the restart time is over', async (t) => {
  const { lab, middle, lose } = await world(
    [{ as: 64_514, peer: { gracefulRestart: restart } }],
    [{ number: 1, communities: [NO_LLGR] }, { number: 2 }],
  );
  await lose();
  t.ok(best(middle, route(1)));
  await lab.clock.runFor(5_000);
  t.equal(best(middle, route(1)), undefined);
  t.same(communities(middle, 2), [LLGR_STALE]);
});

t.test('the peer comes back within the long-lived time: its routes are fresh again', async (t) => {
  const { lab, middle, others, lose, origin } = await world(
    [{ as: 64_514, peer: { gracefulRestart: restart } }],
    [{ number: 1 }, { number: 2 }],
  );
  await lose();
  await lab.clock.runFor(10_000);
  t.same(communities(middle), [LLGR_STALE]);
  const forwarded = ['ipv4-unicast'] as const;
  const next = lab.speaker(2, 64_513, { isNextLife: true, restarting: { forwarded, deferralTime: 20 } });
  next.speaker.addPeer(peerOf(middle, { gracefulRestart: restart, connectRetryTime: 1 }));
  next.speaker.announce({ prefixes: [route(1)] });
  await lab.start(next);
  t.ok(await lab.until(() => statusOf(middle, origin).gracefulRestart === undefined, 60_000));
  await lab.clock.runFor(1_000);
  t.same(communities(middle) ?? [], []);
  t.same(communities(others[0]!) ?? [], []);
  t.equal(best(middle, route(2)), undefined, 'not sent again: gone at End-of-RIB');
});

t.test(
  'partial deployment: an internal peer that does not know them gets them with NO_EXPORT and LOCAL_PREF 0',
  async (t) => {
    const { lab, others, lose } = await world([
      { as: 64_512, peer: { sendLongLivedStale: true } },
      { as: 64_512 },
    ]);
    const [told, plain] = others as [LabSpeaker, LabSpeaker];
    await lose();
    await lab.clock.runFor(5_000);
    t.match(best(told, route(1))?.attributes, { localPref: 0, communities: [LLGR_STALE, NO_EXPORT] });
    t.equal(best(plain, route(1)), undefined);
    const { middle } = await world([]);
    const external = { address: '192.0.2.9', remoteAs: 64_599, sendLongLivedStale: true } as const;
    t.throws(() => middle.speaker.addPeer(external), { code: 'BGP_ERR_CONFIG', path: /sendLongLivedStale/ });
  },
);
