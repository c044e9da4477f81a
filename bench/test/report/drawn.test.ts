import { readFileSync } from 'node:fs';
import t from 'tap';
import type { MeasuredPhase } from '../../peers/run.js';
import { labelOf, scenario } from '../../peers/scenario.js';
import type { Medians, RunRow } from '../../peers/table.js';
import { drawn } from '../../report/drawn.js';
import { type Measurements, slimmed } from '../../report/measurements.js';
import { isEnough, plannedRuns, plannedScenarios } from '../../report/plan.js';

const inDocs = (name: string): string =>
  readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

t.test('the page and the plot in docs are what their data give', async (t) => {
  const measured = JSON.parse(inDocs('performance.json')) as Measurements;
  for (const [name, text] of Object.entries(drawn(measured))) {
    t.ok(inDocs(name) === text, `npm run bench:report -- --draw makes ${name} anew`);
  }
});

function medians(daemon: string, seconds: number | null): Medians {
  const figures = {
    ...{ seconds: seconds ?? 0, least: 0, most: 0, feedersSeconds: 3, cpuSeconds: 0, testerCpuSeconds: 0 },
    ...{ otherCpuSeconds: 0, peakMebibytes: 77, steps: null },
  };
  return {
    ...{ daemon, version: '1', label: 'b peers', scenario: scenario('b'), pinned: true, runs: 2 },
    ...(seconds === null ? { ok: 0, figures: null, reason: '1 × missing' } : { ok: 2, figures }),
  };
}

const measured: Measurements = {
  date: '2026-01-02T00:00:00Z',
  isQuick: false,
  machine: { processor: 'P & Q', cores: 2, memoryGibibytes: 8, kernel: '6', system: 'S', node: '20' },
  busyBefore: { median: 0.01, most: 0.05 },
  peers: [medians('peerage', 0.5), medians('bird2', 2), medians('frr', null)],
  functions: [{ name: 'decode: x', unit: 'route', nanoseconds: 5, spread: 0, garbage: 0 }],
};

t.test('times stand beside those of others, with ratios, and a run that was wrong has none', async (t) => {
  const page = drawn(measured)['performance.md'];
  t.match(page, /\| b peers +\| 0\.50 \/ 3\.00 \| 2\.00 \/ 3\.00 \| failed \| +0\.25 \| +– \|/);
  t.match(page, 'FRR, b peers, one core: 0 of 2 runs were right (1 × missing)');
  t.match(page, /\| decode: x \|/);
  t.notMatch(page, 'small set');
  t.match(drawn({ ...measured, isQuick: true })['performance.md'], 'small set');
});

