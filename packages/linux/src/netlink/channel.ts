import { Worker } from 'node:worker_threads';
import { LinuxError, linuxErrorCodes, systemCallError } from '../errors.js';
import { type Libc, loadLibc } from '../libc.js';
import type { Spoiler } from './dump.js';
import type { Command, Failure, Reply } from './protocol.js';
import type { NetlinkProtocol } from './socket.js';
import type { Refusal } from './transaction.js';

const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;

export interface ChannelOptions {
  readonly namespace: string | null;
  readonly protocol: NetlinkProtocol;
  readonly eventBufferBytes: number;
  readonly eventBacklogBytes: number;
  readonly requestBufferBytes: number;
}

/** What the channel tells its owner unasked. */
export interface ChannelListener {
  events(bytes: Uint8Array): void;
  overrun(): void;
}

export type SliceReply = Extract<Reply, { kind: 'slice' }>;

type Request =
  | { readonly kind: 'send'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'dump'; readonly bytes: Uint8Array<ArrayBuffer>; readonly spoiler: Spoiler | null }
  | { readonly kind: 'next'; readonly dump: number }
  | { readonly kind: 'ask'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'join'; readonly groups: readonly number[] };

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: LinuxError): void;
}

/** Our end of a netlink thread: starts it, sends commands, matches the answers, ends it. */
export class Channel {
  readonly #libc: Libc;
  readonly #worker: Worker;
  readonly #wakeFd: number;
  readonly #backlog = new SharedArrayBuffer(4);
  readonly #listener: ChannelListener;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #nextId = 1;
  #ended: LinuxError | null = null;
  #hasExited = false;
  readonly #onProcessExit = (): void => this.#stop();

  private constructor(
    options: ChannelOptions,
    listener: ChannelListener,
    opened: (error: LinuxError | null) => void,
  ) {
    this.#libc = loadLibc();
    this.#listener = listener;
    this.#wakeFd = this.#libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (this.#wakeFd < 0) throw systemCallError('eventfd', this.#libc.errno(), 'cannot open netlink');
    const settings = { ...options, wakeFd: this.#wakeFd, backlog: this.#backlog };
    // Flags of the process are none of the thread's business, and some (`--input-type`) would stop it.
    this.#worker = new Worker(workerEntry(), { workerData: settings, execArgv: [], name: 'netlink' });
    this.#worker.on('message', (reply: Reply) => this.#receive(reply, opened));
    this.#worker.on('error', (cause) => {
      const message = `the netlink thread ended: ${cause instanceof Error ? cause.message : String(cause)}`;
      this.#fail(new LinuxError('LINUX_ERR_WORKER', message, { cause }));
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        const error = new LinuxError('LINUX_ERR_WORKER', 'the netlink thread ended unexpectedly');
        this.#fail(error);
        opened(this.#ended ?? error);
        this.#hasExited = true;
        this.#libc.close(this.#wakeFd);
        process.off('exit', this.#onProcessExit);
        allowListeners(-1);
        resolve();
      });
    });
    // process.exit() waits for every thread, and this one waits in poll(2): it must be woken. One listener per
    // handle is meant, so the limit that warns of leaked listeners moves with it.
    allowListeners(1);
    process.on('exit', this.#onProcessExit);
  }

  /** Starts the thread; rejects when it cannot enter the namespace or open its socket. */
  static async open(options: ChannelOptions, listener: ChannelListener): Promise<Channel> {
    let channel: Channel | undefined;
    const error = await new Promise<LinuxError | null>((resolve) => {
      channel = new Channel(options, listener, resolve);
    });
    if (error !== null || channel === undefined) {
      await channel?.close();
      throw error ?? closedError();
    }
    return channel;
  }

  /** Sends messages; gives those that the kernel refused. The buffer is handed over. */
  async send(bytes: Uint8Array<ArrayBuffer>): Promise<readonly Refusal[]> {
    const reply = await this.#request({ kind: 'send', bytes });
    return reply.kind === 'sent' ? reply.refusals : [];
  }

