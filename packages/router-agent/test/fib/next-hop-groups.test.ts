import t from 'tap';
import { NextHopGroups } from '../../src/fib/next-hop-groups.js';

const hop = (last: number) => ({ gateway: Uint8Array.of(192, 0, 2, last) });

t.test('gateways are those of the sets that somebody retains', async (t) => {
  const groups = new NextHopGroups();
  const gateways = groups.gateways();
  const one = groups.intern([hop(1)]);
  const two = groups.intern([hop(1), hop(2)]);
  t.same([...gateways], [], 'none of those that were only interned');
  groups.retain(one);
  groups.retain(one);
  groups.retain(two);
  t.same([...gateways], ['192.0.2.1', '192.0.2.2']);
  groups.release(two);
  t.same([...gateways], ['192.0.2.1'], 'still that of the other set');
  groups.release(one);
  t.same([...gateways], ['192.0.2.1']);
  groups.release(one);
  t.same([...gateways], []);
});

t.test('a set that was never retained takes no gateway along when it goes', async (t) => {
  const groups = new NextHopGroups();
  groups.retain(groups.intern([hop(1)]));
  groups.release(groups.intern([hop(1), hop(2)]));
  groups.sweep();
  t.same([...groups.gateways()], ['192.0.2.1']);
});
