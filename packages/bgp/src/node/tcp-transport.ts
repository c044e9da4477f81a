import { isIPv6, type Socket } from 'node:net';
import type { AoKey, AoState, Endpoint, Transport, TransportHandler } from '../ports/transport.js';
import type { TcpSockets } from './tcp-sockets.js';

/**
 * A connected `net.Socket` as a transport. The socket must be up; it is this object's from now on.
 *
 * Writes of one turn are corked, so that they leave in one system call.
 */
export class TcpTransport implements Transport {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Socket;
  readonly #sockets: TcpSockets | undefined;
  #handler: TransportHandler | null = null;
  #error: Error | null = null;
  #isCorked = false;
  #isClosed = false;
  #hasEnded = false;
  #grace: NodeJS.Timeout | null = null;

  /** `sockets` made it, and can set what Node cannot. */
  constructor(socket: Socket, sockets?: TcpSockets) {
    this.#socket = socket;
    this.#sockets = sockets;
    this.local = endpoint(socket.localAddress, socket.localPort);
    this.remote = endpoint(socket.remoteAddress, socket.remotePort);
    // Our FIN leaves when we say so: a NOTIFICATION may still have to go first.
    socket.allowHalfOpen = true;
    // KEEPALIVEs are small and must not wait for an acknowledgement.
    socket.setNoDelay(true);
    // An error alone means nothing to us: `close` always follows, and there it is told.
    socket.on('error', (error) => {
      this.#error = error;
    });
    // The descriptor is gone: nothing comes after this.
    socket.on('close', () => this.#closed());
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
    const socket = this.#socket;
    if (this.#isClosed) {
      process.nextTick(() => handler.closed(this.#error));
      return;
    }
    // Bytes from the kernel, at most 64 KiB; Node reuses nothing of them, but the port promises no more than the call.
    socket.on('data', (chunk) => handler.data(chunk));
    // All that `write` took has gone to the kernel after it had said no.
    socket.on('drain', () => handler.drain());
    // FIN: the peer will say no more. What we write still leaves, until `end` or `destroy`.
    socket.on('end', () => this.#ended(handler));
    // Servers hand sockets over paused, so that nothing is read before there is somebody to hear it.
    socket.resume();
  }

  write(bytes: Uint8Array): boolean {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return false;
    if (!this.#isCorked) {
      this.#isCorked = true;
      socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        socket.uncork();
      });
    }
    return socket.write(bytes);
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(graceMilliseconds: number): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    // Unread bytes at `close` would turn our FIN into a reset that overtakes the NOTIFICATION: read on until the peer's.
    socket.resume();
    socket.end();
    if (this.#hasEnded) socket.once('finish', () => socket.destroy());
    this.#grace = setTimeout(() => socket.destroy(), graceMilliseconds);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  authentication(): AoState | null {
    return this.#isClosed ? null : (this.#sockets?.aoState(this.#socket) ?? null);
  }

  changeAoKeys(keys: readonly AoKey[]): void {
    if (!this.#isClosed) this.#sockets?.changeAoKeys(this.#socket, keys);
  }

  #ended(handler: TransportHandler): void {
    this.#hasEnded = true;
    handler.ended();
    // Both sides have said FIN: no reason to wait for the grace time.
    if (this.#socket.writableFinished) this.#socket.destroy();
  }

  #closed(): void {
    this.#isClosed = true;
    if (this.#grace !== null) clearTimeout(this.#grace);
    this.#handler?.closed(this.#error);
  }
}

/** IPv4 peers of a socket that serves both families come as `::ffff:192.0.2.1`: they are IPv4 peers. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

function endpoint(address: string | undefined, port: number | undefined): Endpoint {
  return { address: plainAddress(address ?? (isIPv6(address ?? '') ? '::' : '0.0.0.0')), port: port ?? 0 };
}
