import type { Clock, Timer } from '../../ports/clock.js';
import type { HeldDown } from '../views/status.js';

/** A peer that is down by our own decision, perhaps for a time. */
export class HoldDown {
  readonly #clock: Clock;
  #held: HeldDown | null = null;
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get held(): HeldDown | null {
    return this.#held;
  }

  /** Holds for that many seconds, then calls `over`; without a time, until `release`. */
  hold(reason: string, seconds: number | undefined, over: () => void): void {
    this.release();
    if (seconds === undefined) {
      this.#held = { reason };
      return;
    }
    this.#held = { reason, until: this.#clock.wallTime() + 1000 * seconds };
    this.#timer = this.#clock.setTimer(1000 * seconds, () => {
      this.release();
      over();
    });
  }

  release(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#held = null;
  }
}
