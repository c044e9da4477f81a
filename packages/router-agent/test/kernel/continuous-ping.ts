import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { netns } from '@peerage/linux';

/** What became of a series of pings. */
export interface PingCount {
  readonly sent: number;
  readonly lost: number;
  /** The longest series without an answer, in milliseconds. */
  readonly gap: number;
}

const interval = 20;

/** Pings 50 times a second until `stop`. */
export function continuousPing(namespace: string, to: string): { stop(): Promise<PingCount> } {
  const argv = ['ping', '-n', '-O', '-i', String(interval / 1000), '-W', '1', to];
  const child = netns.spawn(namespace, argv, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = once(child, 'close');
  const answered = () =>
    new Set([...text.matchAll(/icmp_seq=(\d+) ttl/g)].map(([, number]) => Number(number)));
  return {
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
      const atEnd = answered();
      for (let number = 1; number <= counted; number++) {
        open = atEnd.has(number) ? 0 : open + 1;
        if (open > 0) lost += 1;
        gap = Math.max(gap, open);
      }
      return { sent, lost, gap: gap * interval };
    },
  };
}
