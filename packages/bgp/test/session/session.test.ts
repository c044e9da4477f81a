import t from 'tap';
import { CeaseError } from '../../src/iana/error-code.js';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { MessageType } from '../../src/message/message-type.js';
import { encodeShutdownCommunication } from '../../src/message/notification.js';
import { encodeRouteRefresh } from '../../src/message/route-refresh.js';
import { IPV4_UNICAST } from '../../src/net/family.js';
import { type Fault, resetFault } from '../../src/wire/result.js';
import { EMPTY_UPDATE, Lab, OURS, THEIRS } from './lab.js';

const ones = new Array<number>(16).fill(255);

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

t.test('bytes may come one at a time', async (t) => {
  const lab = new Lab();
  lab.network.options = { chop: 1 };
  const peer = await lab.dialOut();
  peer.sendTogether(peer.open(), KEEPALIVE, EMPTY_UPDATE, encodeRouteRefresh({ family: IPV4_UNICAST }));
  await lab.clock.settle();
  t.equal(lab.session.state, 'established');
  t.equal(lab.handler.updates.length, 1);
  t.equal(lab.handler.refreshes[0]?.family, IPV4_UNICAST);
});

t.test('a passive session waits for the peer and takes its connection', async (t) => {
  const lab = new Lab({ passive: true });
  await lab.listen();
  lab.session.start();
  await lab.clock.runFor(1_000_000);
  t.equal(lab.session.state, 'active');
  t.equal(lab.dialled.length, 0, 'never dials');
  const peer = await lab.dialIn();
  peer.sendOpen();
  peer.sendKeepalive();
  await lab.clock.settle();
  t.equal(lab.session.state, 'established');
});

t.test('a session that is not started refuses', async (t) => {
  const lab = new Lab();
  const peer = await lab.dialIn();
  await lab.clock.settle();
  t.equal(peer.isEnded || peer.isClosed, true);
  t.equal(peer.received.length, 0);
});

t.test('the wrong AS is told as 2/2, and the connection closes after it was delivered', async (t) => {
  const lab = new Lab();
  lab.network.options = { delay: 50 };
  await lab.listen();
  lab.session.start();
  await lab.clock.runFor(200);
  const peer = lab.script(lab.dialled[0]!, { as: 64999 });
  peer.sendOpen();
  await lab.clock.runFor(200);
  const told = await peer.expectOpen().then(() => peer.expectNotification());
  t.match(told, { code: 2, subcode: 2 });
  t.equal(peer.isEnded, true, 'FIN comes behind it');
  t.equal(peer.isClosed, false, 'no reset');
  peer.transport.end(1000);
  await lab.clock.runFor(200);
  t.equal(peer.isClosed, true);
  t.equal(peer.closeError, null);
  t.match(lab.handler.lastError, {
    code: 'notification-sent',
    message: /Bad Peer AS.*must be 64513, got 64999/,
    notification: { direction: 'sent', code: 2, subcode: 2 },
  });
  t.equal(lab.session.lastError, lab.handler.lastError);
});

t.test('a peer that never closes is closed after the grace time', async (t) => {
  const lab = new Lab();
  const peer = await lab.dialOut({ as: 64999 });
  peer.sendOpen();
  await lab.clock.settle();
  t.equal(lab.network.connections[0]!.dialled.isClosed, false);
  await lab.clock.runFor(1_999);
  t.equal(lab.network.connections[0]!.dialled.isClosed, false);
  await lab.clock.runFor(2);
  t.equal(lab.network.connections[0]!.dialled.isClosed, true);
});

