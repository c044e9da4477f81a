import { eventually, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { TestCluster } from './cluster.js';
import { sampleNode } from './sources/sample-objects.js';

const patient = { timeout: 60_000, interval: 50 };
const day = 86_400_000;
const flags = ['--bgp-graceful-restart', '--bgp-holdtime=3s', '--routes-sync-period=1s'];

t.test('a wall clock that is set a day forth or back ends no session and takes no route', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  for (const n of [1, 2]) cluster.put(sampleNode(n));
  const one = await cluster.start('node-1', ['192.168.1.11/24'], flags);
  const two = await cluster.start('node-2', ['192.168.1.12/24'], flags);
  const isWhole = (): boolean =>
    one.session('192.168.1.12') === 'established' &&
    one.learned().join() === '10.48.2.0/24 via 192.168.1.12' &&
    two.learned().join() === '10.48.1.0/24 via 192.168.1.11';
  await eventually(isWhole, patient);
  const uptime = (): number => one.speaker().peer('192.168.1.12')?.uptimeSeconds ?? -1;
  const before = uptime();
  const problems = one.agent.problems.list();

  for (const error of [day, -day]) {
    cluster.wallError = error;
    // Longer than the hold time, and than the period of every controller here.
    const end = performance.now() + 4_000;
    while (performance.now() < end) {
      if (!isWhole()) t.fail(`a clock that is wrong by ${error / day} days took something`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    cluster.put(sampleNode(error > 0 ? 3 : 4));
    await eventually(() => one.agent.snapshot.nodes.size === (error > 0 ? 3 : 4), patient);
    t.ok(uptime() > before && uptime() < 3_600, `uptime counts on: ${uptime()} s`);
    t.same(one.agent.health.overdue(), []);
  }
  t.same(one.agent.problems.list(), problems);
  t.equal(one.events.filter(({ event }) => event === 'session.down').length, 0);
});

t.test('an agent that returns after its clock was set still knows that it restarts', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  for (const n of [1, 2]) cluster.put(sampleNode(n));
  const socket = `--socket=${cluster.dataDir('run')}/node-1.sock`;
  const two = await cluster.start('node-2', ['192.168.1.12/24'], flags);
  let one = await cluster.start('node-1', ['192.168.1.11/24'], [...flags, socket]);
  for (const error of [day, -day]) {
    await eventually(() => two.learned().length === 1 && one.learned().length === 1, patient);
    await one.agent.stop('a restart', 200);
    cluster.wallError = error;
    one = await cluster.start('node-1', ['192.168.1.11/24'], [...flags, socket], one.kernel);
    await eventually(() => one.events.some(({ event }) => event === 'agent.restarts'), patient);
    t.same(two.learned(), ['10.48.1.0/24 via 192.168.1.11'], 'and its peer kept its routes');
  }
});
