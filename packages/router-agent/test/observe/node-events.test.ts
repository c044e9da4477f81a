import { FakeClock } from '@peerage/bgp/testing';
import t from 'tap';
import { NodeEvents, type ToldEvent } from '../../src/observe/node-events.js';

function bench(send: (event: ToldEvent) => Promise<void> = async () => {}) {
  const clock = new FakeClock();
  const sent: string[] = [];
  const counts = { sent: 0, joined: 0, failed: 0 };
  const failing: (string | null)[] = [];
  const events = new NodeEvents({
    now: () => clock.now(),
    setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
    send: async (event) => {
      await send(event);
      sent.push(`${event.type} ${event.reason}: ${event.message}`);
    },
    counted: (outcome, count) => {
      counts[outcome] += count;
    },
    failing: (message) => failing.push(message),
  });
  const down = (peer: string): void =>
    events.tell({ type: 'Warning', reason: 'BgpSessionDown', message: `${peer} is down` });
  return { clock, events, sent, counts, failing, down };
}

t.test('what happens together is told together, by reason', async (t) => {
  const { clock, events, sent, counts, down } = bench();
  for (const peer of ['a', 'b', 'c', 'd', 'e']) down(peer);
  events.tell({ type: 'Normal', reason: 'BgpSessionUp', message: 'f is up' });
  await clock.runFor(5_000);
  t.same(sent, [
    'Warning BgpSessionDown: a is down; b is down; c is down; and 2 more',
    'Normal BgpSessionUp: f is up',
  ]);
  t.same(counts, { sent: 2, joined: 4, failed: 0 });
});

t.test('the same words are told once in ten minutes', async (t) => {
  const { clock, sent, down } = bench();
  for (let second = 0; second < 1_210; second++) {
    down('a');
    await clock.runFor(1_000);
  }
  t.equal(sent.length, 3);
});

t.test('of a storm of different words little is kept and little is sent', async (t) => {
  const { clock, sent, counts, down } = bench();
  for (let n = 0; n < 50_000; n++) {
    down(`peer ${n}`);
    if (n % 1_000 === 999) await clock.runFor(1_000);
  }
  await clock.runFor(5_000);
  t.ok(sent.length <= 11, `${sent.length} Events`);
  t.equal(counts.sent + counts.joined, 50_000);
});

t.test('what cannot be told is counted and said, and so is that it works again', async (t) => {
  let isAway = true;
  const { clock, sent, counts, failing, down } = bench(async () => {
    if (isAway) throw new Error('the API server is away');
  });
  down('a');
  await clock.runFor(5_000);
  isAway = false;
  down('b');
  await clock.runFor(5_000);
  t.same(failing, ['the API server is away', null]);
  t.same(counts, { sent: 1, joined: 0, failed: 1 });
  t.same(sent, ['Warning BgpSessionDown: b is down']);
});

t.test('after close nothing is told', async (t) => {
  const { clock, events, sent, down } = bench();
  down('a');
  events.close();
  down('b');
  await clock.runFor(60_000);
  t.same(sent, []);
});
