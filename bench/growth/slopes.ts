import { median } from '../statistics.js';
import { textTable } from '../text-table.js';
import type { GrowthPoint } from './growth-point.js';
import type { SessionsGrowth } from './sessions.js';

/** All points that were measured, each as often as there were runs. */
export interface Growth {
  readonly node: string;
  /** With attributes as a full table has them: a small and a large table. */
  readonly small: readonly GrowthPoint[];
  readonly large: readonly GrowthPoint[];
  /** With the same sets of attributes: one table, twice as large, and the same from two and from four peers. */
  readonly base: readonly GrowthPoint[];
  readonly doubled: readonly GrowthPoint[];
  readonly twoPeers: readonly GrowthPoint[];
  readonly fourPeers: readonly GrowthPoint[];
  readonly sessions: SessionsGrowth | null;
}

/** One figure beside its goal. */
export interface Slope {
  readonly name: string;
  readonly value: number;
  /** What the columns alone come to. */
  readonly columns: number | null;
  readonly unit: string;
  readonly goal: number;
}

export const growthGoals = {
  timeRatio: 1.3,
  prefixBytes: 60,
  pathBytes: 40,
  sessionsMegabytes: 250,
} as const;

const of = (points: readonly GrowthPoint[], figure: (point: GrowthPoint) => number): number =>
  median(points.map(figure));

/** How a figure grows from one point to another, for each of `count`. */
function slope(
  from: readonly GrowthPoint[],
  to: readonly GrowthPoint[],
  count: (point: GrowthPoint) => number,
  figure: (point: GrowthPoint) => number,
): number {
  return (of(to, figure) - of(from, figure)) / (of(to, count) - of(from, count));
}

/** `500 k`, `2 M` */
export function countText(count: number): string {
  const [divided, unit] =
    count >= 1e6 ? [count / 1e6, ' M'] : count >= 1000 ? [count / 1000, ' k'] : [count, ''];
  return `${Number(divided.toFixed(1))}${unit}`;
}

/** The figures that a growth comes to. */
export function slopesOf({ small, large, base, doubled, twoPeers, fourPeers, sessions }: Growth): Slope[] {
  const prefixes = (point: GrowthPoint): number => point.prefixes;
  const paths = (point: GrowthPoint): number => point.paths;
  const resident = (point: GrowthPoint): number => point.residentBytes;
  const columns = (point: GrowthPoint): number => point.columnBytes;
  const time = (point: GrowthPoint): number => point.nanosecondsPerRoute;
  const at = (points: readonly GrowthPoint[]): string => countText(points[0]!.prefixes);
  return [
    {
      name: `CPU time for a route, ${at(large)} against ${at(small)}`,
      ...{
        value: of(large, time) / of(small, time),
        columns: null,
        unit: 'times',
        goal: growthGoals.timeRatio,
      },
    },
    {
      name: `a prefix, ${at(base)} to ${at(doubled)}`,
      value: slope(base, doubled, prefixes, resident),
      columns: slope(base, doubled, prefixes, columns),
      ...{ unit: 'octets', goal: growthGoals.prefixBytes },
    },
    ...(
      [
        ['1 to 2 peers', base, twoPeers],
        ['2 to 4 peers', twoPeers, fourPeers],
      ] as const
    ).map(([name, from, to]) => ({
      name: `a further path, ${name} with ${at(base)} prefixes`,
      value: slope(from, to, paths, resident),
      columns: slope(from, to, paths, columns),
      ...{ unit: 'octets', goal: growthGoals.pathBytes },
    })),
    ...(sessions === null
      ? []
      : [
          {
            name: `${sessions.sessions} sessions with ${sessions.routesEach} routes each, resident`,
            ...{
              value: sessions.residentBytes / 1e6,
              columns: null,
              unit: 'MB',
              goal: growthGoals.sessionsMegabytes,
            },
          },
          {
            name: `${sessions.sessions} sessions with ${sessions.routesEach} routes each, at most`,
            ...{
              value: sessions.peakBytes / 1e6,
              columns: null,
              unit: 'MB',
              goal: growthGoals.sessionsMegabytes,
            },
          },
        ]),
  ];
}

/** `mark` colours a figure by whether its goal is reached. */
export function slopesTable(
  slopes: readonly Slope[],
  mark: (text: string, isReached: boolean) => string = (text) => text,
): string {
  const table = textTable(
    ['growth', 'measured', 'unit', 'goal', 'columns alone'],
    slopes.map(({ name, value, unit, goal, columns }) => [
      ...[name, value.toFixed(unit === 'times' ? 2 : 1), unit, `≤ ${goal}`],
      columns === null ? '–' : columns.toFixed(1),
    ]),
  );
  const [head = '', rule = '', ...lines] = table.split('\n');
  return [head, rule, ...lines.map((line, i) => mark(line, slopes[i]!.value <= slopes[i]!.goal))].join('\n');
}

/** The points behind the slopes. */
export function pointsTable(growth: Growth): string {
  const named = [
    ['as a full table', growth.small],
    ['as a full table', growth.large],
    ['10,000 sets', growth.base],
    ['10,000 sets', growth.doubled],
    ['10,000 sets', growth.twoPeers],
    ['10,000 sets', growth.fourPeers],
  ] as const;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return textTable(
    [
      'attributes',
      'prefixes',
      'peers',
      'CPU ns a route',
      'resident MB',
      'heap MB',
      'columns MB',
      'attributes MB',
    ],
    named.map(([attributes, points]) => [
      ...[attributes, countText(points[0]!.prefixes), String(points[0]!.peers)],
      of(points, (point) => point.nanosecondsPerRoute).toFixed(0),
      megabytes(of(points, (point) => point.residentBytes)),
      megabytes(of(points, (point) => point.heapBytes)),
      megabytes(of(points, (point) => point.columnBytes)),
      megabytes(of(points, (point) => point.attributeBytes)),
    ]),
  );
}
