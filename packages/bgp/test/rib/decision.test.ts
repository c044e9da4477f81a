import t from 'tap';
import { type DecisionOptions, Step, stepText } from '../../src/rib/decision.js';
import type { PathRow } from '../../src/rib/ids.js';
import { DecisionBench as Bench, type Candidate, permutations } from './decision-bench.js';

const base: Candidate = { name: 'a', as: [1, 2], routerId: 5 };
const steps: readonly [Step, Candidate, Candidate][] = [
  [Step.Local, { name: 'local', as: [9, 9, 9] }, base],
  [
    Step.LongLivedStale,
    { ...base, as: [1, 2, 3], name: 'b' },
    { ...base, more: { communities: [0xffff0006] } },
  ],
  [Step.LocalPref, { ...base, name: 'b', as: [1, 2, 3], more: { localPref: 101 } }, base],
  [Step.Aigp, { ...base, name: 'b', as: [1, 2, 3], more: { aigp: '7' } }, { ...base, more: { aigp: '8' } }],
  [Step.Aigp, { ...base, name: 'b', as: [1, 2, 3], more: { aigp: '9' } }, base],
  [Step.AsPathLength, { ...base, name: 'b', as: [1], more: { origin: 'incomplete' } }, base],
  [Step.Origin, { ...base, name: 'b', more: { med: 5 } }, { ...base, more: { origin: 'egp' } }],
  [Step.Med, { ...base, name: 'b', internal: true }, { ...base, more: { med: 1 } }],
  [Step.External, { ...base, name: 'b', routerId: 200 }, { ...base, internal: true }],
  [Step.RouterId, { ...base, name: 'b', routerId: 3, address: 200 }, base],
  [
    Step.RouterId,
    { ...base, name: 'b', routerId: 200, internal: true, more: { originatorId: '0.0.0.3' } },
    { ...base, internal: true },
  ],
  [Step.ClusterList, { ...base, name: 'b', address: 200 }, { ...base, more: { clusterList: ['1.1.1.1'] } }],
  [Step.PeerAddress, { ...base, name: 'b', address: 4 }, base],
  // Two links to one router: link-local addresses are alike.
  [Step.PathId, base, { ...base, name: 'b' }],
];

for (const [step, winner, loser] of steps) {
  t.test(`${stepText[step][0]} wins, whichever comes first`, async (t) => {
    for (const order of [
      [winner, loser],
      [loser, winner],
    ]) {
      const bench = new Bench();
      for (const candidate of order) bench.put(candidate);
      t.equal(bench.best(), winner.name);
      const { best, reason } = bench.table.loc.explain(bench.prefix);
      t.equal(reason, step);
      const other = bench.table.paths.find(bench.prefix, bench.peers.get(loser.name)!, 0);
      t.equal(bench.rib.decision.lostBy(bench.table.paths, best, other), step);
    }
  });
}

t.test('the nearer next hop wins, and one that is unreachable is no candidate', async (t) => {
  const bench = new Bench();
  bench.put({ ...base, hop: 50 });
  bench.put({ ...base, name: 'b', routerId: 9, hop: 60 });
  bench.rib.nextHops.setMetric(bench.hop(50), 10);
  bench.rib.nextHops.setMetric(bench.hop(60), 5);
  t.equal(bench.nameOf(bench.rib.decision.select(bench.table.paths, bench.prefix)), 'b');
  t.equal(bench.rib.decision.reason, Step.Metric);
  bench.rib.nextHops.setReachable(bench.hop(60), false);
  t.equal(bench.nameOf(bench.rib.decision.select(bench.table.paths, bench.prefix)), 'a');
});

t.test('the way to the next hop counts to AIGP, also between paths with one set of attributes', async (t) => {
  const bench = new Bench();
  const more = { aigp: '18446744073709551615' };
  bench.put({ name: 'a', as: [1], more: { aigp: '10' }, hop: 50 });
  bench.put({ name: 'b', as: [1], more: { aigp: '12' }, hop: 60 });
  bench.rib.nextHops.setMetric(bench.hop(50), 5);
  bench.rib.nextHops.setMetric(bench.hop(60), 2);
  bench.table.loc.reconsider(bench.prefix);
  t.equal(bench.best(), 'b', '12 + 2 is less than 10 + 5');
  bench.put({ name: 'c', as: [1], more, hop: 70, internal: true });
  bench.put({ name: 'd', as: [1], more, hop: 71 });
  bench.drop('a');
  bench.drop('b');
  bench.rib.nextHops.setMetric(bench.hop(71), 4_294_967_295);
  bench.table.loc.reconsider(bench.prefix);
  t.equal(bench.best(), 'c', 'although external paths go before internal ones');
});

