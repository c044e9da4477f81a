import t, { type Test } from 'tap';
import { EventCode, KEEPALIVE_EVENT, UPDATE_EVENT } from '../../src/fsm/event.js';
import { type PeerIdentity, withSettings } from '../../src/fsm/peer-machine.js';
import { steadyActions } from '../../src/fsm/steady-actions.js';
import { notations } from './notation.js';
import { HIGHER, LOCAL, LOWER, Walk } from './walk.js';

const LOST_COLLISION = 'N(6/7) D0 free flush';
const OPENED = 'D0 KA K H';

/** A walk with both connections in OpenSent: slot 0 dialled, slot 1 accepted. */
function collided(t: Test, local = LOCAL): Walk {
  const walk = new Walk({}, local);
  walk.start();
  t.equal(walk.up('dialled'), 'adopt 0 dialled | 0:[R0 OPEN H4m]');
  t.equal(
    walk.up('accepted'),
    'adopt 1 accepted | 1:[OPEN H4m]',
    'the second one touches no timer of the peer',
  );
  t.equal(walk.connections, '0 opensent, 1 opensent');
  return walk;
}

t.test('a peer comes up over the connection that it dialled', async (t) => {
  const walk = new Walk();
  t.equal(walk.start(), '0:[init CR dial listen]');
  t.equal(walk.up('dialled'), 'adopt 0 dialled | 0:[R0 OPEN H4m]');
  t.equal(walk.open(0, LOWER), '0:[D0 R0 KA K H]');
  t.equal(walk.keepalive(0), '0:[H up]');
  t.equal(walk.state, 'established');
});

t.test('an inbound connection is taken while a dial is under way, and the dial goes on', async (t) => {
  const walk = new Walk();
  walk.start();
  t.equal(walk.up('accepted'), 'adopt 0 accepted | 0:[R0 OPEN H4m]');
  t.equal(walk.peer.dialling, true, 'giving it up could end both, when the peer does the same');
  t.equal(walk.step({ type: 'dial-failed' }), '', 'a dial that fails beside a connection is nothing');
  t.equal(walk.state, 'opensent');
});

t.test('Established ends a dial that is under way', async (t) => {
  const walk = new Walk();
  walk.start();
  walk.up('accepted');
  walk.open(0, LOWER);
  t.equal(walk.keepalive(0), '0:[H up] | cancel-dial');
});

/** Slot 0 is dialled and in OpenConfirm, our KEEPALIVE on its way; then slot 1 is accepted and its OPEN comes. */
function contested(t: Test, identity: PeerIdentity, local = LOCAL): Walk {
  const walk = new Walk({}, local);
  walk.start();
  walk.up('dialled');
  t.equal(walk.open(0, identity), '0:[D0 R0 KA K H]');
  t.equal(walk.up('accepted'), 'adopt 1 accepted | 1:[OPEN H4m]');
  return walk;
}

t.test('both OPENs came: the one of the lower identifier is ended, and then the other goes on', async (t) => {
  const weAreHigher = collided(t);
  t.equal(weAreHigher.open(0, LOWER), 'hold-input 0 | start-collision-wait');
  t.equal(weAreHigher.open(1, LOWER), `1:[${LOST_COLLISION}]`);
  t.equal(weAreHigher.connections, '0 opensent, -');
  t.equal(weAreHigher.closed(), '0:[D0 R0 KA K H] | resume-input 0 | stop-collision-wait');
  t.equal(weAreHigher.closed(), '', 'whatever else closes');

  const theyAreHigher = collided(t);
  t.equal(theyAreHigher.open(0, HIGHER), 'hold-input 0 | start-collision-wait');
  t.equal(theyAreHigher.open(1, HIGHER), `hold-input 1 | 0:[${LOST_COLLISION}]`);
  t.equal(theyAreHigher.connections, '1 opensent, -', 'the survivor takes the place');
  t.equal(theyAreHigher.closed(), '1:[D0 R0 KA K H] | resume-input 1 | stop-collision-wait');
});

t.test('the order in which the OPENs come does not matter', async (t) => {
  const one = collided(t);
  one.open(1, LOWER);
  t.equal(one.open(0, LOWER), `hold-input 0 | 1:[${LOST_COLLISION}]`);
  const other = collided(t);
  other.open(1, HIGHER);
  t.equal(other.open(0, HIGHER), `0:[${LOST_COLLISION}]`);
  t.equal(other.connections, '1 opensent, -');
});

t.test('a loser that does not close costs the wait', async (t) => {
  const walk = collided(t);
  walk.open(0, LOWER);
  walk.open(1, LOWER);
  t.equal(
    walk.step({ type: 'collision-wait-over' }),
    '0:[D0 R0 KA K H] | resume-input 0 | stop-collision-wait',
  );
});

