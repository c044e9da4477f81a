import { seededRandom } from '@peerage/bgp/testing';
import { eventually } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { tunnelNames } from '../../src/items/tunnel-name.js';
import { continuousPing } from './continuous-ping.js';
import { attachPods, type ClusterNode, overlayCluster, patient } from './overlay-cluster.js';
import type { Program } from './segment.js';

/** The period is so long that nothing is mended by it. */
const flags = ['--routes-sync-period=24h', '--injected-routes-sync-period=24h', '--bgp-graceful-restart'];
const kills = Number(process.env.PEERAGE_KILLS || '15');
const seed = Number(process.env.PEERAGE_SEED || '1');

/** All that the agent keeps in the kernel of its node, as text. */
async function kernelState(node: ClusterNode): Promise<string> {
  const views = [
    ['ip', 'route', 'show', 'proto', '17'],
    ['ip', 'rule'],
    ['ip', 'route', 'show', 'table', '77'],
    ['ip', '-d', '-o', 'link', 'show', 'type', 'ipip'],
    ['ip', '-o', 'link', 'show', 'kube-bridge'],
    ['nft', 'list', 'table', 'inet', 'peerage_egress'],
    ['sysctl', 'net.ipv4.ip_forward'],
  ];
  const texts = await Promise.all(views.map((view) => node.run(...view).catch(String)));
  // The numbers of links, and what the kernel counts, are not what is wanted.
  return texts
    .map((text) =>
      text.replace(/^\d+: /gm, '').replace(/ qlen \d+| qdisc \w+| promiscuity \d+.*?(?= ipip)/g, ''),
    )
    .map((text) => text.split('\n').sort().join('\n'))
    .join('\n---\n')
    .replace(/ state \w+| mode \w+| link\/ether \S+/g, '')
    .replace(/<([^>]*)>/g, (_, names: string) => (/\bUP\b/.test(names) ? 'on' : 'off'));
}

async function openCluster(t: Test) {
  const cluster = await overlayCluster(t);
  const [one, two, three] = cluster.nodes;
  const agents = cluster.nodes.map((node) => node.start(...flags));
  await attachPods(cluster);
  for (const target of [two, three]) await eventually(() => one.podReaches(target.podAddress), patient);
  await eventually(() => one.podReaches(three.address), patient);
  await eventually(async () => (await one.run('nft', 'list', 'tables')).includes('peerage_egress'), patient);
  const [tunnel] = tunnelNames(three.address);
  return { cluster, one, two, three, agents, tunnel };
}

t.test('what others do to the kernel is put right, and packets flow that should', async (t) => {
  const { one, two, three, agents, tunnel } = await openCluster(t);
  const wanted = await kernelState(one);
  /** `sh` lines in the node's namespace; `mayLose`: what was broken carries the packets. */
  const faults: readonly {
    readonly what: string;
    readonly lines: readonly string[];
    readonly mayLose: boolean;
  }[] = [
    { what: 'learned routes deleted', lines: ['ip route flush proto 17'], mayLose: true },
    {
      what: 'a learned route goes elsewhere',
      lines: ['ip route replace 10.48.2.0/24 via 192.168.1.1 proto 17'],
      mayLose: true,
    },
    { what: 'rule deleted', lines: ['ip rule del lookup 77'], mayLose: false },
    {
      what: 'foreign rules to our table',
      lines: ['ip rule add from 10.9.0.0/16 lookup 77 priority 9'],
      mayLose: false,
    },
    { what: 'table 77 emptied', lines: ['ip route flush table 77'], mayLose: false },
    {
      what: 'a foreign route in table 77',
      lines: ['ip route add 10.77.0.0/16 via 192.168.1.1 table 77'],
      mayLose: false,
    },
    { what: 'nft table deleted', lines: ['nft delete table inet peerage_egress'], mayLose: false },
    { what: 'all of nftables deleted', lines: ['nft flush ruleset'], mayLose: false },
    {
      what: 'a rule put into our nft table',
      lines: ['nft insert rule inet peerage_egress postrouting accept'],
      mayLose: false,
    },
    { what: 'tunnel deleted', lines: [`ip link delete ${tunnel}`], mayLose: true },
    { what: 'tunnel switched off', lines: [`ip link set ${tunnel} down`], mayLose: true },
    { what: 'tunnel with another MTU', lines: [`ip link set ${tunnel} mtu 1300`], mayLose: false },
    {
      what: 'tunnel that goes elsewhere',
      // The agent would have put it back before `ip` heard that it is gone.
      lines: [
        `kill -STOP ${agents[0]?.child.pid}`,
        `ip link delete ${tunnel}`,
        `ip link add ${tunnel} type ipip local 192.168.1.11 remote 192.168.2.99`,
        `kill -CONT ${agents[0]?.child.pid}`,
      ],
      mayLose: true,
    },
    { what: 'bridge switched off', lines: ['ip link set kube-bridge down'], mayLose: true },
    { what: 'bridge with another MTU', lines: ['ip link set kube-bridge mtu 1300'], mayLose: false },
    {
      what: 'node interface down and up',
      lines: [
        'ip link set eth0 down',
        'sleep 0.3',
        'ip link set eth0 up',
        'ip route add default via 192.168.1.1',
      ],
      mayLose: true,
    },
  ];
  for (const { what, lines, mayLose } of faults) {
    await t.test(what, async (t) => {
      const pings = [two, three].map(({ podAddress }) => continuousPing(t, one.pod, podAddress));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await one.run('sh', '-c', lines.join('; '));
      const began = performance.now();
      await eventually(async () => (await kernelState(one)) === wanted, patient).catch(() => {});
      const milliseconds = Math.round(performance.now() - began);
      t.equal(await kernelState(one), wanted, 'the kernel is as it should be');
      for (const target of [two, three]) await eventually(() => one.podReaches(target.podAddress), patient);
      const counts = await Promise.all(pings.map((ping) => ping.stop()));
      const lost = counts.map((count) => `${count.lost} of ${count.sent}`).join(' and ');
      t.comment(`right after ${milliseconds} ms, ${lost} pings lost`);
      if (!mayLose)
        t.same(
          counts.map((count) => count.lost),
          [0, 0],
          'no packet was lost',
        );
    });
  }

  await t.test('the bridge is deleted', async (t) => {
    await one.run('ip', 'link', 'delete', 'kube-bridge');
    await eventually(async () => (await kernelState(one)) === wanted, patient).catch(() => {});
    t.equal(await kernelState(one), wanted);
  });
  for (const agent of agents) t.equal(agent.child.exitCode, null, 'no agent ended');
});

