import type { Clock, Timer } from '../../src/ports/clock.js';
import { FakeClock } from '../../src/testing/index.js';

/**
 * Virtual time in which work takes time: each look at the clock costs so many milliseconds, as a slow processor between
 * two looks would. What looks at the clock while it works is what notices.
 */
export class BusyClock implements Clock {
  readonly inner = new FakeClock();
  readonly #cost: number;

  constructor(cost: number) {
    this.#cost = cost;
  }

  now(): number {
    this.inner.stall(this.#cost);
    return this.inner.now();
  }

  wallTime(): number {
    return this.inner.wallTime();
  }

  setTimer(milliseconds: number, callback: () => void): Timer {
    return this.inner.setTimer(milliseconds, callback);
  }

  nextTurn(callback: () => void): void {
    this.inner.nextTurn(callback);
  }
}
