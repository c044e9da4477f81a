// test-timeout: 900
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, needs } from '@peerage/test-fixtures';
import t from 'tap';
import { patient } from './fabric.js';
import { isUp, pingedCluster } from './pinged-cluster.js';
import type { Program } from './segment.js';

const asRoot = {
  ...needs('root', 'command:ip', 'command:ping', 'command:zebra', 'command:bgpd', 'command:vtysh'),
  timeout: 850_000,
};
const graceful = '--bgp-graceful-restart';

/** PEERAGE_AWAY: seconds for which a killed agent stays away, such as `20,50`. Peers wait for 90. */
const away = (process.env.PEERAGE_AWAY || '3').split(',').map(Number);

/** It learned from all its peers what they have, and leaves nothing over from its earlier life. */
async function isBack(agent: Program): Promise<void> {
  await eventually(() => isUp(agent), patient);
  await eventually(() => agent.events('leftovers.released').length >= 1, patient);
}

t.test('with graceful restart no packet is lost when an agent restarts or is killed', asRoot, async (t) => {
  const { agents, start, converged, pingAll } = await pingedCluster(t, [graceful]);
  let agent = agents[0]!;
  const cases = [
    { signal: 'SIGTERM', seconds: 2 } as const,
    ...away.map((seconds) => ({ signal: 'SIGKILL', seconds }) as const),
  ];
  for (const { signal, seconds } of cases) {
    const pings = pingAll();
    await sleep(500);
    agent.child.kill(signal);
    await agent.exitCode();
    await sleep(seconds * 1000);
    agent = start(1);
    await isBack(agent);
    await converged();
    const { sent, lost, text } = await pings.stop();
    t.comment(`${signal}, back after ${seconds} s: ${text}`);
    t.ok(sent > seconds * 100, `${sent} pings`);
    t.equal(lost, 0, `lost after ${signal} and ${seconds} s`);
  }
});

t.test('without graceful restart no packet is lost once the last session is back', asRoot, async (t) => {
  const { agents, start, converged, pingAll } = await pingedCluster(t, []);
  let agent = agents[0]!;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const pings = pingAll();
    await sleep(500);
    agent.child.kill(signal);
    await agent.exitCode();
    await sleep(1_000);
    agent = start(1);
    await eventually(() => isUp(agent), patient);
    await converged();
    pings.mark();
    await sleep(1_000);
    const { lost, lostSince, text } = await pings.stop();
    t.comment(`${signal}, back after 1 s: ${text}`);
    t.ok(lost > 0, `${lost} lost while its peers knew it not`);
    t.equal(lostSince, 0, 'lost since');
  }
});
