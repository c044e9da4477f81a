import t from 'tap';
import { IdPages } from '../../src/rib/id-pages.js';
import { seeded } from './seeded.js';

t.test('ids come out in the order in which they went in', (t) => {
  const below = seeded(1);
  const queue = new IdPages();
  const model: number[] = [];
  let next = 1;
  for (let step = 0; step < 200; step++) {
    const growing = step % 40 < 20;
    for (let n = below(growing ? 3000 : 500); n > 0; n--) {
      queue.push(next);
      model.push(next++);
    }
    for (let n = below(growing ? 500 : 3000); n > 0; n--) {
      const [got, wanted] = [queue.shift(), model.shift() ?? 0];
      if (got !== wanted) t.equal(got, wanted);
    }
    if (queue.count !== model.length) t.equal(queue.count, model.length);
  }
  while (model.length > 0) if (queue.shift() !== model.shift()) t.fail('another order');
  t.equal(queue.count, 0);
  t.equal(queue.shift(), 0);
  t.ok(next > 50_000);
  t.end();
});

t.test('a page that is just full, and just empty', (t) => {
  const queue = new IdPages();
  for (let round = 0; round < 3; round++) {
    for (let id = 1; id <= 4096; id++) queue.push(id);
    t.equal(queue.count, 4096);
    for (let id = 1; id <= 4096; id++) if (queue.shift() !== id) t.fail(`${id}`);
    t.equal(queue.count, 0);
    t.equal(queue.shift(), 0);
  }
  t.end();
});