  /** Opens a dump (or any request that is answered with messages) and gives its first slice. */
  async dump(bytes: Uint8Array<ArrayBuffer>, spoiler: Spoiler | null): Promise<SliceReply> {
    return asSlice(await this.#request({ kind: 'dump', bytes, spoiler }));
  }

  /** The next slice of a dump that is not done. */
  async next(dump: number): Promise<SliceReply> {
    return asSlice(await this.#request({ kind: 'next', dump }));
  }

  /** Gives up a dump that is not done. */
  leave(dump: number): void {
    if (this.#ended === null) this.#post({ kind: 'leave', dump });
  }

  /** Asks questions that have one message as answer each; gives those, in order. */
  async ask(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const reply = await this.#request({ kind: 'ask', bytes });
    return reply.kind === 'answers' ? reply.bytes : new Uint8Array(0);
  }

  /** Joins multicast groups; requests made after this call see their effect. */
  async join(groups: readonly number[]): Promise<void> {
    await this.#request({ kind: 'join', groups });
  }

  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }

  /** Ends the thread and closes its sockets; what still waits for an answer rejects. */
  async close(): Promise<void> {
    this.#fail(closedError());
    this.#stop();
    this.ref();
    await this.#exited;
  }

  /** Fulfils when the thread has ended: with null after {@link close}, else with what went wrong. */
  get ended(): Promise<LinuxError | null> {
    return this.#exited.then(() => (this.#ended?.code === 'LINUX_ERR_CLOSED' ? null : this.#ended));
  }

  #request(request: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) {
        reject(this.#ended);
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#post({ ...request, id });
    });
  }

  #post(command: Command): void {
    const transfer = 'bytes' in command ? [command.bytes.buffer] : [];
    this.#worker.postMessage(command, transfer);
    this.#wake();
  }

  #wake(): void {
    this.#libc.write(this.#wakeFd, new Uint8Array(new BigUint64Array([1n]).buffer), 8);
  }

  #stop(): void {
    if (this.#hasExited) return;
    this.#worker.postMessage({ kind: 'stop' } satisfies Command);
    this.#wake();
  }

  #receive(reply: Reply, opened: (error: LinuxError | null) => void): void {
    switch (reply.kind) {
      case 'ready':
        opened(null);
        return;
      case 'events':
        Atomics.sub(new Int32Array(this.#backlog), 0, reply.bytes.length);
        if (this.#ended === null) this.#listener.events(reply.bytes);
        return;
      case 'overrun':
        if (this.#ended === null) this.#listener.overrun();
        return;
      case 'failed': {
        const error = fromFailure(reply.failure);
        if (reply.id === null) this.#fail(error);
        else this.#settle(reply.id, (waiting) => waiting.reject(error));
        return;
      }
      default:
        this.#settle(reply.id, (waiting) => waiting.resolve(reply));
    }
  }

  #settle(id: number, settle: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting !== undefined) settle(waiting);
  }

  #fail(error: LinuxError): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}

/**
 * The worker's file beside this one. Built, it is JavaScript. Run as source, the thread needs the loader that the
 * main thread has: flags such as `--import=tsx` do not carry over to threads, so it is registered there.
 */
function workerEntry(): URL {
  if (!import.meta.url.endsWith('.ts')) return new URL('./worker-entry.js', import.meta.url);
  const entry = new URL('./worker-entry.ts', import.meta.url).href;
  const loader = import.meta.resolve('tsx/esm/api');
  const start = `import { register } from ${JSON.stringify(loader)}; register(); await import(${JSON.stringify(entry)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(start)}`);
}

/** Moves the number of `process` listeners that is not warned of; 0 means that none is. */
function allowListeners(more: number): void {
  const limit = process.getMaxListeners();
  if (limit > 0) process.setMaxListeners(Math.max(1, limit + more));
}

function asSlice(reply: Reply): SliceReply {
  if (reply.kind !== 'slice') throw new LinuxError('LINUX_ERR_WORKER', `unexpected answer ${reply.kind}`);
  return reply;
}

function closedError(): LinuxError {
  return new LinuxError('LINUX_ERR_CLOSED', 'this netlink handle was closed');
}

function fromFailure({ code, message, errno, syscall }: Failure): LinuxError {
  return new LinuxError(linuxErrorCodes.find((known) => known === code) ?? 'LINUX_ERR_WORKER', message, {
    ...(errno === null ? {} : { errno }),
    ...(syscall === null ? {} : { syscall }),
  });
}
