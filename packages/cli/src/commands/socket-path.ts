import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Io, UsageError } from '../result.js';

/** Folder of control sockets: `/run/peerage` for root, else the user's own run-time folder. */
export function runFolder(env: NodeJS.ProcessEnv): string {
  if (process.getuid?.() === 0) return '/run/peerage';
  return join(env.XDG_RUNTIME_DIR ?? '/tmp', 'peerage');
}

/** The socket that was named, or the only one in the run folder. */
export function socketPath(given: unknown, io: Io): string {
  if (typeof given === 'string') return given;
  const folder = runFolder(io.env);
  const sockets = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sock')) : [];
  if (sockets.length === 1) return join(folder, String(sockets[0]));
  if (sockets.length === 0) {
    throw new UsageError(
      `no control socket in ${folder}: start \`peerage speaker\` or \`peerage agent\`, or name one with --socket`,
    );
  }
  throw new UsageError(
    `several control sockets in ${folder}: choose one with --socket (${sockets.join(', ')})`,
  );
}
