import { type ChildProcess, fork } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { createSpeaker } from '../../src/node/index.js';
import { acceptAll } from '../../src/policy/defaults.js';
import type { Log } from '../../src/ports/log.js';
import type { BgpSpeaker } from '../../src/speaker/speaker.js';
import { addressOf, asOfPeer, type PeerRole, roleOf, type SoakPlan, SPEAKER_AS } from './peer-plan.js';
import type { PeersReport } from './peers-process.js';

/** What a soak saw in one second. */
export interface SoakSample {
  readonly seconds: number;
  readonly rssMegabytes: number;
  readonly queuedBytes: number;
  readonly largestInbox: number;
  readonly largestOutbox: number;
  readonly established: number;
  readonly turnMilliseconds: number;
}

export interface SoakReport {
  readonly plan: SoakPlan;
  readonly seconds: number;
  readonly samples: readonly SoakSample[];
  /** Sessions of steady peers that fell, each with its reason. */
  readonly fallen: readonly string[];
  /** Lines of the log about the peer that does not read. */
  readonly muteLog: readonly string[];
  readonly flaps: number;
  readonly garbageBytes: number;
  /** NOTIFICATIONs that steady peers got. */
  readonly notifications: readonly string[];
  /** Steady peers that lack something in the end, in words. */
  readonly incomplete: readonly string[];
  readonly queueLimitBytes: number;
  readonly prefixes: number;
}

/** What one session may hold (docs/reference/limits.md): both queues, one read of the socket, and a step of the export. */
export const QUEUES_OF_A_SESSION = 262_144 + 65_536 + 262_144 + 131_072;

/** Runs a speaker and a process of peers for so long. */
export async function soak(
  plan: Omit<SoakPlan, 'port'>,
  seconds: number,
  onSample: (sample: SoakSample) => void = () => {},
): Promise<SoakReport> {
  const muteLog: string[] = [];
  const log: Log = {
    log(level, event, fields) {
      if (fields.peer === addressOf(plan, 0)) muteLog.push(`${level} ${event} ${JSON.stringify(fields)}`);
    },
  };
  const speaker = createSpeaker(
    { localAs: SPEAKER_AS, routerId: '11.255.0.1', listen: [{ address: plan.address, port: 0 }] },
    { log },
  );
  const roles = new Map<string, PeerRole>();
  for (let index = 0; index < plan.peers; index++) {
    roles.set(addressOf(plan, index), roleOf(index));
    speaker.addPeer(peerConfig(plan, index));
  }
  const fallen: string[] = [];
  let isOver = false;
  speaker.on('peer:down', ({ address }, { code, message }) => {
    if (!isOver && roles.get(address) === 'steady') fallen.push(`${address} ${code}: ${message}`);
  });
  await speaker.start();
  const whole: SoakPlan = { ...plan, port: speaker.listening[0]?.port ?? 0 };
  const child = startPeers(whole);
  let report: PeersReport = { up: 0, flaps: 0, garbageBytes: 0, notifications: {} };
  child.on('message', (message) => {
    report = message as PeersReport;
  });
  await untilUp(speaker, plan.peers - 3);
  const samples = await watch(speaker, seconds, onSample);
  const incomplete = incompleteOf(speaker, whole);
  isOver = true;
  const prefixes = speaker.status().families[0]?.prefixes ?? 0;
  await end(child);
  await speaker.close();
  return {
    plan: whole,
    seconds,
    samples,
    fallen,
    muteLog,
    flaps: report.flaps,
    garbageBytes: report.garbageBytes,
    notifications: report.notifications.steady ?? [],
    incomplete,
    queueLimitBytes: plan.peers * QUEUES_OF_A_SESSION,
    prefixes,
  };
}

function peerConfig(plan: Omit<SoakPlan, 'port'>, index: number): Parameters<BgpSpeaker['addPeer']>[0] {
  return {
    address: addressOf(plan, index),
    remoteAs: asOfPeer(index),
    passive: true,
    holdTime: plan.holdTime,
    idleHoldTime: 0.1,
    importPolicy: acceptAll,
    exportPolicy: acceptAll,
  };
}

function startPeers(plan: SoakPlan): ChildProcess {
  const entry = fileURLToPath(new URL('./peers-process.ts', import.meta.url));
  return fork(entry, [JSON.stringify(plan)], {
    execArgv: ['--import=tsx', '--conditions=@peerage/source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** Until so many sessions are there: the time of the soak begins then. */
async function untilUp(speaker: BgpSpeaker, sessions: number): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (speaker.peers().filter(({ state }) => state === 'established').length < sessions) {
    if (performance.now() > deadline)
      throw new Error('the sessions of the soak did not come up within 120 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`the process of the peers ended with ${child.exitCode}`);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function watch(
  speaker: BgpSpeaker,
  seconds: number,
  onSample: (sample: SoakSample) => void,
): Promise<SoakSample[]> {
  const samples: SoakSample[] = [];
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const start = performance.now();
  while (performance.now() - start < 1000 * seconds) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const peers = speaker.peers();
    const queues = peers.map(({ queued }) => queued ?? { inbox: 0, outbox: 0 });
    const sample: SoakSample = {
      seconds: (performance.now() - start) / 1000,
      rssMegabytes: process.memoryUsage.rss() / 2 ** 20,
      queuedBytes: queues.reduce((sum, { inbox, outbox }) => sum + inbox + outbox, 0),
      largestInbox: Math.max(...queues.map(({ inbox }) => inbox)),
      largestOutbox: Math.max(...queues.map(({ outbox }) => outbox)),
      established: peers.filter(({ state }) => state === 'established').length,
      turnMilliseconds: delay.max / 1e6,
    };
    delay.reset();
    samples.push(sample);
    onSample(sample);
  }
  delay.disable();
  return samples;
}

/** A steady peer has sent its whole table, and has been sent what the others hold. */
function incompleteOf(speaker: BgpSpeaker, plan: SoakPlan): string[] {
  const wrong: string[] = [];
  // What the peers that are not steady hold comes and goes.
  const least = (plan.peers - 4) * plan.routesEach;
  for (let index = 3; index < plan.peers; index++) {
    const status = speaker.peer(addressOf(plan, index));
    const family = status?.families[0];
    if (status?.state !== 'established') wrong.push(`${status?.address} is ${status?.state}`);
    else if (family?.received !== plan.routesEach)
      wrong.push(`${status.address} sent ${family?.received} routes`);
    else if (family.advertised < least) wrong.push(`${status.address} was sent ${family.advertised} routes`);
  }
  return wrong;
}
