import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { unwritable } from '../errors.js';

export interface WholeFileOptions {
  /** Whether it must outlive a loss of power. Default true. */
  readonly sync?: boolean;
  /** Of a folder that is made. Default 0700. */
  readonly folderMode?: number;
}

/**
 * Puts a file of ours, for root alone, in the place of the one before; it is never seen half written. A draft that cannot be finished is
 * removed, so that it takes no space from what could. Rejects with the path and the way out.
 */
export async function writeWholeFile(
  path: string,
  text: string,
  { sync = true, folderMode = 0o700 }: WholeFileOptions = {},
): Promise<void> {
  const draft = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: folderMode });
    const file = await open(draft, 'w', 0o600);
    try {
      // A draft that a killed process left may have another mode.
      await file.chmod(0o600);
      await file.writeFile(text);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => {});
    throw unwritable(path, error);
  }
}
