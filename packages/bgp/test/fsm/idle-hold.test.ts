import t from 'tap';
import { LOWER, Walk } from './walk.js';

t.test(
  'an inbound connection during the idle hold is parked, and started passively at its end',
  async (t) => {
    const walk = new Walk();
    t.equal(walk.up('accepted'), 'refuse', 'a peer that is stopped refuses');
    walk.start();
    walk.up('dialled');
    walk.open(0, LOWER);
    walk.lost(0);
    t.equal(walk.up('accepted'), 'park');
    t.equal(walk.up('accepted'), 'discard-parked | park', 'the newest counts');
    t.equal(walk.idleHoldOver(), '0:[init CR listen] | unpark');
    t.equal(walk.up('accepted'), 'adopt 0 accepted | 0:[R0 OPEN H4m]');
  },
);

t.test('after a dial that nobody took, an inbound connection ends the idle hold at once', async (t) => {
  const walk = new Walk();
  walk.start();
  t.match(walk.step({ type: 'dial-failed' }), /I\(0\)/);
  t.equal(walk.up('accepted'), '0:[I0 init CR listen] | adopt 0 accepted | 0:[R0 OPEN H4m]');
  walk.open(0, LOWER);
  walk.lost(0);
  t.equal(walk.up('accepted'), 'park', 'a session that failed is held all the same');
  t.equal(walk.idleHoldOver(), '0:[init CR listen] | unpark');
});

t.test('a stop ends the grace of an unanswered dial', async (t) => {
  const walk = new Walk();
  walk.start();
  walk.step({ type: 'dial-failed' });
  walk.stop();
  t.equal(walk.up('accepted'), 'refuse');
  t.equal(walk.peer.unanswered, false);
});

t.test('a stop discards what is parked', async (t) => {
  const walk = new Walk();
  walk.start();
  walk.up('dialled');
  walk.open(0, LOWER);
  walk.lost(0);
  walk.up('accepted');
  t.equal(walk.stop(), 'discard-parked | 0:[I0]');
  t.equal(
    walk.idleHoldOver(),
    '0:[init CR dial listen]',
    'an event that was under way is a start; sessions cancel it',
  );
});