t.test('faults end the session with their NOTIFICATION', async (t) => {
  const cases: readonly { title: string; bytes: Uint8Array; fault?: Fault; code: number; subcode: number }[] =
    [
      { title: 'a marker that is not all ones', bytes: new Uint8Array(19), code: 1, subcode: 1 },
      { title: 'an unknown type', bytes: Uint8Array.of(...ones, 0, 19, 9), code: 1, subcode: 3 },
      {
        title: 'an UPDATE that the owner refuses',
        bytes: EMPTY_UPDATE,
        fault: resetFault(3, 1, 0, 'attributes run over the end'),
        code: 3,
        subcode: 1,
      },
      {
        title: 'a BoRR of the wrong length (RFC 7313 §5)',
        bytes: Uint8Array.of(...ones, 0, 24, 5, 0, 1, 1, 1, 0),
        code: 7,
        subcode: 1,
      },
    ];
  for (const { title, bytes, fault, code, subcode } of cases) {
    await t.test(title, async (t) => {
      const lab = new Lab();
      const peer = await lab.up();
      lab.handler.fault = fault ?? null;
      peer.send(bytes);
      await lab.clock.settle();
      await peer.expectOpen();
      t.match(await peer.expectNotification(), { code, subcode });
      t.equal(lab.session.state, 'idle');
      t.equal(lab.handler.lostCount, 1);
    });
  }
});

t.test('a fault that only withdraws leaves the session up', async (t) => {
  const lab = new Lab();
  const peer = await lab.up();
  lab.handler.fault = { ...resetFault(3, 9, 0, 'bad community'), severity: 'withdraw' };
  peer.send(EMPTY_UPDATE);
  await lab.clock.settle();
  t.equal(lab.session.state, 'established');
});

t.test('ROUTE-REFRESH before Established is an FSM error that names it', async (t) => {
  const lab = new Lab();
  const peer = await lab.dialOut();
  peer.send(encodeRouteRefresh({ family: IPV4_UNICAST }));
  await lab.clock.settle();
  await peer.expectOpen();
  t.same(await peer.expectNotification(), { code: 5, subcode: 1, data: Uint8Array.of(5) });
  t.match(lab.handler.lastError?.message, /ROUTE-REFRESH came in state opensent/);
});

t.test('a NOTIFICATION is never answered, and is told with its text', async (t) => {
  const lab = new Lab();
  const peer = await lab.up();
  peer.sendNotification(6, 2, encodeShutdownCommunication('back at six'));
  await lab.clock.settle();
  t.equal(peer.count(MessageType.Notification), 0);
  t.match(lab.handler.lastError, {
    code: 'notification-received',
    message: 'the peer sent NOTIFICATION Cease / Administrative Shutdown: back at six',
    notification: { direction: 'received', communication: 'back at six' },
  });
  t.match(lab.session.lastNotification, { code: 6, subcode: 2 });
});

t.test('what came before a close is taken before the close is', async (t) => {
  const lab = new Lab();
  const peer = await lab.up();
  peer.send(EMPTY_UPDATE);
  peer.sendNotification(6, 4);
  peer.transport.end(10);
  await lab.clock.settle();
  t.equal(lab.handler.updates.length, 1);
  t.equal(lab.handler.lastError?.code, 'notification-received');
});

t.test('a lost connection is told, and dialled again after the idle hold', async (t) => {
  const lab = new Lab();
  await lab.up();
  lab.network.connections[0]!.dialled.cut();
  await lab.clock.settle();
  t.equal(lab.session.state, 'idle');
  t.match(lab.handler.lastError, { code: 'tcp-closed', message: /connection was lost.*ECONNRESET/ });
  t.equal(lab.handler.lostCount, 1);
  await lab.clock.runFor(1_100);
  t.equal(lab.session.state, 'opensent');
  t.equal(lab.dialled.length, 2);
});

