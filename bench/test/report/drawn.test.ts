import { readFileSync } from 'node:fs';
import t from 'tap';
import { scenario } from '../../peers/scenario.js';
import type { Medians } from '../../peers/table.js';
import { drawn } from '../../report/drawn.js';
import type { Measurements } from '../../report/measurements.js';
import { plannedRuns, plannedScenarios } from '../../report/plan.js';

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
      .filter(({ letter }) => letter === 'a')
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
