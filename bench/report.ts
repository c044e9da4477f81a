// Measures daemons and functions, and draws docs/performance.md, .svg and .json from that. Needs root.
//
//   npm run bench:report -- [options]

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureGrowth } from './growth/measure.js';
import type { Growth } from './growth/slopes.js';
import { measure } from './micro/bench.js';
import { allBenches } from './micro/cases/all.js';
import { DEFAULT_POLICY, type PolicyHits, readPolicy } from './peers/biting-policy.js';
import { daemonCalled, daemonsHere } from './peers/daemons.js';
import { runOnce } from './peers/run.js';
import { labelOf } from './peers/scenario.js';
import { mediansOf, type RunRow } from './peers/table.js';
import { drawn } from './report/drawn.js';
import { type Measurements, slimmed, thisMachine } from './report/measurements.js';
import { isEnough, type PlannedRun, plannedRuns, SLOW } from './report/plan.js';
import { smoothRun } from './smooth/run.js';
import { waysOf } from './smooth/scenarios.js';
import type { SmoothResult } from './smooth/table.js';
import { median } from './statistics.js';

const usage = `npm run bench:report -- [options]

  --quick          a twentieth of the sizes, one run of each, one core only: minutes in place of hours
  --runs N         runs of each daemon in each scenario (5; quick: 1); ${SLOW.runs} at most where one takes more than ${SLOW.seconds} seconds
  --wait-quiet S   wait up to so many seconds before each run until the machine is idle (60; quick: 0)
  --dut NAME       only this daemon; may be given again. Default: all that this machine has
  --rows FILE      append each run to this file, and do not repeat those that are in it: a set that was
                   interrupted goes on where it was
  --node PATH      measure Peerage on this Node too; may be given again
  --smooth FILE    take what bench:smooth printed with --json in place of measuring it
  --growth FILE    take what bench:growth printed with --json in place of measuring it
  --draw           measure nothing, draw the page from docs/performance.json; with --smooth and --growth
                   these are put into it
`;

const docs = join(import.meta.dirname, '..', 'docs');
const dataFile = join(docs, 'performance.json');

async function runPlanned(planned: PlannedRun, waitQuietSeconds: number): Promise<RunRow> {
  const { scenario, daemon: name, run, pin, node } = planned;
  const dut = daemonCalled(name, node);
  const outcome = await runOnce(dut, scenario, {
    ...{ seed: 1, pin, waitQuietSeconds, holdSeconds: 180, keep: false },
    ...{ phaseSeconds: 900, idleSeconds: 120, lingerSeconds: 1 },
    policy: readPolicy(DEFAULT_POLICY),
  });
  const label = labelOf(scenario);
  console.log(`${label}  ${name}  run ${run}, ${pin ? 'one core' : 'all cores'}: ${outcome.reason ?? 'ok'}`);
  const version = dut.daemon.version(dut.program);
  return {
    daemon: name,
    version,
    label,
    scenario,
    pinned: pin,
    run,
    date: new Date().toISOString(),
    ...(node !== undefined && { node }),
    ...outcome,
  };
}

function rowsIn(file: string | undefined): RunRow[] {
  if (file === undefined || !existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as RunRow);
}

async function measureAll(
  plan: readonly PlannedRun[],
  waitQuietSeconds: number,
  file: string | undefined,
): Promise<RunRow[]> {
  const rows = rowsIn(file);
  for (const planned of plan) {
    if (isEnough(rows, planned)) continue;
    const row = await runPlanned(planned, waitQuietSeconds);
    rows.push(row);
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
  }
  return rows;
}

function hitsIn(rows: readonly RunRow[]): Record<string, PolicyHits> {
  return Object.fromEntries(
    rows.flatMap(({ label, isOk, findings }) => (isOk && findings?.hits ? [[label, findings.hits]] : [])),
  );
}

const savedSmooth = (file: string): SmoothResult[] =>
  slimmed(JSON.parse(readFileSync(file, 'utf8')) as SmoothResult[]);
