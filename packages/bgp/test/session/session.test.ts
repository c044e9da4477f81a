import t from 'tap';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { MessageType } from '../../src/message/message-type.js';
import { EMPTY_UPDATE, Lab } from './lab.js';

t.test('a session that dials comes up and says so once', async (t) => {
  const lab = new Lab();
  const peer = await lab.dialOut();
  t.equal(lab.session.state, 'opensent');
  peer.sendOpen();
  await lab.clock.settle();
  t.equal(lab.session.state, 'openconfirm');
  peer.sendKeepalive();
  await lab.clock.settle();
  t.same(lab.handler.states, ['connect', 'opensent', 'openconfirm', 'established']);
  t.equal(lab.handler.establishedCount, 1);
  t.equal(lab.handler.negotiated?.holdTime, 90);
  t.equal(lab.handler.local?.address, '192.0.2.1');
  t.same(
    peer.received.map(({ type }) => type),
    [MessageType.Open, MessageType.Keepalive],
  );
  t.same(lab.session.counters(), {
    sent: { open: 1, update: 0, notification: 0, keepalive: 1, routeRefresh: 0 },
    received: { open: 1, update: 0, notification: 0, keepalive: 1, routeRefresh: 0 },
  });
});

t.test('OPEN, KEEPALIVE and the first UPDATE in one segment are taken one by one', async (t) => {
  const lab = new Lab();
  const peer = await lab.dialOut();
  peer.sendTogether(peer.open(), KEEPALIVE, EMPTY_UPDATE, EMPTY_UPDATE);
  await lab.clock.settle();
  t.equal(lab.session.state, 'established');
  t.equal(lab.handler.updates.length, 2);
  t.same([...lab.handler.updates[0]!], [0, 0, 0, 0]);
});
