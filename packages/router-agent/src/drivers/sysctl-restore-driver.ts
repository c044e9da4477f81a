import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Change, ChangeFailure, Driver } from '../items/item.js';
import { type SysctlItem, sysctlKind } from '../items/sysctl.js';
import { eachChange } from './each-change.js';
import type { SettingRecords } from './sysctl-driver.js';

/** The settings that agents changed: to delete one is to put back what was there before, unless somebody else has changed it since. */
export class SysctlRestoreDriver implements Driver<SysctlItem> {
  readonly kind = sysctlKind;
  readonly #records: SettingRecords;
  readonly #root: string;

  constructor(records: SettingRecords, root = '/proc/sys') {
    this.#records = records;
    this.#root = root;
  }

  async read(): Promise<readonly SysctlItem[]> {
    return (await this.#records.list()).map(({ path, written }) => ({ path, value: written }));
  }

  apply(changes: readonly Change<SysctlItem>[], signal: AbortSignal): Promise<readonly ChangeFailure[]> {
    return eachChange(changes, signal, async ({ key }) => {
      const record = (await this.#records.list()).find(({ path }) => path === key);
      if (record === undefined) return;
      const file = join(this.#root, record.path);
      if ((await settingIn(file, signal)) === record.written) await writeFile(file, record.found, { signal });
      await this.#records.forget(key);
    });
  }
}

async function settingIn(file: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await readFile(file, { encoding: 'utf8', signal })).trim();
  } catch (error) {
    // With its module, or its link, the setting is gone.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
