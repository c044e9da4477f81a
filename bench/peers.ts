// Measures BGP daemons side by side, and checks that what they advertise is right. Needs root: each run has network
// namespaces of its own. What the scenarios are stands in docs/performance.md.
//
//   npm run bench:peers -- [--dut NAME]… [--scenario LETTER]… [options]

import { appendFileSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { DEFAULT_POLICY, readPolicy } from './peers/biting-policy.js';
import { daemonCalled, daemonsHere } from './peers/daemons.js';
import { hitsText, nodesTable, policyTable } from './peers/ratios.js';
import { type RunOptions, runOnce } from './peers/run.js';
import { labelOf, type Scenario, scenario } from './peers/scenario.js';
import { mediansOf, type RunRow, tableOf } from './peers/table.js';

const usage = `npm run bench:peers -- [options]

  --dut NAME          peerage, bird2, frr, openbgpd, gobgp, reflector or exec:COMMAND; may be given again.
                      Default: every daemon that this machine has
  --scenario LETTER   a table, b peers, c fanout, d churn, e loss; may be given again. Default: a
  --n N               prefixes of the table (a, c, d: 100000; e: 500000)
  --peers N           feeders of b (10)
  --per-peer N        prefixes of each (10000)
  --overlap           b: all feeders announce the same prefixes
  --monitors N        peers that only receive (c: 50, else 1)
  --flap N, --cycles N, --steps N
                      d: prefixes that flap (10000), flaps back to back (20), flaps one by one (5)
  --runs N            runs of each (3)
  --pin               the daemon on the first core, the tester on the second
  --wait-quiet S      wait up to so many seconds before each run until the machine is idle
  --policy            each scenario without and with a policy on import and on export, of daemons that
                      can be told ours: the list and what it sets are in bench/peers/policies
  --policy-file FILE  another such policy
  --node PATH         Node binary for peerage; may be given again, to compare
  --json FILE         append each run as a line of JSON
  --report FILE       only print the table of such a file
  --seed N            another data set of the same kind (1)
  --hold S            hold time that the tester offers (180)
  --timeout S, --idle S, --linger S
                      longest phase (600), longest silence (60), watching for late changes (1)
  --keep              keep the folder with the daemon's configuration and log
`;

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0)
    throw new RangeError(`--${name} must be a number from 0 up, got ${text}`);
  return value;
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const many = { type: 'string', multiple: true } as const;
  const { values } = parseArgs({
    options: {
      ...{ dut: many, scenario: many, n: text, peers: text, 'per-peer': text, overlap: flag, monitors: text },
      ...{ flap: text, cycles: text, steps: text, runs: text, pin: flag, 'wait-quiet': text, node: many },
      ...{ json: text, report: text, seed: text, hold: text, timeout: text, idle: text, linger: text },
      ...{ keep: flag, policy: flag, 'policy-file': text, help: { ...flag, short: 'h' } },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (values.report !== undefined) {
    const lines = readFileSync(values.report, 'utf8').split('\n').filter(Boolean);
    console.log(allTables(lines.map((line) => JSON.parse(line) as RunRow)));
    return 0;
  }
  if (process.getuid?.() !== 0) throw new Error('network namespaces need root: run it as root');
  if (values.pin && cpus().length < 2) throw new Error('--pin needs two cores, this machine has one');

  const sizes = Object.fromEntries(
    (['n', 'peers', 'per-peer', 'monitors', 'flap', 'cycles', 'steps'] as const)
      .map((name) => [name === 'per-peer' ? 'perPeer' : name, number(name, values[name])] as const)
      .filter(([, value]) => value !== undefined),
  );
  const plain: readonly Scenario[] = (values.scenario ?? ['a']).map((name) =>
    scenario(name, { ...sizes, overlap: values.overlap }),
  );
  const isFiltered = values.policy || values['policy-file'] !== undefined;
  const policy = isFiltered ? readPolicy(values['policy-file'] ?? DEFAULT_POLICY) : undefined;
  const scenarios = isFiltered
    ? plain.flatMap((one): Scenario[] => [one, { ...one, isFiltered: true }])
    : plain;
  const duts = (values.dut ?? daemonsHere()).flatMap((name) =>
    name === 'peerage' && values.node !== undefined
      ? values.node.map((node) => daemonCalled(name, node))
      : [daemonCalled(name)],
  );
  const options: RunOptions = {
    seed: number('seed', values.seed) ?? 1,
    pin: values.pin,
    waitQuietSeconds: number('wait-quiet', values['wait-quiet']) ?? 0,
    holdSeconds: number('hold', values.hold) ?? 180,
    phaseSeconds: number('timeout', values.timeout) ?? 600,
    idleSeconds: number('idle', values.idle) ?? 60,
    lingerSeconds: number('linger', values.linger) ?? 1,
    keep: values.keep,
    ...(policy !== undefined && { policy }),
  };
  const rows: RunRow[] = [];
  for (const one of scenarios) {
    // Round by round, so that what changes on the machine meanwhile meets every daemon.
    for (let run = 1; run <= (number('runs', values.runs) ?? 3); run++) {
      for (const dut of duts) {
        // It decides nothing, so that it cannot be right here.
        if (one.overlap && dut.daemon.name === 'reflector') continue;
        if (one.isFiltered && dut.daemon.takesPolicy !== true) continue;
        rows.push(await measure(dut, one, run, options, values.json));
      }
    }
  }
  console.log(`\n${allTables(rows)}`);
  return rows.every(({ isOk }) => isOk) ? 0 : 1;
}

/** What was measured, and ratios where there is something to compare. */
function allTables(rows: readonly RunRow[]): string {
  const medians = mediansOf(rows);
  return [tableOf(rows), policyTable(medians), hitsText(rows), nodesTable(medians)]
    .filter((part) => part !== '')
    .join('\n\n');
}

async function measure(
  dut: ReturnType<typeof daemonCalled>,
  one: Scenario,
  run: number,
  options: RunOptions,
  file: string | undefined,
): Promise<RunRow> {
  const outcome = await runOnce(dut, one, options);
  const { daemon, program } = dut;
  const row: RunRow = {
    daemon: daemon.name,
    version: daemon.version(program),
    label: labelOf(one),
    scenario: one,
    pinned: options.pin,
    run,
    date: new Date().toISOString(),
    ...outcome,
  };
  const examples = outcome.findings?.examples ?? [];
  const phases = Object.entries(row.phases).map(([name, { seconds }]) => `${name} ${seconds.toFixed(3)} s`);
  console.log(
    `${row.label}  ${daemon.name}  run ${run}: ${row.isOk ? phases.join(', ') : `FAILED: ${row.reason}`}`,
  );
  for (const example of row.isOk ? [] : examples) console.log(`    ${example}`);
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
  return row;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench:peers: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
