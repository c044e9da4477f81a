import { connect } from 'node:net';
import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { Framer } from '../../src/message/framer.js';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { MessageType } from '../../src/message/message-type.js';
import { createSpeaker } from '../../src/node/index.js';
import { acceptAll } from '../../src/policy/defaults.js';
import { ScriptedPeer } from '../../src/testing/index.js';
import { Lab, peerOf, statusOf } from '../speaker/lab.js';
import { RAW_PEER, RawPeerLab } from './raw-peer.js';

// Connections that nobody asked for must not crash or confuse us; what we close must be closed at the other side too, with
// the NOTIFICATION that says why; and a connection that is half open must not wedge a peer.

async function stranger(world: RawPeerLab, address: string): Promise<ScriptedPeer> {
  const host = world.lab.network.hostAt(address) ?? world.lab.network.host(address);
  const dial = host.connect({ address: '192.0.2.1', port: 179 }, new AbortController().signal);
  await world.lab.clock.runFor(20);
  return new ScriptedPeer(await dial, { as: 65_001, routerId: 7, holdTime: 0 });
}

t.test('a stranger is refused with Cease / Connection Rejected, and the connection is closed', async (t) => {
  const world = await new RawPeerLab(65_001).start();
  const peer = await stranger(world, '192.0.2.77');
  peer.sendOpen();
  await world.lab.clock.runFor(10_000);
  t.match(await peer.expectNotification(), { code: 6, subcode: 5 });
  t.equal(peer.isEnded || peer.isClosed, true);
  t.match(world.at.lines.find(({ event }) => event === 'connection.unknown')?.fields, {
    remote: '192.0.2.77',
  });
});

t.test(
  '64 strangers at a time are told why, more are cut, and a peer has its session all the same',
  async (t) => {
    const world = await new RawPeerLab(65_001).start();
    const crowd = async (count: number): Promise<readonly ScriptedPeer[]> => {
      const dials = Array.from({ length: count }, (_, i) => {
        const host = world.lab.network.hostAt(`198.51.100.${i}`) ?? world.lab.network.host(`198.51.100.${i}`);
        return host.connect({ address: '192.0.2.1', port: 179 }, new AbortController().signal);
      });
      await world.lab.clock.runFor(100);
      return (await Promise.all(dials)).map((one) => new ScriptedPeer(one, { as: 65_001, routerId: 7 }));
    };
    const told = (peers: readonly ScriptedPeer[]): number =>
      peers.filter((peer) => peer.count(MessageType.Notification) === 1).length;
    for (const [count, heard] of [
      [64, 64],
      [65, 64],
    ] as const) {
      const peers = await crowd(count);
      await world.lab.clock.runFor(500);
      t.equal(told(peers), heard, `${count} of them`);
      t.ok(peers.every((peer) => peer.isEnded || peer.isClosed));
      await world.lab.clock.runFor(1_000);
    }
    await crowd(100);
    await world.up();
    t.equal(world.state, 'established');
  },
);

t.test('a peer that is shut down, or was removed, is refused, and comes back when it may', async (t) => {
  const world = await new RawPeerLab(65_001, { shutdown: true }).start();
  const config = {
    address: RAW_PEER,
    remoteAs: 65_001,
    passive: true,
    importPolicy: acceptAll,
    exportPolicy: acceptAll,
  };
  for (let round = 0; round < 3; round++) {
    const peer = await world.dial();
    peer.sendOpen();
    await world.lab.clock.runFor(5_000);
    t.match(await peer.expectNotification(), { code: 6 });
    t.notSame(world.state, 'established');
  }
  world.at.speaker.updatePeer({ ...config, shutdown: false });
  await world.up();
  t.equal(world.state, 'established');
  const established = world.peer!;
  world.at.speaker.removePeer(RAW_PEER);
  await world.lab.clock.runFor(5_000);
  t.equal(established.isEnded || established.isClosed, true);
  const removed = await world.dial();
  await world.lab.clock.runFor(5_000);
  t.match(await removed.expectNotification(), { code: 6, subcode: 5 });
  world.at.speaker.addPeer(config);
  await world.up();
  t.equal(world.state, 'established');
});

t.test('a second connection of a peer that is up leaves the session alone, whatever it says', async (t) => {
  const world = await new RawPeerLab(65_001).start();
  const first = await world.up();
  for (const say of ['nothing', 'open', 'garbage', 'open with another AS', 'reset'] as const) {
    const second = await world.dial();
    if (say === 'open') second.sendOpen();
    if (say === 'garbage') second.send(new Uint8Array(100));
    if (say === 'open with another AS') second.sendOpen({ as: 65_009 });
    if (say === 'reset') second.transport.destroy();
    await world.lab.clock.runFor(300_000);
    t.equal(world.state, 'established', say);
    t.equal(first.count(MessageType.Notification), 0, say);
    if (say !== 'reset') t.ok(second.isEnded || second.isClosed, `${say}: it is closed`);
  }
  t.equal(world.at.speaker.peer(RAW_PEER)?.establishedCount, 1);
});

