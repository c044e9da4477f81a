import type { Clock, Timer } from '../ports/clock.js';

interface Entry extends Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  isLive: boolean;
}

/**
 * Virtual time. Nothing happens by itself: `run` and `runFor` let time pass, firing timers in order and, between them,
 * everything that waits for the next turn. `now` starts at 0, `wallTime` at 2030-01-01.
 *
 * @example
 * const clock = new FakeClock();
 * clock.setTimer(1000, () => console.log('a second has passed'));
 * await clock.runFor(1000);
 */
export class FakeClock implements Clock {
  #now = 0;
  #order = 0;
  #timers: Entry[] = [];
  #turns: (() => void)[] = [];
  /** How many timers have fired: what an idle program costs. */
  wakeups = 0;
  /** How many turns were asked for. */
  turns = 0;

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return Date.UTC(2030, 0, 1) + this.#now;
  }

  setTimer(milliseconds: number, callback: () => void): Timer {
    const entry: Entry = {
      at: this.#now + Math.max(0, milliseconds),
      order: this.#order++,
      callback,
      isLive: true,
      cancel: () => {
        entry.isLive = false;
        this.#timers = this.#timers.filter((other) => other !== entry);
      },
    };
    this.#timers.push(entry);
    return entry;
  }

  nextTurn(callback: () => void): void {
    this.#turns.push(callback);
  }

  /** Timers that have not fired. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** Lets promises settle and turns run until nothing is left to do at this moment. Time stands still. */
  async settle(): Promise<void> {
    let quiet = 0;
    while (quiet < 4) {
      // A promise chain of a few links must have its say before we call it quiet.
      await Promise.resolve();
      const turns = this.#turns.splice(0);
      this.turns += turns.length;
      for (const turn of turns) turn();
      const due = this.#takeDue(this.#now);
      due?.callback();
      quiet = turns.length === 0 && due === null ? quiet + 1 : 0;
    }
  }

  /** Lets so much time pass. */
  async runFor(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await this.settle();
    for (let next = this.#earliest(); next <= end; next = this.#earliest()) {
      this.#now = Math.max(this.#now, next);
      await this.settle();
    }
    this.#now = end;
  }

  /** Lets time pass until `condition` holds, at most `milliseconds`. Resolves to whether it does. */
  async runUntil(condition: () => boolean, milliseconds: number): Promise<boolean> {
    const end = this.#now + milliseconds;
    await this.settle();
    for (let next = this.#earliest(); !condition() && next <= end; next = this.#earliest()) {
      this.#now = Math.max(this.#now, next);
      await this.settle();
    }
    if (!condition()) this.#now = end;
    return condition();
  }

  /** Time passes, but nothing gets to run: the process was stalled. */
  stall(milliseconds: number): void {
    this.#now += milliseconds;
  }

  #earliest(): number {
    return this.#timers.reduce((earliest, { at }) => Math.min(earliest, at), Number.POSITIVE_INFINITY);
  }

  #takeDue(now: number): Entry | null {
    let due: Entry | null = null;
    for (const entry of this.#timers) {
      if (entry.at > now) continue;
      if (due === null || entry.at < due.at || (entry.at === due.at && entry.order < due.order)) due = entry;
    }
    if (due === null) return null;
    this.#timers = this.#timers.filter((other) => other !== due);
    this.wakeups++;
    return due;
  }
}
