import { median, spread } from '../statistics.js';

/** One thing to be measured: always the same work on the same data. */
export interface Bench {
  /** `decode: UPDATE with 7 IPv4 routes`; what stands before the colon is the function that it is about. */
  readonly name: string;
  /** What a figure is for: `route`, `UPDATE`, `set`. */
  readonly unit: string;
  /** Units that `work` goes through. At least some milliseconds of work. */
  readonly units: number;
  /** Makes things ready for `work`, before each round, while no clock runs. */
  readonly before?: () => void;
  readonly work: () => void;
}

/** Makes benches when they are asked for, so that data of one do not burden another. */
export type BenchFile = () => readonly Bench[];

/** What was measured of one bench. */
export interface BenchResult {
  readonly name: string;
  readonly unit: string;
  /** CPU time of the process for a unit, the median of the rounds: other programs on the machine count little. */
  readonly nanoseconds: number;
  /** Half of the width of the middle half of the rounds, as a share of the median. */
  readonly spread: number;
  /** Octets that a unit leaves for the garbage collector; null when it could not be asked (`--expose-gc`). */
  readonly garbage: number | null;
}

const WARM_UP = 5;

/** Measures one bench in so many rounds, after some that do not count. */
export function measure(bench: Bench, rounds: number, now: () => number = cpuNanoseconds): BenchResult {
  const { name, unit, units, before, work } = bench;
  const round = (): number => {
    before?.();
    const start = now();
    work();
    return (now() - start) / units;
  };
  for (let i = 0; i < WARM_UP; i++) round();
  const times = Array.from({ length: rounds }, round);
  return { name, unit, nanoseconds: median(times), spread: spread(times), garbage: garbageOf(bench) };
}

function cpuNanoseconds(): number {
  const { user, system } = process.cpuUsage();
  return 1000 * (user + system);
}

/** The heap before and after one more round, without a collection between them. */
function garbageOf({ units, before, work }: Bench): number | null {
  if (globalThis.gc === undefined) return null;
  before?.();
  globalThis.gc();
  const heap = process.memoryUsage().heapUsed;
  work();
  return Math.max(0, process.memoryUsage().heapUsed - heap) / units;
}
