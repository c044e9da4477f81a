// test-timeout: 600
import t, { type Test } from 'tap';
import { MessageType } from '../../src/message/message-type.js';
import { Lab } from '../session/lab.js';
import { ORDERS, type Order, type RaceOptions, race } from '../session/race.js';

// Two speakers that dial each other at once must end with one session: not with none because each closed what the other
// kept, not with two, and not on the connection that is dead.

const SEEDS = 1000;
/** The longest wait of a collision is 2 s, a retry costs the idle hold of 1 s, and DelayOpen comes on top. */
const MOST_MILLISECONDS = 5_000;

async function runRaces(
  t: Test,
  order: Order,
  seeds: number,
  options: (seed: number) => RaceOptions,
): Promise<void> {
  const bad: string[] = [];
  let retried = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const { milliseconds, retries, clean } = await race(seed, order, options(seed));
    if (retries > 0) retried++;
    if (milliseconds > MOST_MILLISECONDS || retries > 1 || !clean) {
      bad.push(`seed ${seed}: ${milliseconds} ms, ${retries} retries, ${clean ? 'clean' : 'not clean'}`);
    }
  }
  t.same(bad, []);
  t.comment(`${seeds} races, ${retried} needed a retry`);
}

for (const order of ORDERS) {
  t.test(`${SEEDS} starts in the same millisecond: ${order.name}`, (t) =>
    runRaces(t, order, SEEDS, (seed) => ({ stay: seed % 10 === 0 ? 300_000 : 10_000 })),
  );
}

for (const order of ORDERS) {
  t.test(`OPENs that come late from one side or both: ${order.name}`, (t) =>
    runRaces(t, order, 120, (seed) => {
      const late = 0.2 + (seed % 7) / 5;
      const delayOpen = [{ left: late }, { right: late }, { left: late, right: late / 2 }][seed % 3]!;
      return { delayOpen, stay: 10_000 };
    }),
  );
}

const HIGHER = 0xf0000000;

t.test(
  'a connection whose OPEN never came is not chosen, though its side has the higher identifier',
  async (t) => {
    const lab = new Lab();
    const ours = await lab.dialOut({ routerId: HIGHER });
    const theirs = await lab.dialIn({ routerId: HIGHER });
    await lab.clock.settle();
    ours.sendOpen();
    ours.sendKeepalive();
    t.ok(
      await lab.clock.runUntil(() => lab.session.state === 'established', 3_000),
      'it is waited for, but not long',
    );
    t.equal(lab.session.endpoints?.remote.port, 179, 'on the connection that lives');
    await theirs.expectOpen();
    t.match(await theirs.expectNotification(), { code: 6, subcode: 7 });
  },
);

t.test('where the other side dies in the middle of a collision, the living connection goes on', async (t) => {
  for (const dies of ['ours', 'theirs'] as const) {
    const lab = new Lab();
    const peers = {
      ours: await lab.dialOut({ routerId: HIGHER }),
      theirs: await lab.dialIn({ routerId: HIGHER }),
    };
    const lives = dies === 'ours' ? peers.theirs : peers.ours;
    await lab.clock.settle();
    peers.ours.sendOpen();
    peers.theirs.sendOpen();
    peers[dies].transport.destroy();
    lives.sendKeepalive();
    const isUp = await lab.clock.runUntil(() => lab.session.state === 'established', 3_000);
    // The peer may just have been told to drop the living one: then it is up after one retry.
    if (!isUp) t.equal(lives.count(MessageType.Notification), 1, `${dies} dies: the other was the loser`);
    else t.equal(lives.count(MessageType.Notification), 0, `${dies} dies`);
  }
});

t.test('an Established session does not fall for a connection that comes beside it', async (t) => {
  const lab = new Lab();
  const first = await lab.up({ routerId: HIGHER });
  for (let round = 0; round < 5; round++) {
    const second = await lab.dialIn({ routerId: HIGHER });
    if (round % 2 === 0) second.sendOpen();
    await lab.clock.runFor(1_000);
    second.transport.destroy();
    first.sendKeepalive();
    await lab.clock.runFor(1_000);
  }
  t.equal(lab.session.state, 'established');
  t.equal(lab.handler.lostCount, 0);
  t.equal(first.count(MessageType.Notification), 0);
});

t.test('a peer that lost its session and comes back is let in when the old one has fallen', async (t) => {
  const lab = new Lab();
  await lab.up();
  // The peer's process died without a word: its new connection meets a session that still looks alive.
  lab.network.connections[0]!.accepted.blackhole();
  const early = await lab.dialIn();
  early.sendOpen();
  await lab.clock.settle();
  t.match(await early.expectNotification(), { code: 6, subcode: 7 });
  await lab.clock.runFor(95_000);
  t.equal(lab.handler.lostCount, 1, 'the hold timer has ended the old one');
  const back = await lab.dialIn();
  back.sendOpen();
  back.sendKeepalive();
  t.ok(await lab.clock.runUntil(() => lab.session.state === 'established', 5_000));
});
