import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { Growth } from '../growth/slopes.js';
import type { BenchResult } from '../micro/bench.js';
import type { PolicyHits } from '../peers/biting-policy.js';
import type { Medians } from '../peers/table.js';
import type { SmoothResult } from '../smooth/table.js';

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
  /** Peerage on other Nodes. */
  readonly nodes?: readonly Medians[];
  /** Of the scenarios with a policy, by label. */
  readonly hits?: Readonly<Record<string, PolicyHits>>;
  readonly smooth?: readonly SmoothResult[];
  readonly growth?: Growth;
  readonly functions: readonly BenchResult[];
}

/** Without what the page does not show: single pages of the table, and what callbacks were busy with. */
export function slimmed(results: readonly SmoothResult[]): SmoothResult[] {
  const short = (value: number): number => Math.round(value * 100) / 100;
  return results.map((result) => ({
    ...result,
    runs: result.runs.map(({ failure, figures }) => {
      if (figures === undefined) return { ...(failure !== undefined && { failure }) };
      const { loop, watch } = figures;
      const pauses = loop.pauses.map((pause) => ({
        ...{ ...pause, at: Math.round(pause.at), milliseconds: short(pause.milliseconds) },
      }));
      const shown = { ...watch, pages: watch.pages.map(short), commands: watch.commands.map(short) };
      return { figures: { ...figures, loop: { ...loop, pauses }, longest: [], watch: shown } };
    }),
  }));
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
