// Measures how time and memory grow with prefixes, paths and sessions.
//
//   npm run bench:growth -- [--runs N] [--scale SHARE] [--sessions N] [--json] [--node PATH]

import { parseArgs } from 'node:util';
import { measureGrowth } from './growth/measure.js';
import { pointsTable, slopesOf, slopesTable } from './growth/slopes.js';
import { coloured } from './smooth/table.js';

const usage = `npm run bench:growth -- [options]

  --runs N         runs of each point, the median counts (3)
  --scale SHARE    of the sizes, which are 500,000 to 2 million prefixes (1)
  --sessions N     sessions with 100 routes each, which need root; 0: without (1000 for root, else 0)
  --node PATH      Node binary
  --json           results as JSON
`;

async function main(): Promise<void> {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '3' },
      scale: { type: 'string', default: '1' },
      sessions: { type: 'string' },
      node: { type: 'string', default: process.execPath },
      ...{ json: flag, help: { ...flag, short: 'h' } },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const isRoot = process.getuid?.() === 0;
  const sessions = Number(values.sessions ?? (isRoot ? 1000 : 0));
  const [runs, scale] = [Number(values.runs), Number(values.scale)];
  if (!(Number.isInteger(runs) && runs >= 1))
    throw new RangeError(`--runs must be 1 or more, got ${values.runs}`);
  if (!(scale > 0 && scale <= 1))
    throw new RangeError(`--scale must be over 0 and at most 1, got ${values.scale}`);
  if (!(Number.isInteger(sessions) && sessions >= 0))
    throw new RangeError(`--sessions must be 0 or more, got ${values.sessions}`);
  if (sessions > 0 && !isRoot) throw new Error('network namespaces need root: run it as root');
  const onPoint = (name: string): void => void (values.json || console.log(name));
  const growth = await measureGrowth({ node: values.node, runs, scale, sessions, onPoint });
  const slopes = slopesOf(growth);
  if (values.json) {
    console.log(JSON.stringify({ ...growth, slopes }, null, 2));
    return;
  }
  const isTerminal = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  console.log(`\n${pointsTable(growth)}\n\n${slopesTable(slopes, isTerminal ? coloured : undefined)}`);
}

try {
  await main();
} catch (error) {
  console.error(`bench:growth: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
