// Checks the tree: format and lint, types, and the rules of the house. A table, then what was found.
//
//   check.ts [--json]

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findWrongArrows } from './check/arrows.js';
import { findCycles } from './check/cycles.js';
import { findUnexplainedDependencies } from './check/dependencies.js';
import { findUnexplainedExports } from './check/door-comments.js';
import { findNodeImports, findWrongDoors } from './check/doors.js';
import type { Check, Finding } from './check/finding.js';
import { findByBiome, findByCompiler } from './check/programs.js';
import { findLongFiles } from './check/sizes.js';
import { readTree } from './check/source-tree.js';
import { findBannedWords } from './check/words.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const tree = readTree(root);

const checks: readonly Check[] = [
  { name: 'format, lint', find: () => findByBiome(root) },
  { name: 'types', find: () => findByCompiler(root) },
  { name: 'arrows', find: () => findWrongArrows(tree) },
  { name: 'cycles', find: () => findCycles(tree) },
  { name: 'doors', find: () => findWrongDoors(tree) },
  { name: 'node imports', find: () => findNodeImports(tree) },
  { name: 'door comments', find: () => findUnexplainedExports(tree) },
  { name: 'sizes', find: () => findLongFiles(tree) },
  { name: 'words', find: () => findBannedWords(root) },
  { name: 'dependencies', find: () => findUnexplainedDependencies(root) },
];

interface Outcome {
  readonly name: string;
  readonly seconds: number;
  readonly findings: readonly Finding[];
}

const outcomes: Outcome[] = [];
for (const { name, find } of checks) {
  const start = performance.now();
  const findings = await find();
  outcomes.push({ name, findings, seconds: (performance.now() - start) / 1000 });
}

const failing = outcomes.filter(({ findings }) => findings.length > 0);
if (values.json) {
  console.log(
    JSON.stringify({ ok: failing.length === 0, files: tree.files.length, checks: outcomes }, null, 2),
  );
} else {
  for (const { name, findings, seconds } of outcomes) {
    const result = findings.length === 0 ? 'ok' : `${findings.length} found`;
    console.log(`check   ${name.padEnd(18)} ${result.padEnd(44)} ${`${seconds.toFixed(1)} s`.padStart(8)}`);
  }
  for (const { name, findings } of failing) {
    console.log(`\n${name}`);
    for (const { place, text } of findings) console.log(`  ${place === '' ? '' : `${place}  `}${text}`);
  }
  console.log(
    failing.length === 0
      ? `\nall ${checks.length} checks pass`
      : `\n${failing.length} of ${checks.length} checks fail`,
  );
}
process.exitCode = failing.length === 0 ? 0 : 1;
