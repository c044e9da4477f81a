import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Netlink, netns, openNetlink } from '@peerage/linux';
import { eventually, type Teardown } from '@peerage/test-fixtures';
import { formatIp } from '../../src/items/ip.js';
import type { FeederCommand, FeederReport } from './feeder.js';
import { feederHost, ownHost, segmentAddress, type TableShape } from './route-set.js';

/** Two network namespaces and the cable between them: the one who is measured here, the feeders there. */
export interface Segment {
  readonly here: string;
  readonly there: string;
  /** Reads the routes of `here`. */
  readonly netlink: Netlink;
}

export async function makeSegment(t: Teardown, shape: TableShape): Promise<Segment> {
  const id = randomBytes(3).toString('hex');
  const [here, there] = [`kr-${id}-dut`, `kr-${id}-feed`];
  for (const name of [here, there]) {
    await netns.createNamespace(name);
    t.teardown(() => netns.deleteNamespace(name));
  }
  const both = (host: number): string[] => [
    `${formatIp(segmentAddress(4, host))}/24`,
    `${formatIp(segmentAddress(6, host))}/64`,
  ];
  const feeders = Array.from({ length: Math.max(1, shape.ways) }, (_, feeder) => both(feederHost(feeder)));
  await netns.vethPair(
    { namespace: here, name: 'cable', addresses: both(ownHost) },
    { namespace: there, name: 'cable', addresses: feeders.flat() },
  );
  // The routes go with the cable, before the next one is measured: with the namespace they would go some time later, in the background.
  t.teardown(() => netns.exec(here, ['ip', 'link', 'delete', 'cable']));
  const netlink = await openNetlink({ namespace: here });
  t.teardown(() => netlink.close());
  return { here, there, netlink };
}

export const sourceFlags = ['--import=tsx', '--conditions=@peerage/source'];

/** The feeder, started, with its table encoded. */
export class Feeder {
  readonly #child: ChildProcess;
  readonly #reports: FeederReport[] = [];

  constructor(t: Teardown, namespace: string, { family, count, ways }: TableShape, pinned: boolean) {
    const file = fileURLToPath(new URL('./feeder.ts', import.meta.url));
    const node = [process.execPath, ...sourceFlags, file, JSON.stringify({ family, count, ways })];
    const argv = pinned ? ['taskset', '-c', '1', ...node] : node;
    this.#child = netns.spawn(namespace, argv, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (report: FeederReport) => this.#reports.push(report));
    t.teardown(() => endChild(this.#child));
  }

  /** The report of this kind, once it came. */
  async report<K extends FeederReport['kind']>(
    kind: K,
    milliseconds = 60_000,
  ): Promise<Extract<FeederReport, { kind: K }>> {
    const of = (report: FeederReport): report is Extract<FeederReport, { kind: K }> => report.kind === kind;
    return eventually(
      () => {
        const failed = this.#reports.find((report) => report.kind === 'failed');
        if (failed !== undefined && kind !== 'failed') throw new Error(`the feeder: ${failed.message}`);
        return this.#reports.find(of);
      },
      { timeout: milliseconds, interval: 20 },
    );
  }

  command(command: FeederCommand): void {
    this.#child.send(command);
  }
}

export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  else child.kill();
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(timer);
}

/** Seconds of processor that processes have used, all their threads included. */
export function cpuSeconds(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) / 100;
}

/** Peak of resident memory of processes together, in MiB. */
export function peakMebibytes(pids: readonly number[]): number {
  const peaks = pids.map((pid) => /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return peaks.reduce((sum, each) => sum + Number(each ?? 0), 0) / 1024;
}
