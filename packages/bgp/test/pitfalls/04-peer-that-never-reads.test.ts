import t from 'tap';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { peerOf } from '../speaker/lab.js';
import { RAW_PEER, RawPeerLab } from './raw-peer.js';

// A peer whose window is shut must not hang us for ever, cost memory that grows, or hold up others (RFC 9687).

const MINUTE = 60_000;
const OUTBOX = 100_000;
/** One step of the export, and what the lab's kernel takes at once. */
const SLACK = 131_072 + 65_536;

const prefixes = Array.from({ length: 4_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);

/** Announces all routes with another MED, which makes all of them be sent again. */
function churn(world: RawPeerLab, med: number): void {
  for (let at = 0; at < prefixes.length; at += 10) {
    const attributes = {
      med: med * 1000 + at,
      communities: Array.from({ length: 30 }, (_, i) => at * 100 + i),
    };
    world.at.speaker.announce({ prefixes: prefixes.slice(at, at + 10), attributes });
  }
}

for (const { holdTime, falls } of [
  { holdTime: 90, falls: 8 * MINUTE },
  { holdTime: 300, falls: 10 * MINUTE },
]) {
  t.test(`with a hold time of ${holdTime} s the session falls after ${falls / MINUTE} minutes`, async (t) => {
    const world = await new RawPeerLab(65_001, { holdTime, limits: { outboxBytes: OUTBOX } }).start();
    const other = world.lab.speaker(3, 65_003);
    world.at.speaker.addPeer(peerOf(other, { passive: true }));
    other.speaker.addPeer(peerOf(world.at));
    await world.lab.start(other);
    const peer = await world.dial();
    peer.sendOpen({ holdTime });
    peer.send(KEEPALIVE);
    t.ok(await world.lab.until(() => world.state === 'established'));
    const { dialled } = world.lab.network.connections.find(({ dialled: end }) => end === peer.transport)!;
    dialled.stall();
    churn(world, 1);
    const queued: number[] = [];
    let took = 0;
    for (let med = 2; world.state === 'established' && took < 20 * MINUTE; med++) {
      peer.send(KEEPALIVE);
      await world.lab.clock.runFor(10_000);
      took += 10_000;
      if (med < 20) churn(world, med);
      queued.push(world.at.speaker.peer(RAW_PEER)?.queued?.outbox ?? 0);
    }
    t.ok(took >= falls && took <= falls + 30_000, `it fell after ${took / 1000} s`);
    t.ok(Math.max(...queued) <= OUTBOX + SLACK, `at most ${Math.max(...queued)} octets waited`);
    t.ok(
      Math.abs(queued[5]! - queued[40]!) <= KEEPALIVE.length,
      'changes do not pile up: the table keeps prefixes',
    );
    const down = world.at.lines.find(({ event }) => event === 'session.down');
    t.match(down?.fields, { reason: 'send-hold-timer', notification: 'sent 8/0' });
    t.match(world.at.speaker.peer(RAW_PEER)?.lastNotification, { direction: 'sent', code: 8, subcode: 0 });
    t.equal(
      other.speaker.rib({ limit: 10_000 }).routes.length,
      prefixes.length,
      'the other peer has everything',
    );
    t.equal(other.speaker.peer('192.0.2.1')?.flaps, 0);
  });
}

t.test('the same peer that reads again is brought up to date, and nothing is sent twice', async (t) => {
  const world = await new RawPeerLab(65_001, { limits: { outboxBytes: OUTBOX } }).start();
  const peer = await world.up();
  const { dialled } = world.lab.network.connections.find(({ dialled: end }) => end === peer.transport)!;
  dialled.stall();
  for (let med = 1; med <= 10; med++) {
    churn(world, med);
    await world.lab.clock.runFor(5_000);
  }
  dialled.unstall();
  await world.lab.clock.runFor(60_000);
  const octets = peer.received.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const once = (4_000 / 10) * (19 + 4 + 40 + 4 * 30 + 40);
  t.ok(
    octets < 3 * once + 2 * (OUTBOX + SLACK),
    `${octets} octets for a table of about ${once}, changed 10 times`,
  );
  const last = peer.received.at(-1)!;
  t.ok(last.bytes.length > 19);
  t.equal(world.at.speaker.peer(RAW_PEER)?.families[0]?.advertised, prefixes.length);
});
