import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * A file that says when the agent of this node was last alive. It lies where a reboot clears it, as it clears the kernel's
 * routes: a mark that is young means that peers may still keep our routes, and that we may say so (RFC 4724 §4.1).
 */
export class RestartMark {
  readonly #path: string;
  readonly #wallTime: () => number;

  /** `wallTime` in milliseconds since 1970. */
  constructor(path: string, wallTime: () => number) {
    this.#path = path;
    this.#wallTime = wallTime;
  }

  /** Milliseconds since the agent was last alive; null when that is not known. */
  async age(): Promise<number | null> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    const aliveAt = /^\d{1,15}\n$/.test(text) ? Number(text) : Number.NaN;
    const age = this.#wallTime() - aliveAt;
    // A clock that was set back, or a file that is not ours, says nothing.
    return age >= 0 ? age : null;
  }

  /** The agent is alive now. The file is never seen half written. */
  async renew(): Promise<void> {
    const draft = `${this.#path}.new`;
    await mkdir(dirname(this.#path), { recursive: true });
    await writeFile(draft, `${this.#wallTime()}\n`, { mode: 0o600 });
    await rename(draft, this.#path);
  }
}
