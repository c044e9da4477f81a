// Measures each hot function of the library by itself, on seeded data.
//
//   npm run bench -- [--only NAME] [--rounds N] [--save FILE] [--compare FILE] [--node PATH]… [--json]

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BenchResult, measure } from './micro/bench.js';
import { allBenches } from './micro/cases/all.js';
import { benchTable, parseSavedRun, type SavedRun } from './micro/compare.js';

const usage = `npm run bench -- [options]

  --only NAME      benches that have this in their name, such as "decode" or "7 routes"
  --rounds N       rounds of each, the median counts (11)
  --save FILE      keep the results
  --compare FILE   show them beside results that were kept: over 1 is faster now
  --node PATH      measure on this Node, with the first one beside it when given again
  --json           results as JSON
`;

function main(): void {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '11' },
      save: { type: 'string' },
      compare: { type: 'string' },
      node: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds must be a whole number from 1 up, got ${values.rounds}`);
  }
  if (values.node !== undefined) {
    onNodes(values.node, ['--only', values.only, '--rounds', values.rounds], values.json);
    return;
  }
  const earlier =
    values.compare === undefined ? undefined : parseSavedRun(readFileSync(values.compare, 'utf8'));
  const results: BenchResult[] = [];
  for (const file of allBenches) {
    for (const bench of file()) {
      if (bench.name.includes(values.only)) results.push(measure(bench, rounds));
    }
  }
  if (results.length === 0) throw new RangeError(`no bench has "${values.only}" in its name`);
  const run: SavedRun = { node: process.versions.node, date: new Date().toISOString(), results };
  if (values.save !== undefined) writeFileSync(values.save, `${JSON.stringify(run, null, 2)}\n`);
  console.log(values.json ? JSON.stringify(run, null, 2) : benchTable(results, earlier));
}

/** Runs this on each Node, one after the other. */
function onNodes(nodes: readonly string[], words: readonly string[], isJson: boolean): void {
  const flags = ['--expose-gc', '--import=tsx', '--conditions=@peerage/source'];
  const runs = nodes.map((node) => {
    const given = [...flags, fileURLToPath(import.meta.url), ...words, '--json'];
    return parseSavedRun(execFileSync(node, given, { encoding: 'utf8', maxBuffer: 1 << 24 }));
  });
  if (isJson) {
    console.log(JSON.stringify(runs, null, 2));
    return;
  }
  const [first, ...others] = runs;
  if (others.length === 0) console.log(benchTable(first!.results));
  for (const run of others)
    console.log(`Node ${run.node}, before: Node ${first!.node}\n\n${benchTable(run.results, first)}\n`);
}

try {
  main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
