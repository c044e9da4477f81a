import { daemons as known } from '../peers/daemons.js';
import { labelOf, type Scenario, scenario } from '../peers/scenario.js';
import type { RunRow } from '../peers/table.js';

/** The scenarios that the page shows; `isQuick` in a twentieth of the sizes, so that the whole takes minutes. */
export function plannedScenarios(isQuick: boolean): Scenario[] {
  const of = (count: number): number => Math.round(count / (isQuick ? 20 : 1));
  const fanout = scenario('c', { n: of(100_000), monitors: isQuick ? 10 : 50 });
  const meshes = isQuick ? meshSizes.quick : meshSizes.full;
  return [
    ...[100_000, 500_000, 1_000_000].map((n) => scenario('a', { n: of(n) })),
    ...[false, true].flatMap((overlap) =>
      meshes.map(([peers, perPeer]) => scenario('b', { peers, perPeer, overlap })),
    ),
    fanout,
    scenario('d', { n: of(100_000), flap: of(10_000), steps: isQuick ? 2 : 5 }),
    scenario('e', { n: of(500_000) }),
    { ...scenario('a', { n: of(500_000) }), isFiltered: true },
    { ...fanout, isFiltered: true },
  ];
}

/** Feeders, and prefixes of each. */
const meshSizes = {
  full: [
    [10, 10_000],
    [50, 1_000],
    [100, 1_000],
  ],
  quick: [
    [5, 1_000],
    [20, 100],
  ],
} as const;

/** One run that is to be made. */
export interface PlannedRun {
  readonly scenario: Scenario;
  readonly daemon: string;
  readonly run: number;
  readonly pin: boolean;
  /** Node binary of Peerage, where it is not the one that runs this. */
  readonly node?: string;
}

export interface PlanOptions {
  readonly isQuick: boolean;
  readonly cores: number;
  /** Other Nodes for Peerage. */
  readonly nodes?: readonly string[];
}

function takesPolicy(daemon: string): boolean {
  return known.find(({ name }) => name === daemon)?.takesPolicy === true;
}

/** All runs, round by round over the daemons, first with one core for the daemon, then with all of them. */
export function plannedRuns(
  daemons: readonly string[],
  runs: number,
  { isQuick, cores, nodes = [] }: PlanOptions,
): PlannedRun[] {
  const pinnings = cores < 2 ? [false] : isQuick ? [true] : [true, false];
  const rounds = Array.from({ length: runs }, (_, i) => i + 1);
  return pinnings.flatMap((pin) =>
    plannedScenarios(isQuick).flatMap((one) =>
      rounds.flatMap((run) =>
        // The reflector decides nothing, so that it cannot be right with overlap.
        daemons
          .filter((daemon) => !(one.overlap && daemon === 'reflector'))
          .filter((daemon) => !one.isFiltered || takesPolicy(daemon))
          .flatMap((daemon): PlannedRun[] => {
            const planned = { scenario: one, daemon, run, pin };
            // Other Nodes are compared on one core.
            const others = daemon === 'peerage' && pin === pinnings[0] ? nodes : [];
            return [planned, ...others.map((node) => ({ ...planned, node }))];
          }),
      ),
    ),
  );
}

/** Runs of a daemon of which one takes long, so that a set of runs ends on one day. */
export const SLOW = { seconds: 20, runs: 3 } as const;

const sameRun = (row: RunRow, planned: PlannedRun): boolean =>
  row.label === labelOf(planned.scenario) &&
  row.daemon === planned.daemon &&
  row.node === planned.node &&
  row.pinned === planned.pin;

/** Whether a run was made already, or need not be made: the daemon is slow in this scenario. */
export function isEnough(rows: readonly RunRow[], planned: PlannedRun): boolean {
  const others = rows.filter((row) => sameRun(row, planned));
  if (others.some(({ run }) => run === planned.run)) return true;
  const seconds = others.map(({ phases }) =>
    Object.values(phases).reduce((sum, phase) => sum + phase.seconds, 0),
  );
  return planned.run > SLOW.runs && seconds.some((one) => one > SLOW.seconds);
}