t.test(
  'sections about policies, waiting, growth and other Nodes are there when they were measured',
  async (t) => {
    const page = drawn(measured)['performance.md']!;
    for (const head of ['With policies', 'While a table', 'As tables grow', 'On another Node'])
      t.notMatch(page, `## ${head}`);
    const [own] = measured.peers;
    const filtered = { ...own!.scenario, isFiltered: true } as const;
    const point = {
      ...{ prefixes: 1000, peers: 1, paths: 1000, attributeSets: 1, nanosecondsPerRoute: 100 },
      ...{ residentBytes: 1e6, heapBytes: 1e6, columnBytes: 1e4, attributeBytes: 1e4 },
    };
    const twice = { ...point, prefixes: 2000, paths: 2000, residentBytes: 1.05e6 };
    const watch = { sessions: 10, fallen: [], silenceSeconds: 1, pages: [10], commands: [300] };
    const loop = { p50: 1, p99: 7, most: 60, seconds: 2, pauses: [] };
    const figures = { loadSeconds: 2, loop, watch, longest: [], stealSeconds: 0, waitedSeconds: 0 };
    const more: Measurements = {
      ...measured,
      peers: [...measured.peers, { ...own!, scenario: filtered, label: `${own!.label} with policy` }],
      nodes: [{ ...own!, version: '1, Node 24' }],
      hits: { 'b peers with policy': { routes: 10, listed: 5, community: 4, preferred: 7 } },
      smooth: [{ label: 'a load', node: '20', pinned: true, runs: [{ figures }] }],
      growth: {
        ...{ node: '20', small: [point], large: [twice], base: [point], doubled: [twice] },
        ...{ twoPeers: [twice], fourPeers: [{ ...twice, paths: 4000 }], sessions: null },
      },
    };
    const whole = drawn(more)['performance.md']!;
    t.match(whole, /\| b peers +\| peerage \|.* 1\.00 \|/);
    t.match(whole, 'b peers with policy: of 10 routes 5 (50 %) in the list');
    t.match(whole, 'a load: p99 7.0 ms (goal 20), longest 60.0 ms (goal 100)');
    t.match(whole, /a prefix, 1 k to 2 k +\| +50\.0 \| octets/);
    t.match(whole, /\| b peers +\| one +\| +24 \|/);
    t.notMatch(whole, /## One core[^#]*with policy/, 'main tables are without');
  },
);

t.test('what is kept of a run is what the page shows', async (t) => {
  const figures = {
    loadSeconds: 1,
    loop: {
      p50: 1,
      p99: 1,
      most: 1,
      seconds: 1,
      pauses: [{ kind: 'minor' as const, at: 1.4, milliseconds: 0.12345 }],
    },
    watch: { sessions: 1, fallen: [], silenceSeconds: 1, pages: [1.23456], commands: [] },
    longest: [],
    ...{ stealSeconds: 0, waitedSeconds: 0 },
  };
  const runs = [{ figures }, { failure: 'it broke' }];
  const [slim] = slimmed([{ label: 'x', node: '20', pinned: true, runs }]);
  t.match(slim, { runs: [{ figures: { watch: { pages: [1.23] } } }, { failure: 'it broke' }] });
  t.same(slim?.runs[0]?.figures?.loop.pauses, [{ kind: 'minor', at: 1, milliseconds: 0.12 }]);
});

t.test('other Nodes, and daemons that take a policy, have runs of their own', async (t) => {
  const runs = plannedRuns(['peerage', 'gobgp'], 1, { isQuick: true, cores: 2, nodes: ['/other/node'] });
  const filtered = runs.filter(({ scenario: one }) => one.isFiltered);
  t.same([...new Set(filtered.map(({ daemon }) => daemon))], ['peerage']);
  t.same([...new Set(filtered.map(({ scenario: one }) => one.letter))], ['a', 'c']);
  t.equal(
    runs.filter(({ node }) => node !== undefined).length,
    runs.filter((run) => run.daemon === 'peerage').length / 2,
  );
});

t.test('the plot has a bar for each daemon that was right, and is well formed', async (t) => {
  const plot = drawn(measured)['performance.svg']!;
  t.equal(plot.match(/<rect [^>]*height="9"/g)?.length, 2);
  const opened = plot.match(/<(text|title|svg)[ >]/g)?.length;
  t.equal(opened, plot.match(/<\/(text|title|svg)>/g)?.length);
});

t.test('the small set has the scenarios of the large one, in smaller sizes', async (t) => {
  const letters = (isQuick: boolean) => new Set(plannedScenarios(isQuick).map(({ letter }) => letter));
  t.same(letters(true), letters(false));
  t.equal(
    plannedScenarios(false)
      .filter(({ letter, isFiltered }) => letter === 'a' && !isFiltered)
      .at(-1)?.prefixes,
    1_000_000,
  );
  for (const { prefixes } of plannedScenarios(true)) t.ok(prefixes <= 50_000);
});

t.test('runs go round by round over the daemons, without the reflector where feeders overlap', async (t) => {
  const runs = plannedRuns(['bird2', 'reflector'], 2, { isQuick: false, cores: 2 });
  t.same(
    runs.slice(0, 4).map(({ daemon, run }) => `${daemon} ${run}`),
    ['bird2 1', 'reflector 1', 'bird2 2', 'reflector 2'],
  );
  t.notOk(runs.some(({ scenario: one, daemon }) => one.overlap && daemon === 'reflector'));
  t.equal(runs.filter(({ pin }) => pin).length, runs.length / 2);
  t.notOk(plannedRuns(['bird2'], 1, { isQuick: false, cores: 1 }).some(({ pin }) => pin));
});

t.test('a run is made once, and no more than three of a daemon that is slow', async (t) => {
  const [planned] = plannedRuns(['bird2'], 1, { isQuick: true, cores: 2 });
  const { scenario: one } = planned!;
  const row = (run: number, seconds: number): RunRow => ({
    ...{ daemon: 'bird2', version: '2', label: labelOf(one), scenario: one, pinned: true, run, date: '' },
    ...{ isOk: true, peakMebibytes: 1, busyBefore: 0 },
    phases: { load: { seconds } as MeasuredPhase },
  });
  t.notOk(isEnough([], planned!));
  t.ok(isEnough([row(1, 1)], planned!));
  t.notOk(isEnough([{ ...row(1, 1), daemon: 'frr' }], planned!));
  t.notOk(isEnough([{ ...row(1, 1), pinned: false }], planned!));
  t.notOk(isEnough([row(1, 19)], { ...planned!, run: 4 }));
  t.ok(isEnough([row(1, 21)], { ...planned!, run: 4 }));
  t.notOk(isEnough([row(1, 21)], { ...planned!, run: 3 }));
});
