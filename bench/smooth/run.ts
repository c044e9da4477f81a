import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerageMain, speakerConfig } from '../peers/daemons.js';
import { makeNamespaces } from '../peers/namespaces.js';
import { machineCpu, untilQuiet } from '../peers/process-meter.js';
import { endProcess, startProcess, tsProgram } from '../peers/processes.js';
import type { Scenario } from '../peers/scenario.js';
import type { TesterMessage, TesterOrder } from '../peers/tester-messages.js';
import { worldOf } from '../peers/world.js';
import { type Explained, explained } from './long-callbacks.js';
import { Probe, type ProbeFigures } from './probe-messages.js';
import type { WatchFigures, WatchMessage, WatchOrder } from './watch-messages.js';

/** Sessions that have to stay up, and their hold time. */
export const WATCHED = 10;
export const HOLD_SECONDS = 3;

export interface SmoothOptions {
  readonly node: string;
  readonly seed: number;
  readonly pin: boolean;
  readonly waitQuietSeconds: number;
  /** Sample what long callbacks are busy with; costs some time itself. */
  readonly isProfiled: boolean;
}

/** One run: what it was like in the daemon's process, and for those who wait for it, while the table was loaded. */
export interface SmoothRun {
  /** Why the run does not count; then there are no figures. */
  readonly failure?: string;
  readonly figures?: SmoothFigures;
}

export interface SmoothFigures {
  readonly loadSeconds: number;
  readonly loop: Omit<ProbeFigures, 'longest'>;
  readonly longest: readonly Explained[];
  readonly watch: WatchFigures;
  /** Taken from the machine by its host meanwhile, in seconds of a core. */
  readonly stealSeconds: number;
  /** In which the daemon's main thread was ready to run, and others had the core. */
  readonly waitedSeconds: number;
}

const here = import.meta.dirname;

