import t from 'tap';
import type { GrowthPoint } from '../../growth/growth-point.js';
import { countText, type Growth, pointsTable, slopesOf, slopesTable } from '../../growth/slopes.js';

function point(
  prefixes: number,
  peers: number,
  residentBytes: number,
  nanosecondsPerRoute = 100,
): GrowthPoint {
  const paths = prefixes * peers;
  return {
    ...{ prefixes, peers, paths, attributeSets: 10, nanosecondsPerRoute, residentBytes },
    ...{ heapBytes: 1e6, columnBytes: 30 * paths, attributeBytes: 1e6 },
  };
}

const growth: Growth = {
  node: 'node',
  small: [point(500, 1, 0, 100)],
  large: [point(2000, 1, 0, 160)],
  base: [point(1000, 1, 100_000), point(1000, 1, 900_000), point(1000, 1, 100_000)],
  doubled: [point(2000, 1, 150_000)],
  twoPeers: [point(1000, 2, 140_000)],
  fourPeers: [point(1000, 4, 200_000)],
  sessions: {
    ...{ sessions: 10, routesEach: 100, paths: 1000, residentBytes: 200e6, peakBytes: 260e6, sentBytes: 1 },
  },
};

t.test('slopes are between medians, with those of the columns beside them', async (t) => {
  t.same(
    slopesOf(growth).map(({ value, columns }) => [value, columns]),
    [
      [1.6, null],
      [50, 30],
      [40, 30],
      [30, 30],
      [200, null],
      [260, null],
    ],
  );
  t.equal(slopesOf({ ...growth, sessions: null }).length, 4);
});

t.test('a table has each slope with its goal, and marks what misses it', async (t) => {
  const mark = (text: string, isReached: boolean): string => `${isReached ? 'ok' : 'MISSED'} ${text}`;
  const lines = slopesTable(slopesOf(growth), mark).split('\n');
  t.match(lines[2], /^MISSED \| CPU time for a route, 2 k against 500 +\| +1\.60 \| times/);
  t.match(lines[3], /^ok .* 50\.0 \| octets \| ≤ 60 /);
  t.match(pointsTable(growth), /10,000 sets +\| +1 k \| +4 \|/);
});

t.test('counts are short', async (t) => {
  t.same([500, 1000, 500_000, 2_000_000].map(countText), ['500', '1 k', '500 k', '2 M']);
});
