import t from 'tap';
import { ChangedNames } from '../../../src/sources/manifests/changed-names.js';

const WAITS = { placed: 10, written: 50 };
const named = (...names: string[]): ReadonlySet<string> => new Set(names);

t.test('nothing is due while nothing was signalled', async (t) => {
  const changed = new ChangedNames(WAITS);
  t.equal(changed.due, Number.POSITIVE_INFINITY);
  t.same(changed.take(1_000), named());
});

t.test('a file that took its place by a rename is due sooner than one that was written to', async (t) => {
  const changed = new ChangedNames(WAITS);
  changed.signal('written.yaml', 'written', 100);
  changed.signal('placed.yaml', 'placed', 100);
  t.equal(changed.due, 110);
  t.same(changed.take(109), named());
  t.same(changed.take(110), named('placed.yaml'));
  t.equal(changed.due, 150);
  t.same(changed.take(150), named('written.yaml'));
});

t.test('a file that was made and is then written to gets the time of a writer', async (t) => {
  const changed = new ChangedNames(WAITS);
  changed.signal('a.yaml', 'placed', 0);
  changed.signal('a.yaml', 'written', 1);
  t.equal(changed.due, 51);
});

t.test('each signal of a name begins its wait anew and leaves the others theirs', async (t) => {
  const changed = new ChangedNames(WAITS);
  changed.signal('quiet.yaml', 'written', 0);
  for (let now = 0; now <= 100; now += 20) changed.signal('busy.yaml', 'written', now);
  t.same(changed.take(100), named('quiet.yaml'));
  t.ok(changed.isWaiting('busy.yaml'));
  t.notOk(changed.isWaiting('quiet.yaml'));
  t.same(changed.take(150), named('busy.yaml'));
});

t.test(
  'the whole folder is looked at when it is due, and names that are not due go on waiting',
  async (t) => {
    const changed = new ChangedNames(WAITS);
    changed.signal(null, 'placed', 0);
    changed.signal('due.yaml', 'placed', 0);
    changed.signal('later.yaml', 'written', 0);
    t.equal(changed.take(20), 'folder');
    t.equal(changed.due, 50);
    t.same(changed.take(50), named('later.yaml'));
  },
);
