// test-timeout: 90
import { eventually, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { bird } from './bird.js';
import { frr } from './frr.js';
import { gobgp } from './gobgp.js';
import { Pair, patient } from './restart-lives.js';

const OURS = '203.0.113.0/24';
/** FRR says it by name. */
const isGracefulShutdown = (text: string): boolean => /^65535:0$|^graceful-?shutdown$/i.test(text);

for (const [i, implementation] of [frr, bird, gobgp].entries()) {
  const { name } = implementation;
  t.test(
    `${name} hears GRACEFUL_SHUTDOWN, then withdrawals, then that we end`,
    needs(...implementation.needs),
    async (t) => {
      proves(t, 'graceful-shutdown', name, ['ours']);
      const pair = await Pair.at(61 + 3 * i);
      const daemon = await pair.daemon(t, implementation, { restartTime: 60 });
      const us = await pair.life(t, [OURS], false);
      await eventually(() => daemon.route(OURS), patient);
      const closing = us.speaker.close({
        mode: 'drain',
        drainMilliseconds: 3_000,
        graceMilliseconds: 10_000,
      });
      const marked = await eventually(async () => {
        const found = await daemon.route(OURS);
        return found?.communities.some(isGracefulShutdown) === true && found;
      }, patient);
      t.match(marked.asPath, [64_512]);
      t.ok(await daemon.isEstablished());
      await closing;
      await eventually(async () => !(await daemon.isEstablished()), patient);
      t.equal(await daemon.route(OURS), undefined, 'nothing is kept, although graceful restart is agreed on');
    },
  );
}

proofsOf(t, import.meta.url);
