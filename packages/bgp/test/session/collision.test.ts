import t from 'tap';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { MessageType } from '../../src/message/message-type.js';
import { Session } from '../../src/session/session.js';
import type { SessionConfig } from '../../src/session/session-config.js';
import { TurnLoop } from '../../src/session/turn-loop.js';
import {
  FakeClock,
  type FakeHost,
  FakeNetwork,
  type ScriptedPeer,
  seededRandom,
} from '../../src/testing/index.js';
import { EMPTY_UPDATE, Lab, Recorder } from './lab.js';

interface Side {
  readonly session: Session;
  readonly handler: Recorder;
}

function side(
  world: { clock: FakeClock; host: FakeHost; loop: TurnLoop; seed: number },
  config: Pick<SessionConfig, 'localAs' | 'localRouterId' | 'remoteAs'> & { address: string },
): Side {
  const { clock, host, loop, seed } = world;
  const { address, ...rest } = config;
  const handler = new Recorder();
  const ports = { sockets: host, clock, random: seededRandom(seed) };
  const session = new Session(
    {
      target: { address, port: 179 },
      holdTime: 90,
      connectRetryTime: 120,
      idleHoldTime: 1,
      passive: false,
      capabilities: [],
      ...rest,
    },
    ports,
    loop,
    handler,
  );
  return { session, handler };
}

interface Order {
  readonly name: string;
  readonly left: { readonly as: number; readonly id: number };
  readonly right: { readonly as: number; readonly id: number };
}

const orders: readonly Order[] = [
  { name: 'the left identifier is higher', left: { as: 64512, id: 2 }, right: { as: 64513, id: 1 } },
  {
    name: 'the right identifier is higher',
    left: { as: 64512, id: 1 },
    right: { as: 64513, id: 0xf0000000 },
  },
  {
    name: 'equal identifiers, the right AS is larger',
    left: { as: 64512, id: 7 },
    right: { as: 64513, id: 7 },
  },
  { name: 'internal peers', left: { as: 64512, id: 3 }, right: { as: 64512, id: 9 } },
];

/** Starts both at once on a network whose every segment takes its own time; returns milliseconds until both are up. */
async function race(
  seed: number,
  order: Order,
): Promise<{ milliseconds: number; retries: number; clean: boolean }> {
  const clock = new FakeClock();
  const random = seededRandom(seed);
  // From all at once to a slow line: segments of the two connections overtake each other.
  const slowest = [1, 3, 20, 400][seed % 4]!;
  const network = new FakeNetwork(clock);
  Object.defineProperty(network.options, 'delay', {
    enumerable: true,
    get: () => Math.floor(random.next() * slowest),
  });
  const [here, there] = [network.host('192.0.2.1'), network.host('192.0.2.2')];
  const left = side(
    { clock, host: here, loop: new TurnLoop(clock), seed },
    { address: '192.0.2.2', localAs: order.left.as, localRouterId: order.left.id, remoteAs: order.right.as },
  );
  const right = side(
    { clock, host: there, loop: new TurnLoop(clock), seed: seed + 7919 },
    { address: '192.0.2.1', localAs: order.right.as, localRouterId: order.right.id, remoteAs: order.left.as },
  );
  await here.listen({ port: 179 }, (transport) => left.session.accept(transport));
  await there.listen({ port: 179 }, (transport) => right.session.accept(transport));
  left.session.start();
  right.session.start();
  const isUp = (): boolean => left.session.state === 'established' && right.session.state === 'established';
  await clock.runUntil(isUp, 30_000);
  const milliseconds = isUp() ? clock.now() : Number.POSITIVE_INFINITY;
  // It must also stay up: the loser of the collision is gone, the winner lives.
  await clock.runFor(300_000);
  const open = network.connections.filter(({ dialled, accepted }) => !dialled.isClosed || !accepted.isClosed);
  const retries = Math.max(
    ...[left, right].map(({ handler }) => handler.states.filter((s) => s === 'idle').length),
  );
  const clean =
    isUp() &&
    open.length === 1 &&
    left.handler.establishedCount === 1 &&
    right.handler.establishedCount === 1;
  return { milliseconds, retries, clean };
}

for (const order of orders) {
  t.test(`two sessions that start in the same millisecond: ${order.name}`, async (t) => {
    const bad: string[] = [];
    let retried = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const { milliseconds, retries, clean } = await race(seed, order);
      if (retries > 0) retried++;
      if (milliseconds > 5_000 || retries > 1 || !clean) {
        bad.push(`seed ${seed}: ${milliseconds} ms, ${retries} retries, ${clean ? 'clean' : 'not clean'}`);
      }
    }
    t.same(bad, []);
    t.comment(`200 races, ${retried} needed a retry`);
  });
}

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
