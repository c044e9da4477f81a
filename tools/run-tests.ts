// Runs the tests of the tree and reports for people.
//
//   run-tests.ts [--jobs N] [--fail-on-left-out] [FILE or FOLDER …]
//
// Each file runs in a process of its own, two at a time; then those in folders `interop`, `kernel` and `lab`, each in
// a network namespace of its own, so that none meets another; then `*.serial.test.ts`, one at a time. The last line is
// `N passed, N failed`.

import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { canStandApart } from './run-tests/apart.js';
import { failedIn, failureText, leftOutText, progressLine, slowestText, totals } from './run-tests/report.js';
import { type FileResult, runFile, signalGroup } from './run-tests/run-file.js';
import { allTestFiles, namedTestFiles, type TestFile } from './run-tests/test-file.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const running = new Set<ChildProcess>();
let stopping = false;

function stopOn(signal: 'SIGINT' | 'SIGTERM', status: number): void {
  process.once(signal, () => {
    stopping = true;
    for (const child of running) signalGroup(child, 'SIGTERM');
    const end = () => {
      for (const child of running) signalGroup(child, 'SIGKILL');
      process.exit(status);
    };
    setTimeout(end, 5000);
    setInterval(() => running.size === 0 && end(), 50);
  });
}

async function runAll(files: readonly TestFile[], jobs: number): Promise<FileResult[]> {
  const waiting = [...files];
  const results: FileResult[] = [];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined && !stopping; file = waiting.shift()) {
      const result = await runFile(root, file, running);
      results.push(result);
      console.log(progressLine(result));
      if (failedIn(result) > 0) console.log(failureText(result));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      jobs: { type: 'string', default: '2' },
      'fail-on-left-out': { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new Error(`--jobs must be a number from 1 up, got ${values.jobs}`);
  const failOnLeftOut = values['fail-on-left-out'];
  const files =
    positionals.length === 0 ? allTestFiles(root) : namedTestFiles(root, positionals, process.cwd());

  const at = (place: TestFile['place']) => files.filter((file) => file.place === place);
  const results = [
    ...(await runAll(at('among others'), jobs)),
    // Without namespaces they would meet on the machine's own addresses.
    ...(await runAll(at('apart'), canStandApart() ? jobs : 1)),
    ...(await runAll(at('alone'), 1)),
  ];
  const { passed, failed } = totals(results, failOnLeftOut);
  const leftOut = leftOutText(results);
  const failures = results.filter((result) => failedIn(result) > 0);
  const sections = [...failures.map(failureText), slowestText(results), leftOut];
  for (const section of sections) if (section !== '') console.log(`\n${section}`);
  if (failOnLeftOut && leftOut !== '')
    console.log('\n--fail-on-left-out: each test that was left out counts as failed');
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

stopOn('SIGINT', 130);
stopOn('SIGTERM', 143);
try {
  process.exitCode = await main();
} catch (error) {
  console.error(`run-tests: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
