// Measures how long others wait while a large table is loaded: sessions with a hold time of 3 seconds, who asks for a page of the
// table, and the event loop itself. Needs root: each run has network namespaces of its own.
//
//   npm run bench:smooth -- [--n N] [--runs N] [--way one|both] [--profile] [--json] [options]

import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { smoothRun } from './smooth/run.js';
import { waysOf } from './smooth/scenarios.js';
import { allStayed, coloured, longestText, type SmoothResult, smoothTable } from './smooth/table.js';

const usage = `npm run bench:smooth -- [options]

  --n N            routes that go each way (1000000)
  --way WAY        one: from a feeder to a receiver; both: between two that send and receive.
                   May be given again. Default: both of these
  --runs N         runs of each (5)
  --pin            the daemon on the first core, all others on the second
  --wait-quiet S   wait up to so many seconds before each run until the machine is idle
  --profile        say what the longest callbacks of the event loop were busy with; costs time itself
  --node PATH      Node binary of the daemon
  --seed N         another data set of the same kind (1)
  --json           results as JSON

Status 0: in every run all came through, and no session fell. 1: not so. 2: it could not be measured.
`;

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new RangeError(`--${name} must be a whole number from ${least} up, got ${text}`);
}

async function main(): Promise<number> {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: {
      n: { type: 'string', default: '1000000' },
      way: { type: 'string', multiple: true, default: ['one', 'both'] },
      runs: { type: 'string', default: '5' },
      'wait-quiet': { type: 'string', default: '0' },
      node: { type: 'string', default: process.execPath },
      seed: { type: 'string', default: '1' },
      ...{ pin: flag, profile: flag, json: flag, help: { ...flag, short: 'h' } },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (process.getuid?.() !== 0) throw new Error('network namespaces need root: run it as root');
  if (values.pin && cpus().length < 2) throw new Error('--pin needs two cores, this machine has one');
  const runs = whole('runs', values.runs, 1);
  const options = {
    node: values.node,
    seed: whole('seed', values.seed, 0),
    pin: values.pin,
    waitQuietSeconds: whole('wait-quiet', values['wait-quiet'], 0),
    isProfiled: values.profile,
  };
  const results: SmoothResult[] = [];
  for (const { label, scenario } of waysOf(values.way, whole('n', values.n, 1))) {
    const made = [];
    for (let run = 1; run <= runs; run++) {
      const one = await smoothRun(scenario, options);
      made.push(one);
      if (!values.json) console.log(`${label}, run ${run}: ${one.failure ?? 'ok'}`);
    }
    results.push({ label, node: values.node, pinned: values.pin, runs: made });
  }
  if (values.json) {
    console.log(JSON.stringify(results, null, 2));
  } else {
    const isTerminal = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
    console.log(`\n${isTerminal ? smoothTable(results, coloured) : smoothTable(results)}\n`);
    for (const result of results) console.log(longestText(result));
  }
  return allStayed(results) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench:smooth: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
