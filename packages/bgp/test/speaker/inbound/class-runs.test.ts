import fc from 'fast-check';
import t from 'tap';
import type { PrefixId } from '../../../src/rib/ids.js';
import { ClassRuns } from '../../../src/speaker/inbound/class-runs.js';

/** What comes out of `runs` for these classes of prefixes 1, 2, 3, … */
function taken(runs: ClassRuns, classes: readonly number[]) {
  runs.begin();
  for (const [i, prefixClass] of classes.entries())
    runs.add((i + 1) as PrefixId, 0xffffff00 + (i % 7), prefixClass);
  const found: { prefix: number; pathId: number; prefixClass: number }[] = [];
  while (runs.next()) found.push({ prefix: runs.prefix, pathId: runs.pathId, prefixClass: runs.prefixClass });
  return found;
}

t.test('each comes once, with its class, and a class is one run', async (t) => {
  const runs = new ClassRuns();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -2, max: 5 }), { maxLength: 300 }), (classes) => {
      const found = taken(runs, classes);
      t.strictSame(
        [...found].sort((a, b) => a.prefix - b.prefix),
        classes.map((prefixClass, i) => ({ prefix: i + 1, pathId: 0xffffff00 + (i % 7), prefixClass })),
      );
      const changes = found.filter(({ prefixClass }, i) => prefixClass !== found[i - 1]?.prefixClass);
      t.equal(changes.length, new Set(classes).size);
    }),
    { numRuns: 200 },
  );
});

t.test('what was cut short does not come in the next field', async (t) => {
  const runs = new ClassRuns();
  runs.begin();
  for (const prefix of [1, 2, 3]) runs.add(prefix as PrefixId, 0, prefix % 2);
  t.ok(runs.next());
  t.strictSame(taken(runs, [7]), [{ prefix: 1, pathId: 0xffffff00, prefixClass: 7 }]);
});

t.test('with very many classes the rest comes as it was added', async (t) => {
  const found = taken(
    new ClassRuns(),
    Array.from({ length: 1000 }, (_, i) => i % 50),
  );
  t.equal(new Set(found.map(({ prefix }) => prefix)).size, 1000);
  t.ok(found.every(({ prefix, prefixClass }) => (prefix - 1) % 50 === prefixClass));
});
