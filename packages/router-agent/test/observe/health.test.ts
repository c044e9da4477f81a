import t from 'tap';
import { Health } from '../../src/observe/health.js';

t.test('a loop is overdue when it did not turn in its time, and well again when it does', async (t) => {
  let now = 0;
  const health = new Health(() => now);
  t.same(health.overdue(), [], 'healthy before anything ran');
  health.expect('peers', 1_000);
  health.expect('routes', 5_000);
  now = 1_000;
  t.same(health.overdue(), []);
  now = 1_001;
  t.same(health.overdue(), ['peers']);
  health.beat('peers');
  health.beat('unknown');
  t.same(health.overdue(), []);
});
