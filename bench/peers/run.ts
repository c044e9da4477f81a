import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BitingPolicy } from './biting-policy.js';
import type { Daemon } from './daemons.js';
import { makeNamespaces } from './namespaces.js';
import { machineCpu, ProcessMeter, untilQuiet } from './process-meter.js';
import { endProcess, startProcess, tsProgram } from './processes.js';
import type { Scenario } from './scenario.js';
import type { Findings, PhaseFigures, PhaseName, TesterMessage, TesterOrder } from './tester-messages.js';
import { worldOf } from './world.js';

export interface RunOptions {
  readonly seed: number;
  /** The daemon has the first core, the tester the second. */
  readonly pin: boolean;
  readonly waitQuietSeconds: number;
  readonly holdSeconds: number;
  readonly phaseSeconds: number;
  readonly idleSeconds: number;
  readonly lingerSeconds: number;
  /** What scenarios with a policy have. */
  readonly policy?: BitingPolicy;
  /** Keep the folder with configuration and log. */
  readonly keep: boolean;
}

/** A phase, with what the processes needed for it. */
export interface MeasuredPhase extends PhaseFigures {
  readonly cpuSeconds: number;
  readonly testerCpuSeconds: number;
  /** Of anything else on the machine; much of it spoils a run. */
  readonly otherCpuSeconds: number;
  /** Taken by the hypervisor for others. */
  readonly stealSeconds: number;
}

/** What came of one run. */
export interface RunOutcome {
  readonly isOk: boolean;
  /** Why it is not. */
  readonly reason?: string;
  readonly phases: Partial<Record<PhaseName, MeasuredPhase>>;
  readonly peakMebibytes: number;
  /** Share of the machine that was in use before. */
  readonly busyBefore: number;
  readonly findings?: Findings;
}

/** One run of a scenario: makes the namespaces, starts the daemon and the tester, and ends all of it again. */
export async function runOnce(
  { daemon, program }: { readonly daemon: Daemon; readonly program: string },
  scenario: Scenario,
  options: RunOptions,
): Promise<RunOutcome> {
  const busyBefore = await untilQuiet(options.waitQuietSeconds);
  const world = worldOf(scenario);
  const folder = mkdtempSync(join(tmpdir(), 'peerage-bench-'));
  const namespaces = makeNamespaces(world);
  const processes: ChildProcess[] = [];
  try {
    const log = join(folder, 'daemon.log');
    const policy = scenario.isFiltered ? options.policy : undefined;
    if (scenario.isFiltered && policy === undefined)
      throw new Error('the scenario has a policy, and none is given');
    const command = daemon.command(program, folder, world, policy);
    const dut = startProcess(command, { namespace: namespaces.dut, core: options.pin ? 0 : null, log });
    processes.push(dut);
    const order: TesterOrder = {
      scenario,
      world,
      seed: options.seed,
      ...(policy !== undefined && { policy }),
      holdSeconds: options.holdSeconds,
      connectSeconds: 60,
      phaseSeconds: options.phaseSeconds,
      idleSeconds: options.idleSeconds,
      lingerSeconds: options.lingerSeconds,
    };
    const orderFile = join(folder, 'order.json');
    writeFileSync(orderFile, JSON.stringify(order));
    const tester = startProcess(tsProgram(join(import.meta.dirname, 'tester-process.ts'), orderFile), {
      namespace: namespaces.tester,
      core: options.pin ? 1 : null,
      isTalkedTo: true,
    });
    processes.push(tester);
    return { busyBefore, ...(await conduct(dut, tester, log)) };
  } finally {
    for (const child of processes.reverse()) await endProcess(child);
    namespaces.remove();
    if (!options.keep) rmSync(folder, { recursive: true, force: true });
  }
}

/** Gives the tester its words, and measures between them. */
async function conduct(
  dut: ChildProcess,
  tester: ChildProcess,
  log: string,
): Promise<Omit<RunOutcome, 'busyBefore'>> {
  const meter = new ProcessMeter(dut.pid!);
  const testerMeter = new ProcessMeter(tester.pid!);
  const sample = () => ({ dut: meter.cpuSeconds(), tester: testerMeter.cpuSeconds(), ...machineCpu() });
  const phases: Partial<Record<PhaseName, MeasuredPhase>> = {};
  let before = sample();
  try {
    const last = await new Promise<Extract<TesterMessage, { event: 'end' | 'failed' }>>((resolve) => {
      const fail = (reason: string): void => resolve({ event: 'failed', reason, findings: nothingFound });
      tester.on('message', (message: TesterMessage) => {
        if (message.event === 'ready') {
          before = sample();
          tester.send('go');
        } else if (message.event === 'over') {
          const after = sample();
          const cpuSeconds = after.dut - before.dut;
          const testerCpuSeconds = after.tester - before.tester;
          phases[message.phase] = {
            ...message.figures,
            cpuSeconds,
            testerCpuSeconds,
            otherCpuSeconds: Math.max(0, after.busy - before.busy - cpuSeconds - testerCpuSeconds),
            stealSeconds: after.steal - before.steal,
          };
        } else if (message.event !== 'quiet') {
          resolve(message);
        }
      });
      tester.once('exit', (code) => fail(`the tester ended with status ${code}`));
      dut.once('exit', (code, signal) => fail(`the daemon ended (${signal ?? `status ${code}`})`));
    });
    const { findings } = last;
    const faults = Object.entries(findings.faults).map(([name, count]) => `${count} × ${name}`);
    const reasons = [...(last.event === 'failed' ? [last.reason] : []), ...faults];
    const isOk = reasons.length === 0;
    const outcome = { phases, peakMebibytes: Math.round(meter.peakMebibytes()), findings };
    if (isOk) return { isOk, ...outcome };
    const said = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-3).join(' / ');
    return {
      isOk,
      ...outcome,
      reason: [...reasons, ...(said === '' ? [] : [`it said: ${said}`])].join('; '),
    };
  } finally {
    meter.stop();
    testerMeter.stop();
  }
}

const nothingFound: Findings = { faults: {}, notes: {}, examples: [], updates: 0, routes: 0, octets: 0 };
