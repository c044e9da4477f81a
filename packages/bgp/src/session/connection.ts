import { type Negotiated, negotiate } from '../capabilities/negotiate.js';
import type { Origin, Slot } from '../fsm/peer-machine.js';
import { Framer } from '../message/framer.js';
import type { OpenMessage } from '../message/open.js';
import type { Transport, TransportHandler } from '../ports/transport.js';
import { ConnectionTimers, type Watched } from './connection-timers.js';
import { Outbox } from './outbox.js';
import type { SessionLimits } from './session-config.js';

/** What a connection tells its session, beside what is in its fields. */
export interface ConnectionOwner {
  /** Bytes, the end, or room in the transport: something for the next turn. */
  inputArrived(): void;
  /** The machine had left it already; now its transport is gone. */
  left(connection: Connection): void;
}

/**
 * One TCP connection of a session: its transport, what arrived and was not taken, what waits to leave, and its
 * deadlines as numbers (clock milliseconds). It decides nothing.
 */
export class Connection implements TransportHandler, Watched {
  readonly slot: Slot;
  readonly origin: Origin;
  readonly transport: Transport;
  readonly framer = new Framer();
  readonly outbox: Outbox;
  /** The OPEN that we send on it. */
  readonly ourOpen: OpenMessage;
  /** Set by the peer's OPEN. */
  negotiated: Negotiated | null = null;
  /** Nothing is taken while a collision is unsettled. */
  isHeld = false;
  /** The machine has left it: what still arrives is dropped. */
  isLeft = false;

  readonly timers: ConnectionTimers = new ConnectionTimers(this);

  /** Grows with everything that arrives. */
  arrivals = 0;
  /** No more will come: the peer sent FIN, or the connection is gone. */
  isEnded = false;
  /** The transport has told that it is gone. */
  isClosed = false;
  /** What ended the connection; null for a FIN. */
  error: Error | null = null;

  readonly #owner: ConnectionOwner;
  /** Configured; null: as RFC 9687 has it. */
  readonly sendHoldSeconds: number | null;
  readonly #inputLimit: number;
  #isPaused = false;

  constructor(
    owner: ConnectionOwner,
    transport: Transport,
    place: { readonly slot: Slot; readonly origin: Origin },
    ourOpen: OpenMessage,
    limits: SessionLimits,
  ) {
    this.#owner = owner;
    this.transport = transport;
    this.slot = place.slot;
    this.origin = place.origin;
    this.ourOpen = ourOpen;
    this.outbox = new Outbox(transport, limits.outboxBytes);
    this.#inputLimit = limits.inputBytes;
    this.sendHoldSeconds = limits.sendHoldSeconds;
  }

  /** The peer's OPEN is acceptable: from here on both sides know what they do. */
  agree(theirs: OpenMessage): Negotiated {
    this.negotiated = negotiate(this.ourOpen, theirs);
    this.framer.maxMessage = this.negotiated.maxMessage;
    return this.negotiated;
  }

  /** Messages may be taken. */
  get isOpen(): boolean {
    return !this.isHeld && !this.isLeft;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /**
   * Re-arms a paused transport once half of the limit is free, or when what is there is only part of a message: its
   * rest must come in, however small the limit.
   */
  resumeIfRoom(): void {
    if (!this.#isPaused) return;
    if (this.framer.buffered > this.#inputLimit / 2 && this.framer.ready) return;
    this.#isPaused = false;
    this.transport.resume();
  }

  // --- TransportHandler ---

  /** Copied, because the view is valid during the call only; taken later, in the session's turn. */
  data(chunk: Uint8Array): void {
    if (this.isLeft) return;
    this.arrivals++;
    this.framer.push(chunk);
    if (this.framer.buffered > this.#inputLimit && !this.#isPaused) {
      this.#isPaused = true;
      this.transport.pause();
    }
    this.#owner.inputArrived();
  }

  /** The kernel took everything: there is room for more. */
  drain(): void {
    if (this.isLeft) return;
    this.outbox.drained();
    this.#owner.inputArrived();
  }

  /** FIN: BGP has no half-open sessions, so this is the end, once what came before it was taken. */
  ended(): void {
    if (this.isLeft) return;
    this.arrivals++;
    this.isEnded = true;
    this.#owner.inputArrived();
  }

  closed(error: Error | null): void {
    this.arrivals++;
    this.isEnded = true;
    this.isClosed = true;
    this.error = error;
    if (this.isLeft) this.#owner.left(this);
    else this.#owner.inputArrived();
  }
}
