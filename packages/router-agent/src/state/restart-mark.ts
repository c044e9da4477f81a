import { readFile } from 'node:fs/promises';
import type { MachineTime } from './machine-time.js';
import { writeWholeFile } from './whole-file.js';

/**
 * A file that says when the agent of this node was last alive. It lies where a reboot clears it, as it clears the kernel's
 * routes: a mark that is young means that peers may still keep our routes, and that we may say so (RFC 4724 §4.1). It counts from the
 * start of the machine, because peers count too: a wall clock that is set makes nothing older or younger.
 */
export class RestartMark {
  readonly path: string;
  readonly #now: () => Promise<MachineTime>;

  constructor(path: string, now: () => Promise<MachineTime>) {
    this.path = path;
    this.#now = now;
  }

  /** Milliseconds since the agent was last alive; null when that is not known. */
  async age(): Promise<number | null> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
    const { boot, milliseconds } = await this.#now();
    const [, markedBoot, markedAt] = /^(\S{1,64}) (\d{1,15})\n$/.exec(text) ?? [];
    const age = milliseconds - Number(markedAt);
    // One of an earlier start of the machine, or a file that is not ours, says nothing.
    return markedBoot === boot && age >= 0 ? age : null;
  }

  /** The agent is alive now. The file is never seen half written. */
  async renew(): Promise<void> {
    const { boot, milliseconds } = await this.#now();
    await writeWholeFile(this.path, `${boot} ${milliseconds}\n`, { sync: false, folderMode: 0o755 });
  }
}