/** Six paths among which MED makes preference a circle when it is compared pair by pair. */
const six: readonly Candidate[] = [
  { name: 'a', as: [1, 7], more: { med: 10 }, routerId: 1 },
  { name: 'b', as: [1, 8], more: { med: 5 }, routerId: 6 },
  { name: 'c', as: [2, 7], more: { med: 0 }, routerId: 3 },
  { name: 'd', as: [2, 8], more: { med: 20 }, routerId: 2 },
  { name: 'e', as: [3, 7], internal: true, routerId: 4 },
  { name: 'f', as: [3, 9, 9], routerId: 5, more: { med: 1 } },
];

for (const [options, winner] of [
  [{ alwaysCompareMed: true }, 'c'],
  [{ medMissingAsWorst: true }, 'c'],
  [{ alwaysCompareMed: true, medMissingAsWorst: true }, 'c'],
] as const) {
  const title = Object.keys(options).join(' and ');
  t.test(`with ${title}, six paths give one result in each of their 720 orders`, async (t) => {
    const results = new Set<string>();
    for (const order of permutations(six)) {
      const bench = new Bench(options);
      for (const candidate of order) {
        bench.put(candidate);
        if (bench.best().startsWith('differs')) throw new Error(order.map((c) => c.name).join(' '));
      }
      results.add(bench.best());
    }
    t.strictSame([...results], [winner]);
  });
}

t.test('MED is compared between neighbours, and its absence read, as the options say', async (t) => {
  const chosen = (options: Partial<DecisionOptions>, first?: number, second?: number): string => {
    const bench = new Bench(options);
    bench.put({ name: 'a', as: [1], routerId: 1, ...(first !== undefined && { more: { med: first } }) });
    bench.put({ name: 'b', as: [2], routerId: 2, ...(second !== undefined && { more: { med: second } }) });
    return bench.best();
  };
  const always = { alwaysCompareMed: true };
  const both = { ...always, medMissingAsWorst: true };
  t.equal(chosen({}, 5, 1), 'a');
  t.equal(chosen(always, 5, 1), 'b');
  t.equal(chosen(always, 5), 'b');
  t.equal(chosen(both, 5), 'a');
  t.equal(chosen(both, undefined, 5), 'b');
  t.equal(chosen({ medMissingAsWorst: true }, undefined, 5), 'a', 'neighbours differ');
});

t.test(
  'six paths give one result in each of their 720 orders, and at every step of taking them away',
  async (t) => {
    const results = new Set<string>();
    for (const order of permutations(six)) {
      const bench = new Bench();
      for (const candidate of order) {
        bench.put(candidate);
        if (bench.best().startsWith('differs'))
          throw new Error(`adding ${order.map((c) => c.name).join(' ')}`);
      }
      results.add(bench.best());
      for (const candidate of order) {
        bench.drop(candidate.name);
        if (bench.best().startsWith('differs'))
          throw new Error(`removing ${order.map((c) => c.name).join(' ')}`);
      }
      if (bench.best() !== 'none') throw new Error('something is left');
    }
    t.strictSame([...results], ['c']);
  },
);

t.test(
  'equal-cost paths have different next hops, at most as many as asked for, in decision order',
  async (t) => {
    const names = (bench: Bench): string[] => {
      const out: PathRow[] = [];
      const best = bench.rib.decision.select(bench.table.paths, bench.prefix);
      const count = bench.rib.decision.equals(bench.table.paths, best, out);
      return out.slice(0, count).map((row) => bench.nameOf(row));
    };
    const fill = (bench: Bench): void => {
      bench.put({ name: 'a', as: [1, 2], routerId: 5 });
      bench.put({ name: 'b', as: [1, 2], routerId: 3 });
      bench.put({ name: 'c', as: [1, 2], routerId: 4, hop: 3 });
      bench.put({ name: 'd', as: [1, 9], routerId: 6 });
      bench.put({ name: 'e', as: [1, 2], routerId: 7, more: { med: 1 } });
      bench.put({ name: 'f', as: [1, 2], routerId: 1, internal: true });
      bench.put({ name: 'g', as: [2, 2], routerId: 8 });
    };
    const exact = new Bench();
    fill(exact);
    t.strictSame(names(exact), ['b', 'a'], 'c has the next hop of b, e a higher MED, f is internal');
    const loose = new Bench({ exactAsPath: false });
    fill(loose);
    t.strictSame(names(loose), ['b', 'a', 'd', 'g']);
    const two = new Bench({ exactAsPath: false, maximumPaths: 2 });
    fill(two);
    t.strictSame(names(two), ['b', 'a']);
  },
);
