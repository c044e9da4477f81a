import { closeSync, openSync } from 'node:fs';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { LinuxError, systemCallError } from '../errors.js';
import { EINTR, ENOBUFS, type Libc } from '../libc.js';
import { ask } from './ask.js';
import { Dump, type Spoiler } from './dump.js';
import { align, hostIsLittleEndian } from './layout.js';
import { messagesOf } from './message.js';
import type { Command, Failure, Reply, WorkerSettings } from './protocol.js';
import { NetlinkSocket } from './socket.js';
import { transact } from './transaction.js';

const POLLIN = 1;
const CLONE_NEWNET = 0x40000000;
const receiveBytes = 64 * 1024;
/** Notifications read in one go before they are handed over. */
const eventBatchBytes = 512 * 1024;
const backlogPollMilliseconds = 20;
/** Room for what changes while a listing runs; when it is full, the listing is repeated for nothing. */
const watchBufferBytes = 8 * 1024 * 1024;

interface OpenDump {
  readonly sockets: readonly NetlinkSocket[];
  readonly dump: Dump;
}

/**
 * The netlink thread: waits in `poll(2)` for commands and notifications until it is told to stop. It never returns
 * to the event loop in between, so its namespace, its sockets and their order of events are its own.
 */
export class NetlinkWorker {
  readonly #libc: Libc;
  readonly #port: MessagePort;
  readonly #settings: WorkerSettings;
  readonly #backlog: Int32Array;
  readonly #requests: NetlinkSocket;
  readonly #dumps = new Map<number, OpenDump>();
  readonly #eventBuffer = new Uint8Array(receiveBytes);
  #events: NetlinkSocket | null = null;
  #sequence = 1;
  #nextDump = 1;
  #stopping = false;

