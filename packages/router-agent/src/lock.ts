import { connect, createServer, type Server } from 'node:net';

/** An abstract Unix socket: it belongs to the network namespace and is gone with the process that holds it. */
const socketName = '\0peerage-agent';
const answerMilliseconds = 1_000;

/** One agent runs in each network namespace: the lock that says so. */
export interface AgentLock {
  release(): void;
}

export type LockResult = { readonly lock: AgentLock } | { readonly lock: null; readonly holder: string };

/** Takes the lock, or says who holds it. `self` is what another agent is told. Rejects when neither can be had. */
export async function takeLock(self: string, name = socketName): Promise<LockResult> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(self);
  });
  try {
    await listen(server, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return { lock: null, holder: await askHolder(name) };
  }
  server.unref();
  return { lock: { release: () => server.close() } };
}

function listen(server: Server, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(name, resolve);
  });
}

/** Who holds the lock, in its own words. */
function askHolder(name: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(name);
    let text = '';
    const done = (): void => {
      socket.destroy();
      resolve(text === '' ? 'it does not say who it is' : text);
    };
    socket.setTimeout(answerMilliseconds, done);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('end', done);
    socket.on('error', done);
  });
}
