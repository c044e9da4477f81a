import { readFile } from 'node:fs/promises';
import { writeWholeFile } from './whole-file.js';

/** A setting that was changed: what stood there before, and what was written. */
export interface FoundSetting {
  readonly path: string;
  readonly found: string;
  readonly written: string;
}

interface Saved {
  readonly boot: string;
  readonly settings: readonly FoundSetting[];
}

const bootId = '/proc/sys/kernel/random/boot_id';

/**
 * A file with the kernel settings that agents changed since the machine started, each as it was before the first of them. A reboot puts
 * all of them back by itself, so that what an earlier boot had counts no more.
 */
export class FoundSettings {
  readonly #path: string;
  readonly #boot: () => Promise<string>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string, boot: () => Promise<string> = () => readFile(bootId, 'utf8')) {
    this.#path = path;
    this.#boot = boot;
  }

  async list(): Promise<readonly FoundSetting[]> {
    return (await this.#read()).settings;
  }

  /** Before a setting is written. The first value that was found is kept. */
  note(path: string, found: string, written: string): Promise<void> {
    return this.#change((settings) => {
      const first = settings.find((setting) => setting.path === path)?.found ?? found;
      return [...settings.filter((setting) => setting.path !== path), { path, found: first, written }];
    });
  }

  /** It was put back. */
  forget(path: string): Promise<void> {
    return this.#change((settings) => settings.filter((setting) => setting.path !== path));
  }

  #change(change: (settings: readonly FoundSetting[]) => readonly FoundSetting[]): Promise<void> {
    const next = this.#last.then(async () => {
      const { boot, settings } = await this.#read();
      const text = JSON.stringify({ boot, settings: change(settings) }, null, 2);
      await writeWholeFile(this.#path, `${text}\n`);
    });
    this.#last = next.catch(() => {});
    return next;
  }

  async #read(): Promise<Saved> {
    const boot = (await this.#boot()).trim();
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { boot, settings: [] };
      throw error;
    }
    const saved = parse(text);
    if (saved === null) {
      throw new Error(
        `${this.#path} must hold the settings of this host as an agent found them; remove the file, and settings are not put back`,
      );
    }
    return saved.boot === boot ? saved : { boot, settings: [] };
  }
}

function parse(text: string): Saved | null {
  try {
    const { boot, settings } = JSON.parse(text) as Partial<Saved>;
    const isWhole =
      typeof boot === 'string' &&
      Array.isArray(settings) &&
      settings.every((setting) =>
        ['path', 'found', 'written'].every((key) => typeof setting?.[key] === 'string'),
      );
    return isWhole ? { boot, settings } : null;
  } catch {
    return null;
  }
}
