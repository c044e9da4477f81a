// test-timeout: 120
import t from 'tap';
import type { AsPathSegment, PathAttributes } from '../../src/attributes/path-attributes.js';
import { type DecisionOptions, stepText } from '../../src/rib/decision.js';
import { NO_ROW, type PathRow } from '../../src/rib/ids.js';
import { type Candidate, DecisionBench, permutations } from './decision-bench.js';
import { seeded } from './seeded.js';

/**
 * Whatever six paths there are, and in whatever order they come: one best path, one order of the others, one set of equal-cost
 * paths. The paths are made so that they differ in little, and MED, which compares neighbours only, gets its circles.
 */
const SETS = 5;

const optionSets: readonly Partial<DecisionOptions>[] = [
  {},
  { alwaysCompareMed: true },
  { medMissingAsWorst: true },
  { alwaysCompareMed: true, medMissingAsWorst: true },
  { exactAsPath: false },
  { exactAsPath: false, alwaysCompareMed: true, maximumPaths: 3 },
];

type Pick = <T>(...of: readonly T[]) => T;

function asPathOf(pick: Pick): AsPathSegment[] {
  const path: AsPathSegment[] = [];
  if (pick(true, false, false))
    path.push({ type: 'confed-sequence', ases: pick([65_001], [65_001, 65_002]) });
  path.push({ type: 'sequence', ases: [pick(1, 2, 3), pick(7, 8)] });
  if (pick(true, false, false, false)) path.push({ type: 'set', ases: [9, 10] });
  return path;
}

function candidate(name: string, pick: Pick): Candidate {
  const kind = pick('external', 'external', 'internal', 'member');
  const med = pick(undefined, 0, 5, 10);
  const originatorId = kind === 'internal' ? pick(undefined, '0.0.0.2') : undefined;
  const aigp = pick(undefined, undefined, undefined, '10', '15');
  const more: PathAttributes = {
    asPath: asPathOf(pick),
    ...(med !== undefined && { med }),
    ...(originatorId !== undefined && {
      originatorId,
      clusterList: pick(['1.1.1.1'], ['1.1.1.1', '2.2.2.2']),
    }),
    ...(pick(false, false, false, true) && { localPref: 100 }),
    ...(aigp !== undefined && { aigp }),
    ...(pick(false, false, false, false, true) && { communities: [0xffff0006] }),
  };
  return {
    name,
    as: [],
    more,
    internal: kind === 'internal',
    member: kind === 'member',
    routerId: pick(1, 2, 3),
    address: pick(4, 5, 6),
    hop: pick(20, 21, 22, 23),
  };
}

/** Six paths of four or five peers: some have two, with path identifiers. */
function sixOf(seed: number): readonly Candidate[] {
  const random = seeded(seed);
  const pick: Pick = (...of) => of[random(of.length)]!;
  const peers = Array.from({ length: pick(4, 5, 6) }, (_, i) => candidate(String.fromCharCode(97 + i), pick));
  const second = peers
    .slice(0, 6 - peers.length)
    .map((peer) => ({ ...candidate(peer.name, pick), ...identityOf(peer), id: 1 }));
  return [...peers, ...second];
}

function identityOf({ internal = false, member = false, routerId = 9, address = 9 }: Candidate) {
  return { internal, member, routerId, address };
}

/** Everything that the decision says of the paths, as text. */
function outcome(options: Partial<DecisionOptions>, paths: readonly Candidate[]): string {
  const bench = new DecisionBench(options);
  for (const hop of [20, 21, 22, 23]) bench.rib.nextHops.setMetric(bench.hop(hop), hop < 22 ? 5 : 10);
  bench.rib.nextHops.setReachable(bench.hop(23), false);
  for (const path of paths) {
    bench.put(path);
    if (bench.best().startsWith('differs'))
      return `adding ${path.name}: the best path differs from a full scan`;
  }
  const { decision } = bench.rib;
  const { table, prefix } = bench;
  const nameOf = (row: PathRow): string => `${bench.nameOf(row)}${table.paths.pathId(row)}`;
  const ranked: PathRow[] = [];
  const lines: string[] = [];
  for (let row = decision.select(table.paths, prefix); row !== NO_ROW; ) {
    if (ranked.length === 0) lines.push(`${nameOf(row)} ${stepText[decision.reason][0]}`);
    ranked.push(row);
    row = decision.select(table.paths, prefix, ranked);
  }
  const best = ranked[0];
  if (best === undefined) return 'none';
  lines.push(
    ...ranked.slice(1).map((row) => `${nameOf(row)} ${stepText[decision.lostBy(table.paths, best, row)][1]}`),
  );
  const equals: PathRow[] = [];
  const count = decision.equals(table.paths, best, equals);
  lines.push(`equal: ${equals.slice(0, count).map(nameOf).join(' ')}`);
  return lines.join('\n');
}

for (const options of optionSets) {
  const title = Object.keys(options).join(', ') || 'the defaults';
  t.test(`any six paths in all 720 arrival orders give one result, with ${title}`, async (t) => {
    const told = new Set<string>();
    for (let seed = 1; seed <= SETS; seed++) {
      const paths = sixOf(seed);
      const outcomes = new Set<string>();
      for (const order of permutations(paths)) outcomes.add(outcome(options, order));
      t.equal(outcomes.size, 1, `seed ${seed}: ${[...outcomes].join('\n--\n')}`);
      told.add([...outcomes][0]!);
    }
    t.ok(told.size > SETS / 2, 'the sets are not alike');
  });
}
