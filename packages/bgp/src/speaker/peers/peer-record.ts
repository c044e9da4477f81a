import type { Clock } from '../../ports/clock.js';
import type { NotificationRecord, SessionError } from '../../session/session-error.js';
import type { PeerState } from '../views/status.js';

/** What has become of a peer since it was configured, as its status tells it. */
export class PeerRecord {
  readonly #clock: Clock;
  #state: PeerState = 'idle';
  #stateSince: number;
  #establishedCount = 0;
  #flaps = 0;
  #refused: { readonly code: string; readonly message: string } | null = null;
  #lastError: SessionError | null = null;
  #lastNotification: NotificationRecord | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#stateSince = clock.wallTime();
  }

  get state(): PeerState {
    return this.#state;
  }

  /** Wall-clock milliseconds. */
  get stateSince(): number {
    return this.#stateSince;
  }

  get establishedCount(): number {
    return this.#establishedCount;
  }

  /** Sessions that left Established. */
  get flaps(): number {
    return this.#flaps;
  }

  /** Why it cannot be had as it is configured. */
  get refused(): { readonly code: string; readonly message: string } | null {
    return this.#refused;
  }

  get lastError(): SessionError | null {
    return this.#lastError;
  }

  /** Of what ended a session or an attempt at one; those that settle a collision do not count. */
  get lastNotification(): NotificationRecord | null {
    return this.#lastNotification;
  }

  stateChanged(state: PeerState): void {
    this.#state = state;
    this.#stateSince = this.#clock.wallTime();
  }

  established(): void {
    this.#establishedCount++;
  }

  flapped(): void {
    this.#flaps++;
  }

  /** A session or an attempt at one ended. False: in the same way as the last. */
  ended(error: SessionError): boolean {
    const isNews = this.#lastError?.code !== error.code || this.#lastError.message !== error.message;
    this.#lastError = error;
    this.#lastNotification = error.notification ?? this.#lastNotification;
    return isNews;
  }

  refuse(code: string, message: string): SessionError {
    this.#refused = { code, message };
    const error: SessionError = { code: 'refused', message, at: this.#clock.wallTime() };
    this.#lastError = error;
    return error;
  }

  /** It is tried anew. */
  admit(): void {
    this.#refused = null;
  }
}