t.test('stop sends a Cease with its text, and the session stays down', async (t) => {
  const lab = new Lab();
  const peer = await lab.up();
  lab.session.stop({ communication: 'maintenance' });
  let isClosed = false;
  void lab.session.closed().then(() => {
    isClosed = true;
  });
  await lab.clock.settle();
  await peer.expectOpen();
  const told = await peer.expectNotification();
  t.match(told, { code: 6, subcode: 2 });
  t.equal(new TextDecoder().decode(told.data.subarray(1)), 'maintenance');
  t.equal(isClosed, false);
  peer.transport.end(10);
  await lab.clock.settle();
  t.equal(isClosed, true);
  await lab.clock.runFor(1_000_000);
  t.equal(lab.session.state, 'idle');
  t.equal(lab.dialled.length, 1);
  t.equal(lab.clock.pendingTimers, 0);
  t.match(lab.handler.lastError, {
    code: 'notification-sent',
    notification: { communication: 'maintenance' },
  });
});

t.test('stop with another subcode, and a stop that finds nothing open', async (t) => {
  const lab = new Lab();
  const peer = await lab.up();
  lab.session.stop({ subcode: CeaseError.PeerDeconfigured });
  await lab.clock.settle();
  await peer.expectOpen();
  t.match(await peer.expectNotification(), { code: 6, subcode: 3 });
  const idle = new Lab();
  idle.session.stop();
  await idle.session.closed();
  t.equal(idle.session.state, 'idle');
});

t.test('reset is a Cease 6/4 after which the session comes back by itself', async (t) => {
  const lab = new Lab();
  const peer = await lab.up();
  lab.session.reset();
  await lab.clock.settle();
  await peer.expectOpen();
  t.match(await peer.expectNotification(), { code: 6, subcode: 4 });
  await lab.clock.runFor(1_100);
  t.equal(lab.session.state, 'opensent');
});

t.test('a stop during a handshake closes the dial as well', async (t) => {
  const lab = new Lab();
  lab.network.silence(THEIRS);
  lab.session.start();
  await lab.clock.runFor(10);
  lab.session.stop();
  await lab.clock.settle();
  t.equal(lab.session.state, 'idle');
  t.equal(lab.clock.pendingTimers, 0);
});

t.test('an inbound connection during the idle hold waits for its end', async (t) => {
  const lab = new Lab({ idleHoldTime: 10 });
  await lab.up();
  lab.network.connections[0]!.accepted.cut();
  await lab.clock.settle();
  t.equal(lab.session.state, 'idle');
  const peer = await lab.dialIn();
  peer.sendOpen();
  await lab.clock.runFor(5_000);
  t.equal(lab.session.state, 'idle', 'damped all the same');
  t.equal(peer.isEnded, false);
  await lab.clock.runFor(6_000);
  t.equal(lab.session.state, 'openconfirm');
  t.equal(lab.dialled.length, 1, 'no second dial, no collision');
});

t.test('reconfigure makes a running session passive or active for the next time', async (t) => {
  const lab = new Lab();
  await lab.up();
  lab.session.reconfigure({ ...lab.config, passive: true });
  lab.network.connections[0]!.accepted.cut();
  await lab.clock.runFor(2_000);
  t.equal(lab.session.state, 'active');
  t.equal(lab.dialled.length, 1);
});

t.test('capabilities may depend on the addresses of the connection', async (t) => {
  const lab = new Lab({
    capabilities: (local, remote) => [
      { name: 'fqdn', host: local.address, domain: remote.address },
      { name: 'route-refresh' },
    ],
  });
  const peer = await lab.dialOut();
  await lab.clock.settle();
  t.match(await peer.expectOpen(), {
    as: 64512,
    capabilities: [
      { name: 'fqdn', host: OURS, domain: THEIRS },
      { name: 'route-refresh' },
      { name: 'four-octet-as', as: 64512 },
    ],
  });
});

t.test('an event that arises while another is dealt with waits', async (t) => {
  const lab = new Lab();
  lab.handler.established = () => {
    lab.session.stop();
    t.equal(lab.session.state, 'established', 'not yet');
  };
  const peer = await lab.dialOut();
  peer.sendOpen();
  peer.sendKeepalive();
  await lab.clock.settle();
  t.equal(lab.session.state, 'idle');
  t.equal(peer.count(MessageType.Notification), 1);
});
