import t from 'tap';
import { ClusterWatch, clusterConcerns } from '../../src/controllers/cluster-changes.js';
import { ConcernWatch } from '../../src/controllers/concern-watch.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import { node, snapshot } from '../desired/samples.js';

const all = ['sysctl', 'egress', 'forward', 'overlay', 'cni', 'advertisements', 'peers', 'new'];
const own = node('n1', ['192.168.1.11']);
const other = node('n2', ['192.168.1.12']);
const first = snapshot({ nodes: [own, other] });

const names = (before: Snapshot | null, after: Snapshot): readonly string[] =>
  clusterConcerns(all, before, after, 'n1').map(({ controller }) => controller);

t.test('a change of the cluster concerns whoever works from what changed', async (t) => {
  const cases: readonly (readonly [string, Snapshot, readonly string[]])[] = [
    ['the same snapshot', first, []],
    ['a service', { ...first, services: new Map() }, ['advertisements', 'new']],
    [
      'another node',
      { ...first, nodes: new Map([['n1', own]]) },
      ['egress', 'overlay', 'advertisements', 'peers', 'new'],
    ],
    [
      'this node',
      { ...first, nodes: new Map([...first.nodes, ['n1', { ...own, unschedulable: true }]]) },
      ['sysctl', 'egress', 'overlay', 'cni', 'advertisements', 'peers', 'new'],
    ],
    [
      'a kind that cannot be read',
      { ...first, degraded: new Map([['EndpointSlice', 'no right to list them']]) },
      ['sysctl', 'egress', 'overlay', 'cni', 'advertisements', 'peers', 'new'],
    ],
  ];
  for (const [what, after, expected] of cases) t.same(names(first, after), expected, what);
  t.same(
    names(null, first),
    all.filter((name) => name !== 'forward'),
    'the first snapshot',
  );
});

t.test('those that speak to peers are woken at once, before those that keep the host', async (t) => {
  const woken: string[] = [];
  let later = (): void => {};
  const setTimer = (_: number, callback: () => void): { cancel(): void } => {
    later = callback;
    return { cancel: () => {} };
  };
  const watch = new ClusterWatch('n1', new ConcernWatch({ setTimer }, (name) => woken.push(name)));
  watch.changed(first, ['egress', 'peers']);
  t.same(woken, ['peers']);
  later();
  t.same(woken, ['peers', 'egress']);
  watch.changed(first, ['egress', 'peers']);
  t.same(woken, ['peers', 'egress'], 'nothing changed');
});

t.test('an aggregate is looked at again when another node may come to have it', async (t) => {
  const withoutOther = { ...first, nodes: new Map([['n1', own]]) };
  t.same(clusterConcerns(['aggregates'], first, withoutOther, 'n1').length, 1);
});

t.test('what only other nodes say waits for what they announce', async (t) => {
  const waits = (after: Snapshot): readonly number[] => {
    const concerns = clusterConcerns(['peers', 'advertisements'], first, after, 'n1');
    return concerns.map(({ withinMilliseconds }) => withinMilliseconds);
  };
  const withoutOther = { ...first, nodes: new Map([['n1', own]]) };
  t.same(waits(withoutOther), [100, 100]);
  t.same(waits({ ...withoutOther, services: new Map() }), [0, 0]);
  const changed = { ...own, unschedulable: true };
  t.same(waits({ ...first, nodes: new Map([...first.nodes, ['n1', changed]]) }), [0, 0]);
});
