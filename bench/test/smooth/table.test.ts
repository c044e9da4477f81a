import t from 'tap';
import type { SmoothFigures, SmoothRun } from '../../smooth/run.js';
import { waysOf } from '../../smooth/scenarios.js';
import {
  allStayed,
  coloured,
  longestText,
  medianSummary,
  middleRun,
  type SmoothResult,
  smoothTable,
  verdictOf,
} from '../../smooth/table.js';

const pause = (milliseconds: number) => ({ kind: 'minor' as const, at: 0, milliseconds });

function run(most: number, change: Partial<SmoothFigures['watch']> = {}): SmoothRun {
  const longest = [
    {
      ...{ kind: 'turn' as const, at: 0, milliseconds: most, cpuMilliseconds: most / 2, collected: 1 },
      functions: [{ name: 'outer', share: 1 }],
      own: [{ name: 'inner', share: 0.5 }],
    },
  ];
  const watch = { sessions: 10, fallen: [], silenceSeconds: 1, pages: [10, 30], commands: [], ...change };
  const loop = { p50: 1, p99: most / 2, most, seconds: 2, pauses: [pause(2), pause(5)] };
  return { figures: { loadSeconds: 2, loop, longest, watch, stealSeconds: 0.5, waitedSeconds: 0.25 } };
}

const result = (runs: readonly SmoothRun[]): SmoothResult => ({
  ...{ label: 'a load', node: 'node', pinned: true, runs },
});

t.test('figures are medians over the runs, and a run that failed has none', async (t) => {
  const runs = [run(30), { failure: 'it broke' }, run(10), run(80, { pages: [500], commands: [400] })];
  t.match(medianSummary(runs), {
    most: 30,
    p99: 15,
    pauses: 2,
    longestPause: 5,
    pauseMilliseconds: 7,
    page: 30,
  });
  t.equal(medianSummary(runs)?.command, 400, 'of the runs that have one');
  t.equal(medianSummary([{ failure: 'it broke' }]), null);
  t.equal(middleRun(runs)?.loop.most, 30);
  t.match(verdictOf(result(runs)), /p99 15\.0 ms \(goal 20\).*1 runs failed: it broke/);
  const table = smoothTable([result(runs)]);
  t.match(table, /a load, 2 +\| +– \|/);
  t.match(table, /a load, median +\| +2\.00 \|/);
});

t.test('a session that fell, or a run that failed, is not smooth', async (t) => {
  t.ok(allStayed([result([run(500)])]), 'slow is not fallen');
  t.notOk(allStayed([result([run(1), run(1, { fallen: ['monitor 1'] })])]));
  t.notOk(allStayed([result([run(1), { failure: 'it broke' }])]));
  t.match(verdictOf(result([run(1, { fallen: ['monitor 1'] })])), 'sessions fell');
});

t.test('on a terminal, what misses its goal is red', async (t) => {
  const text = verdictOf(result([run(300)]), coloured);
  t.match(text, '\u001b[31mlongest 300.0 ms (goal 100)\u001b[39m');
  t.match(text, '\u001b[32mpage 30.0 ms (goal 200)\u001b[39m');
});

t.test('the longest callbacks are told with what they were busy with', async (t) => {
  const text = longestText(result([run(300)]));
  t.match(text, 'turn 300.0 ms, CPU 150.0 ms, collector 1.0 ms');
  t.match(text, /in all: outer 100 %\n +itself: inner 50 %/);
  t.equal(longestText(result([{ failure: 'it broke' }])), '');
});

t.test('routes go one way, or both', async (t) => {
  const [one, both] = waysOf(['one', 'both'], 1000);
  t.match(one, { label: '1000 routes one way', scenario: { letter: 'a', feeders: 1, monitors: 1 } });
  t.match(both, { scenario: { feeders: 2, prefixes: 1000, monitors: 0, overlap: false } });
  t.throws(() => waysOf(['up'], 1), /--way must be one or both, got up/);
});
