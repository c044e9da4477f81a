// What a set-up step shares with the others: running a program quietly, and one line of progress a step.

import { spawn } from 'node:child_process';

/** A step failed in a way that has been explained: `message` says what, `output` is all that the program printed. */
export class SetupError extends Error {
  constructor(message, output = '') {
    super(message);
    this.name = 'SetupError';
    this.output = output;
  }
}

/**
 * Runs a program without input and keeps what it prints. Gives the output, or throws a SetupError with it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, seconds?: number, env?: Record<string, string> }} [options]
 * @returns {Promise<string>}
 */
export function run(program, args, { cwd, seconds = 600, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, seconds * 1000);
    const command = [program, ...args].join(' ');
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new SetupError(`${command}: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const output = Buffer.concat(chunks).toString('utf8');
      if (code === 0) return resolve(output);
      const end = late ? `not done after ${seconds} s` : `ended with ${signal ?? `status ${code}`}`;
      reject(new SetupError(`${command}: ${end}`, output));
    });
  });
}

/**
 * Runs one step and prints its line: name, outcome, seconds. The step gives its outcome in a few words.
 * @param {string} name
 * @param {() => Promise<string>} work
 */
export async function step(name, work) {
  const start = performance.now();
  process.stdout.write(`set-up  ${name.padEnd(18)} `);
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`.padStart(8);
  try {
    const outcome = await work();
    process.stdout.write(`${outcome.padEnd(44)} ${seconds()}\n`);
  } catch (error) {
    process.stdout.write(`${'failed'.padEnd(44)} ${seconds()}\n`);
    throw error;
  }
}
