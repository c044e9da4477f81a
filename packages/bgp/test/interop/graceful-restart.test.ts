// test-timeout: 120
import { eventually, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { bird } from './bird.js';
import { frr } from './frr.js';
import { gobgp } from './gobgp.js';
import { Pair, patient } from './restart-lives.js';

const KEPT = '203.0.113.0/24';
const LOST = '203.0.112.0/24';

/** GoBGP's own routes are added after its start, behind its End-of-RIB: they go, and come again. */
const daemons = [
  { implementation: frr, keepsOverStart: true },
  { implementation: bird, keepsOverStart: true },
  { implementation: gobgp, keepsOverStart: false },
] as const;

for (const [i, { implementation, keepsOverStart }] of daemons.entries()) {
  const { name } = implementation;
  const requirements = needs(...implementation.needs);

  t.test(
    `${name} is killed and comes back: its routes stay, stale, until its End-of-RIB`,
    requirements,
    async (t) => {
      proves(t, 'graceful-restart', name, ['theirs']);
      const pair = await Pair.at(1 + 10 * i);
      const first = await pair.daemon(t, implementation, { restartTime: 60 });
      const us = await pair.life(t, [KEPT], false);
      await eventually(() => us.theirs, patient);
      await eventually(() => us.status.families[0]?.endOfRib, patient);
      t.equal(us.status.gracefulRestart, undefined, 'a first start keeps and waits for nothing');
      t.notMatch(us.status.families[0], { stale: Number });
      await first.kill();
      await eventually(() => us.status.gracefulRestart?.phase === 'away', patient);
      t.ok(us.theirs, 'kept');
      t.match(us.status.families[0], { stale: Number });
      t.ok(us.status.gracefulRestart!.secondsLeft! <= 60);
      const second = await pair.daemon(t, implementation, { restartTime: 60, isRestart: true });
      await eventually(() => us.isUp, patient);
      await eventually(() => us.status.gracefulRestart === undefined, patient);
      await eventually(() => us.theirs, patient);
      if (keepsOverStart) t.same(us.withdrawn, [], 'no route was gone for a moment');
      await eventually(() => second.route(KEPT), patient);
      t.equal(us.status.families[0]?.stale, undefined);
    },
  );

  t.test(
    `we restart beside ${name}: it keeps our routes, and drops those that are gone`,
    requirements,
    async (t) => {
      proves(t, 'graceful-restart', name, ['ours']);
      const pair = await Pair.at(4 + 10 * i);
      const daemon = await pair.daemon(t, implementation, { restartTime: 60 });
      const first = await pair.life(t, [KEPT, LOST], false);
      await eventually(() => daemon.route(LOST), patient);
      await eventually(() => daemon.route(KEPT), patient);
      await eventually(() => first.theirs, patient);
      await first.speaker.close({ mode: 'graceful-restart' });
      await eventually(async () => !(await daemon.isEstablished()), patient);
      t.ok(await daemon.route(KEPT), 'kept, while we are away');
      t.ok(await daemon.route(LOST));
      const second = await pair.life(t, [KEPT], true);
      await eventually(() => second.isUp, patient);
      await eventually(() => second.speaker.status().deferred === undefined, patient);
      // FRR says that it has restarted as well for as long as its restart time: such a peer is not waited for.
      if (name !== 'FRR') t.ok(second.status.families[0]?.endOfRib, 'we chose when its End-of-RIB was there');
      await eventually(() => second.theirs, patient);
      await eventually(async () => (await daemon.route(LOST)) === undefined, patient);
      t.ok(await daemon.route(KEPT));
    },
  );
}

t.test(
  'a daemon that does not come back loses its routes after its restart time',
  needs(...frr.needs),
  async (t) => {
    const pair = await Pair.at(51);
    const daemon = await pair.daemon(t, frr, { restartTime: 3 });
    const us = await pair.life(t, [KEPT], false);
    await eventually(() => us.theirs, patient);
    await eventually(() => us.status.families[0]?.endOfRib, patient);
    await daemon.kill();
    await eventually(() => us.status.gracefulRestart?.phase === 'away', patient);
    await eventually(() => us.theirs === undefined, patient);
    t.equal(us.status.gracefulRestart, undefined);
  },
);

proofsOf(t, import.meta.url);
