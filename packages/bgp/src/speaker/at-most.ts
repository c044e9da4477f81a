import type { Clock } from '../ports/clock.js';

/** Waits for `done`, but no longer than that. */
export function atMost(clock: Clock, milliseconds: number, done: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(milliseconds, resolve);
    done.then(() => resolve(), reject).finally(() => timer.cancel());
  });
}
