import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { netns } from '@peerage/linux';
import {
  type Daemon,
  eventually,
  startBird,
  startFrr,
  startZebra,
  type Teardown,
} from '@peerage/test-fixtures';
import { formatIp } from '../../src/items/ip.js';
import type { AgentReport } from './our-agent.js';
import {
  feederHost,
  gatewayAddress,
  gatewayOf,
  ownHost,
  prefixText,
  type RouteTable,
  segmentAddress,
} from './route-set.js';
import { endChild, type Segment } from './segment.js';
import { feederAs, ownAs } from './update-stream.js';

/** One who is measured, running and waiting for its peers. */
export interface Running {
  readonly pids: readonly number[];
  /** When it said itself that its last route was acknowledged, in nanoseconds; absent for those that do not say. */
  readonly settled?: () => bigint | undefined;
  log(): string;
}

/** Who takes routes from BGP and writes them. */
export interface Contestant {
  readonly name: string;
  /** The number by which the kernel knows its routes. */
  readonly protocol: number;
  /** Whether its routes compete with those that an administrator wrote, so that some prefixes are taken before. */
  readonly meetsForeign: boolean;
  readonly commands: readonly string[];
  start(t: Teardown, segment: Segment, table: RouteTable): Promise<Running>;
}

/** Our agent's way of routes, from this tree or from another checkout that has this program. */
export function peerage(name: string, tree: string | null): Contestant {
  return {
    name,
    protocol: 17,
    meetsForeign: true,
    commands: [],
    async start(t, { here }, { family, count, ways }) {
      const own = fileURLToPath(new URL('./our-agent.ts', import.meta.url));
      const file = tree === null ? own : join(tree, 'packages/router-agent/bench/kernel-routes/our-agent.ts');
      const extra = (process.env.KERNEL_ROUTES_NODE_FLAGS ?? '').split(' ').filter(Boolean);
      const argv = [
        process.execPath,
        ...extra,
        '--import=tsx',
        file,
        JSON.stringify({ family, count, ways }),
      ];
      const cwd = tree ?? process.cwd();
      const child = netns.spawn(here, argv, { cwd, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      t.teardown(() => endChild(child));
      const reports: AgentReport[] = [];
      child.on('message', (report: AgentReport) => reports.push(report));
      await eventually(() => reports.some(({ kind }) => kind === 'ready'));
      return {
        pids: [child.pid ?? 0],
        settled: () => {
          const last = reports.findLast((report) => report.kind === 'settled');
          return last === undefined ? undefined : BigInt(last.at);
        },
        log: () => reports.map((report) => (report.kind === 'log' ? report.text : '')).join('\n'),
      };
    },
  };
}

const pidIn = (daemon: Daemon, file: string): number =>
  Number(readFileSync(join(daemon.folder, file), 'utf8').trim());

const addressOf = (family: 4 | 6, host: number): string => formatIp(segmentAddress(family, host));

export const bird: Contestant = {
  name: 'BIRD 2, kernel protocol',
  protocol: 12,
  meetsForeign: false,
  commands: ['bird', 'birdc'],
  async start(t, { here }, { family, ways }) {
    const channel = family === 4 ? 'ipv4' : 'ipv6';
    const sessions = Array.from(
      { length: ways },
      (_, feeder) => `protocol bgp feeder${feeder} {
  local ${addressOf(family, ownHost)} as ${ownAs};
  neighbor ${addressOf(family, feederHost(feeder))} as ${feederAs};
  passive on;
  ${channel} { import all; export none; };
}`,
    );
    const daemon = await startBird(
      t,
      `router id 192.0.2.1;
protocol kernel { scan time 3600; merge paths on limit 16; ${channel} { import none; export all; }; }
${sessions.join('\n')}
`,
      { namespace: here },
    );
    return { pids: [pidIn(daemon, 'bird.pid')], log: () => daemon.log() };
  },
};

export const frr: Contestant = {
  name: 'FRR, bgpd and zebra',
  protocol: 186,
  meetsForeign: false,
  commands: ['bgpd', 'zebra', 'vtysh'],
  async start(t, { here }, { family, ways }) {
    const zebra = await startZebra(t, '', { namespace: here });
    const address = addressOf(family, ownHost);
    const peers = Array.from({ length: ways }, (_, feeder) => addressOf(family, feederHost(feeder)));
    const daemon = await startFrr(
      t,
      `debug bgp zebra
route-map NONE deny 10
router bgp ${ownAs}
 bgp router-id 192.0.2.1
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
${peers.map((peer) => ` neighbor ${peer} remote-as ${feederAs}\n neighbor ${peer} passive`).join('\n')}
 address-family ipv${family} unicast
  maximum-paths 16
${peers.map((peer) => `  neighbor ${peer} activate\n  neighbor ${peer} route-map NONE out`).join('\n')}
 exit-address-family
`,
      { namespace: here, address, port: 179, zebra },
    );
    await untilFrrTakesSessions(daemon, family);
    const pids = [pidIn(daemon, 'bgpd.pid'), pidIn(zebra, 'zebra.pid')];
    return { pids, log: () => `${daemon.log()}\n${zebra.log()}` };
  },
};

/**
 * Waits until bgpd knows the addresses that it makes a session's next hops of; before, it refuses the session with NOTIFICATION 5/0.
 * Over IPv6 that takes a link-local address, which the kernel tells only once duplicate address detection is over. Of what can be
 * asked of bgpd nothing shows that address; its debugging log does, which is then ended, as each route would write four lines.
 */
async function untilFrrTakesSessions(bgpd: Daemon, family: 4 | 6): Promise<void> {
  const own = family === 4 ? `${addressOf(4, ownHost)}/` : 'fe80:';
  await eventually(() => bgpd.log().includes(`Rx Intf address add VRF 0 IF cable addr ${own}`));
  await bgpd.query('no debug bgp zebra');
}

/** What `ip -batch` took: seconds from its start to its end, and of processor. */
export interface IpBatchTime {
  readonly seconds: number;
  readonly cpu: number;
}

/** The same routes by `ip -batch` from a file. */
export async function ipBatch(
  t: Teardown,
  { here }: Segment,
  table: RouteTable,
  pinned: boolean,
): Promise<IpBatchTime> {
  const { family, count, ways } = table;
  const file = join(tmpdir(), `${here}.batch`);
  t.teardown(() => rmSync(file, { force: true }));
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const via = (feeder: number): string =>
      `via ${formatIp(gatewayAddress(family, gatewayOf(table, i, feeder)))}`;
    const all = Array.from({ length: ways }, (_, feeder) => via(feeder));
    const hops = ways === 1 ? all : all.map((hop) => `nexthop ${hop}`);
    lines.push(`route add ${prefixText(table, i)} proto 17 ${hops.join(' ')}`);
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
  const command = `${pinned ? 'taskset -c 0 ' : ''}ip -${family} -batch ${file} && times`;
  const began = process.hrtime.bigint();
  const child = netns.spawn(here, ['bash', '-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`ip -batch ended with ${code}`);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  // The second line is that of the children: user and system, as 0m1.234s.
  const used = [...(text.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  const cpu = used.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
  return { seconds, cpu };
}
