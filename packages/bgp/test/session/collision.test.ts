import t from 'tap';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { MessageType } from '../../src/message/message-type.js';
import type { ScriptedPeer } from '../../src/testing/index.js';
import { EMPTY_UPDATE, Lab } from './lab.js';

/** A session whose dial and whose peer's dial both stand; the peer has the higher identifier. */
async function contested(): Promise<{ lab: Lab; ours: ScriptedPeer; theirs: ScriptedPeer }> {
  const lab = new Lab();
  const ours = await lab.dialOut({ routerId: 0xf0000000 });
  const theirs = await lab.dialIn({ routerId: 0xf0000000 });
  await lab.clock.settle();
  t.equal(ours.count(MessageType.Open), 1);
  t.equal(theirs.count(MessageType.Open), 1, 'both reached OpenSent');
  return { lab, ours, theirs };
}

t.test('the loser of a collision gets Cease 6/7, and the session is told of none of it', async (t) => {
  const { lab, ours, theirs } = await contested();
  for (const peer of [ours, theirs]) peer.sendOpen();
  theirs.sendKeepalive();
  await lab.clock.settle();
  await ours.expectOpen();
  t.match(await ours.expectNotification(), { code: 6, subcode: 7 });
  t.equal(theirs.count(MessageType.Keepalive), 0, 'not before the other one is closed');
  ours.transport.end(1000);
  await lab.clock.settle();
  t.equal(lab.session.state, 'established');
  t.equal(theirs.count(MessageType.Keepalive), 1);
  t.equal(theirs.isEnded, false);
  t.same(lab.handler.errors, []);
  t.equal(lab.session.endpoints?.remote.port, theirs.transport.local.port);
});

t.test('a preferred connection that stays silent costs the collision wait, not more', async (t) => {
  const { lab, ours, theirs } = await contested();
  ours.sendOpen();
  ours.sendTogether(KEEPALIVE, EMPTY_UPDATE);
  await lab.clock.runFor(1_999);
  t.equal(lab.session.state, 'opensent');
  t.equal(ours.count(MessageType.Keepalive), 0, 'none of ours that the peer could take');
  t.equal(lab.handler.updates.length, 0, 'its UPDATE waits');
  await lab.clock.runFor(100);
  t.equal(lab.session.state, 'established');
  t.equal(lab.handler.updates.length, 1, 'and is not lost');
  await theirs.expectOpen();
  t.match(await theirs.expectNotification(), { code: 6, subcode: 7 });
});

t.test('an OPEN that comes late on the preferred connection still wins within the wait', async (t) => {
  const { lab, ours, theirs } = await contested();
  ours.sendOpen();
  ours.sendKeepalive();
  await lab.clock.runFor(1_500);
  theirs.sendOpen();
  theirs.sendKeepalive();
  await lab.clock.settle();
  t.equal(ours.count(MessageType.Notification), 1);
  t.equal(lab.session.endpoints?.remote.port, theirs.transport.local.port);
  // The loser never closes its side: that costs the rest of the wait.
  await lab.clock.runFor(600);
  t.equal(lab.session.state, 'established');
});

t.test('a peer that is Established already keeps that connection', async (t) => {
  const lab = new Lab();
  const ours = await lab.dialOut({ routerId: 0xf0000000 });
  ours.sendOpen();
  await lab.clock.settle();
  t.equal(ours.count(MessageType.Keepalive), 1, 'it may take this one');
  const theirs = await lab.dialIn({ routerId: 0xf0000000 });
  theirs.sendOpen();
  await lab.clock.settle();
  // By the letter of RFC 4271 §6.8: it is Established on one, and ends the other one at our OPEN.
  theirs.sendNotification(6, 7);
  theirs.transport.end(1000);
  ours.sendKeepalive();
  await lab.clock.settle();
  t.equal(lab.session.state, 'established');
  t.equal(lab.session.endpoints?.remote.port, 179);
  t.equal(ours.count(MessageType.Notification), 0);
});

t.test('a connection beside an Established session hears nothing until its OPEN, then 6/7', async (t) => {
  const lab = new Lab();
  await lab.up();
  const second = await lab.dialIn();
  await lab.clock.runFor(1_000);
  t.equal(second.received.length, 0);
  second.sendOpen();
  await lab.clock.settle();
  t.match(await second.expectNotification(), { code: 6, subcode: 7 });
  t.equal(lab.session.state, 'established');
  t.equal(lab.handler.lostCount, 0);
});

t.test('a stop during a collision is told on both connections', async (t) => {
  const { lab, ours, theirs } = await contested();
  lab.session.stop();
  await lab.clock.settle();
  for (const peer of [ours, theirs]) {
    await peer.expectOpen();
    t.match(await peer.expectNotification(), { code: 6, subcode: 2 });
  }
  t.equal(lab.session.state, 'idle');
});
