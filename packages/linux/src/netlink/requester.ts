import { LinuxError, refusalError } from '../errors.js';
import type { Channel } from './channel.js';
import type { Spoiler } from './dump.js';

/** A kernel that keeps changing while it is listed is asked this many times. */
const mostDumpAttempts = 16;

/** The part of a channel that requests need. */
export type RequestChannel = Pick<Channel, 'send' | 'ask' | 'dump' | 'next' | 'leave'>;

/** What the route, link and address rooms use of a netlink handle: requests and answers as encoded messages. */
export class Requester {
  readonly #channel: RequestChannel;

  constructor(channel: RequestChannel) {
    this.#channel = channel;
  }

  /** Makes one change. `doing` completes "cannot …" in the error's message. */
  async change(bytes: Uint8Array<ArrayBuffer>, doing: string): Promise<void> {
    const refusal = (await this.#channel.send(bytes))[0];
    if (refusal !== undefined) throw refusalError(doing, refusal.errno, refusal.message);
  }

  /** Sends many messages; gives the refused ones by index. */
  send(bytes: Uint8Array<ArrayBuffer>): ReturnType<Channel['send']> {
    return this.#channel.send(bytes);
  }

  /** Asks questions that have one message as answer each; gives those, in order. */
  ask(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return this.#channel.ask(bytes);
  }

  /**
   * The answer to a request, slice by slice. When the kernel changed meanwhile, as it says or `spoiler` shows, the whole is asked for
   * again after `restart` was called; what was handed out before may then come twice.
   */
  async *read(
    request: () => Uint8Array<ArrayBuffer>,
    doing: string,
    restart: () => void,
    spoiler: Spoiler | null = null,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    for (let attempt = 0; attempt < mostDumpAttempts; attempt++) {
      let interrupted = false;
      let slice = await this.#channel.dump(request(), spoiler);
      let finished = false;
      try {
        for (;;) {
          finished = slice.done;
          interrupted ||= slice.interrupted;
          yield slice.bytes;
          if (slice.verdict !== null && slice.verdict.errno !== 0) {
            throw refusalError(doing, slice.verdict.errno, slice.verdict.message);
          }
          if (slice.done) break;
          slice = await this.#channel.next(slice.dump);
        }
      } finally {
        if (!finished) this.#channel.leave(slice.dump);
      }
      if (!interrupted) return;
      restart();
    }
    const message = `cannot ${doing}: the kernel changed during each of ${mostDumpAttempts} attempts; try again later`;
    throw new LinuxError('LINUX_ERR_DUMP_INTERRUPTED', message);
  }

  /** The whole answer, each part read by `decode`; an interrupted one is thrown away and asked for again. */
  async collect<T>(
    request: () => Uint8Array<ArrayBuffer>,
    doing: string,
    decode: (bytes: Uint8Array) => readonly T[],
  ): Promise<T[]> {
    const all: T[] = [];
    const restart = (): void => {
      all.length = 0;
    };
    for await (const bytes of this.read(request, doing, restart)) all.push(...decode(bytes));
    return all;
  }
}