t.test('an OPEN that waits goes on when the other connection closes, or stays silent', async (t) => {
  const closed = collided(t);
  closed.open(0, HIGHER);
  t.equal(closed.lost(1), '1:[free drop] | 0:[D0 R0 KA K H] | resume-input 0 | stop-collision-wait');
  t.equal(closed.keepalive(0), '0:[H up]');

  const silent = collided(t);
  silent.open(0, HIGHER);
  t.equal(
    silent.step({ type: 'collision-wait-over' }),
    `1:[${LOST_COLLISION}] | 0:[D0 R0 KA K H] | resume-input 0 | stop-collision-wait`,
    'it may be dead: nothing is decided in its favour',
  );
  t.equal(silent.connections, '0 openconfirm, -');
  t.equal(silent.step({ type: 'collision-wait-over' }), '', 'late');
});

t.test('where our KEEPALIVE left already, the KEEPALIVE of the preferred connection decides', async (t) => {
  const walk = contested(t, HIGHER);
  t.equal(walk.open(1, HIGHER), `1:[${OPENED}] | start-collision-wait`, 'the peer may be Established on 0');
  t.equal(walk.connections, '0 openconfirm, 1 openconfirm');
  t.equal(walk.keepalive(1), `0:[${LOST_COLLISION}] | 1:[H up] | stop-collision-wait`);
  t.equal(walk.connections, '1 established, -');
});

t.test('the KEEPALIVE of the other one is held back until the peer has decided', async (t) => {
  const peerKeepsPreferred = contested(t, HIGHER);
  peerKeepsPreferred.open(1, HIGHER);
  t.equal(peerKeepsPreferred.keepalive(0), 'hold-input 0');
  t.equal(peerKeepsPreferred.state, 'openconfirm');
  t.equal(peerKeepsPreferred.keepalive(1), `0:[${LOST_COLLISION}] | 1:[H up] | stop-collision-wait`);

  const peerKeepsOther = contested(t, HIGHER);
  peerKeepsOther.open(1, HIGHER);
  peerKeepsOther.keepalive(0);
  t.equal(
    peerKeepsOther.lost(1),
    '1:[D0 free drop] | 0:[H up] | resume-input 0 | stop-collision-wait',
    'it had it Established already: that one lives',
  );
  t.equal(peerKeepsOther.connections, '0 established, -');

  const noOpen = contested(t, HIGHER);
  t.equal(noOpen.keepalive(0), 'hold-input 0 | start-collision-wait');
});

t.test('when the wait is over, the one with a KEEPALIVE lives, without any the preferred one', async (t) => {
  const proved = contested(t, HIGHER);
  proved.open(1, HIGHER);
  proved.keepalive(0);
  t.equal(
    proved.step({ type: 'collision-wait-over' }),
    `1:[${LOST_COLLISION}] | 0:[H up] | resume-input 0 | stop-collision-wait`,
  );
  const unproved = contested(t, HIGHER);
  unproved.open(1, HIGHER);
  t.equal(unproved.step({ type: 'collision-wait-over' }), `0:[${LOST_COLLISION}] | stop-collision-wait`);
  t.equal(unproved.connections, '1 openconfirm, -');
});

t.test('identifiers are compared as unsigned words', async (t) => {
  const walk = collided(t, { routerId: 0x7fffffff, as: 64512 });
  walk.open(1, HIGHER);
  walk.open(0, HIGHER);
  t.equal(walk.connections, '1 opensent, -');
});

t.test('with equal identifiers the larger AS dominates (RFC 6286 §2.3)', async (t) => {
  const lower = collided(t);
  lower.open(0, { routerId: 5, as: 64513 });
  lower.open(1, { routerId: 5, as: 64513 });
  t.equal(lower.connections, '1 opensent, -');
  const higher = collided(t);
  higher.open(0, { routerId: 5, as: 100 });
  higher.open(1, { routerId: 5, as: 100 });
  t.equal(higher.connections, '0 opensent, -');
});

t.test('where our KEEPALIVE left already, a preferred one does not wait for the other', async (t) => {
  const walk = contested(t, LOWER);
  t.equal(walk.keepalive(0), `1:[${LOST_COLLISION}] | 0:[H up]`);
  const late = contested(t, LOWER);
  t.equal(late.open(1, LOWER), `1:[${LOST_COLLISION}]`);
  t.equal(late.connections, '0 openconfirm, -');
});

t.test('a peer that decides at the OPENs, by the letter of the RFC, ends in the same session', async (t) => {
  const walk = contested(t, HIGHER);
  walk.open(1, HIGHER);
  walk.step({ type: 'connection', slot: 0, event: { number: EventCode.Notif } });
  t.equal(walk.keepalive(1), '1:[H up]');
  t.equal(walk.connections, '1 established, -');
});

t.test('a failure of one connection leaves the other one, and the timers of the peer, alone', async (t) => {
  const main = collided(t);
  t.equal(main.lost(0), '0:[free drop]');
  t.equal(main.connections, '1 opensent, -');
  t.equal(main.peer.state.connectRetryCounter, 0);
  const both = collided(t);
  both.lost(1);
  t.equal(both.lost(0), '0:[free drop CR listen]', 'the last one counts');
  t.equal(both.state, 'active');
});

