import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { netns } from '@peerage/linux';
import type { Test } from 'tap';

/** What became of a series of pings. */
export interface PingCount {
  readonly sent: number;
  readonly lost: number;
  /** Those of {@link lost} that were sent after the last `mark`. */
  readonly lostSince: number;
  /** The longest series without an answer, in milliseconds. */
  readonly gap: number;
}

/** Pings that go on. */
export interface ContinuousPing {
  /** From now on, `lostSince` counts what is lost. */
  mark(): void;
  stop(): Promise<PingCount>;
}

export interface PingOptions {
  /** Milliseconds between two. Default 20. */
  readonly interval?: number;
  /** The address to send from. */
  readonly from?: string;
}

/** Pings from a namespace until `stop`, or the end of the test. */
export function continuousPing(
  t: Pick<Test, 'teardown'>,
  namespace: string,
  to: string,
  { interval = 20, from }: PingOptions = {},
): ContinuousPing {
  const source = from === undefined ? [] : ['-I', from];
  const argv = ['ping', '-n', '-O', '-i', String(interval / 1000), '-W', '1', ...source, to];
  const child = netns.spawn(namespace, argv, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = once(child, 'close');
  // A test that fails does not come to `stop`, and a ping that goes on keeps the process.
  t.teardown(() => child.kill('SIGKILL'));
  let marked = 0;
  const answered = () =>
    new Set([...text.matchAll(/icmp_seq=(\d+) ttl/g)].map(([, number]) => Number(number)));
  return {
    mark: () => {
      marked = Math.max(0, ...[...text.matchAll(/icmp_seq=(\d+)/g)].map(([, number]) => Number(number)));
    },
    stop: async () => {
      // On a busy machine the last ones are still under way: those before the next answer are judged.
      const before = answered().size;
      for (let tries = 0; tries < 100 && answered().size === before; tries++) await sleep(interval);
      const numbers = answered();
      child.kill('SIGINT');
      await ended;
      const sent = Number(/(\d+) packets transmitted/.exec(text)?.[1] ?? 0);
      const counted = numbers.size > before ? Math.max(...numbers) : sent - 1;
      let gap = 0;
      let open = 0;
      let lost = 0;
      let lostSince = 0;
      const atEnd = answered();
      for (let number = 1; number <= counted; number++) {
        open = atEnd.has(number) ? 0 : open + 1;
        if (open > 0) lost += 1;
        if (open > 0 && number > marked) lostSince += 1;
        gap = Math.max(gap, open);
      }
      return { sent, lost, lostSince, gap: gap * interval };
    },
  };
}
