import t from 'tap';
import { type Row, RowQueue } from '../../src/fib/row-queue.js';

const rows = (first: number, count: number): Row[] =>
  Array.from({ length: count }, (_, i) => (first + i) as Row);
const popAll = (queue: RowQueue, count: number): Row[] => Array.from({ length: count }, () => queue.pop());

t.test('rows come in the order they were added', async (t) => {
  const queue = new RowQueue(false);
  for (const row of rows(1, 200)) queue.push(row);
  t.same(popAll(queue, 150), rows(1, 150));
  for (const row of rows(201, 100)) queue.push(row);
  t.equal(queue.length, 150);
  t.same(popAll(queue, 151), [...rows(151, 150), 0]);
});

t.test(
  'scattered, each comes once, in another order, and none after one of a later generation',
  async (t) => {
    const queue = new RowQueue(true);
    for (const row of rows(1, 500)) queue.push(row);
    const early = [queue.pop()];
    for (const row of rows(501, 500)) queue.push(row);
    early.push(...popAll(queue, 499));
    t.not(early.join(), rows(1, 500).join());
    t.same(
      [...early].sort((one, other) => one - other),
      rows(1, 500),
    );
    const late = popAll(queue, 500);
    t.same(
      [...late].sort((one, other) => one - other),
      rows(501, 500),
    );
    t.equal(queue.pop(), 0);
    t.equal(queue.length, 0);
  },
);
