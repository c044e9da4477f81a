import type { Clock } from '../ports/clock.js';
import type { Endpoint, Transport, TransportHandler } from '../ports/transport.js';

/** A transport whose other end only recites: it sends what it was given, and takes whatever is written to it. */
export class RecitingPeer implements Transport {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly unsentBytes = 0;
  readonly #clock: Clock;
  readonly #lines: Uint8Array[];
  #handler: TransportHandler | null = null;
  #isPaused = false;
  #isAsleep = true;
  #isClosed = false;

  constructor(clock: Clock, address: string, ownAddress: string, lines: readonly Uint8Array[]) {
    this.#clock = clock;
    this.#lines = [...lines];
    this.local = { address: ownAddress, port: 179 };
    this.remote = { address, port: 40_000 };
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
    this.#wake();
  }

  /** Sends more. */
  recite(lines: readonly Uint8Array[]): void {
    this.#lines.push(...lines);
    this.#wake();
  }

  write(): boolean {
    return !this.#isClosed;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wake();
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#clock.nextTurn(() => this.#handler?.closed(null));
  }

  #wake(): void {
    if (!this.#isAsleep || this.#lines.length === 0) return;
    this.#isAsleep = false;
    this.#clock.nextTurn(() => this.#deliver());
  }

  /** A chunk a turn, as a socket would. */
  #deliver(): void {
    this.#isAsleep = true;
    if (this.#isClosed || this.#isPaused) return;
    const line = this.#lines.shift();
    if (line !== undefined) this.#handler?.data(line);
    this.#wake();
  }
}
