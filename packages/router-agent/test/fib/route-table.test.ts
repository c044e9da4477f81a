import t from 'tap';
import { RouteTable, type Row } from '../../src/fib/route-table.js';

/** Numbers that look random and come again with the same seed. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

for (const family of [4, 6] as const) {
  t.test(`IPv${family}: a route table agrees with a map under random insertions and removals`, async (t) => {
    const seed = 20_261 + family;
    t.comment(`seed ${seed}`);
    const random = generator(seed);
    const table = new RouteTable(family, 16);
    const twin = new Map<string, Row>();
    for (let step = 0; step < 40_000; step++) {
      const length = family === 4 ? 16 + random(4) : 40 + random(60);
      const wide = family === 6;
      const prefix = { a: random(300) << 16, b: wide ? random(3) : 0, c: 0, d: wide ? random(2) : 0, length };
      prefix.a >>>= 0;
      const key = `${prefix.a}.${prefix.b}.${prefix.d}/${length}`;
      const known = twin.get(key);
      if (table.find(prefix) !== (known ?? 0)) t.fail(`step ${step}: ${key} is not found where it should be`);
      if (random(3) > 0) {
        const row = table.insert(prefix);
        if (known !== undefined && known !== row) t.fail(`step ${step}: ${key} moved`);
        twin.set(key, row);
      } else if (known !== undefined) {
        table.remove(known);
        twin.delete(key);
      }
    }
    t.equal(table.size, twin.size);
    const out = { a: 0, b: 0, c: 0, d: 0, length: 0 };
    for (const [key, row] of twin) {
      table.readPrefix(row, out);
      if (`${out.a}.${out.b}.${out.d}/${out.length}` !== key) t.fail(`row ${row} should be ${key}`);
    }
    t.equal(new Set(twin.values()).size, twin.size, 'each row is used once');
  });
}

t.test('the queue gives each row once, and those that are held when they are released', async (t) => {
  const table = new RouteTable(6);
  const rows = [1, 2, 3, 4].map((a) => table.insert({ a, b: 0, c: 0, d: 0, length: 32 }));
  const [one, two, three, four] = rows as [Row, Row, Row, Row];
  for (const row of [one, two, one, two]) table.enqueue(row);
  for (const row of [one, three, three]) table.hold(row);
  t.same([table.queued, table.held, table.released], [2, 1, 0], 'what is queued need not be held');
  t.equal(table.dequeue(), one);
  table.releaseHeld();
  table.hold(four);
  t.same([table.dequeue(), table.dequeue(), table.dequeue()], [three, two, 0]);
  t.equal(table.held, 1);
});
