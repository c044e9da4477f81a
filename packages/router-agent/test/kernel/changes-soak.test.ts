// test-timeout: 1000
//
// 50 changes a second. PEERAGE_SOAK_SECONDS=600 has them for ten minutes, and then looks at the memory too; PEERAGE_SEED says which.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { netns } from '@peerage/linux';
import { eventually, needs } from '@peerage/test-fixtures';
import t from 'tap';
import { ChangingCluster } from './changing-cluster.js';
import { continuousPing } from './continuous-ping.js';
import { fabric, frrAddress, patient } from './fabric.js';

const seconds = Number(process.env.PEERAGE_SOAK_SECONDS || '15');
const seed = Number(process.env.PEERAGE_SEED || '1');
const period = 20;
/** Below this, what the process reads once is most of what its memory grows by. */
const secondsForMemory = 120;
const needed = needs('root', 'command:ip', 'command:ping', 'command:curl', 'command:bgpd', 'command:vtysh');

t.setTimeout((seconds + 380) * 1000);

function megabytesOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

t.test('50 changes a second end in the kernel as it should be', needed, async (t) => {
  const lab = await fabric(t, 2);
  const cluster = new ChangingCluster(lab, seed);
  const nodes = ['192.168.1.11', '192.168.1.12'];
  const neighbors = nodes.flatMap((node) => [
    `neighbor ${node} remote-as 64512`,
    `neighbor ${node} timers connect 1`,
    `neighbor ${node} passive`,
  ]);
  const frr = await lab.frr(neighbors);
  const [one, two] = [lab.namespace(1), lab.namespace(2)];
  await netns.exec(two, ['ip', 'address', 'add', '10.48.2.1/24', 'dev', 'lo']);
  const agents = [1, 2].map((n) =>
    lab.start(n, [
      '--advertise-external-ip',
      '--metrics-port=20241',
      `--peer-router-ips=${frrAddress}`,
      '--peer-router-asns=64640',
      '--routes-sync-period=24h',
      '--injected-routes-sync-period=24h',
    ]),
  );
  const heard = async (): Promise<string> => {
    const { routes } = JSON.parse(await frr.query('show bgp ipv4 unicast json')) as {
      readonly routes: Readonly<Record<string, readonly unknown[]>>;
    };
    return Object.keys(routes).sort().join();
  };
  const learned = async (n: 1 | 2): Promise<string> =>
    (await lab.learned(n))
      .map((line) => line.split(' ')[0] ?? '')
      .sort()
      .join();
  const wanted = (n: 1 | 2): string => [...cluster.rangesOf(3 - n)].sort().join();
  const isRight = async (): Promise<boolean> =>
    (await heard()) === cluster.announced().join() &&
    (await learned(1)) === wanted(1) &&
    (await learned(2)) === wanted(2);
  await eventually(isRight, { ...patient, timeout: 150_000 });

  const ping = continuousPing(t, one, '10.48.2.1');
  const memory: number[] = [];
  let queued = 0;
  const began = performance.now();
  const isOver = (): boolean => performance.now() - began >= seconds * 1000;
  const watching = (async () => {
    for (; !isOver(); await sleep(2_000)) {
      memory.push(megabytesOf(agents[0]?.child.pid ?? 0));
      const { stdout } = await netns.exec(one, ['curl', '-s', '-m', '5', 'http://127.0.0.1:20241/metrics']);
      for (const [, octets] of stdout.matchAll(/^peerage_bgp_queued_bytes\{.*\} (\d+)/gm))
        queued = Math.max(queued, Number(octets));
    }
  })();
  while (!isOver()) {
    cluster.change();
    await sleep(Math.max(0, began + cluster.changes * period - performance.now()));
  }
  const rate = cluster.changes / ((performance.now() - began) / 1000);
  const ended = performance.now();
  await eventually(isRight, patient).catch(() => {});
  const late = performance.now() - ended;
  t.equal(await heard(), cluster.announced().join(), 'what FRR has');
  t.equal(await learned(1), wanted(1), 'the kernel of node 1');
  t.equal(await learned(2), wanted(2), 'the kernel of node 2');
  await watching;
  const { lost, sent } = await ping.stop();
  t.equal(lost, 0, `${lost} of ${sent} pings lost`);
  t.ok(queued < 1_000_000, `at most ${queued} octets waited for a peer`);
  const [early, end] = [
    median(memory.slice(memory.length >> 2, memory.length >> 1)),
    median(memory.slice(-(memory.length >> 2))),
  ];
  t.comment(
    `${cluster.changes} changes, ${rate.toFixed(1)} a second; right ${Math.round(late)} ms after the last; memory ${early.toFixed(0)} MB in the second quarter, ${end.toFixed(0)} MB in the last`,
  );
  if (seconds >= secondsForMemory) t.ok(end < early * 1.1 + 5, 'memory is flat');
  for (const agent of agents) {
    t.equal(agent.child.exitCode, null, 'the agent runs on');
    t.same(agent.events('session.down'), [], 'no session fell');
  }
});
