import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { processTree } from './process-meter.js';

/** Where a process of a run lives. */
export interface ProcessPlace {
  /** Network namespace. */
  readonly namespace: string;
  /** The only core that it may use; null: any. */
  readonly core: number | null;
  /** File that takes its output; without one it goes where ours goes. */
  readonly log?: string;
  /** Messages go to and fro. */
  readonly isTalkedTo?: boolean;
}

/** Command line of a program of this tree, which runs from its source. */
export function tsProgram(path: string, ...words: readonly string[]): string[] {
  return [process.execPath, '--import=tsx', '--conditions=@peerage/source', path, ...words];
}

/** Starts a program in a namespace. It ends with this process. */
export function startProcess(
  command: readonly string[],
  { namespace, core, log, isTalkedTo = false }: ProcessPlace,
): ChildProcess {
  const within = ['ip', 'netns', 'exec', namespace];
  const pinned = core === null ? [] : ['taskset', '-c', String(core)];
  const [program = '', ...words] = ['setpriv', '--pdeathsig', 'TERM', '--', ...within, ...pinned, ...command];
  const output = log === undefined ? 'inherit' : openSync(log, 'w', 0o600);
  const child = spawn(program, words, {
    stdio: ['ignore', output, output, ...(isTalkedTo ? (['ipc'] as const) : [])],
    cwd: join(import.meta.dirname, '..', '..'),
  });
  if (typeof output === 'number') closeSync(output);
  child.on('error', (error) => process.stderr.write(`bench: ${program}: ${error.message}\n`));
  return child;
}

/** Ends a process that was started here, and its descendants: politely, and after ten seconds at once. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const tree = processTree(child.pid);
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(force);
  for (const pid of tree) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended with its parent, as it should.
    }
  }
}