/** Loads a table through the daemon while others wait for it, and measures how long they do. */
export async function smoothRun(scenario: Scenario, options: SmoothOptions): Promise<SmoothRun> {
  await untilQuiet(options.waitQuietSeconds);
  const whole = worldOf({ ...scenario, monitors: scenario.monitors + WATCHED });
  const watched = whole.peers.slice(-WATCHED);
  const world = { ...whole, peers: whole.peers.slice(0, -WATCHED) };
  const folder = mkdtempSync(join(tmpdir(), 'peerage-smooth-'));
  const namespaces = makeNamespaces(whole);
  const processes: ChildProcess[] = [];
  try {
    const socket = join(folder, 'speaker.sock');
    const config = speakerConfig(world);
    const others = watched.map(({ address, as }) => ({
      ...{ address, remoteAs: as, passive: true },
      ...{ holdTime: HOLD_SECONDS, families: ['ipv6-unicast'] },
    }));
    const file = join(folder, 'speaker.json');
    writeFileSync(file, JSON.stringify({ ...config, neighbors: [...config.neighbors, ...others] }));
    const speaker = ['speaker', '--no-ebgp-requires-policy', '--config', file, '--socket', socket];
    const log = join(folder, 'daemon.log');
    const daemon = startProcess(
      [options.node, '--import', join(here, 'probe.mjs'), peerageMain, ...speaker],
      { namespace: namespaces.dut, core: options.pin ? 0 : null, log, isTalkedTo: true },
    );
    processes.push(daemon);
    const order: TesterOrder = {
      ...{ scenario, world, seed: options.seed, holdSeconds: 180, connectSeconds: 60 },
      ...{ phaseSeconds: 900, idleSeconds: 120, lingerSeconds: 1 },
    };
    const command = [options.node, peerageMain];
    const watchOrder: WatchOrder = {
      ...{ peers: watched, port: whole.port, holdSeconds: HOLD_SECONDS, socket, command },
    };
    const child = (program: string, given: unknown): ChildProcess => {
      const orderFile = join(folder, `${processes.length}.json`);
      writeFileSync(orderFile, JSON.stringify(given));
      const started = startProcess(tsProgram(program, orderFile), {
        ...{ namespace: namespaces.tester, core: options.pin ? 1 : null, isTalkedTo: true },
      });
      processes.push(started);
      return started;
    };
    const tester = child(join(here, '..', 'peers', 'tester-process.ts'), order);
    const watch = child(join(here, 'watch-process.ts'), watchOrder);
    try {
      return { figures: await conduct({ daemon, tester, watch }, options.isProfiled) };
    } catch (error) {
      const said = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-3).join(' / ');
      return { failure: `${(error as Error).message}${said === '' ? '' : `; it said: ${said}`}` };
    }
  } finally {
    for (const child of processes.reverse()) await endProcess(child);
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Players {
  readonly daemon: ChildProcess;
  readonly tester: ChildProcess;
  readonly watch: ChildProcess;
}

/** What is known when the load is over, and nothing is read yet. */
type Seen = Pick<SmoothFigures, 'stealSeconds' | 'waitedSeconds' | 'watch'> & {
  readonly probe: ProbeFigures;
};

function conduct({ daemon, tester, watch }: Players, isProfiled: boolean): Promise<SmoothFigures> {
  const probe = new Probe(daemon);
  const isUp = messageOf(watch, 'up');
  const now = () => ({ steal: machineCpu().steal, waited: waitedSeconds(daemon.pid!) });
  let before = now();
  let seen: Promise<Seen> | null = null;
  const look = async (): Promise<Seen> => {
    const after = now();
    const figures = await probe.figures();
    watch.send('figures');
    const told = await messageOf(watch, 'figures');
    return {
      probe: figures,
      watch: told.figures,
      stealSeconds: after.steal - before.steal,
      waitedSeconds: after.waited - before.waited,
    };
  };
  return new Promise((resolve, reject) => {
    let loadSeconds = 0;
    let isOver = false;
    const finish = async (): Promise<SmoothFigures> => {
      if (seen === null) throw new Error('the load was never over');
      const { probe: figures, ...others } = await seen;
      const { longest, ...loop } = figures;
      const profile = isProfiled ? await probe.profile() : null;
      return { loadSeconds, loop, longest: explained(longest, figures.pauses, profile), ...others };
    };
    const begin = async (): Promise<void> => {
      await isUp;
      before = now();
      probe.begin(isProfiled);
      watch.send('begin');
      tester.send('go');
    };
    tester.on('message', (message: TesterMessage) => {
      if (message.event === 'ready') begin().catch(reject);
      else if (message.event === 'quiet') seen = look();
      else if (message.event === 'over') loadSeconds = message.figures.seconds;
      else if (message.event === 'failed') reject(new Error(message.reason));
      else {
        const wrong = Object.entries(message.findings.faults).map(([name, count]) => `${count} × ${name}`);
        if (wrong.length > 0) reject(new Error(wrong.join(', ')));
        else {
          isOver = true;
          finish().then(resolve, reject);
        }
      }
    });
    watch.on('message', (message: WatchMessage) => {
      if (message.event === 'failed') reject(new Error(`watching: ${message.reason}`));
    });
    for (const [name, child] of Object.entries({ daemon, tester, watch })) {
      child.once('exit', (code, signal) => {
        // The tester has told all.
        if (!isOver) reject(new Error(`the ${name} process ended (${signal ?? `status ${code}`})`));
      });
    }
  });
}

/** In which the main thread of a process waited for a core, by its schedstat. */
function waitedSeconds(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
}

function messageOf<E extends WatchMessage['event']>(
  child: ChildProcess,
  event: E,
): Promise<Extract<WatchMessage, { readonly event: E }>> {
  return new Promise((resolve) => {
    const take = (message: WatchMessage): void => {
      if (message.event !== event) return;
      child.off('message', take);
      resolve(message as Extract<WatchMessage, { readonly event: E }>);
    };
    child.on('message', take);
  });
}