t.test(
  'a second connection beside Established stays silent until its OPEN, and then is refused',
  async (t) => {
    const walk = new Walk();
    walk.start();
    walk.up('dialled');
    walk.open(0, HIGHER);
    walk.keepalive(0);
    t.equal(
      walk.up('accepted'),
      'adopt 1 accepted | 1:[H4m]',
      'no OPEN: it could make the peer give up the first',
    );
    t.equal(walk.open(1, HIGHER), `1:[${LOST_COLLISION}]`);
    t.equal(walk.connections, '0 established, -');
    walk.up('accepted');
    t.equal(walk.lost(1), '1:[free drop]');
    walk.up('accepted');
    t.equal(walk.lost(0), '1:[free drop] | 0:[R0 D0 free drop I(0)]', 'it goes with the session');
    t.equal(walk.state, 'idle');
  },
);

t.test('with CollisionDetectEstablishedState the rule holds in Established as well', async (t) => {
  const walk = new Walk({ collisionDetectEstablished: true });
  walk.start();
  walk.up('dialled');
  walk.open(0, HIGHER);
  walk.keepalive(0);
  t.equal(walk.up('accepted'), 'adopt 1 accepted | 1:[OPEN H4m]');
  t.equal(walk.open(1, HIGHER), `hold-input 1 | 0:[${LOST_COLLISION}] | start-collision-wait`);
  t.equal(walk.connections, '1 opensent, -');
});

t.test('a side that connects again before any OPEN has given the first one up', async (t) => {
  const alone = new Walk({ passive: true });
  alone.step({ type: 'peer', event: { number: EventCode.ManualStartPassive } });
  alone.up('accepted');
  t.equal(alone.up('accepted'), '0:[free drop] | adopt 0 accepted | 0:[R0 OPEN H4m]');
  const beside = collided(t);
  t.equal(beside.up('accepted'), '1:[free drop] | adopt 1 accepted | 1:[OPEN H4m]');
  t.equal(beside.connections, '0 opensent, 1 opensent');
});

t.test('of two from one side whose OPENs came the newer one lives', async (t) => {
  const walk = new Walk({ passive: true });
  walk.step({ type: 'peer', event: { number: EventCode.ManualStartPassive } });
  walk.up('accepted');
  walk.open(0, LOWER);
  t.equal(walk.up('accepted'), 'adopt 1 accepted | 1:[OPEN H4m]');
  t.equal(walk.open(1, LOWER), `hold-input 1 | 0:[${LOST_COLLISION}] | start-collision-wait`);
});

t.test('a third connection is refused while two have shown their OPENs, or might', async (t) => {
  const walk = collided(t);
  walk.open(1, HIGHER);
  t.equal(walk.up('accepted'), 'refuse');
});

t.test('a stop ends both connections and the dial', async (t) => {
  const walk = collided(t);
  t.equal(walk.stop(), '1:[N(6/2) D0 free flush] | 0:[N(6/2) R0 D0 free flush]');
  t.equal(walk.connections, '-, -');
  const dialling = new Walk();
  dialling.start();
  t.equal(dialling.stop(), '0:[R0 D0 free drop] | cancel-dial');
  const held = collided(t);
  held.open(0, HIGHER);
  t.equal(held.stop(), '1:[N(6/2) D0 free flush] | 0:[N(6/2) R0 D0 free flush] | stop-collision-wait');
});

t.test('events of a connection that is gone do nothing', async (t) => {
  const walk = collided(t);
  walk.lost(1);
  const before = walk.peer;
  t.equal(walk.open(1, HIGHER), '');
  t.equal(walk.lost(1), '');
  t.equal(walk.peer, before);
});

t.test('everyday events of an undisputed session are answered without a step of the peer', async (t) => {
  const walk = new Walk();
  walk.start();
  walk.up('dialled');
  walk.open(0, LOWER);
  walk.keepalive(0);
  t.equal(notations(steadyActions(walk.peer, UPDATE_EVENT)!), 'H');
  t.equal(steadyActions(walk.peer, UPDATE_EVENT), steadyActions(walk.peer, KEEPALIVE_EVENT));
  t.equal(steadyActions(walk.peer, { number: EventCode.Notif }), null);
  walk.up('accepted');
  t.equal(steadyActions(walk.peer, UPDATE_EVENT), null, 'not while a second connection is there');
});

t.test('passive can change while a peer runs', async (t) => {
  const walk = new Walk();
  walk.start();
  walk.up('dialled');
  walk.open(0, LOWER);
  walk.keepalive(0);
  walk.peer = withSettings(walk.peer, { passive: true, delayOpen: false });
  t.equal(withSettings(walk.peer, { passive: true, delayOpen: false }), walk.peer);
  t.equal(notations(steadyActions(walk.peer, UPDATE_EVENT)!), 'H');
  walk.lost(0);
  t.equal(walk.idleHoldOver(), '0:[init CR listen]');
});
