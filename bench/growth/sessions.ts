import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askDaemon } from '../peers/ask-daemon.js';
import { daemonCalled } from '../peers/daemons.js';
import { makeNamespaces } from '../peers/namespaces.js';
import { endProcess, startProcess, tsProgram } from '../peers/processes.js';
import { scenario } from '../peers/scenario.js';
import { worldOf } from '../peers/world.js';
import type { SessionsMessage, SessionsOrder } from './sessions-messages.js';

/** The part of a speaker's status that is used here. */
interface Status {
  readonly families: readonly { readonly family: string; readonly paths: number }[];
}

/** What many sessions with few routes each cost. */
export interface SessionsGrowth {
  readonly sessions: number;
  readonly routesEach: number;
  /** Paths that the daemon had in the end. */
  readonly paths: number;
  /** Resident memory of the daemon once it was quiet, and the most that it had. */
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Sent to all sessions. */
  readonly sentBytes: number;
}

/** Runs the daemon with so many sessions, each with routes of its own, which all the others are sent. */
export async function sessionsGrowth(
  sessions: number,
  routesEach: number,
  node: string,
): Promise<SessionsGrowth> {
  const one = scenario('b', { peers: sessions, perPeer: routesEach, monitors: 0 });
  const world = worldOf(one);
  const folder = mkdtempSync(join(tmpdir(), 'peerage-growth-'));
  const namespaces = makeNamespaces(world);
  const processes: ChildProcess[] = [];
  try {
    const { daemon, program } = daemonCalled('peerage', node);
    const command = daemon.command(program, folder, world);
    const log = join(folder, 'daemon.log');
    const dut = startProcess(command, { namespace: namespaces.dut, core: null, log });
    processes.push(dut);
    const order: SessionsOrder = { scenario: one, world };
    const file = join(folder, 'order.json');
    writeFileSync(file, JSON.stringify(order));
    const tester = startProcess(tsProgram(join(import.meta.dirname, 'sessions-process.ts'), file), {
      ...{ namespace: namespaces.tester, core: null, isTalkedTo: true },
    });
    processes.push(tester);
    const sentBytes = await untilQuiet(dut, tester);
    await sleep(5000);
    const status = readFileSync(`/proc/${dut.pid}/status`, 'utf8');
    const kibibytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
    const answer = await askDaemon(join(folder, 'speaker.sock'), 'status');
    const { families } = JSON.parse(answer.body) as Status;
    const paths = families.find(({ family }) => family === 'ipv4-unicast')?.paths ?? 0;
    return {
      ...{ sessions, routesEach, paths, sentBytes },
      residentBytes: 1024 * kibibytes('VmRSS'),
      peakBytes: 1024 * kibibytes('VmHWM'),
    };
  } finally {
    for (const child of processes.reverse()) await endProcess(child);
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Octets that all sessions received. */
function untilQuiet(dut: ChildProcess, tester: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    tester.on('message', (message: SessionsMessage) => {
      if (message.event === 'quiet') resolve(message.octets);
      if (message.event === 'failed') reject(new Error(message.reason));
    });
    for (const [name, child] of Object.entries({ daemon: dut, tester }))
      child.once('exit', (code, signal) =>
        reject(new Error(`the ${name} ended (${signal ?? `status ${code}`})`)),
      );
  });
}
