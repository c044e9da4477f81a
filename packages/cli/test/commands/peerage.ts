import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ControlClient } from '@peerage/control';
import { eventually, type Teardown, tempDir } from '@peerage/test-fixtures';
import type { SpeakerFile } from '../../src/commands/speaker-file.js';
import { main } from '../../src/main.js';
import { commandLine } from './command-line.js';

// Asked once: a build that goes on meanwhile changes nothing.
const program = commandLine();

/** How a `peerage` process ended, and what it said. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `peerage` that runs. */
export interface Running {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  readonly ended: Promise<Ended>;
}

/** Starts the command of this tree as a process of its own, without input, in a network namespace if one is named. */
export function startPeerage(t: Teardown, args: readonly string[], namespace?: string): Running {
  const within = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
  const [command = '', ...rest] = [...within, process.execPath, ...program, ...args];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
}

/** Runs the command to its end, with this input. */
export function peerage(t: Teardown, args: readonly string[], input = ''): Promise<Ended> {
  const { child, ended } = startPeerage(t, args);
  child.stdin?.end(input);
  return ended;
}

/** Runs the command to its end within this process: the same words and answers, without the start of a process. */
export async function command(args: readonly string[]): Promise<Pick<Ended, 'status' | 'stdout' | 'stderr'>> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = Promise.all([text(stdout), text(stderr)]);
  const status = await main(args, { stdin: Readable.from([]), stdout, stderr, env: process.env });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { status, stdout: out, stderr: err };
}

/** A `peerage speaker` that listens, and the way to ask it. */
export interface SpeakerProcess extends Running {
  readonly socket: string;
  readonly control: ControlClient;
}

/** Starts `peerage speaker` with this configuration, and waits until it listens. */
export async function startSpeaker(
  t: Teardown,
  config: SpeakerFile,
  options: { readonly namespace?: string; readonly arguments?: readonly string[] } = {},
): Promise<SpeakerProcess> {
  const folder = tempDir(t);
  const file = join(folder, 'speaker.json');
  const socket = join(folder, 'speaker.sock');
  writeFileSync(file, JSON.stringify(config));
  const args = ['speaker', '--config', file, '--socket', socket, ...(options.arguments ?? [])];
  const running = startPeerage(t, args, options.namespace);
  await eventually(
    () => {
      if (running.child.exitCode !== null) return true;
      return running.stdout().includes('listening on');
    },
    { timeout: 60_000 },
  );
  if (running.child.exitCode !== null) throw new Error(`the speaker ended at once: ${running.stderr()}`);
  return { ...running, socket, control: new ControlClient({ path: socket }) };
}
