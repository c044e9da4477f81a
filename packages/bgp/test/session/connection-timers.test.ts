import t from 'tap';
import { ConnectionTimers, type Watched } from '../../src/session/connection-timers.js';

const timers = (): ConnectionTimers => new ConnectionTimers({ negotiated: null } as Watched);

t.test('keepalives of many sessions leave together, and each within its jitter', async (t) => {
  const moments = new Set<number>();
  for (let session = 0; session < 1_000; session++) {
    const now = 5_000 + 13.7 * session;
    const jitter = 0.75 + (0.25 * (session % 101)) / 100;
    const one = timers();
    one.startKeepalive(now, 30_000, jitter);
    t.ok(one.keepalive >= now + 22_500 && one.keepalive <= now + 30_000, `session ${session}`);
    moments.add(one.keepalive);
  }
  // From the first that may be due to the last: 21.2 s, in steps of 30 s / 32.
  t.ok(moments.size <= 24, `${moments.size} moments`);
});

t.test('jitter still spreads the keepalives of a session over a quarter of the interval', async (t) => {
  const one = timers();
  const moments = [0.75, 0.85, 0.95, 1].map((jitter) => {
    one.startKeepalive(1_234, 30_000, jitter);
    return one.keepalive;
  });
  t.equal(new Set(moments).size, 4);
});
