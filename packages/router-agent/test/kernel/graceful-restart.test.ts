import { rmSync } from 'node:fs';
import { netns } from '@peerage/linux';
import { eventually, needs } from '@peerage/test-fixtures';
import t from 'tap';
import { segment } from './segment.js';

const patient = { timeout: 60_000, interval: 50 };
const flags = ['--bgp-graceful-restart=true', '--bgp-graceful-restart-time=60s'];
const asRoot = { ...needs('root', 'command:ip'), timeout: 200_000 };

t.test('an agent is killed or restarted, and neither side loses a route', asRoot, async (t) => {
  const { one, two, start, routes, sockets } = await segment(t);
  let first = start(1, flags);
  start(2, flags);
  await eventually(async () => (await routes(one)) !== '' && (await routes(two)) !== '', patient);
  t.same(first.events('agent.restarts'), [], 'a first start is no restart');

  const changes = new Map([one, two].map((namespace) => [namespace, monitor(namespace)]));
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    first.child.kill(signal);
    await first.exitCode();
    first = start(1, flags);
    await eventually(() => first.events('leftovers.released').length === 1, patient);
    t.match(first.events('agent.restarts'), [{ forwarded: ['ipv4-unicast'] }], `after ${signal}`);
    t.match(await routes(one), '10.48.2.0/24 via 192.168.1.12');
    t.match(await routes(two), '10.48.1.0/24 via 192.168.1.11');
  }
  for (const [namespace, lines] of changes) {
    // The last thing that is monitored, so that everything before it has been told.
    await netns.exec(namespace, ['ip', 'route', 'add', 'blackhole', '203.0.113.7']);
    await eventually(() => lines().some((line) => line.includes('203.0.113.7')), patient);
    t.same(
      lines().filter((line) => line.includes('10.48.')),
      [],
      `route changes in ${namespace}`,
    );
  }

  first.child.kill('SIGKILL');
  await first.exitCode();
  rmSync(`${sockets}/node-1.restart`);
  first = start(1, flags);
  await eventually(() => first.events('speaker.started').length === 1, patient);
  t.same(first.events('agent.restarts'), [], 'without a mark it is a first start');

  /** Lines of `ip monitor route`, from now on. */
  function monitor(namespace: string): () => readonly string[] {
    const child = netns.spawn(namespace, ['ip', 'monitor', 'route'], { stdio: ['ignore', 'pipe', 'ignore'] });
    t.teardown(() => child.kill('SIGKILL'));
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    return () => text.split('\n').filter((line) => line !== '');
  }
});
