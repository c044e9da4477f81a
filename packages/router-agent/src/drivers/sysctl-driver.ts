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
  /** What stood where we wrote, as long as it could not be noted. */
  readonly #unnoted = new Map<string, string>();

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
          // What could not be noted reads as if it had not been set, so that it is tried again.
          return [{ path, value: this.#unnoted.get(path) ?? text.trim() }];
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
          throw error;
        }
      }),
    );
    return items.flat();
  }

  /**
   * Writes values. A setting that is not wanted any more keeps the one it has. That something cannot be noted is a failure, but keeps
   * nothing from being set: packets flow on a node whose disk is full. An agent that ends before it could note it forgets it.
   */
  apply(changes: readonly Change<SysctlItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ before, after }) => {
      if (after === undefined) return;
      const { path, value } = after;
      const noting = before === undefined ? undefined : this.#records?.note(path, before.value, value);
      const failure = await Promise.resolve(noting).then(
        () => null,
        (error: unknown) => error,
      );
      await writeFile(join(this.#root, path), value, { signal });
      if (failure === null) this.#unnoted.delete(path);
      else if (before !== undefined) {
        this.#unnoted.set(path, before.value);
        throw failure;
      }
    });
  }
}
