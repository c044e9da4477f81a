/** What has to be looked at again. */
export interface Concern {
  readonly controller: string;
  /** 0: at once. Longer for what many write to all the time. */
  readonly withinMilliseconds: number;
}

interface Timers {
  setTimer(milliseconds: number, callback: () => void): { cancel(): void };
}

/** Wakes controllers a little after the first of the changes that concern them, so that many changes are one. */
export class ConcernWatch {
  readonly #timers: Timers;
  readonly #wake: (controller: string) => void;
  readonly #waiting = new Map<string, { cancel(): void }>();

  constructor(timers: Timers, wake: (controller: string) => void) {
    this.#timers = timers;
    this.#wake = wake;
  }

  changed(concerns: readonly Concern[]): void {
    for (const { controller, withinMilliseconds } of concerns) {
      if (withinMilliseconds === 0) {
        this.#wake(controller);
        continue;
      }
      if (this.#waiting.has(controller)) continue;
      const timer = this.#timers.setTimer(withinMilliseconds, () => {
        this.#waiting.delete(controller);
        this.#wake(controller);
      });
      this.#waiting.set(controller, timer);
    }
  }

  stop(): void {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }
}
