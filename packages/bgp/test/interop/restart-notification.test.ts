// test-timeout: 90
import { eventually, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { bird } from './bird.js';
import { frr } from './frr.js';
import { gobgp } from './gobgp.js';
import { Pair, patient } from './restart-lives.js';
import type { Implementation } from './subject.js';

const OURS = '203.0.113.0/24';
const settings = { restartTime: 60, notification: true } as const;

type Line = (pair: Pair) => string;
const frrRouter =
  (line: string): Line =>
  ({ them }) =>
    `configure terminal\nrouter bgp ${them.as}\n${line}`;

/** How each resets our session, plainly and by a Hard Reset; GoBGP 3.10 does the latter only when it is told to by itself. */
const daemons: readonly {
  readonly implementation: Implementation;
  readonly plainReset: readonly Line[];
  readonly hardReset?: readonly Line[];
}[] = [
  {
    implementation: frr,
    plainReset: [frrRouter('no bgp hard-administrative-reset'), () => 'clear bgp *'],
    hardReset: [frrRouter('bgp hard-administrative-reset'), () => 'clear bgp *'],
  },
  { implementation: gobgp, plainReset: [({ us }) => `neighbor ${us.address} reset`] },
];

for (const [i, { implementation, plainReset, hardReset }] of daemons.entries()) {
  const { name } = implementation;
  t.test(
    `${name} and the N bit: a NOTIFICATION keeps routes, a Hard Reset ends them`,
    needs(...implementation.needs),
    async (t) => {
      proves(t, 'restart-notification', name);
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
      const { withdrawn } = us;
      const count = withdrawn.length;
      for (const line of plainReset) await daemon.query(line(pair));
      await eventually(() => us.status.flaps === 2);
      t.match(us.status, {
        lastNotification: { direction: 'received', code: 6, subcode: 4 },
        gracefulRestart: { phase: 'away' },
      });
      t.ok(us.theirs, 'its NOTIFICATION keeps its routes here');
      t.equal(withdrawn.length, count);
      if (hardReset === undefined) return;
      await eventually(() => us.isUp && us.status.gracefulRestart === undefined, patient);
      for (const line of hardReset) await daemon.query(line(pair));
      await eventually(() => withdrawn.length === count + 1);
      t.match(us.status.lastNotification, { direction: 'received', code: 6, subcode: 9 });
      t.equal(us.theirs, undefined, 'and its Hard Reset does not');
    },
  );
}

t.test('BIRD knows no N bit: what ends its session is no Hard Reset', needs(...bird.needs), async (t) => {
  const pair = await Pair.at(91);
  const daemon = await pair.daemon(t, bird, { restartTime: 60 });
  const us = await pair.life(t, [OURS], false, settings);
  await eventually(() => us.theirs, patient);
  await eventually(() => daemon.route(OURS), patient);
  us.speaker.resetPeer(pair.them.address);
  await eventually(() => us.status.flaps === 1);
  t.match(us.status.lastNotification, { direction: 'sent', code: 6, subcode: 4 });
  await eventually(() => us.withdrawn.length === 1);
});

proofsOf(t, import.meta.url);
