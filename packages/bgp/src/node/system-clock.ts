import { performance } from 'node:perf_hooks';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';

/** Longest wait that a Node timer can hold (2^31 − 1 ms); longer ones are cut, and whoever waits looks again. */
const LONGEST_TIMER = 2_147_483_647;

/**
 * The clock of this process.
 *
 * @example
 * const loop = new TurnLoop(systemClock());
 */
export function systemClock(): Clock {
  return {
    now: () => performance.now(),
    wallTime: () => Date.now(),
    setTimer(milliseconds, callback) {
      const timer = setTimeout(callback, Math.min(Math.max(0, milliseconds), LONGEST_TIMER));
      return { cancel: () => clearTimeout(timer) };
    },
    // The check phase comes right after the poll phase: between two of these every socket was polled.
    nextTurn(callback) {
      setImmediate(callback);
    },
  };
}

/**
 * Randomness for jitter.
 *
 * @example
 * const ports = { sockets, clock: systemClock(), random: systemRandom() };
 */
export function systemRandom(): Random {
  return { next: () => Math.random() };
}
