import t from 'tap';
import type { NextHopId } from '../../src/rib/ids.js';
import { NextHopTable } from '../../src/rib/next-hop-table.js';
import { type Treatment, TreatmentTable } from '../../src/rib/treatment-table.js';

function treatment(key: string, nextHop: NextHopId): Treatment {
  return { key, nextHop, write: () => {}, withNextHop: (hop) => treatment(key, hop) };
}

t.test('treatments with equal keys are one, and it holds its next hop', async (t) => {
  const hops = new NextHopTable();
  const hop = hops.intern(Uint8Array.of(192, 0, 2, 1), 0, 4);
  const table = new TreatmentTable(hops);
  const a = table.intern(treatment('a', hop));
  t.equal(table.intern(treatment('a', hop)), a);
  t.equal(table.find('a'), a);
  t.equal(table.find('b'), 0);
  table.retain(a);
  table.collect();
  hops.collect();
  t.same([table.size, hops.size], [1, 1]);
  t.equal(table.nextHop(a), hop);
});

t.test('a number that is given out anew has another serial', async (t) => {
  const hops = new NextHopTable();
  const hop = hops.intern(Uint8Array.of(192, 0, 2, 1), 0, 4);
  const table = new TreatmentTable(hops);
  const a = table.intern(treatment('a', hop));
  const serial = table.serial(a);
  table.retain(a);
  table.release(a);
  table.collect();
  t.equal(table.size, 0);
  t.equal(table.serial(a), 0, 'what was remembered of it is not found');
  const b = table.intern(treatment('b', hop));
  t.equal(b, a);
  t.not(table.serial(b), serial);
  table.retain(b);
  table.collect();
  t.equal(table.find('b'), b, 'it is a candidate no more');
});
