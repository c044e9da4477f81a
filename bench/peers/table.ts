import { median } from '../statistics.js';
import { textTable } from '../text-table.js';
import type { MeasuredPhase, RunOutcome } from './run.js';
import type { Scenario } from './scenario.js';

/** One run, as it is kept in a file: one a line, as JSON. */
export interface RunRow extends RunOutcome {
  readonly daemon: string;
  readonly version: string;
  readonly label: string;
  readonly scenario: Scenario;
  readonly pinned: boolean;
  readonly run: number;
  readonly date: string;
  /** Node binary, where it is another than that of the tester. */
  readonly node?: string;
}

/** The medians of the runs of one daemon in one scenario. */
export interface Medians {
  readonly daemon: string;
  readonly version: string;
  readonly label: string;
  readonly scenario: Scenario;
  readonly pinned: boolean;
  readonly runs: number;
  readonly ok: number;
  /** Of runs that were right; null when there is none. */
  readonly figures: {
    readonly seconds: number;
    readonly least: number;
    readonly most: number;
    readonly feedersSeconds: number;
    readonly cpuSeconds: number;
    readonly testerCpuSeconds: number;
    readonly otherCpuSeconds: number;
    readonly peakMebibytes: number;
    readonly steps: { readonly withdraw: number; readonly announce: number; readonly change: number } | null;
  } | null;
  /** Why the last run that failed did. */
  readonly reason?: string;
}

/** The phase that a scenario is about. */
export function mainPhase(row: RunRow): MeasuredPhase | undefined {
  const { letter } = row.scenario;
  return row.phases[letter === 'd' ? 'churn' : letter === 'e' ? 'loss' : 'load'];
}

/** Groups runs by scenario, daemon and pinning, in the order in which they first come. */
export function mediansOf(rows: readonly RunRow[]): Medians[] {
  const groups = new Map<string, RunRow[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.label, row.daemon, row.version, row.pinned]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const { daemon, version, label, scenario, pinned } = group[0]!;
    const good = group.filter(({ isOk }) => isOk);
    const phases = good.map((row) => mainPhase(row)!);
    const of = (figure: (phase: MeasuredPhase) => number): number => median(phases.map(figure));
    const steps = good.flatMap(({ phases }) => phases.steps?.steps ?? []);
    const reason = group.findLast(({ isOk }) => !isOk)?.reason;
    return {
      ...{ daemon, version, label, scenario, pinned, runs: group.length, ok: good.length },
      figures:
        good.length === 0
          ? null
          : {
              seconds: of(({ seconds }) => seconds),
              least: Math.min(...phases.map(({ seconds }) => seconds)),
              most: Math.max(...phases.map(({ seconds }) => seconds)),
              feedersSeconds: of(({ feedersSeconds }) => feedersSeconds),
              cpuSeconds: of(({ cpuSeconds }) => cpuSeconds),
              testerCpuSeconds: of(({ testerCpuSeconds }) => testerCpuSeconds),
              otherCpuSeconds: of(({ otherCpuSeconds }) => otherCpuSeconds),
              peakMebibytes: median(good.map(({ peakMebibytes }) => peakMebibytes)),
              steps:
                steps.length === 0
                  ? null
                  : {
                      withdraw: median(steps.map(({ withdraw }) => withdraw)),
                      announce: median(steps.map(({ announce }) => announce)),
                      change: median(steps.map(({ change }) => change)),
                    },
            },
      ...(reason !== undefined && { reason }),
    };
  });
}

/** A table of medians for people. */
export function tableOf(rows: readonly RunRow[]): string {
  const head = [
    'scenario',
    'daemon',
    'version',
    'cores',
    'ok',
    'time s',
    'least–most',
    'feeders s',
    'CPU s',
    'peak MiB',
  ];
  const lines = mediansOf(rows).map(
    ({ daemon, version, label, scenario, pinned, runs, ok, figures, reason }) => {
      const start = [label, daemon, version, pinned ? 'one' : 'all', `${ok}/${runs}`];
      if (figures === null) return [...start, '–', '–', '–', '–', '–', '–', '–', reason ?? ''];
      const { seconds, least, most, feedersSeconds, cpuSeconds, peakMebibytes, steps } = figures;
      const parts = steps === null ? [] : Object.values(steps).map((part) => part.toFixed(3));
      return [
        ...start,
        seconds.toFixed(3),
        `${least.toFixed(3)}–${most.toFixed(3)}`,
        scenario.letter === 'b' ? feedersSeconds.toFixed(3) : '–',
        cpuSeconds.toFixed(2),
        peakMebibytes.toFixed(0),
        figures.testerCpuSeconds.toFixed(2),
        figures.otherCpuSeconds.toFixed(2),
        [
          ...(parts.length > 0 ? [`steps ${parts.join(' / ')}`] : []),
          ...(reason === undefined ? [] : [reason]),
        ].join('; '),
      ];
    },
  );
  return textTable([...head, 'tester CPU s', 'other CPU s', 'notes'], lines);
}
