// test-timeout: 90
import { eventually, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { bird } from './bird.js';
import { frr } from './frr.js';
import { gobgp } from './gobgp.js';
import { Pair, patient } from './restart-lives.js';

const OURS = '203.0.113.0/24';
const LLGR_STALE = 0xffff0006;

t.test('BIRD does not come back: its routes are long-lived stale', needs(...bird.needs), async (t) => {
  proves(t, 'long-lived-graceful-restart', 'BIRD', ['theirs']);
  const pair = await Pair.at(41);
  const long = { restartTime: 2, longLived: 600 };
  const first = await pair.daemon(t, bird, long);
  const settings = { restartTime: 60, longLived: { 'ipv4-unicast': 300 } };
  const us = await pair.life(t, [OURS], false, settings);
  await eventually(() => us.theirs, patient);
  await eventually(() => us.status.families[0]?.endOfRib, patient);
  await first.kill();
  await eventually(() => us.status.gracefulRestart?.longLivedSecondsLeft, patient);
  const left = us.status.gracefulRestart?.longLivedSecondsLeft?.['ipv4-unicast'];
  t.ok(left !== undefined && left <= 300, 'the smaller of both times');
  await eventually(() => us.theirs?.attributes.communities?.includes(LLGR_STALE), patient);
  await pair.daemon(t, bird, { ...long, isRestart: true });
  await eventually(() => us.isUp && us.status.gracefulRestart === undefined, patient);
  await eventually(() => us.theirs?.attributes.communities?.includes(LLGR_STALE) === false, patient);
  t.same(us.withdrawn, []);
});

t.test('we do not come back: BIRD takes our routes for long-lived stale', needs(...bird.needs), async (t) => {
  proves(t, 'long-lived-graceful-restart', 'BIRD', ['ours']);
  const pair = await Pair.at(44);
  const daemon = await pair.daemon(t, bird, { restartTime: 60, longLived: 600 });
  const us = await pair.life(t, [OURS], false, { restartTime: 2, longLived: { 'ipv4-unicast': 600 } });
  await eventually(() => daemon.route(OURS), patient);
  await us.speaker.close({ mode: 'graceful-restart' });
  await eventually(async () => (await daemon.route(OURS))?.communities.includes('65535:6'), patient);
});

/** FRR says it by name. */
const isStale = (text: string): boolean => /^65535:6$|^llgr-?stale$/i.test(text);

for (const [i, implementation] of [frr, gobgp].entries()) {
  const { name } = implementation;
  t.test(
    `we go, ${name} takes our routes for long-lived stale; it goes, and we do the same with its`,
    needs(...implementation.needs),
    async (t) => {
      proves(t, 'long-lived-graceful-restart', name);
      const pair = await Pair.at(144 + i * 3);
      const daemon = await pair.daemon(t, implementation, { restartTime: 2, longLived: 600 });
      const settings = { restartTime: 2, longLived: { 'ipv4-unicast': 300 } };
      const first = await pair.life(t, [OURS], false, settings);
      await eventually(() => daemon.route(OURS), patient);
      await first.speaker.close({ mode: 'graceful-restart' });
      await eventually(async () => (await daemon.route(OURS))?.communities.some(isStale), patient);
      const us = await pair.life(t, [OURS], true, settings);
      await eventually(() => us.theirs, patient);
      await daemon.kill();
      await eventually(() => us.theirs?.attributes.communities?.includes(LLGR_STALE), patient);
      t.ok(us.status.gracefulRestart?.longLivedSecondsLeft?.['ipv4-unicast']);
      t.same(us.withdrawn, []);
    },
  );
}

proofsOf(t, import.meta.url);
