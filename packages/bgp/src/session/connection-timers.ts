import type { Negotiated } from '../capabilities/negotiate.js';
import type { Framer } from '../message/framer.js';
import type { Outbox } from './outbox.js';

const NEVER = Number.POSITIVE_INFINITY;
/** RFC 4271 §8.2.2: the hold time that the peer's OPEN gets. */
const LARGE_HOLD_MILLISECONDS = 240_000;
/** RFC 9687 §3.2: at least 8 minutes. */
const LEAST_SEND_HOLD_MILLISECONDS = 480_000;
/** Polls that may bring part of a message after the hold time is over: one message takes two at most. */
const MOST_SUSPICIONS = 8;
/** RFC 4271 §10: the least part of an interval that its jitter leaves. */
const LEAST_JITTER = 0.75;
/** Keepalives leave at multiples of this part of their interval. */
const KEEPALIVE_GRAINS = 32;

/** What the timers look at. */
export interface Watched {
  readonly framer: Framer;
  readonly outbox: Outbox;
  readonly negotiated: Negotiated | null;
  readonly sendHoldSeconds: number | null;
  readonly isHeld: boolean;
  readonly isPaused: boolean;
  /** Grows with everything that arrives. */
  readonly arrivals: number;
}

export type HoldVerdict = 'expired' | 'look again' | 'read first';

/** The deadlines of one connection, as numbers in clock milliseconds. */
export class ConnectionTimers {
  hold = NEVER;
  keepalive = NEVER;
  delayOpen = NEVER;
  sendHold = NEVER;
  readonly #watched: Watched;
  /** `arrivals` when the hold time was found to be over; -1 when it is not. */
  #suspectedAt = -1;
  #suspicions = 0;
  /** `outbox.takenBytes` when the send hold was armed. */
  #takenAtArming = 0;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  get earliest(): number {
    return Math.min(this.hold, this.keepalive, this.delayOpen, this.sendHold);
  }

  clear(): void {
    this.hold = NEVER;
    this.keepalive = NEVER;
    this.delayOpen = NEVER;
    this.sendHold = NEVER;
  }

  /**
   * `jitter`: 0.75 to 1 of the interval. Within these bounds the moment is moved to one that other sessions have as well, just under a
   * second of the usual 30: a thousand sessions then cost one wake-up a second to send their keepalives, and not 38.
   */
  startKeepalive(now: number, milliseconds: number, jitter: number): void {
    const grain = milliseconds / KEEPALIVE_GRAINS;
    const shared = Math.floor((now + milliseconds * jitter) / grain) * grain;
    this.keepalive = shared < now + milliseconds * LEAST_JITTER ? shared + grain : shared;
  }

  startHold(now: number, length: 'large' | 'negotiated'): void {
    const seconds = this.#watched.negotiated?.holdTime ?? 0;
    this.hold = now + (length === 'large' ? LARGE_HOLD_MILLISECONDS : 1000 * seconds);
    this.#suspectedAt = -1;
    this.#suspicions = 0;
  }

  /**
   * The hold time is over by the clock. It counts only when a full poll brought nothing: the loop comes again after
   * one, because the deadline stays in the past. While a collision holds the input, the question is put off.
   */
  judgeHold(now: number, putOffMilliseconds: number): HoldVerdict {
    const { framer, isHeld, isPaused, arrivals } = this.#watched;
    if (isHeld) {
      this.hold = now + putOffMilliseconds;
      return 'look again';
    }
    if (framer.ready || isPaused) return 'read first';
    if (this.#suspectedAt === arrivals || this.#suspicions === MOST_SUSPICIONS) return 'expired';
    this.#suspectedAt = arrivals;
    this.#suspicions++;
    return 'look again';
  }

  /** RFC 9687: runs while octets stay unsent, anew whenever the kernel took some. True when it was (re)started. */
  watchSending(now: number): boolean {
    const { outbox, negotiated, sendHoldSeconds } = this.#watched;
    if (negotiated === null || negotiated.holdTime === 0) return false;
    if (outbox.unsentBytes === 0) {
      this.sendHold = NEVER;
      return false;
    }
    if (this.sendHold !== NEVER && outbox.takenBytes === this.#takenAtArming) return false;
    const usual = Math.max(LEAST_SEND_HOLD_MILLISECONDS, 2000 * negotiated.holdTime);
    this.sendHold = now + (sendHoldSeconds === null ? usual : 1000 * sendHoldSeconds);
    this.#takenAtArming = outbox.takenBytes;
    return true;
  }

  /** The send hold is over by the clock: whether nothing has moved. If something has, it runs on. */
  judgeSending(now: number): boolean {
    const { outbox } = this.#watched;
    const isStuck = outbox.unsentBytes > 0 && outbox.takenBytes === this.#takenAtArming;
    this.sendHold = NEVER;
    if (!isStuck) this.watchSending(now);
    return isStuck;
  }
}
