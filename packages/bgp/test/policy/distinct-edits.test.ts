import t from 'tap';
import { DistinctEdits } from '../../src/policy/distinct-edits.js';
import type { RouteEdits } from '../../src/policy/policy.js';

t.test('equal edits are one object, whatever the order of their fields', async (t) => {
  const distinct = new DistinctEdits();
  const first = distinct.one({ med: 5, addCommunities: [1, 2] });
  t.equal(distinct.one({ addCommunities: [1, 2], med: 5 }), first);
  t.equal(
    distinct.one({ addCommunities: [1, 2], med: 5, localPref: undefined } as unknown as RouteEdits),
    first,
  );
  t.not(distinct.one({ addCommunities: [2, 1], med: 5 }), first);
});

t.test('a field that is removed is not one that is left alone', async (t) => {
  const distinct = new DistinctEdits();
  const alone = distinct.one({ med: undefined } as unknown as RouteEdits);
  t.not(distinct.one({ med: null }), alone);
  t.equal(distinct.one({}), alone);
});
