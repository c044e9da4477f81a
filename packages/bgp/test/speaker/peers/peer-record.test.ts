import t from 'tap';
import type { SessionError } from '../../../src/session/session-error.js';
import { PeerRecord } from '../../../src/speaker/peers/peer-record.js';
import { FakeClock } from '../../../src/testing/fake-clock.js';

const timedOut: SessionError = { code: 'connect-failed', message: 'timed out', at: 1 };

t.test('a record begins idle, and knows since when a state is', async (t) => {
  const clock = new FakeClock();
  const record = new PeerRecord(clock);
  const began = clock.wallTime();
  t.same([record.state, record.stateSince, record.lastError], ['idle', began, null]);
  clock.stall(5000);
  record.stateChanged('connect');
  t.same([record.state, record.stateSince], ['connect', began + 5000]);
});

t.test('the same failure again is no news, another one is', async (t) => {
  const record = new PeerRecord(new FakeClock());
  t.equal(record.ended(timedOut), true);
  t.equal(record.ended({ ...timedOut, at: 2 }), false);
  t.equal(record.lastError?.at, 2);
  t.equal(record.ended({ ...timedOut, message: 'refused' }), true);
});

t.test('the last NOTIFICATION outlives an end without one', async (t) => {
  const record = new PeerRecord(new FakeClock());
  const data = new Uint8Array(0);
  const notification = { direction: 'sent', code: 6, subcode: 2, text: 'Cease', data } as const;
  record.ended({ code: 'notification-sent', message: 'Cease', at: 1, notification });
  record.ended(timedOut);
  t.equal(record.lastNotification, notification);
  t.equal(record.lastError, timedOut);
});

t.test('a refusal is the last error too, and is over when the peer is tried anew', async (t) => {
  const clock = new FakeClock();
  const record = new PeerRecord(clock);
  const error = record.refuse('BGP_ERR_SOCKET_FEATURE', 'no TCP MD5 here');
  t.same(error, { code: 'refused', message: 'no TCP MD5 here', at: clock.wallTime() });
  t.same(record.refused, { code: 'BGP_ERR_SOCKET_FEATURE', message: 'no TCP MD5 here' });
  record.admit();
  t.equal(record.refused, null);
  t.equal(record.lastError, error);
});
