/**
 * What a source needs of the world. The shapes are those of `@peerage/bgp`'s ports, so that the same clock, dice and log
 * serve both; sources do not depend on that package.
 */
export interface SourcePorts {
  readonly clock: SourceClock;
  readonly random: { next(): number };
  readonly log: SourceLog;
}

export interface SourceClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Wall-clock milliseconds since 1970, for display only. */
  wallTime(): number;
  setTimer(milliseconds: number, callback: () => void): SourceTimer;
  nextTurn(callback: () => void): void;
}

export interface SourceTimer {
  cancel(): void;
}

export interface SourceLog {
  log(
    level: 'debug' | 'info' | 'warn' | 'error',
    event: string,
    fields: Readonly<Record<string, unknown>>,
  ): void;
}
