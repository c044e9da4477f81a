import type { Clock } from '../ports/clock.js';
import type { ConnectTarget, SocketFactory, Transport } from '../ports/transport.js';

/** From when on silence is worth a word. */
const SILENCE_MILLISECONDS = 3_000;

/** What became of a dial. Nothing is told of one that was given up. */
export interface DialOutcome {
  connected(transport: Transport): void;
  failed(error: unknown): void;
}

/** Dials one peer, one attempt at a time, and remembers for how long nobody has answered. */
export class Dialler {
  readonly #sockets: SocketFactory;
  readonly #clock: Clock;
  readonly #outcome: DialOutcome;
  #attempt: AbortController | null = null;
  /** Since when nobody has been heard; null after any answer, also a refusal. */
  #silentSince: number | null = null;

  constructor(sockets: SocketFactory, clock: Clock, outcome: DialOutcome) {
    this.#sockets = sockets;
    this.#clock = clock;
    this.#outcome = outcome;
  }

  /** Replaces an attempt that is under way. */
  dial(target: ConnectTarget): void {
    this.cancel();
    this.#silentSince ??= this.#clock.now();
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#sockets.connect(target, attempt.signal).then(
      (transport) => this.#connected(attempt, transport),
      (error: unknown) => this.#failed(attempt, error),
    );
  }

  cancel(): void {
    this.#attempt?.abort();
    this.#attempt = null;
  }

  /** A passive peer waits to be dialled instead. */
  expectDial(): void {
    this.#silentSince ??= this.#clock.now();
  }

  /** Somebody is there: whatever was wrong is over. */
  heard(): void {
    this.#silentSince = null;
  }

  /** Whole seconds without any answer, 0 while that is nothing to speak of. */
  get silentSeconds(): number {
    if (this.#silentSince === null) return 0;
    const silent = this.#clock.now() - this.#silentSince;
    return silent < SILENCE_MILLISECONDS ? 0 : Math.floor(silent / 1000);
  }

  #connected(attempt: AbortController, transport: Transport): void {
    if (this.#attempt !== attempt) {
      transport.destroy();
      return;
    }
    this.#attempt = null;
    this.heard();
    this.#outcome.connected(transport);
  }

  #failed(attempt: AbortController, error: unknown): void {
    if (this.#attempt !== attempt) return;
    this.#attempt = null;
    const code: unknown =
      typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
    if (code !== 'ETIMEDOUT') this.heard();
    this.#outcome.failed(error);
  }
}

/** A likely cause of silence, in words. TCP MD5 drops what does not match without a trace, on both sides. */
export function silenceHint(target: ConnectTarget, seconds: number, passive: boolean): string | undefined {
  if (seconds === 0) return undefined;
  const { address, port, md5Key, aoKeys } = target;
  const silence = passive
    ? `no connection came from ${address} for ${seconds} s, and it is not dialled`
    : `no answer from ${address} port ${port} for ${seconds} s`;
  if (aoKeys !== undefined)
    return `${silence}: TCP-AO is configured, and keys or numbers that differ, or a peer without it, look like this`;
  return md5Key === undefined
    ? `${silence}: it is down, filtered, or expects TCP MD5, for which no password is configured here`
    : `${silence}: TCP MD5 is configured, and a password that differs, or a peer without one, looks like this`;
}
