/**
 * What one node of a big cluster needs: 999 other nodes in the mesh, an external router, 5,000 services.
 *
 *   npm run bench:scale -- [--nodes 1000] [--services 5000] [--settle 120] [--idle 120] [--json]
 *
 * The other nodes and the router are speakers of one process in a namespace of its own. Time is from the start of the agent until every
 * session is up, until the router has every service, and until `/readyz` says so. When that is two minutes ago, the engine has collected
 * what the start left, which takes it a second of processor and gives back a fifth of the memory: then the share of a core that it uses for
 * two more, and its memory. Needs root.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createNamespace, deleteNamespace, exec, spawn, vethPair } from '@peerage/linux';
import type { OthersMessage } from './scale/others-process.js';
import { addressOf, clusterAs, router, type World, writeManifests } from './scale/world.js';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1000' },
    services: { type: 'string', default: '5000' },
    settle: { type: 'string', default: '120' },
    idle: { type: 'string', default: '120' },
    json: { type: 'boolean', default: false },
  },
});
const world: World = { nodes: Number(values.nodes), services: Number(values.services) };
const program = fileURLToPath(new URL('../dist/bundle/bin/kube-router.js', import.meta.url));
const others = fileURLToPath(new URL('./scale/others-process.ts', import.meta.url));
const patience = 120_000;
const ticksPerSecond = 100;

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => stopped.abort(new Error(`stopped by ${signal}`)));
const pause = (milliseconds: number): Promise<void> =>
  sleep(milliseconds, undefined, { signal: stopped.signal });

const folder = mkdtempSync(join(tmpdir(), 'peerage-scale-'));
const suffix = folder.slice(-6).toLowerCase();
const names = { node: `scale-${suffix}-node`, others: `scale-${suffix}-others` };

async function buildNetwork(): Promise<void> {
  for (const name of Object.values(names)) await createNamespace(name);
  await vethPair(
    { namespace: names.node, name: 'eth0', addresses: [`${addressOf(1)}/16`] },
    { namespace: names.others, name: 'eth0', addresses: [`${router.address}/16`] },
  );
  const numbers = Array.from({ length: world.nodes - 1 }, (_, n) => n + 2);
  const batch = join(folder, 'addresses');
  writeFileSync(batch, numbers.map((n) => `address add ${addressOf(n)}/16 dev eth0\n`).join(''));
  await exec(names.others, ['ip', '-batch', batch]);
}

/** Starts the other side, and gives when it told what. */
function startOthers(): {
  readonly child: ChildProcess;
  told(event: OthersMessage['event']): Promise<number>;
} {
  const child = fork(others, [JSON.stringify(world)], {
    execPath: '/usr/sbin/ip',
    execArgv: ['netns', 'exec', names.others, process.execPath, ...process.execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const told = new Map<string, number>();
  child.on('message', ({ event, at }: OthersMessage) => told.set(event, at));
  return {
    child,
    told: async (event) => {
      for (const end = Date.now() + patience; Date.now() < end; await pause(20)) {
        const at = told.get(event);
        if (at !== undefined) return at;
        if (child.exitCode !== null) throw new Error(`the other nodes ended with ${child.exitCode}`);
      }
      throw new Error(`"${event}" did not happen within ${patience / 1000} s`);
    },
  };
}

function startAgent(): ChildProcess {
  const flags = [
    `--manifests=${join(folder, 'manifests')}`,
    ...['--hostname-override=node-1', `--socket=${join(folder, 'peerage.sock')}`, '--enable-cni=false'],
    ...[
      '--run-firewall=false',
      '--run-service-proxy=false',
      '--advertise-cluster-ip',
      `--cluster-asn=${clusterAs}`,
    ],
    ...[`--peer-router-ips=${router.address}`, `--peer-router-asns=${router.as}`, '--health-port=20244'],
  ];
  return spawn(names.node, [process.execPath, program, ...flags], { stdio: 'ignore' });
}

function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1]) / 1024);
}

function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function measure() {
  const manifests = join(folder, 'manifests');
  await exec(names.node, ['mkdir', manifests]);
  writeManifests(manifests, world);
  const other = startOthers();
  let agent: ChildProcess | null = null;
  try {
    await other.told('listening');
    const since = Date.now();
    agent = startAgent();
    const pid = agent.pid ?? 0;
    const secondsUntil = async (event: OthersMessage['event']): Promise<number> =>
      ((await other.told(event)) - since) / 1000;
    const seconds = {
      sessions: await secondsUntil('sessions'),
      services: await secondsUntil('services'),
      ready: await secondsUntil('ready'),
    };
    const cpuSeconds = cpuSecondsOf(pid);
    await pause(Number(values.settle) * 1000);
    const before = cpuSecondsOf(pid);
    const idleSince = Date.now();
    await pause(Number(values.idle) * 1000);
    const idlePercent = (100 * (cpuSecondsOf(pid) - before)) / ((Date.now() - idleSince) / 1000);
    const megabytes = { resident: memoryOf(pid, 'VmRSS'), peak: memoryOf(pid, 'VmHWM') };
    const { stdout } = await exec(names.node, ['ip', 'route', 'show', 'proto', '17']);
    const kernelRoutes = stdout.split('\n').filter(Boolean).length;
    return { ...world, seconds, cpuSeconds, megabytes, idlePercent, kernelRoutes };
  } finally {
    await Promise.all([end(agent), end(other.child)]);
  }
}

try {
  await buildNetwork();
  const figures = await measure();
  if (values.json) console.log(JSON.stringify(figures));
  else {
    const { nodes, services, seconds, cpuSeconds, megabytes, idlePercent, kernelRoutes } = figures;
    console.table({
      'other nodes in the mesh': nodes - 1,
      services,
      'seconds until every session is up': seconds.sessions,
      'seconds until the router has every service': seconds.services,
      'seconds until /readyz': seconds.ready,
      'of them CPU, s': cpuSeconds,
      'resident, MB': megabytes.resident,
      'peak, MB': megabytes.peak,
      'idle, % of a core': Number(idlePercent.toFixed(2)),
      'routes in the kernel': kernelRoutes,
    });
  }
} finally {
  for (const name of Object.values(names)) await deleteNamespace(name);
  rmSync(folder, { recursive: true, force: true });
}
