import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that a test runs in the background, with its output in a file. */
export class ServerProcess {
  readonly name: string;
  readonly logFile: string;
  readonly #child: ChildProcess;
  #failure: Error | undefined;

  /** Starts `command` without input. Its output is added to `logFile`. */
  constructor(command: string, args: readonly string[], logFile: string) {
    const log = openSync(logFile, 'a', 0o600);
    this.name = command;
    this.logFile = logFile;
    this.#child = spawn(command, args, { stdio: ['ignore', log, log] });
    this.#child.on('error', (error) => {
      this.#failure = error;
    });
    closeSync(log);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get ended(): boolean {
    return this.#failure !== undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sends a signal; SIGSTOP and SIGCONT pause and resume. False when the process has ended. */
  signal(signal: NodeJS.Signals): boolean {
    return !this.ended && this.#child.kill(signal);
  }

  /** SIGTERM, and SIGKILL when that takes longer than `patience` milliseconds. Resolves when it has ended. */
  async stop(patience = 10_000): Promise<void> {
    if (this.ended) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGTERM');
    const late = new AbortController();
    const kill = sleep(patience, undefined, { signal: late.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => undefined,
    );
    await gone;
    late.abort();
    await kill;
  }

  /** How it ended, and the last lines of its output: for error messages. */
  describe(lines = 15): string {
    const code = this.#child.exitCode ?? this.#child.signalCode;
    const state = this.#failure?.message ?? (this.ended ? `ended with ${code}` : 'is running');
    const tail = readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n  ');
    return `${this.name} ${state}; the end of ${this.logFile}:\n  ${tail}`;
  }
}
