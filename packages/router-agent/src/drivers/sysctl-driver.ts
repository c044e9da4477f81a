import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type SysctlItem, sysctlKind } from '../items/sysctl.js';
import { eachChange } from './each-change.js';

/** Remembers settings as they were before they were changed. */
export interface SettingRecords {
  list(): Promise<readonly { readonly path: string; readonly found: string; readonly written: string }[]>;
  note(path: string, found: string, written: string): Promise<void>;
  forget(path: string): Promise<void>;
}

/** Kernel settings, as files in a folder. What is not there (a family the kernel lacks) reads as absent. */
export class SysctlDriver implements Driver<SysctlItem> {
  readonly kind = sysctlKind;
  readonly #paths: readonly string[];
  readonly #root: string;
  readonly #records: SettingRecords | null;

  /** `paths` are those that are looked at, `net/ipv4/ip_forward`. */
  constructor(paths: readonly string[], records: SettingRecords | null = null, root = '/proc/sys') {
    this.#paths = paths;
    this.#records = records;
    this.#root = root;
  }

  async read(signal: AbortSignal): Promise<readonly SysctlItem[]> {
    const items = await Promise.all(
      this.#paths.map(async (path) => {
        try {
          const text = await readFile(join(this.#root, path), { encoding: 'utf8', signal });
          return [{ path, value: text.trim() }];
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
          throw error;
        }
      }),
    );
    return items.flat();
  }

  /** Writes values. A setting that is not wanted any more keeps the one it has. */
  apply(changes: readonly Change<SysctlItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ before, after }) => {
      if (after === undefined) return;
      if (before !== undefined) await this.#records?.note(after.path, before.value, after.value);
      await writeFile(join(this.#root, after.path), after.value, { signal });
    });
  }
}
