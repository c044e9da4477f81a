import t from 'tap';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { MessageType } from '../../src/message/message-type.js';
import type { Transport } from '../../src/ports/transport.js';
import { Session } from '../../src/session/session.js';
import { TurnLoop } from '../../src/session/turn-loop.js';
import { FakeClock, FakeNetwork, ScriptedPeer, seededRandom } from '../../src/testing/index.js';
import { EMPTY_UPDATE, Lab, Recorder } from './lab.js';

/** Many messages in one run of octets. */
function repeat(message: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(message.length * times);
  for (let i = 0; i < times; i++) all.set(message, i * message.length);
  return all;
}

/** Counts what is done to the transport that the session dialled. */
function spyOn(lab: Lab): { pauses: number; resumes: number; writes: Uint8Array[] } {
  const transport: Transport = lab.network.connections[0]!.dialled;
  const seen = { pauses: 0, resumes: 0, writes: [] as Uint8Array[] };
  const { pause, resume, write } = transport;
  Object.assign(transport, {
    pause: () => {
      seen.pauses++;
      pause.call(transport);
    },
    resume: () => {
      seen.resumes++;
      resume.call(transport);
    },
    write: (bytes: Uint8Array) => {
      seen.writes.push(bytes);
      return write.call(transport, bytes);
    },
  });
  return seen;
}

t.test('input at its limit does not pause, one octet more does, and the loop re-arms', async (t) => {
  const inputBytes = 230;
  for (const [octets, pauses] of [
    [230, 0],
    [231, 1],
  ] as const) {
    const lab = new Lab({ limits: { inputBytes } });
    const peer = await lab.up();
    const seen = spyOn(lab);
    const flood = new Uint8Array(253).fill(0xff);
    flood.set(repeat(EMPTY_UPDATE, 11));
    peer.send(flood.subarray(0, octets));
    await lab.clock.settle();
    t.equal(seen.pauses, pauses, `${octets} octets`);
    t.equal(seen.resumes, pauses);
    t.equal(lab.handler.updates.length, 10);
    peer.send(flood.subarray(octets));
    await lab.clock.settle();
    t.equal(lab.handler.updates.length, 11, 'nothing waits for the next KEEPALIVE');
  }
});

t.test('a round that ends before part of a message re-arms a paused transport', async (t) => {
  const lab = new Lab({ limits: { inputBytes: 230, messagesPerRound: 10 } });
  const peer = await lab.up();
  const seen = spyOn(lab);
  const flood = repeat(EMPTY_UPDATE, 11);
  peer.send(flood.subarray(0, 240));
  await lab.clock.settle();
  t.equal(seen.pauses, 1);
  t.equal(seen.resumes, 1, 'nothing else would wake it');
  peer.send(flood.subarray(240));
  await lab.clock.settle();
  t.equal(lab.handler.updates.length, 11);
});

t.test('a message larger than the limit still comes in', async (t) => {
  const lab = new Lab({ limits: { inputBytes: 100 } });
  lab.network.options = { chop: 64 };
  const peer = await lab.up();
  const update = new Uint8Array(4096).fill(0);
  update.fill(255, 0, 16);
  update.set([16, 0, 2], 16);
  peer.send(update);
  await lab.clock.settle();
  t.equal(lab.handler.updates[0]?.length, 4096 - 19);
});

t.test('a flood from one peer is taken in order and completely, through a small limit', async (t) => {
  const lab = new Lab({ limits: { inputBytes: 4096, messagesPerRound: 7 } });
  const peer = await lab.up();
  const messages = 20_000;
  for (let i = 0; i < messages / 100; i++) peer.send(repeat(EMPTY_UPDATE, 100));
  await lab.clock.settle();
  t.equal(lab.handler.updates.length, messages);
  t.equal(lab.session.counters().received.update, messages);
});

t.test(
  'the outbox says no at its mark, takes the block all the same, and calls when it has room',
  async (t) => {
    const lab = new Lab({ limits: { outboxBytes: 1000 } });
    await lab.up();
    const { accepted, dialled } = lab.network.connections[0]!;
    accepted.options.window = 0;
    dialled.options.mark = 0;
    t.equal(lab.session.send(new Uint8Array(10)), true, 'this one the transport holds');
    t.equal(lab.session.send(new Uint8Array(999)), true, 'one below the mark');
    t.equal(lab.session.send(new Uint8Array(1)), false, 'at the mark');
    t.equal(lab.session.send(new Uint8Array(1)), false, 'past it');
    t.equal(lab.session.outboxBytes, 1011);
    t.equal(lab.handler.writableCount, 0);
    accepted.options.window = 65_536;
    accepted.unstall();
    await lab.clock.settle();
    t.equal(lab.handler.writableCount, 1, 'once');
    t.equal(lab.session.outboxBytes, 0);
    t.equal(lab.session.counters().sent.update, 4);
    t.equal(lab.session.send(new Uint8Array(1)), true);
  },
);

