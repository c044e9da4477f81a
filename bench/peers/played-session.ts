import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  addressToU32,
  createOpen,
  decodeNotification,
  decodeOpen,
  encodeKeepalive,
  encodeOpen,
  type Family,
  Framer,
  IPV4_UNICAST,
  MessageType,
  notificationText,
  vetOpen,
} from '@peerage/bgp/codec';
import { Recording } from './recording.js';
import { DUT_AS, type PlayedPeer } from './world.js';

const RETRY_MILLISECONDS = 100;
const HEADER = 19;

/** Takes the body of an UPDATE and the time at which it was complete. */
export type UpdateReader = (bytes: Buffer, start: number, end: number, time: number) => void;

/**
 * The tester's end of one session. Up to Established it answers message by message; from then on it records what comes,
 * and `replay` reads it.
 */
export class PlayedSession {
  readonly peer: PlayedPeer;
  readonly #holdSeconds: number;
  readonly #family: Family;
  /** What comes is counted, and not kept. */
  isForgetful = false;
  #recording = new Recording();
  #framer = new Framer();
  #socket: Socket | null = null;
  #keepalives: NodeJS.Timeout | undefined;
  #isEstablished = false;
  /** When something last came or went, but for a KEEPALIVE. */
  activeAt = 0;
  /** When anything last came. */
  heardAt = 0;
  received = 0;
  /** Why the session is not up any more. */
  failure: string | null = null;

  constructor(peer: PlayedPeer, holdSeconds: number, family: Family = IPV4_UNICAST) {
    this.peer = peer;
    this.#holdSeconds = holdSeconds;
    this.#family = family;
  }

  /** Dials until the session is Established. Throws when it is not by `deadline`, with the last reason. */
  async establish(port: number, deadline: number): Promise<void> {
    let reason = 'nothing was tried';
    while (performance.now() < deadline) {
      const failure = await this.#dial(port, deadline - performance.now());
      if (failure === null) return;
      reason = failure;
      await sleep(RETRY_MILLISECONDS);
    }
    throw new Error(`${this.#name} is not Established in time: ${reason}`);
  }

  /** Sends octets that are whole messages; resolves when the kernel has the last of them. */
  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket?.write(bytes, (error) => {
        this.activeAt = performance.now();
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Reads what was recorded and not read yet. */
  replay(read: UpdateReader): void {
    this.#readMessages(read, performance.now());
    for (const { bytes, time } of this.#recording.take()) {
      this.#framer.push(bytes);
      this.#readMessages(read, time);
    }
  }

  /** The session is over for this end. */
  fail(reason: string): void {
    this.failure ??= `${this.#name}: ${reason}`;
    this.close();
  }

  /** Closes the TCP connection without a word. */
  close(): void {
    clearInterval(this.#keepalives);
    this.#isEstablished = false;
    this.#socket?.destroy();
  }

  get #name(): string {
    return `${this.peer.role} ${this.peer.number} (${this.peer.address})`;
  }

  /** One attempt; null when the session is Established. */
  #dial(port: number, milliseconds: number): Promise<string | null> {
    return new Promise((resolve) => {
      let reason: string | null = null;
      this.#recording = new Recording();
      this.#framer = new Framer();
      const end = (why: string | null): void => {
        clearTimeout(timer);
        if (why !== null) socket.destroy();
        resolve(why);
      };
      const timer = setTimeout(() => end('no answer'), Math.max(1, milliseconds));
      const socket = connect({
        host: this.peer.dutAddress,
        port,
        localAddress: this.peer.address,
        noDelay: true,
        onread: {
          buffer: () => this.#recording.room(),
          callback: (count) => {
            const now = performance.now();
            // A KEEPALIVE says nothing of routes.
            if (count > HEADER) this.activeAt = now;
            this.heardAt = now;
            this.received += count;
            if (this.isForgetful && this.#isEstablished) return true;
            this.#recording.add(count, now);
            if (!this.#isEstablished) {
              reason = this.#handshake(socket);
              if (reason !== null || this.#isEstablished) end(reason);
            }
            return true;
          },
        },
      });
      socket.on('error', (error) => {
        reason ??= error.message;
      });
      socket.on('close', () => {
        if (this.#isEstablished)
          this.failure ??= `${this.#name}: ${reason ?? 'the daemon closed the connection'}`;
        end(reason ?? 'the daemon closed the connection');
      });
      this.#socket = socket;
      socket.write(encodeOpen(this.#open()));
    });
  }

  #open() {
    return createOpen({
      localAs: this.peer.as,
      holdTime: this.#holdSeconds,
      routerId: addressToU32(this.peer.address),
      capabilities: [{ name: 'multiprotocol', family: this.#family }, { name: 'route-refresh' }],
    });
  }

  /** Answers OPEN and waits for KEEPALIVE; a text when it cannot come to a session. */
  #handshake(socket: Socket): string | null {
    for (const { bytes } of this.#recording.take()) this.#framer.push(bytes);
    while (this.#framer.next() === 'message') {
      const { bytes, start, end, type } = this.#framer;
      if (type === MessageType.Notification) return notificationOf(bytes, start, end);
      if (type === MessageType.Open) {
        const open = decodeOpen(bytes, start, end);
        const own = {
          localAs: this.peer.as,
          localRouterId: addressToU32(this.peer.address),
          remoteAs: DUT_AS,
        };
        const fault = open.ok ? vetOpen(open.value, own) : open.fault;
        if (fault !== null) return fault.message;
        socket.write(encodeKeepalive());
      }
      if (type === MessageType.Keepalive) {
        this.#isEstablished = true;
        this.#keepalives = setInterval(() => socket.write(encodeKeepalive()), (this.#holdSeconds * 1000) / 6);
        return null;
      }
    }
    return this.#framer.fault?.message ?? null;
  }

  #readMessages(read: UpdateReader, time: number): void {
    const framer = this.#framer;
    while (framer.next() === 'message') {
      const { bytes, start, end, type } = framer;
      if (type === MessageType.Update) {
        read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), start + HEADER, end, time);
      } else if (type === MessageType.Notification) {
        this.failure = `${this.#name}: ${notificationOf(bytes, start, end)}`;
      }
    }
    if (framer.fault !== null) this.failure ??= `${this.#name}: ${framer.fault.message}`;
  }
}

function notificationOf(bytes: Uint8Array, start: number, end: number): string {
  const decoded = decodeNotification(bytes, start, end);
  const text = decoded.ok
    ? notificationText(decoded.value.code, decoded.value.subcode)
    : decoded.fault.message;
  return `the daemon sent NOTIFICATION: ${text}`;
}
