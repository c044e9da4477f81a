// Feeds the codec and a session with damaged input for a set time.
//
//   npm run fuzz -- [--seconds N] [--seed S] [--target NAME …] [--hang-seconds N]
//                   [--heap-megabytes N] [--findings N] [--json]
//   npm run fuzz -- --target NAME --input HEX        runs one input again
//
// Exit code 1 when something was found. The same seed makes the same inputs in the same order.

import { parseArgs } from 'node:util';
import { describeFailure, type Finding } from './finding.js';
import { loadTargets } from './load-targets.js';
import { InputRunner } from './run-input.js';
import { type FuzzProgress, fuzz } from './watchdog.js';

function numberOf(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`--${name} must be a number from ${least} up, got ${text}`);
  return value;
}

function line({ seconds, covered, targets, findings }: FuzzProgress): string {
  const executions = targets.reduce((total, target) => total + target.executions, 0);
  const corpus = targets.reduce((total, target) => total + target.corpus, 0);
  const rate = Math.round(executions / seconds);
  return [
    `${seconds.toFixed(0).padStart(5)} s`,
    `${executions} executions`,
    `${rate}/s`,
    `${covered} characters of code covered`,
    `corpus ${corpus}`,
    `${findings.length} found`,
  ].join('   ');
}

function table(progress: FuzzProgress): string {
  const row = (...cells: readonly (string | number)[]): string =>
    cells.map((cell, i) => (i === 0 ? String(cell).padEnd(18) : String(cell).padStart(14))).join('');
  const rows = progress.targets.map(({ name, executions, corpus, milliseconds, slowestMilliseconds }) =>
    row(
      name,
      executions,
      Math.round((1000 * executions) / milliseconds),
      corpus,
      slowestMilliseconds.toFixed(1),
    ),
  );
  return [row('target', 'executions', 'each second', 'corpus', 'slowest ms'), ...rows].join('\n');
}

function explain({ target, message, input }: Finding, seed: number): string {
  return [
    `${target}: ${message}`,
    `  seed ${seed}, ${input.length / 2} octets`,
    `  npm run fuzz -- --target ${target} --input ${input}`,
  ].join('\n');
}

async function runOne(names: readonly string[], hex: string): Promise<number> {
  const targets = await loadTargets(names);
  if (targets.length !== 1) throw new Error('--input needs one --target');
  try {
    await new InputRunner().run(targets[0]!, Uint8Array.from(Buffer.from(hex, 'hex')));
  } catch (error) {
    console.log(describeFailure(error).message);
    return 1;
  }
  console.log('nothing found');
  return 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      target: { type: 'string', multiple: true, default: [] },
      input: { type: 'string' },
      'hang-seconds': { type: 'string', default: '20' },
      'heap-megabytes': { type: 'string', default: '1024' },
      findings: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.input !== undefined) return runOne(values.target, values.input);
  const seed = numberOf('seed', values.seed, 0);
  await loadTargets(values.target);
  const result = await fuzz({
    seed,
    seconds: numberOf('seconds', values.seconds, 1),
    targets: values.target,
    hangSeconds: numberOf('hang-seconds', values['hang-seconds'], 1),
    heapMegabytes: numberOf('heap-megabytes', values['heap-megabytes'], 16),
    enough: numberOf('findings', values.findings, 1),
    onProgress: (progress) => {
      if (!values.json) console.log(line(progress));
    },
  });
  if (values.json) {
    console.log(JSON.stringify({ ...result, seed }));
  } else {
    console.log(`\n${table(result)}\n\n${line(result)}`);
    for (const finding of result.findings) console.log(`\n${explain(finding, seed)}`);
  }
  return result.findings.length === 0 ? 0 : 1;
}

process.exitCode = await main();
