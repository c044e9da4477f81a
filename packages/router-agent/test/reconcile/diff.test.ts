import t from 'tap';
import type { ItemKind } from '../../src/items/item.js';
import { diff } from '../../src/reconcile/diff.js';
import { plan } from '../../src/reconcile/plan.js';

interface Sample {
  readonly name: string;
  readonly value: number;
}

const kind: ItemKind<Sample> = {
  name: 'sample',
  key: (item) => item.name,
  equal: (a, b) => a.value === b.value,
};
const item = (name: string, value = 1): Sample => ({ name, value });
const verbs = (changes: readonly { verb: string; key: string }[]) =>
  changes.map(({ verb, key }) => `${verb} ${key}`);

t.test('what is missing is created, what differs replaced, what is not wanted deleted', async (t) => {
  const changes = diff(kind, [item('a'), item('b', 2), item('c')], [item('b', 1), item('c'), item('d')]);
  t.same(changes, [
    { verb: 'create', key: 'a', after: item('a') },
    { verb: 'replace', key: 'b', before: item('b', 1), after: item('b', 2) },
    { verb: 'delete', key: 'd', before: item('d') },
  ]);
});

t.test('nothing is deleted while it may not be', async (t) => {
  t.same(diff(kind, [], [item('a')], { mayDelete: false }), []);
});

t.test('an item that is wanted twice is made once', async (t) => {
  t.same(verbs(diff(kind, [item('a'), item('a', 2)], [])), ['create a']);
});

t.test('a plan makes before use and unmakes in the opposite order, at the end', async (t) => {
  const changes = diff(
    kind,
    [item('link'), item('route', 2)],
    [item('old-link'), item('route'), item('old-route')],
  );
  t.same(verbs(plan(changes)), ['create link', 'replace route', 'delete old-route', 'delete old-link']);
});
