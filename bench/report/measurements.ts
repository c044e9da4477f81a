import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { BenchResult } from '../micro/bench.js';
import type { Medians } from '../peers/table.js';

/** The machine that figures come from. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  readonly kernel: string;
  readonly system: string;
  readonly node: string;
}

/** All that the page about performance shows: kept beside it, so that the page can be drawn again. */
export interface Measurements {
  readonly date: string;
  /** Small sizes and one run of each: shows the page, and is not for comparing. */
  readonly isQuick: boolean;
  readonly machine: Machine;
  /** Share of the machine that others used before runs: the median, and the most. */
  readonly busyBefore: { readonly median: number; readonly most: number };
  readonly peers: readonly Medians[];
  readonly functions: readonly BenchResult[];
}

export function thisMachine(): Machine {
  const system = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    system: system ?? 'Linux',
    node: process.versions.node,
  };
}
