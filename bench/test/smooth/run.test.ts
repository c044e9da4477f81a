import { needs } from '@peerage/test-fixtures';
import t from 'tap';
import { smoothRun } from '../../smooth/run.js';
import { waysOf } from '../../smooth/scenarios.js';

for (const way of ['one', 'both']) {
  t.test(
    `a load ${way === 'one' ? 'one way' : 'both ways'} is measured in the daemon, and by those who wait`,
    needs('root', 'command:ip', 'command:setpriv'),
    async (t) => {
      const [load] = waysOf([way], 2000);
      const options = { node: process.execPath, seed: 1, pin: false, waitQuietSeconds: 0, isProfiled: true };
      const { failure, figures } = await smoothRun(load!.scenario, options);
      t.equal(failure, undefined);
      t.ok(figures!.loadSeconds > 0);
      t.ok(figures!.loop.most >= figures!.loop.p99 && figures!.loop.p99 >= figures!.loop.p50);
      t.ok(figures!.longest.length > 0);
      t.equal(figures!.watch.sessions, 10);
      t.same(figures!.watch.fallen, []);
    },
  );
}
