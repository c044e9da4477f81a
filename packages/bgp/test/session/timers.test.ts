import t from 'tap';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { MessageType } from '../../src/message/message-type.js';
import type { Transport } from '../../src/ports/transport.js';
import { EMPTY_UPDATE, Lab, THEIRS } from './lab.js';

t.test('a silent peer falls when the hold time is over, and is told so', async (t) => {
  const lab = new Lab({ holdTime: 30 });
  const peer = await lab.up();
  await lab.clock.runFor(29_999);
  t.equal(lab.session.state, 'established');
  await lab.clock.runFor(101);
  t.equal(lab.session.state, 'idle');
  await peer.expectOpen();
  t.match(await peer.expectNotification(), { code: 4, subcode: 0 });
  t.match(lab.handler.lastError, {
    code: 'hold-timer',
    message: /hold time of 30 s/,
    notification: { code: 4 },
  });
});

t.test('KEEPALIVE, UPDATE and ROUTE-REFRESH each restart the hold time', async (t) => {
  const refresh = Uint8Array.of(...new Array<number>(16).fill(255), 0, 23, 5, 0, 1, 0, 1);
  for (const bytes of [KEEPALIVE, EMPTY_UPDATE, refresh]) {
    const lab = new Lab({ holdTime: 30 });
    const peer = await lab.up();
    for (let i = 0; i < 5; i++) {
      await lab.clock.runFor(25_000);
      peer.send(bytes);
    }
    await lab.clock.settle();
    t.equal(lab.session.state, 'established');
  }
});

t.test('a process that was stalled reads what is there before it judges', async (t) => {
  const lab = new Lab({ holdTime: 30 });
  const peer = await lab.up();
  await lab.clock.runFor(10_000);
  peer.sendKeepalive();
  // The KEEPALIVE is in the kernel; nothing of this process runs for two minutes.
  lab.clock.stall(120_000);
  await lab.clock.settle();
  t.equal(lab.session.state, 'established');
  await lab.clock.runFor(31_000);
  t.equal(lab.handler.lostCount, 1, 'and silence after that counts');
});

t.test('part of a message does not keep a session up for ever', async (t) => {
  const lab = new Lab({ holdTime: 30 });
  const peer = await lab.up();
  for (let i = 0; i < 18; i++) {
    peer.send(Uint8Array.of(255));
    await lab.clock.runFor(2_000);
  }
  t.equal(lab.handler.lostCount, 1);
  t.equal(lab.handler.lastError?.code, 'hold-timer');
});

t.test('a peer whose OPEN does not come falls after 4 minutes', async (t) => {
  const lab = new Lab();
  const peer = await lab.dialOut();
  await lab.clock.runFor(239_999);
  t.equal(lab.session.state, 'opensent');
  await lab.clock.runFor(101);
  t.equal(lab.session.state, 'idle');
  await peer.expectOpen();
  t.match(await peer.expectNotification(), { code: 4 });
  t.match(lab.handler.lastError?.message, /no OPEN came within 4 minutes/);
});

t.test('an OPEN that comes late is in time', async (t) => {
  const lab = new Lab();
  const peer = await lab.dialOut();
  await lab.clock.runFor(200_000);
  peer.sendOpen();
  peer.sendKeepalive();
  await lab.clock.settle();
  t.equal(lab.session.state, 'established');
});

/** Keeps a session up from the other side; returns what came. */
async function live(lab: Lab, peer: { sendKeepalive(): void }, seconds: number): Promise<void> {
  for (let at = 0; at < seconds; at++) {
    peer.sendKeepalive();
    await lab.clock.runFor(1_000);
  }
}

t.test('keepalives leave every third of the hold time, jittered by 0.75 to 1', async (t) => {
  const lab = new Lab({ holdTime: 9 });
  const peer = await lab.up();
  const before = peer.count(MessageType.Keepalive);
  await live(lab, peer, 300);
  const sent = peer.count(MessageType.Keepalive) - before;
  t.ok(sent >= 100 && sent <= 134, `${sent} in 300 s`);
  t.equal(lab.session.keepaliveTime, 3);
});

t.test('a shorter keepalive time is used, a longer one is not', async (t) => {
  const short = new Lab({ holdTime: 90, keepaliveTime: 5 });
  await short.up();
  t.equal(short.session.keepaliveTime, 5);
  const long = new Lab({ holdTime: 90, keepaliveTime: 80 });
  await long.up({ holdTime: 12 });
  t.equal(long.session.keepaliveTime, 4);
});

t.test('a hold time of 0 runs no timer at all', async (t) => {
  const lab = new Lab({ holdTime: 0 });
  await lab.up();
  await lab.clock.runFor(100);
  t.equal(lab.clock.pendingTimers, 0);
  await lab.clock.runFor(10_000_000);
  t.equal(lab.session.state, 'established');
});

/** Times at which the session dialled. */
function dialTimes(lab: Lab): number[] {
  const times: number[] = [];
  const connect = lab.ours.connect.bind(lab.ours);
  Reflect.set(lab.ours, 'connect', (...args: Parameters<typeof connect>): Promise<Transport> => {
    times.push(lab.clock.now());
    return connect(...args);
  });
  return times;
}

const gaps = (times: readonly number[]): number[] => times.slice(1).map((at, i) => at - times[i]!);

