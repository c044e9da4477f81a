/** A timer that was set; `cancel` is harmless after it fired. */
export interface Timer {
  cancel(): void;
}

/** Time as a port: everything that waits or dates goes through it, so that tests can run it. */
export interface Clock {
  /** Monotonic milliseconds; the start is arbitrary. */
  now(): number;
  /** Wall-clock milliseconds since 1970, for display only. */
  wallTime(): number;
  /** Calls back once after at least `milliseconds`. A pending timer keeps the process alive. */
  setTimer(milliseconds: number, callback: () => void): Timer;
  /** Calls back after pending I/O was polled: the next turn of the event loop. */
  nextTurn(callback: () => void): void;
}