  constructor(libc: Libc, port: MessagePort, settings: WorkerSettings) {
    this.#libc = libc;
    this.#port = port;
    this.#settings = settings;
    this.#backlog = new Int32Array(settings.backlog);
    if (settings.namespace !== null) enterNamespace(libc, settings.namespace);
    const size = settings.requestBufferBytes;
    this.#requests = new NetlinkSocket(libc, {
      protocol: settings.protocol,
      receiveBufferBytes: size,
      sendBufferBytes: size,
    });
  }

  /** Serves until a `stop` command. */
  run(): void {
    this.#reply({ kind: 'ready' });
    const set = new Uint8Array(16);
    const view = new DataView(set.buffer);
    while (!this.#stopping) {
      const held = this.#ownerIsBehind();
      const withEvents = this.#events !== null && !held;
      set.fill(0);
      view.setInt32(0, this.#settings.wakeFd, hostIsLittleEndian);
      view.setInt16(4, POLLIN, hostIsLittleEndian);
      view.setInt32(8, this.#events?.fd ?? -1, hostIsLittleEndian);
      view.setInt16(12, POLLIN, hostIsLittleEndian);
      if (this.#libc.poll(set, withEvents ? 2 : 1, held ? backlogPollMilliseconds : -1) < 0) {
        const errno = this.#libc.errno();
        if (errno === EINTR) continue;
        throw systemCallError('poll', errno, 'the netlink thread cannot wait');
      }
      if (view.getInt16(6, hostIsLittleEndian) !== 0) this.#readCommands();
      if (withEvents && view.getInt16(14, hostIsLittleEndian) !== 0) this.#readEvents();
    }
    for (const number of [...this.#dumps.keys()]) this.#closeDump(number);
    this.#events?.close();
    this.#requests.close();
  }

  #readCommands(): void {
    this.#libc.read(this.#settings.wakeFd, new Uint8Array(8), 8);
    for (;;) {
      const received: { message: Command } | undefined = receiveMessageOnPort(this.#port);
      if (received === undefined) return;
      const command = received.message;
      try {
        this.#obey(command);
      } catch (error) {
        this.#reply({ kind: 'failed', id: 'id' in command ? command.id : null, failure: toFailure(error) });
      }
      if (this.#stopping) return;
    }
  }

  #obey(command: Command): void {
    switch (command.kind) {
      case 'send': {
        const first = this.#sequence;
        this.#sequence = (first + messageCountLimit(command.bytes)) >>> 0;
        const refusals = transact(this.#requests, command.bytes, first, () => this.#readEvents());
        this.#reply({ kind: 'sent', id: command.id, refusals });
        return;
      }
      case 'dump': {
        const number = this.#nextDump++;
        this.#dumps.set(number, this.#openDump(command.bytes, command.spoiler));
        this.#sendSlice(command.id, number);
        return;
      }
      case 'next':
        this.#sendSlice(command.id, command.dump);
        return;
      case 'leave':
        this.#closeDump(command.dump);
        return;
      case 'ask': {
        const bytes = ask(this.#requests, command.bytes);
        this.#port.postMessage({ kind: 'answers', id: command.id, bytes } satisfies Reply, [bytes.buffer]);
        return;
      }
      case 'join': {
        this.#events ??= this.#openEvents();
        for (const group of command.groups) this.#events.join(group);
        this.#reply({ kind: 'joined', id: command.id });
        return;
      }
      case 'stop':
        this.#stopping = true;
        return;
    }
  }

  #openEvents(): NetlinkSocket {
    const { protocol, eventBufferBytes } = this.#settings;
    const socket = new NetlinkSocket(this.#libc, { protocol, receiveBufferBytes: eventBufferBytes });
    socket.ignorePort(this.#requests.portId);
    return socket;
  }

  #openDump(request: Uint8Array, spoiler: Spoiler | null): OpenDump {
    const socket = new NetlinkSocket(this.#libc, { protocol: this.#settings.protocol });
    if (spoiler === null) return { sockets: [socket], dump: new Dump(socket, request) };
    const watching = new NetlinkSocket(this.#libc, { receiveBufferBytes: watchBufferBytes });
    watching.join(spoiler.group);
    const watch = { socket: watching, type: spoiler.type };
    return { sockets: [socket, watching], dump: new Dump(socket, request, watch) };
  }

  #sendSlice(id: number, number: number): void {
    const open = this.#dumps.get(number);
    if (open === undefined) throw new LinuxError('LINUX_ERR_CLOSED', 'this dump was already read to its end');
    const slice = open.dump.next();
    if (slice.done) this.#closeDump(number);
    this.#port.postMessage({ kind: 'slice', id, dump: number, ...slice } satisfies Reply, [
      slice.bytes.buffer,
    ]);
  }

  #closeDump(number: number): void {
    for (const socket of this.#dumps.get(number)?.sockets ?? []) socket.close();
    this.#dumps.delete(number);
  }

  /** Hands over the notifications that wait, less those that our own requests caused. */
  #readEvents(): void {
    const socket = this.#events;
    if (socket === null || this.#ownerIsBehind()) return;
    const buffer = this.#eventBuffer;
    const foreign: Uint8Array[] = [];
    let total = 0;
    let overrun = false;
    while (total < eventBatchBytes) {
      const length = socket.receive(buffer);
      if (length === -ENOBUFS) {
        overrun = true;
        continue;
      }
      if (length <= 0) break;
      for (const message of messagesOf(buffer.subarray(0, length))) {
        if (message.portId === this.#requests.portId) continue;
        const bytes = buffer.slice(message.offset, message.end);
        foreign.push(bytes);
        total += bytes.length;
      }
    }
    if (total > 0) this.#sendEvents(foreign, total);
    if (overrun) this.#reply({ kind: 'overrun' });
  }

  /** Then notifications stay in the kernel's buffer, which tells by ENOBUFS when it cannot hold more. */
  #ownerIsBehind(): boolean {
    return Atomics.load(this.#backlog, 0) > this.#settings.eventBacklogBytes;
  }

  #sendEvents(messages: readonly Uint8Array[], total: number): void {
    const padded = new Uint8Array(total + messages.length * 3);
    let offset = 0;
    for (const message of messages) {
      padded.set(message, offset);
      offset += align(message.length);
    }
    const bytes = padded.slice(0, offset);
    Atomics.add(this.#backlog, 0, bytes.length);
    this.#port.postMessage({ kind: 'events', bytes } satisfies Reply, [bytes.buffer]);
  }

  #reply(reply: Reply): void {
    this.#port.postMessage(reply);
  }
}

/** Puts the calling thread, and only it, into a network namespace made by `ip netns add`. */
function enterNamespace(libc: Libc, name: string): void {
  const path = `/run/netns/${name}`;
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    const message = `cannot enter the network namespace "${name}": ${path} cannot be opened`;
    throw new LinuxError('LINUX_ERR_NAMESPACE', message, { cause: error });
  }
  const result = libc.setns(fd, CLONE_NEWNET);
  const errno = result < 0 ? libc.errno() : 0;
  closeSync(fd);
  if (result < 0) throw systemCallError('setns', errno, `cannot enter the network namespace "${name}"`);
}

/** More messages than these octets can hold, so that no two requests share a sequence number. */
function messageCountLimit(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / 16) + 1;
}

/** Makes an error fit to cross to the other thread. */
export function toFailure(error: unknown): Failure {
  if (error instanceof LinuxError) {
    const { code, message, errno, syscall } = error;
    return { code, message, errno: errno ?? null, syscall: syscall ?? null };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: null, message, errno: null, syscall: null };
}
