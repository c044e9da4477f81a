// test-timeout: 400
import { setTimeout as sleep } from 'node:timers/promises';
import { netns } from '@peerage/linux';
import { eventually, needs } from '@peerage/test-fixtures';
import t from 'tap';
import { patient } from './fabric.js';
import { isUp, pingedCluster } from './pinged-cluster.js';

const asRoot = {
  ...needs('root', 'command:ip', 'command:ping', 'command:zebra', 'command:bgpd', 'command:vtysh'),
  timeout: 380_000,
};

t.test('an agent says that it restarts, and that it forwarded, only when that is so', asRoot, async (t) => {
  const { agents, start, one, heard } = await pingedCluster(t, ['--bgp-graceful-restart']);
  let agent = agents[0]!;
  t.same(await heard(), { restarts: false, forwarded: false }, 'a first start');
  const again = async (
    between: () => Promise<unknown>,
    more: readonly string[] = [],
  ): Promise<{ readonly restarts: boolean; readonly forwarded: boolean }> => {
    agent.child.kill('SIGKILL');
    await agent.exitCode();
    await between();
    agent = start(1, more);
    await eventually(() => isUp(agent), patient);
    return heard();
  };
  t.same(await again(async () => {}), { restarts: true, forwarded: true }, 'a young mark, and routes');
  const noRoutes = () => netns.exec(one, ['ip', 'route', 'flush', 'proto', '17']);
  t.same(await again(noRoutes), { restarts: true, forwarded: false }, 'a young mark, and no route');
  // The mark is written every 5 s.
  const late = await again(() => sleep(2_500), ['--bgp-graceful-restart-time=2s']);
  t.same(late, { restarts: false, forwarded: false }, 'a mark that is older than the restart time');
});
