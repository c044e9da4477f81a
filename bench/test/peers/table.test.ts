import t from 'tap';
import { labelOf, scenario } from '../../peers/scenario.js';
import { mediansOf, type RunRow, tableOf } from '../../peers/table.js';
import { worldOf } from '../../peers/world.js';

const phase = {
  seconds: 1,
  feedersSeconds: 1,
  firstSeconds: 0,
  sentSeconds: 0,
  cpuSeconds: 0.5,
  testerCpuSeconds: 0.1,
  otherCpuSeconds: 0,
  stealSeconds: 0,
};

function row(change: Partial<RunRow>, seconds = 1): RunRow {
  const one = scenario('a', { n: 10 });
  return {
    ...{ daemon: 'bird2', version: '2', label: labelOf(one), scenario: one, pinned: true, run: 1, date: '' },
    ...{ isOk: true, phases: { load: { ...phase, seconds } }, peakMebibytes: 10, busyBefore: 0 },
    ...change,
  };
}

t.test(
  'a scenario has its usual sizes where none is given, and a label that tells sizes apart',
  async (t) => {
    t.equal(labelOf(scenario('table')), 'a table 100000');
    t.equal(labelOf(scenario('b', { overlap: true, perPeer: 5 })), 'b peers 10×5 same');
    t.equal(labelOf(scenario('c')), 'c fanout 100000 to 50');
    t.equal(labelOf(scenario('d', { flap: 9 })), 'd churn 100000, 9×20');
    t.equal(scenario('d', { n: 50 }).flap, 50, 'no more can flap than there are');
    t.equal(labelOf(scenario('e')), 'e loss 500000');
    t.throws(() => scenario('f'), /no scenario "f"; there are a \(table\)/);
  },
);

t.test('peers have addresses of their own on two links', async (t) => {
  const { peers } = worldOf(scenario('c', { monitors: 300 }));
  t.equal(new Set(peers.map(({ address }) => address)).size, 301);
  t.match(peers[0], { role: 'feeder', address: '198.18.1.1', dutAddress: '198.18.0.1' });
  t.match(peers.at(-1), { role: 'monitor', address: '198.19.2.44', dutAddress: '198.19.0.1' });
});

t.test('medians are of runs that were right, by daemon, scenario and cores', async (t) => {
  const rows = [
    row({}, 1),
    row({}, 5),
    row({}, 2),
    row({ isOk: false, reason: 'broke', phases: {} }),
    row({ pinned: false }, 9),
  ];
  const [one, all] = mediansOf(rows);
  t.match(one, { ok: 3, runs: 4, figures: { seconds: 2, least: 1, most: 5 }, reason: 'broke' });
  t.match(all, { pinned: false, ok: 1, figures: { seconds: 9 } });
  t.match(tableOf(rows), /a table 10 .* bird2 .* one .* 3\/4 .* 2\.000 .* broke/);
});

t.test('a daemon that is never right has no figures but the reason', async (t) => {
  const rows = [row({ isOk: false, reason: '3 × missing', phases: {} })];
  t.equal(mediansOf(rows)[0]?.figures, null);
  t.match(tableOf(rows), /0\/1 .* 3 × missing/);
});
