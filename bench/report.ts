// Measures daemons and functions, and draws docs/performance.md, .svg and .json from that. Needs root.
//
//   npm run bench:report -- [options]

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measure } from './micro/bench.js';
import { allBenches } from './micro/cases/all.js';
import { daemonCalled, daemonsHere } from './peers/daemons.js';
import { runOnce } from './peers/run.js';
import { labelOf } from './peers/scenario.js';
import { mediansOf, type RunRow } from './peers/table.js';
import { drawn } from './report/drawn.js';
import { type Measurements, thisMachine } from './report/measurements.js';
import { type PlannedRun, plannedRuns } from './report/plan.js';
import { median } from './statistics.js';

const usage = `npm run bench:report -- [options]

  --quick          a twentieth of the sizes, one run of each, one core only: minutes in place of hours
  --runs N         runs of each daemon in each scenario (5; quick: 1)
  --wait-quiet S   wait up to so many seconds before each run until the machine is idle (60; quick: 0)
  --dut NAME       only this daemon; may be given again. Default: all that this machine has
  --rows FILE      append each run to this file, and do not repeat those that are in it: a set that was
                   interrupted goes on where it was
  --draw           measure nothing, draw the page from docs/performance.json
`;

const docs = join(import.meta.dirname, '..', 'docs');
const dataFile = join(docs, 'performance.json');

async function runPlanned(planned: PlannedRun, waitQuietSeconds: number): Promise<RunRow> {
  const { scenario, daemon: name, run, pin } = planned;
  const dut = daemonCalled(name);
  const outcome = await runOnce(dut, scenario, {
    ...{ seed: 1, pin, waitQuietSeconds, holdSeconds: 180, keep: false },
    ...{ phaseSeconds: 900, idleSeconds: 120, lingerSeconds: 1 },
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
    const label = labelOf(planned.scenario);
    const isThere = rows.some(
      (row) =>
        row.label === label &&
        row.daemon === planned.daemon &&
        row.run === planned.run &&
        row.pinned === planned.pin,
    );
    if (isThere) continue;
    const row = await runPlanned(planned, waitQuietSeconds);
    rows.push(row);
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
  }
  return rows;
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
      },
      dut: { type: 'string', multiple: true },
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
    const plan = plannedRuns(values.dut ?? daemonsHere(), runs, { isQuick, cores: cpus().length });
    const rows = await measureAll(plan, wait, values.rows);
    const busy = rows.map(({ busyBefore }) => busyBefore);
    const measured: Measurements = {
      date: new Date().toISOString(),
      isQuick,
      machine: thisMachine(),
      busyBefore: { median: median(busy), most: Math.max(...busy) },
      peers: mediansOf(rows),
      functions: allBenches.flatMap((file) => file().map((bench) => measure(bench, isQuick ? 5 : 11))),
    };
    writeFileSync(dataFile, `${JSON.stringify(measured, null, 2)}\n`);
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
