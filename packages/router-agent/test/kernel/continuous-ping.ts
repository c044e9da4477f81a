import { once } from 'node:events';
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
  return {
    stop: async () => {
      child.kill('SIGINT');
      await ended;
      const answered = new Set([...text.matchAll(/icmp_seq=(\d+) ttl/g)].map(([, number]) => Number(number)));
      const sent = Number(/(\d+) packets transmitted/.exec(text)?.[1] ?? 0);
      let gap = 0;
      let open = 0;
      // The last ones were not waited for.
      const counted = sent - 1;
      for (let number = 1; number <= counted; number++) {
        open = answered.has(number) ? 0 : open + 1;
        gap = Math.max(gap, open);
      }
      const lost = Math.max(0, counted - answered.size);
      return { sent, lost, gap: gap * interval };
    },
  };
}
