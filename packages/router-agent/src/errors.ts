import { dirname } from 'node:path';

/** A file that could not be written: its path, why, and the way out. */
export function unwritable(path: string, cause: unknown): Error {
  const folder = dirname(path);
  const ways: Readonly<Record<string, string>> = {
    ENOSPC: `no space is left on its disk; make room in ${folder}`,
    EDQUOT: `the quota of its disk is used up; make room in ${folder}, or raise the quota`,
    EROFS: `its file system is read-only; mount ${folder} writable`,
  };
  const code = (cause as NodeJS.ErrnoException | null)?.code ?? '';
  const reason = ways[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new Error(`${path} cannot be written: ${reason}`, { cause });
}
