import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { spawn } from '@peerage/linux';

/** A program that the lab started in a namespace. It survives the lab's own end, so that a lab can be kept. */
export class LabProcess {
  readonly name: string;
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #running = true;

  constructor(
    name: string,
    namespace: string,
    argv: readonly string[],
    options: { readonly logFile: string; readonly env?: NodeJS.ProcessEnv },
  ) {
    this.name = name;
    this.logFile = options.logFile;
    const log = openSync(options.logFile, 'a', 0o600);
    this.#child = spawn(namespace, argv, {
      detached: true,
      stdio: ['ignore', log, log],
      env: options.env ?? process.env,
    });
    closeSync(log);
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.#running = false;
        resolve();
      };
      this.#child.once('exit', end);
      this.#child.once('error', end);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#running;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#running) this.#child.kill(signal);
  }

  /** Ends it: politely, and after five seconds at once. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.signal(signal);
    const force = setTimeout(() => this.signal('SIGKILL'), 5000);
    await this.#ended;
    clearTimeout(force);
  }

  /** Lets this process end while the other goes on. */
  release(): void {
    this.#child.unref();
  }

  /** The end of what it said, for an error. */
  logTail(lines = 12): string {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }
}
