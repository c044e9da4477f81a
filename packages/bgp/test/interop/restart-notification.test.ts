// test-timeout: 90
import { eventually, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { frr } from './frr.js';
import { gobgp } from './gobgp.js';
import { Pair, patient } from './restart-lives.js';

const OURS = '203.0.113.0/24';
const settings = { restartTime: 60, notification: true } as const;

for (const [i, implementation] of [frr, gobgp].entries()) {
  const { name } = implementation;
  t.test(
    `${name} and the N bit: a NOTIFICATION keeps routes, a Hard Reset ends them`,
    needs(...implementation.needs),
    async (t) => {
      proves(t, 'restart-notification', name, ['ours']);
      const pair = await Pair.at(81 + 3 * i);
      const daemon = await pair.daemon(t, implementation, settings);
      const us = await pair.life(t, [OURS], false, settings);
      await eventually(() => us.theirs, patient);
      await eventually(() => daemon.route(OURS), patient);
      t.ok(us.status.capabilities.includes('graceful-restart'));
      us.speaker.resetPeer(pair.them.address);
      await eventually(() => us.status.lastNotification?.subcode === 9, patient);
      await eventually(() => /Hard Reset|6\/9|subcode[= ]9/i.test(daemon.log()), patient);
      t.match(us.status.lastNotification, { direction: 'sent', code: 6, subcode: 9 });
      await eventually(() => us.isUp && us.theirs !== undefined, patient);
      await eventually(() => daemon.route(OURS), patient);
      t.match(us.status, { flaps: 1 });
    },
  );
}

proofsOf(t, import.meta.url);
