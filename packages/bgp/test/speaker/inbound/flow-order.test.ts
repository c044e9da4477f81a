import t from 'tap';
import {
  compareKeys,
  createFlowKey,
  cutKey,
  type FlowKey,
  isWithin,
} from '../../../src/speaker/inbound/flow-key.js';
import { FlowOrder } from '../../../src/speaker/inbound/flow-order.js';
import { seededRandom } from '../../../src/testing/seeded-random.js';

/** Keys of few tables and addresses, so that they often cover one another. */
function anyKey(random: () => number): FlowKey {
  const pick = (n: number): number => Math.floor(random() * n);
  const key = { ...createFlowKey(), hi: pick(2), lo: pick(2), a: (pick(4096) << 20) >>> 0, length: 32 };
  cutKey(key, pick(14), key);
  return key;
}

t.test('it agrees with a sorted list, whatever comes and goes', async (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const next = (): number => random.next();
    const order = new FlowOrder<FlowKey>();
    let naive: FlowKey[] = [];
    for (let i = 0; i < 1500; i++) {
      const key = anyKey(next);
      const known = naive.find((other) => compareKeys(other, key) === 0);
      if (known === undefined) {
        order.add(key);
        naive.push(key);
        naive.sort(compareKeys);
      } else if (next() < 0.6) {
        order.remove(known);
        naive = naive.filter((other) => other !== known);
      }
      if (i % 10 > 0) continue;
      const prefix = anyKey(next);
      const wanted = naive.filter((other) => isWithin(other, prefix));
      const found: FlowKey[] = [];
      let steps = 0;
      for (let from: FlowKey | null = prefix; from !== null; steps++) {
        from = order.eachWithin(prefix, from, 3, (other) => found.push(other));
      }
      const isSame = found.length === wanted.length && found.every((other, n) => other === wanted[n]);
      if (!isSame || order.size !== naive.length || order.hasWithin(prefix) !== wanted.length > 0) {
        t.fail(`seed ${seed}, command ${i}`);
      }
      if (steps !== Math.max(1, Math.ceil(wanted.length / 3))) t.fail(`seed ${seed}: ${steps} steps`);
    }
  }
});

t.test('what one key moves stays small, however many there are', async (t) => {
  const order = new FlowOrder<FlowKey>();
  const keys = Array.from({ length: 20_000 }, (_, i) => ({
    ...createFlowKey(),
    a: (i << 12) >>> 0,
    length: 20,
  }));
  for (const key of keys) order.add(key);
  t.equal(order.size, 20_000);
  t.ok(order.longestMove <= 256, `${order.longestMove} at most are moved`);
  for (const key of keys) order.remove(key);
  t.equal(order.size, 0);
  t.equal(order.longestMove, 0);
});
