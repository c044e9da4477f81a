import t from 'tap';
import { hitsText, nodeRatios, nodesTable, policyRatios, policyTable } from '../../peers/ratios.js';
import { labelOf, type Scenario, scenario } from '../../peers/scenario.js';
import type { Medians, RunRow } from '../../peers/table.js';

function medians(version: string, one: Scenario, seconds: number | null, daemon = 'peerage'): Medians {
  const figures = {
    ...{ seconds: seconds ?? 0, least: 0, most: 0, feedersSeconds: 0, cpuSeconds: 0, testerCpuSeconds: 0 },
    ...{ otherCpuSeconds: 0, peakMebibytes: 10, steps: null },
  };
  const base = { daemon, version, label: labelOf(one), scenario: one, pinned: true, runs: 1 };
  return seconds === null ? { ...base, ok: 0, figures: null } : { ...base, ok: 1, figures };
}

const plain = scenario('a', { n: 10 });
const filtered: Scenario = { ...plain, isFiltered: true };

t.test('with a policy is compared with without, of the same daemon and version', async (t) => {
  const measured = [
    medians('1, Node 20', plain, 2),
    medians('1, Node 24', plain, 1),
    medians('1, Node 20', filtered, 3),
    medians('2', filtered, 9, 'bird2'),
  ];
  t.match(policyRatios(measured), [{ label: 'a table 10', version: '1, Node 20', ratio: 1.5 }]);
  t.equal(policyRatios(measured).length, 1);
  t.match(policyTable(measured), / 2\.000 \| +3\.000 \| +1\.50 /);
  t.equal(policyTable([medians('1', plain, 2)]), '');
  t.equal(policyTable([medians('1', plain, 2), medians('1', filtered, null)]), '', 'one that failed');
});

t.test('every Node is compared with the first', async (t) => {
  const measured = [medians('1, Node 20', plain, 2), medians('1, Node 24', plain, 1)];
  t.match(nodeRatios(measured), [{ ratio: 0.5, version: '1, Node 24' }]);
  t.match(nodesTable(measured), /\| a table 10 \| one +\| +24 \| +1\.000 \| +20 \|/);
  t.equal(nodesTable(measured.slice(1)), '');
});

t.test('hits are told as shares of the routes', async (t) => {
  const hits = { routes: 200, listed: 100, community: 50, preferred: 120 };
  const rows = [{ label: 'x', isOk: true, findings: { hits } }] as unknown as RunRow[];
  t.match(
    hitsText(rows),
    'x: of 200 routes 100 (50 %) in the list, 50 (25 %) with the community, 120 (60 %)',
  );
});
