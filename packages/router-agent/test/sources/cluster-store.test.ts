import t from 'tap';
import { ClusterStore } from '../../src/sources/cluster-store.js';
import type { SourceClock } from '../../src/sources/source-ports.js';
import { translate } from '../../src/sources/translate.js';
import { sampleNode, sampleSlice } from './sample-objects.js';

/** A store whose time the test moves. */
function newStore() {
  const turns: (() => void)[] = [];
  const timers: { at: number; callback: () => void }[] = [];
  let now = 0;
  const clock: SourceClock = {
    now: () => now,
    wallTime: () => now,
    setTimer: (milliseconds, callback) => {
      timers.push({ at: now + milliseconds, callback });
      return { cancel() {} };
    },
    nextTurn: (callback) => void turns.push(callback),
  };
  const turn = (): void => {
    for (const callback of turns.splice(0)) callback();
  };
  const pass = (milliseconds: number): void => {
    now += milliseconds;
    for (const timer of timers.splice(0)) {
      if (timer.at <= now) timer.callback();
      else timers.push(timer);
    }
    turn();
  };
  return { store: new ClusterStore(clock), turn, pass };
}

function object(kind: 'Node' | 'EndpointSlice', raw: unknown) {
  const translation = translate(kind, raw);
  if (!translation.ok) throw new Error(JSON.stringify(translation.issues));
  return translation.object;
}

t.test('a burst is told at once, and then again when it has gone on for a while', async (t) => {
  const { store, turn, pass } = newStore();
  const told: number[] = [];
  store.onChange(() => told.push(store.snapshot().nodes.size));
  store.put(object('Node', sampleNode(1)));
  turn();
  t.same(told, [1]);
  for (const n of [2, 3, 4]) {
    pass(10);
    store.put(object('Node', sampleNode(n)));
  }
  turn();
  t.same(told, [1]);
  pass(20);
  t.same(told, [1, 4]);
  pass(50);
  store.put(object('Node', sampleNode(5)));
  turn();
  t.same(told, [1, 4, 5], 'after a quiet time there is no wait');
});

t.test('many changes in one turn are told once, and an equal object is no change', async (t) => {
  const { store, turn } = newStore();
  let told = 0;
  const stop = store.onChange(() => told++);
  store.put(object('Node', sampleNode(1)));
  store.put(object('Node', sampleNode(2)));
  turn();
  t.equal(told, 1);
  const snapshot = store.snapshot();
  store.put(object('Node', sampleNode(1)));
  store.remove('Node', 'node-9');
  store.setProblems('x', []);
  store.setDegraded('Node', null);
  turn();
  t.equal(told, 1);
  t.equal(store.snapshot(), snapshot, 'the same snapshot as long as nothing changed');
  stop();
  store.remove('Node', 'node-1');
  turn();
  t.equal(told, 1);
});

t.test('a snapshot never changes', async (t) => {
  const { store } = newStore();
  store.put(object('Node', sampleNode(1)));
  const before = store.snapshot();
  store.put(object('Node', sampleNode(2)));
  store.markListed('Node');
  store.setDegraded('Service', 'no right');
  store.setProblems('a', [{ place: 'a', message: 'b' }]);
  t.same([before.nodes.size, before.listed.size, before.degraded.size, before.problems.length], [1, 0, 0, 0]);
  t.same([...store.snapshot().nodes.keys()], ['node-1', 'node-2']);
  t.match(store.snapshot().problems, [{ place: 'a' }]);
  t.same([...store.snapshot().listed], ['Node']);
  t.same([...store.snapshot().degraded], [['Service', 'no right']]);
});

t.test('slices stand under the service that they belong to', async (t) => {
  const { store } = newStore();
  const second = { ...sampleSlice(1, [2]), metadata: { ...sampleSlice(1, []).metadata, name: 'web-1-b' } };
  store.put(object('EndpointSlice', sampleSlice(1, [1])));
  store.put(object('EndpointSlice', second));
  store.put(
    object('EndpointSlice', { ...sampleSlice(2, [1]), metadata: { name: 'alone', namespace: 'default' } }),
  );
  t.same([...store.snapshot().endpointSlices.keys()], ['default/web-1']);
  t.equal(store.snapshot().endpointSlices.get('default/web-1')?.length, 2);
  store.remove('EndpointSlice', 'default/web-1-a');
  t.match(store.snapshot().endpointSlices.get('default/web-1'), [{ name: 'web-1-b' }]);
});
