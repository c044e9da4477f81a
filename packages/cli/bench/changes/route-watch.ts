import type { ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { spawn } from '@peerage/linux';

/** One change of a namespace's routes, as `ip -oneline monitor route` tells it. */
export interface RouteNews {
  readonly isGone: boolean;
  readonly destination: string;
  readonly gateways: readonly string[];
}

interface Waiter {
  holds(news: RouteNews): boolean;
  resolve(at: number): void;
}

const destination = /^(?:Deleted )?(?:unicast )?(\d+\.\d+\.\d+\.\d+(?:\/\d+)?)\s/;

/** Null for a line that is about something else than a route to a destination. */
export function readRouteNews(line: string): RouteNews | null {
  const found = destination.exec(line)?.[1];
  if (found === undefined) return null;
  return {
    isGone: line.startsWith('Deleted '),
    destination: found.includes('/') ? found : `${found}/32`,
    gateways: [...line.matchAll(/ via (\d+\.\d+\.\d+\.\d+)/g)].map(([, gateway]) => gateway ?? '').sort(),
  };
}

/** Says when a namespace's kernel changed a route, to the millisecond: nothing has to ask it again and again. */
export class RouteWatch {
  readonly #child: ChildProcess;
  readonly #waiters = new Set<Waiter>();

  constructor(namespace: string) {
    this.#child = spawn(namespace, ['ip', '-4', '-oneline', 'monitor', 'route'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.#child.stdout === null) throw new Error('ip monitor has no output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#took(line));
  }

  /** Resolves with the time, in milliseconds of `performance.now`, of the first news from now on for which it holds. */
  next(holds: (news: RouteNews) => boolean): Promise<number> {
    return new Promise((resolve) => this.#waiters.add({ holds, resolve }));
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }

  #took(line: string): void {
    const at = performance.now();
    const news = readRouteNews(line);
    if (news === null) return;
    for (const waiter of this.#waiters) {
      if (!waiter.holds(news)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(at);
    }
  }
}