t.test('a dial without an answer is repeated with jitter, and a hint says why it may be', async (t) => {
  const lab = new Lab({ connectRetryTime: 20 });
  lab.network.silence(THEIRS);
  const times = dialTimes(lab);
  lab.session.start();
  await lab.clock.runFor(2_900);
  t.equal(lab.session.hint, undefined, 'too early to say');
  await lab.clock.runFor(597_100);
  const waits = gaps(times);
  t.ok(waits.length >= 30 && waits.length <= 40, `${waits.length} retries in 10 minutes`);
  t.ok(
    waits.every((wait) => wait >= 15_000 && wait <= 20_051),
    waits.join(' '),
  );
  t.ok(new Set(waits).size > 5, 'they differ');
  t.match(lab.session.hint, /no answer from 192.0.2.2 port 179 for 600 s: .*expects TCP MD5/);
});

t.test('with MD5 configured silence names the password as a likely cause', async (t) => {
  const md5Key = new TextEncoder().encode('secret');
  const lab = new Lab({ target: { address: THEIRS, port: 179, md5Key }, connectRetryTime: 5 });
  await lab.listen();
  lab.session.start();
  await lab.clock.runFor(60_000);
  t.equal(lab.session.state, 'connect', 'the listener has no key: it does not answer');
  t.match(lab.session.hint, /TCP MD5 is configured, and a password that differs/);
  t.notMatch(lab.session.hint, /secret/);
});

t.test('a passive peer that nobody dials has a hint too, until somebody does', async (t) => {
  const md5Key = new TextEncoder().encode('secret');
  const target = { address: THEIRS, port: 179, md5Key };
  const lab = new Lab({ target, passive: true });
  lab.session.start();
  await lab.clock.runFor(2_900);
  t.equal(lab.session.hint, undefined, 'too early to say');
  await lab.clock.runFor(57_100);
  t.match(lab.session.hint, /no connection came from 192.0.2.2 for 60 s.*TCP MD5 is configured/);
  await lab.dialIn();
  await lab.clock.settle();
  t.equal(lab.session.state, 'opensent');
  t.equal(lab.session.hint, undefined, 'a connection is there, so the password is right');
});

t.test('a refused dial is repeated in seconds, and the error says what to look at', async (t) => {
  const lab = new Lab();
  const times = dialTimes(lab);
  lab.session.start();
  await lab.clock.runFor(60_000);
  t.ok(times.length >= 57 && times.length <= 81, `${times.length} dials in a minute`);
  t.equal(lab.session.hint, undefined, 'a refusal is an answer');
  t.match(lab.handler.lastError, {
    code: 'connect-failed',
    message: /192.0.2.2 port 179 refused the connection/,
  });
  t.equal(lab.handler.lostCount, 0);
});

t.test('the idle hold doubles up to its limit while sessions go on failing', async (t) => {
  const lab = new Lab({ limits: { idleHoldSeconds: 10 } });
  const times = dialTimes(lab);
  await lab.theirs.listen({ port: 179 }, (transport) => {
    const peer = lab.script(transport);
    peer.sendOpen();
    peer.sendNotification(6, 5);
  });
  lab.session.start();
  await lab.clock.runFor(60_000);
  const waits = gaps(times).map((wait) => wait / 1000);
  const most = [1, 2, 4, 8, 10, 10];
  for (const [i, limit] of most.entries()) {
    t.ok(waits[i]! <= limit + 0.06 && waits[i]! >= 0.75 * limit, `wait ${i}: ${waits[i]} s of ${limit} s`);
  }
});

t.test('an idle hold of 0 does not spin', async (t) => {
  const lab = new Lab({ idleHoldTime: 0 });
  const times = dialTimes(lab);
  lab.session.start();
  await lab.clock.runFor(10_000);
  t.ok(times.length > 60 && times.length <= 140, `${times.length} dials in 10 s`);
});

t.test('a peer that never reads falls after the send hold time, and memory stays flat', async (t) => {
  const lab = new Lab({ limits: { outboxBytes: 100_000 } });
  const peer = await lab.up();
  lab.network.connections[0]!.accepted.stall();
  const block = new Uint8Array(4096);
  while (lab.session.send(block)) {}
  await lab.clock.settle();
  const taken = lab.session.outboxBytes;
  t.ok(taken <= 100_000 + 2 * 65_536, `${taken} octets wait`);
  for (let at = 0; at < 470; at += 10) {
    // It still sends, so that the hold timer is not what ends it.
    peer.sendKeepalive();
    await lab.clock.runFor(10_000);
    lab.session.send(block);
  }
  t.equal(lab.session.state, 'established');
  t.ok(lab.session.outboxBytes < taken + 100 * 4096 + 19, 'keepalives do not pile up');
  peer.sendKeepalive();
  await lab.clock.runFor(11_000);
  t.equal(lab.handler.lostCount, 1);
  t.match(lab.handler.lastError, { code: 'send-hold-timer', notification: { code: 8, subcode: 0 } });
  t.equal(lab.network.connections[0]!.dialled.isClosed, true, 'dropped without waiting');
});

t.test('a peer that reads slowly, but reads, stays', async (t) => {
  const lab = new Lab({ limits: { outboxBytes: 100_000 } });
  const peer = await lab.up();
  const { accepted } = lab.network.connections[0]!;
  const block = new Uint8Array(4096);
  accepted.stall();
  while (lab.session.send(block)) {}
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 8; i++) {
      peer.sendKeepalive();
      await lab.clock.runFor(30_000);
      peer.sendKeepalive();
      await lab.clock.runFor(25_000);
    }
    accepted.unstall();
    await Promise.resolve();
    await lab.clock.settle();
    accepted.stall();
    while (lab.session.send(block)) {}
  }
  t.equal(lab.session.state, 'established', `after ${lab.clock.now() / 1000} s`);
});