t.test('a hundred connections that say nothing do not keep the peer from coming up', async (t) => {
  const world = await new RawPeerLab(65_001).start();
  for (let i = 0; i < 100; i++) await world.dial();
  await world.lab.clock.runFor(300_000);
  await world.up();
  t.equal(world.state, 'established');
  const open = world.lab.network.connections.filter(({ accepted }) => !accepted.isClosed);
  t.ok(open.length <= 3, `${open.length} connections are open in the end`);
});

t.test('half-open sessions end: no OPEN in 4 minutes, no KEEPALIVE in the hold time', async (t) => {
  const world = await new RawPeerLab(65_001, { holdTime: 9 }).start();
  const silent = await world.dial();
  await world.lab.clock.runFor(245_000);
  t.match(await silent.expectOpen().then(() => silent.expectNotification()), { code: 4, subcode: 0 });
  await world.lab.clock.runFor(5_000);
  const halfway = await world.dial();
  halfway.sendOpen({ holdTime: 9 });
  await world.lab.clock.runFor(15_000);
  t.match(await halfway.expectOpen().then(() => halfway.expectNotification()), { code: 4, subcode: 0 });
  t.ok(halfway.isEnded || halfway.isClosed);
});

t.test('the other side dies without a word: it is noticed, and the peer is let in anew', async (t) => {
  const lab = new Lab();
  const [a, b] = [lab.speaker(1, 64_512), lab.speaker(2, 64_513)];
  lab.join(a, b, { holdTime: 9, connectRetryTime: 5 });
  await lab.start(a, b);
  t.ok(await lab.up(a, b));
  for (const { dialled } of lab.network.connections) dialled.blackhole();
  t.ok(await lab.until(() => statusOf(a, b).flaps === 1 && statusOf(b, a).flaps === 1, 60_000));
  t.ok(await lab.until(() => statusOf(a, b).state === 'established', 120_000));
});

/** What a plain socket hears until the end. */
async function hear(
  port: number,
  from: string,
  say: readonly Uint8Array[],
): Promise<{ types: string[]; how: string }> {
  const types: string[] = [];
  const framer = new Framer();
  const socket = connect({ host: '127.0.0.1', port, localAddress: from });
  for (const bytes of say) socket.write(bytes);
  return new Promise((resolve) => {
    socket.on('data', (chunk) => {
      framer.push(chunk);
      while (framer.next() === 'message') {
        const { type, bytes, start } = framer;
        types.push(
          type === MessageType.Notification ? `${bytes[start + 19]}/${bytes[start + 20]}` : `${type}`,
        );
      }
    });
    socket.on('end', () => {
      socket.end();
      resolve({ types, how: 'FIN' });
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ types, how: error.code ?? error.message }),
    );
  });
}

t.test(
  'over real sockets the NOTIFICATION arrives before the end, though much was written to us',
  async (t) => {
    const speaker = createSpeaker({
      localAs: 64_512,
      routerId: '192.0.2.1',
      listen: [{ address: '127.0.0.1', port: 0 }],
    });
    t.teardown(() => speaker.close());
    await speaker.start();
    const port = speaker.listening[0]?.port ?? 0;
    const shared = { remoteAs: 64_513, passive: true };
    speaker.addPeer({ ...shared, address: '127.0.15.2' });
    speaker.addPeer({ ...shared, address: '127.0.15.3', shutdown: true });
    const flood = new Uint8Array(500_000);
    t.same(
      await hear(port, '127.0.15.2', [KEEPALIVE, flood]),
      { types: ['1', '5/1'], how: 'FIN' },
      'an FSM error',
    );
    for (const [address, what] of [
      ['127.0.15.3', 'a peer that is shut down'],
      ['127.0.15.9', 'a stranger'],
    ] as const) {
      const heard = await hear(port, address, [KEEPALIVE, flood]);
      t.match(heard.types.at(-1), /^6\//, `${what} (${heard.how})`);
      t.equal(heard.how, 'FIN', what);
    }
    await eventually(
      () => speaker.peer('127.0.15.2')?.state === 'active' || speaker.peer('127.0.15.2')?.state === 'idle',
    );
  },
);

t.test('a close of ours is read by the other side, and says why', async (t) => {
  const lab = new Lab();
  const [a, b] = [lab.speaker(1, 64_512), lab.speaker(2, 64_513)];
  a.speaker.addPeer(peerOf(b));
  b.speaker.addPeer(peerOf(a));
  await lab.start(a, b);
  t.ok(await lab.up(a, b));
  void a.speaker.close({ communication: 'back at noon' });
  t.ok(await lab.until(() => statusOf(b, a).state !== 'established'));
  t.match(statusOf(b, a).lastNotification, {
    direction: 'received',
    code: 6,
    subcode: 2,
    communication: 'back at noon',
  });
  await lab.clock.runFor(10_000);
  t.ok(lab.network.connections.every(({ dialled, accepted }) => dialled.isClosed && accepted.isClosed));
});