const savedGrowth = (file: string): Growth => JSON.parse(readFileSync(file, 'utf8')) as Growth;

/** Who waits while a table is loaded, and how things grow: measured, or as they were saved. */
async function othersMeasured(
  isQuick: boolean,
  runs: number,
  waitQuietSeconds: number,
  saved: { readonly smooth?: string | undefined; readonly growth?: string | undefined },
): Promise<Pick<Measurements, 'smooth' | 'growth'>> {
  const node = process.execPath;
  const pin = cpus().length > 1;
  const smooth: SmoothResult[] = [];
  for (const { label, scenario } of saved.smooth === undefined
    ? waysOf(['one', 'both'], isQuick ? 50_000 : 1_000_000)
    : []) {
    const made = [];
    for (let run = 1; run <= runs; run++) {
      made.push(await smoothRun(scenario, { node, seed: 1, pin, waitQuietSeconds, isProfiled: false }));
      console.log(`${label}  run ${run}: ${made.at(-1)?.failure ?? 'ok'}`);
    }
    smooth.push({ label, node: process.versions.node, pinned: pin, runs: made });
  }
  const growth =
    saved.growth === undefined
      ? await measureGrowth({
          ...{ node, runs: isQuick ? 1 : 3, scale: isQuick ? 1 / 20 : 1, sessions: isQuick ? 50 : 1000 },
          onPoint: (name) => console.log(name),
        })
      : savedGrowth(saved.growth);
  return { smooth: saved.smooth === undefined ? slimmed(smooth) : savedSmooth(saved.smooth), growth };
}

async function main(): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...{
        quick: flag,
        draw: flag,
        help: { ...flag, short: 'h' },
        runs: text,
        'wait-quiet': text,
        rows: text,
        ...{ smooth: text, growth: text },
      },
      dut: { type: 'string', multiple: true },
      node: { type: 'string', multiple: true },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (!values.draw) {
    if (process.getuid?.() !== 0) throw new Error('network namespaces need root: run it as root');
    const isQuick = values.quick;
    const runs = Number(values.runs ?? (isQuick ? 1 : 5));
    const wait = Number(values['wait-quiet'] ?? (isQuick ? 0 : 60));
    if (!(runs >= 1 && wait >= 0)) throw new RangeError('--runs must be 1 or more, --wait-quiet 0 or more');
    const plan = plannedRuns(values.dut ?? daemonsHere(), runs, {
      ...{ isQuick, cores: cpus().length, nodes: values.node ?? [] },
    });
    const rows = await measureAll(plan, wait, values.rows);
    const busy = rows.map(({ busyBefore }) => busyBefore);
    const measured: Measurements = {
      date: new Date().toISOString(),
      isQuick,
      machine: thisMachine(),
      busyBefore: { median: median(busy), most: Math.max(...busy) },
      peers: mediansOf(rows.filter(({ node }) => node === undefined)),
      nodes: mediansOf(rows.filter(({ node }) => node !== undefined)),
      hits: hitsIn(rows),
      ...(await othersMeasured(isQuick, runs, wait, values)),
      functions: allBenches.flatMap((file) => file().map((bench) => measure(bench, isQuick ? 5 : 11))),
    };
    writeFileSync(dataFile, `${JSON.stringify(measured, null, 2)}\n`);
  }
  if (values.draw && (values.smooth !== undefined || values.growth !== undefined)) {
    const kept = JSON.parse(readFileSync(dataFile, 'utf8')) as Measurements;
    const changed: Measurements = {
      ...kept,
      ...(values.smooth !== undefined && { smooth: savedSmooth(values.smooth) }),
      ...(values.growth !== undefined && { growth: savedGrowth(values.growth) }),
    };
    writeFileSync(dataFile, `${JSON.stringify(changed, null, 2)}\n`);
  }
  const measured = JSON.parse(readFileSync(dataFile, 'utf8')) as Measurements;
  for (const [name, content] of Object.entries(drawn(measured))) writeFileSync(join(docs, name), content);
  return measured.peers.every(({ ok, runs }) => ok === runs) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench:report: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
