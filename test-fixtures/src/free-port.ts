import { createServer } from 'node:net';

/**
 * A TCP port on which nothing listens at `host` now. Another process may take it before you do, so prefer
 * port 0 where the program under test can say which port it got.
 */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error(`listening on ${host} gave no port, got ${String(address)}`));
      });
    });
  });
}

/** `count` different TCP ports, each as {@link freePort} finds it. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count && tries < count * 20; tries += 1) found.add(await freePort(host));
  if (found.size < count) throw new Error(`wanted ${count} free ports at ${host}, found ${found.size}`);
  return [...found];
}
