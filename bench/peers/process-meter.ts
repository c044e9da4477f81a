import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ticks a second of the times in `/proc`; every Linux that Node runs on has 100. */
const TICKS = 100;
const SAMPLE_MILLISECONDS = 250;

/** CPU time and memory of a process and all its descendants, by sampling `/proc`: short-lived children count too. */
export class ProcessMeter {
  readonly #pid: number;
  readonly #cpu = new Map<number, number>();
  readonly #peak = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MILLISECONDS);
  }

  /** Seconds of all threads, user and system. */
  cpuSeconds(): number {
    this.#sample();
    return sum(this.#cpu.values());
  }

  /** Sum of the largest resident sets that each process had, in MiB. */
  peakMebibytes(): number {
    this.#sample();
    return sum(this.#peak.values()) / 1024;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #sample(): void {
    for (const pid of processTree(this.#pid)) {
      // After the name, which may have anything in it: utime and stime are fields 14 and 15 of proc(5).
      const fields = read(`/proc/${pid}/stat`)
        .replace(/^.*\) /s, '')
        .split(' ');
      if (fields.length < 13) continue;
      this.#cpu.set(pid, (Number(fields[11]) + Number(fields[12])) / TICKS);
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
      if (peak !== undefined) this.#peak.set(pid, Number(peak));
    }
  }
}

/** A process and its descendants. */
export function processTree(root: number): number[] {
  const found = [root];
  for (const pid of found) {
    for (const thread of list(`/proc/${pid}/task`)) {
      found.push(...read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number));
    }
  }
  return found;
}

/** CPU seconds of the whole machine since it started: in use, and taken by the hypervisor for others. */
export function machineCpu(): { readonly busy: number; readonly steal: number } {
  const fields =
    /^cpu +(.*)$/m
      .exec(read('/proc/stat'))?.[1]
      ?.split(' ')
      .map((ticks) => Number(ticks) / TICKS) ?? [];
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0, steal = 0] = fields;
  return { busy: user + nice + system + interrupts + soft, steal };
}

/** Waits until less than a tenth of the machine is in use, at most so long; returns the share that is in use. */
export async function untilQuiet(seconds: number): Promise<number> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const before = machineCpu().busy;
    const start = performance.now();
    await sleep(seconds > 0 ? 500 : 300);
    const share = (machineCpu().busy - before) / ((performance.now() - start) / 1000) / cpus().length;
    if (share < 0.1 || performance.now() > deadline) return Math.round(share * 1000) / 1000;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
