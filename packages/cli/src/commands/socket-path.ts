import { join } from 'node:path';

/** Folder of control sockets: `/run/peerage` for root, else the user's own run-time folder. */
export function runFolder(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return '/run/peerage';
  return join(env.XDG_RUNTIME_DIR ?? '/tmp', 'peerage');
}
