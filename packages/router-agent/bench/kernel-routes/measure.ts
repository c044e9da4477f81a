import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { netns } from '@peerage/linux';
import { eventually, type Teardown } from '@peerage/test-fixtures';
import type { Contestant } from './contestants.js';
import { prefixAddress, prefixText, type RouteTable } from './route-set.js';
import { cpuSeconds, Feeder, makeSegment, peakMebibytes, type Segment } from './segment.js';
import { type Verdict, Verifier } from './verify.js';

/** One measurement. */
export interface Result {
  readonly name: string;
  readonly seconds: number;
  readonly cpu: number;
  readonly mebibytes: number | null;
  readonly ok: boolean;
  readonly verdict: Verdict;
}

/** Prefixes that somebody else's routes stand at before. */
const takenCount = 16;
const samples = 16;
const longest = 300_000;
const mostTries = 20;

/** Runs something that leaves things to be undone, and undoes them, last first. */
export async function withTeardown<T>(run: (t: Teardown) => Promise<T>): Promise<T> {
  const undo: (() => unknown)[] = [];
  try {
    return await run({ teardown: (each) => undo.unshift(each) });
  } finally {
    for (const each of undo) await each();
  }
}

/** Runs one contestant once, on a segment of its own. */
export function measure(contestant: Contestant, table: RouteTable, pinned: boolean): Promise<Result> {
  return withTeardown(async (t) => {
    const { name, protocol, meetsForeign } = contestant;
    const segment = await makeSegment(t, table);
    const taken = meetsForeign ? await takePrefixes(segment, table) : new Set<number>();
    const verifier = new Verifier(table, taken);
    const running = await contestant.start(t, segment, table);
    const { pids, settled } = running;
    if (pinned) {
      for (const pid of pids) execFileSync('taskset', ['-a', '-c', '-p', '0', String(pid)]);
    }
    const feeder = new Feeder(t, segment.there, table, pinned);
    await feeder.report('ready');
    feeder.command('connect');
    await feeder.report('established');
    const before = cpuSeconds(pids);
    feeder.command('send');
    const began = BigInt((await feeder.report('began')).at);
    const watch = settled === undefined ? () => standing(segment, table, protocol) : () => saying(settled);
    let ended = await watch();
    const cpu = cpuSeconds(pids) - before;
    await feeder.report('sent', longest);
    let verdict = await verifier.compare(segment.netlink, protocol);
    // What looked complete was not, or it told too early: the next end counts, and what was used until then.
    for (let tries = 0; !verifier.isRight(verdict) && tries < mostTries; tries++) {
      await sleep(settled === undefined ? 0 : 2_000);
      ended = await watch();
      verdict = await verifier.compare(segment.netlink, protocol);
    }
    const seconds = Number(ended - began) / 1e9;
    const ok = verifier.isRight(verdict);
    if (!ok) console.error(running.log());
    return { name, seconds, cpu, mebibytes: peakMebibytes(pids), ok, verdict };
  });
}

/** Some routes of an administrator, spread over the table. */
async function takePrefixes({ here }: Segment, table: RouteTable): Promise<ReadonlySet<number>> {
  const taken = new Set<number>();
  for (let k = 0; k < takenCount; k++) {
    const i = Math.floor(((k + 0.5) * table.count) / takenCount);
    const route = [prefixText(table, i), 'dev', 'cable', 'proto', 'static'];
    await netns.exec(here, ['ip', `-${table.family}`, 'route', 'add', ...route]);
    taken.add(i);
  }
  return taken;
}

function saying(settled: () => bigint | undefined): Promise<bigint> {
  return eventually(settled, { timeout: longest, interval: 50 });
}

/** When the last routes, and some from everywhere, were first seen with all their next hops. */
async function standing({ netlink }: Segment, table: RouteTable, protocol: number): Promise<bigint> {
  const last = prefixAddress(table, table.count - 1);
  const spread = Array.from({ length: samples }, (_, k) =>
    prefixAddress(table, Math.floor((k * (table.count - 1)) / samples)),
  );
  const stand = async (addresses: readonly Uint8Array[]): Promise<boolean> => {
    const ways = await netlink.routes.ways(addresses);
    return ways.every((way) => way?.route.protocol === protocol && way.route.nextHops.length === table.ways);
  };
  return eventually(
    async () => ((await stand([last])) && (await stand(spread)) ? process.hrtime.bigint() : undefined),
    { timeout: longest, interval: 20 },
  );
}
