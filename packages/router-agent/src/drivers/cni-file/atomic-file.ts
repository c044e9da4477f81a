import { open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { unwritable } from '../../errors.js';

const DEFAULT_MODE = 0o644;

/**
 * Replaces a file's text in one step: readers see the old text or the new one, also after a crash. Mode and owner stay as they were;
 * a new file gets 0644. A link is followed.
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const before = await stat(target).catch(() => null);
  // A name that begins with a dot and ends in no known suffix is not read as a CNI configuration.
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'w', DEFAULT_MODE);
    try {
      await file.writeFile(text);
      if (before !== null) {
        await file.chmod(before.mode & 0o7777);
        if (process.getuid?.() === 0) await file.chown(before.uid, before.gid);
      } else {
        await file.chmod(DEFAULT_MODE);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw unwritable(path, error);
  }
  await syncFolder(dirname(target));
}

/** Without this the rename itself may be lost in a crash. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
