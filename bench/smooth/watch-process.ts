// Keeps sessions with a short hold time, and asks for pages of the table, while others load it. A process of its own, so that it is
// never late itself: the driver starts it in the tester's namespace, with its order as JSON in a file.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { IPV6_UNICAST } from '@peerage/bgp/codec';
import { askDaemon } from '../peers/ask-daemon.js';
import { PlayedSession } from '../peers/played-session.js';
import type { WatchFigures, WatchMessage, WatchOrder } from './watch-messages.js';

const PAGE_EVERY = 250;
const COMMAND_EVERY = 2000;
const LOOK_EVERY = 50;
const ROUTES = 100;

class Watch {
  readonly #order: WatchOrder;
  readonly #sessions: readonly PlayedSession[];
  #silence = 0;
  #pages: number[] = [];
  #commands: number[] = [];

  constructor(order: WatchOrder) {
    this.#order = order;
    // Of a family without routes: a table of its own is not what these sessions are about.
    this.#sessions = order.peers.map((peer) => new PlayedSession(peer, order.holdSeconds, IPV6_UNICAST));
  }

  async establish(): Promise<void> {
    const deadline = performance.now() + 60_000;
    await Promise.all(this.#sessions.map((session) => session.establish(this.#order.port, deadline)));
    setInterval(() => this.#look(), LOOK_EVERY);
    void this.#repeat(PAGE_EVERY, async () => {
      const { milliseconds } = await askDaemon(order.socket, `rib?limit=${ROUTES}`);
      this.#pages.push(milliseconds);
    });
    void this.#repeat(COMMAND_EVERY, async () => {
      const milliseconds = await this.#command();
      this.#commands.push(milliseconds);
    });
  }

  begin(): void {
    this.#silence = 0;
    this.#pages = [];
    this.#commands = [];
  }

  figures(): WatchFigures {
    this.#look();
    return {
      sessions: this.#sessions.length,
      fallen: this.#sessions.flatMap(({ failure }) => failure ?? []),
      silenceSeconds: this.#silence / 1000,
      pages: this.#pages,
      commands: this.#commands,
    };
  }

  /** The hold timer of this end, and what came. */
  #look(): void {
    const now = performance.now();
    for (const session of this.#sessions) {
      if (session.failure !== null) continue;
      session.replay(() => {});
      const silence = now - session.heardAt;
      this.#silence = Math.max(this.#silence, silence);
      if (silence > this.#order.holdSeconds * 1000)
        session.fail(`heard nothing for ${(silence / 1000).toFixed(1)} s`);
    }
  }

  async #repeat(milliseconds: number, what: () => Promise<void>): Promise<void> {
    for (;;) {
      const start = performance.now();
      await what();
      await sleep(Math.max(0, milliseconds - (performance.now() - start)));
    }
  }

  async #command(): Promise<number> {
    const { command, socket } = this.#order;
    const [program = '', ...words] = command;
    const start = performance.now();
    const more = ['show', 'rib', '--limit', String(ROUTES), '--socket', socket];
    await promisify(execFile)(program, [...words, ...more]);
    return performance.now() - start;
  }
}

const order = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as WatchOrder;
const tell = (message: WatchMessage): void => void process.send!(message);
process.on('disconnect', () => process.exit(0));
process.on('unhandledRejection', (error) => {
  tell({ event: 'failed', reason: error instanceof Error ? error.message : String(error) });
});
setPriority(-10);
const watch = new Watch(order);
await watch.establish();
process.on('message', (ask) => {
  if (ask === 'begin') watch.begin();
  else tell({ event: 'figures', figures: watch.figures() });
});
tell({ event: 'up' });
