import t from 'tap';
import { takeLock } from '../src/lock.js';

t.test('the lock is held by one, who says who it is, until it is released', async (t) => {
  const name = `\0peerage-test-${process.pid}`;
  const first = await takeLock('pid 1, node one', name);
  if (first.lock === null) throw new Error('the lock should be free');
  t.same(await takeLock('pid 2, node two', name), { lock: null, holder: 'pid 1, node one' });
  first.lock.release();
  const second = await takeLock('pid 2, node two', name);
  t.ok(second.lock);
  second.lock?.release();
});
