import t from 'tap';
import { measure } from '../../micro/bench.js';
import { decide } from '../../micro/cases/decide.js';
import { decode } from '../../micro/cases/decode.js';
import { group } from '../../micro/cases/group.js';
import { hash } from '../../micro/cases/hash.js';
import { intern } from '../../micro/cases/intern.js';
import { pack } from '../../micro/cases/pack.js';
import { policy } from '../../micro/cases/policy.js';
import { benchTable, parseSavedRun } from '../../micro/compare.js';

t.test('a bench is made ready before each round, and its median is for a unit', async (t) => {
  const order: string[] = [];
  let clock = 0;
  const took = [50, 50, 50, 50, 50, 10, 30, 20];
  const bench = {
    name: 'x: y',
    unit: 'route',
    units: 10,
    before: () => {
      order.push('before');
    },
    work: () => {
      order.push('work');
      clock += took.shift() ?? 0;
    },
  };
  const result = measure(bench, 3, () => clock);
  t.match(result, { name: 'x: y', unit: 'route', nanoseconds: 2 });
  t.same(order.slice(0, 4), ['before', 'work', 'before', 'work']);
});

t.test('a table with an earlier run says how many times as fast it is now', async (t) => {
  const result = { name: 'x: y', unit: 'route', nanoseconds: 10, spread: 0.02, garbage: 0 };
  const earlier = { node: '20', date: '', results: [{ ...result, nanoseconds: 25 }] };
  t.match(benchTable([result, { ...result, name: 'new' }], earlier), /x: y .* 25\.0 .* 2\.50 \|\n.*new .*–/);
  t.throws(() => parseSavedRun('{}'), /no saved run/);
});

for (const [name, file] of Object.entries({ decide, decode, group, hash, intern, pack, policy })) {
  t.test(`the benches of ${name} run`, async (t) => {
    for (const { name: full, units, before, work } of file()) {
      t.match(full, `${name}: `);
      t.ok(units > 0);
      before?.();
      work();
    }
  });
}
