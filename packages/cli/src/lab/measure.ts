import { performance } from 'node:perf_hooks';
import { exec, spawn } from '@peerage/linux';
import { type KernelRoute, parseKernelRoutes } from './kernel-route.js';
import { type PingCount, parsePing } from './ping.js';

const POLL_MILLISECONDS = 10;

/** Waits until something holds, and says how long it took. Null: it did not within the time. */
export async function timeUntil(
  holds: () => Promise<boolean>,
  timeoutSeconds: number,
  signal: AbortSignal,
  since = performance.now(),
): Promise<number | null> {
  for (;;) {
    signal.throwIfAborted();
    if (await holds()) return (performance.now() - since) / 1000;
    if (performance.now() - since > timeoutSeconds * 1000) return null;
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

/** The kernel's routes in a namespace; `selector` as for `ip route show`. */
export async function kernelRoutes(
  namespace: string,
  family: 4 | 6,
  selector: readonly string[] = [],
): Promise<readonly KernelRoute[]> {
  const { stdout } = await exec(namespace, ['ip', `-${family}`, '-json', 'route', 'show', ...selector]);
  return parseKernelRoutes(stdout);
}

/** Gateways of one destination, sorted; null when there is no route to exactly it. */
export async function gatewaysOf(namespace: string, prefix: string): Promise<readonly string[] | null> {
  const family = prefix.includes(':') ? 6 : 4;
  const routes = await kernelRoutes(namespace, family, ['exact', prefix]);
  if (routes.length === 0) return null;
  return routes.flatMap((route) => route.gateways).sort();
}

/** Whether the gateways of a destination are exactly these. */
export async function goesVia(
  namespace: string,
  prefix: string,
  gateways: readonly string[],
): Promise<boolean> {
  const found = await gatewaysOf(namespace, prefix);
  return found !== null && found.join() === [...gateways].sort().join();
}

/** Sends a few echo requests. */
export async function ping(namespace: string, target: string, count = 3): Promise<PingCount> {
  try {
    const argv = ['ping', '-n', '-c', String(count), '-i', '0.1', '-W', '1', target];
    return parsePing((await exec(namespace, argv)).stdout);
  } catch {
    return { sent: count, received: 0 }; // ping fails when nothing came back
  }
}

/** Pings twenty times a second until it is told to stop. */
export function startPing(namespace: string, target: string): { stop(): Promise<PingCount> } {
  const child = spawn(namespace, ['ping', '-n', '-q', '-i', '0.05', target], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    async stop() {
      child.kill('SIGINT');
      await ended;
      return parsePing(output);
    },
  };
}

/** Notes every change of the routes in a namespace. */
export function watchRoutes(namespace: string): { stop(): Promise<readonly string[]> } {
  const child = spawn(namespace, ['ip', 'monitor', 'route'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    async stop() {
      child.kill('SIGTERM');
      await ended;
      return output.split('\n').filter((line) => line !== '');
    },
  };
}