/** Waits for what an agent should do; when it does not, the kernel and the end of its log are in the message. */
async function awaited(
  what: string,
  node: ClusterNode,
  agent: Program,
  attempt: () => boolean,
): Promise<void> {
  try {
    await eventually(attempt, patient);
  } catch (cause) {
    const kernel = await kernelState(node);
    const log = agent.text().split('\n').slice(-30).join('\n');
    throw new Error(`${node.name}: ${what} did not come\n${kernel}\n--- its log ends with\n${log}`, {
      cause,
    });
  }
}

/** Says each half minute what is waited for: where a run under another kernel is cut short, that is all that is known of it. */
function progress(t: Test): (now: string) => void {
  let doing = '';
  const began = performance.now();
  const timer = setInterval(
    () => t.comment(`after ${Math.round((performance.now() - began) / 1000)} s: ${doing}`),
    30_000,
  );
  t.teardown(() => clearInterval(timer));
  return (now) => {
    doing = now;
  };
}

/** Peers that a session came up with in this life of an agent. */
function established(agent: Program): number {
  return new Set(agent.events('session.established').map(({ peer }) => peer)).size;
}

t.test('an agent that is killed at random moments leaves and finds the kernel as it should be', async (t) => {
  const { one, two, three, agents } = await openCluster(t);
  const wanted = await kernelState(one);
  const random = seededRandom(seed);
  const pings = [continuousPing(t, one.pod, two.podAddress), continuousPing(t, three.pod, one.podAddress)];
  let agent = agents[0]!;
  const tell = progress(t);
  for (let n = 0; n < kills; n++) {
    tell(`kill ${n + 1} of ${kills}: waiting for its moment`);
    // From before it has read its first flag to after its sessions are up.
    await new Promise((resolve) => setTimeout(resolve, random.next() * 6_000));
    agent.child.kill('SIGKILL');
    tell(`kill ${n + 1} of ${kills}: waiting for the end of process ${agent.child.pid}`);
    await agent.exitCode();
    agent = one.start(...flags);
    // Peers keep routes for the restart time only: one that never lives long enough for a session is away for good.
    const life = agent;
    tell(`kill ${n + 1} of ${kills}: waiting for the sessions of process ${life.child.pid}`);
    if (n % 5 === 4)
      await awaited(`both sessions after kill ${n + 1}`, one, life, () => established(life) === 2);
  }
  tell('waiting for both sessions at the end');
  await awaited('both sessions at the end', one, agent, () => established(agent) === 2);
  tell('waiting for the kernel');
  await eventually(async () => (await kernelState(one)) === wanted, patient).catch(() => {});
  t.equal(await kernelState(one), wanted);
  tell('waiting for the end of the pings');
  const counts = await Promise.all(pings.map((ping) => ping.stop()));
  t.comment(
    `${kills} kills, seed ${seed}: ${counts.map(({ lost, sent }) => `${lost} of ${sent}`).join(' and ')} pings lost`,
  );
  t.same(
    counts.map(({ lost }) => lost),
    [0, 0],
    'no packet was lost',
  );
});