t.test('nothing can be sent outside Established', async (t) => {
  const lab = new Lab();
  t.equal(lab.session.send(new Uint8Array(1)), false);
  t.equal(lab.session.outboxBytes, 0);
  t.equal(lab.session.counters().sent.update, 0);
});

t.test('blocks are shared, not copied, and a KEEPALIVE goes before bulk', async (t) => {
  const lab = new Lab({ holdTime: 9 });
  const peer = await lab.up();
  const seen = spyOn(lab);
  const { accepted, dialled } = lab.network.connections[0]!;
  accepted.options.window = 0;
  dialled.options.mark = 0;
  const blocks = [new Uint8Array(100), new Uint8Array(200), new Uint8Array(300)];
  for (const block of blocks) lab.session.send(block);
  peer.sendKeepalive();
  await lab.clock.runFor(3_100);
  peer.sendKeepalive();
  await lab.clock.runFor(3_100);
  t.same(seen.writes, [blocks[0]], 'the transport is full');
  accepted.options.window = 65_536;
  accepted.unstall();
  await lab.clock.settle();
  t.equal(seen.writes.length, 4);
  t.equal(seen.writes[0], blocks[0]);
  t.equal(seen.writes[1], KEEPALIVE, 'one, though two were due');
  t.equal(seen.writes[2], blocks[1]);
  t.equal(seen.writes[3], blocks[2]);
});

t.test('a NOTIFICATION replaces bulk that nobody will read', async (t) => {
  const lab = new Lab();
  const peer = await lab.up();
  const seen = spyOn(lab);
  const { accepted, dialled } = lab.network.connections[0]!;
  accepted.options.window = 0;
  dialled.options.mark = 0;
  for (let i = 0; i < 5; i++) lab.session.send(EMPTY_UPDATE);
  lab.session.stop();
  accepted.options.window = 65_536;
  accepted.unstall();
  await lab.clock.settle();
  t.equal(seen.writes.length, 2, 'the one on its way, and the Cease');
  t.equal(peer.received.at(-1)?.type, MessageType.Notification);
});

t.test('1,000 idle sessions share their wake-ups', async (t) => {
  const clock = new FakeClock();
  const network = new FakeNetwork(clock);
  const loop = new TurnLoop(clock);
  const ours = network.host('192.0.2.1');
  const handlers: Recorder[] = [];
  const peers: ScriptedPeer[] = [];
  for (let i = 0; i < 1000; i++) {
    const address = `10.0.${i >> 8}.${i & 255}`;
    await network.host(address).listen({ port: 179 }, (transport) => {
      const peer = new ScriptedPeer(transport, { as: 64513, routerId: i + 10, holdTime: 65_535 });
      peers.push(peer);
      peer.sendOpen();
      peer.sendKeepalive();
    });
    const handler = new Recorder();
    handlers.push(handler);
    const config = {
      target: { address, port: 179 },
      localAs: 64512,
      localRouterId: 1,
      remoteAs: 64513,
      holdTime: 65_535,
      keepaliveTime: 30,
      connectRetryTime: 120,
      idleHoldTime: 1,
      passive: false,
      capabilities: [],
    };
    const ports = { sockets: ours, clock, random: seededRandom(i) };
    new Session(config, ports, loop, handler).start();
  }
  await clock.settle();
  t.equal(handlers.filter(({ establishedCount }) => establishedCount === 1).length, 1000);
  t.equal(clock.pendingTimers, 1, 'one timer for all of them');
  await clock.runFor(130_000);
  const wakeups = clock.wakeups;
  const before = peers.reduce((sum, peer) => sum + peer.count(MessageType.Keepalive), 0);
  await clock.runFor(60_000);
  const keepalives = peers.reduce((sum, peer) => sum + peer.count(MessageType.Keepalive), 0) - before;
  t.ok(keepalives >= 2000 && keepalives <= 2667, `${keepalives} keepalives in a minute`);
  t.ok(clock.wakeups - wakeups <= 1200, `${clock.wakeups - wakeups} wake-ups: at most one each 50 ms`);
  t.equal(clock.pendingTimers, 1);
});

t.test('a session takes its share of messages in a round, and says when there are more', async (t) => {
  for (const [messages, answers] of [
    [3, [false]],
    [4, [true, false]],
  ] as const) {
    const lab = new Lab({ limits: { messagesPerRound: 3 } });
    const peer = await lab.up();
    const seen: boolean[] = [];
    const { session } = lab;
    const readInput = session.readInput.bind(session);
    session.readInput = (deadline) => {
      const more = readInput(deadline);
      seen.push(more);
      return more;
    };
    peer.send(repeat(EMPTY_UPDATE, messages));
    await lab.clock.settle();
    t.same(seen, answers, `${messages} messages`);
    t.equal(lab.handler.updates.length, messages);
  }
});
