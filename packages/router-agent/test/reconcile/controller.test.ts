import { setTimeout as sleep } from 'node:timers/promises';
import { FakeClock } from '@peerage/bgp/testing';
import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { Controller, type RunOutcome } from '../../src/reconcile/controller.js';

const good: RunOutcome = { changed: 0, failures: [] };
const bad: RunOutcome = { changed: 0, failures: ['no'] };

function bench(run: (signal: AbortSignal, nth: number) => Promise<RunOutcome>) {
  const clock = new FakeClock();
  const finished: RunOutcome[] = [];
  let runs = 0;
  const controller = new Controller(
    {
      name: 'sample',
      times: { period: 60_000, firstRetry: 1_000, lastRetry: 8_000 },
      deadlineMilliseconds: 30_000,
      run: (signal) => run(signal, ++runs),
    },
    {
      now: () => clock.now(),
      setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
      finished: (_name, outcome) => finished.push(outcome),
    },
  );
  return { clock, controller, finished, runs: () => runs };
}

t.test('many signals during a run cause one more run', async (t) => {
  const { controller, runs, finished } = bench(async () => {
    await sleep(5);
    return good;
  });
  for (let i = 0; i < 10; i++) controller.signal();
  await eventually(() => finished.length >= 2, { interval: 5 });
  await sleep(60);
  t.equal(runs(), 2);
  t.equal(finished.length, 2);
  controller.stop();
});

t.test('a run that fails or throws is tried again, and later each time', async (t) => {
  const { clock, controller, runs, finished } = bench(async (_signal, nth) => {
    if (nth === 1) throw new Error('the kernel is away');
    return nth < 4 ? bad : good;
  });
  controller.signal();
  await sleep(5);
  t.same(finished[0]?.failures, ['the kernel is away']);
  await clock.runFor(1_000);
  t.equal(runs(), 2);
  await clock.runFor(1_999);
  t.equal(runs(), 2);
  await clock.runFor(1);
  t.equal(runs(), 3);
  await clock.runFor(4_000);
  t.equal(runs(), 4);
  await clock.runFor(59_999);
  t.equal(runs(), 4, 'a good run brings the period back');
  await clock.runFor(1);
  t.equal(runs(), 5);
  controller.stop();
});

t.test('a run without an end is aborted at its deadline', async (t) => {
  const signals: AbortSignal[] = [];
  const { clock, controller, finished } = bench(async (signal) => {
    signals.push(signal);
    return new Promise<RunOutcome>(() => {});
  });
  controller.signal();
  await clock.runFor(30_000);
  await sleep(1);
  t.equal(signals[0]?.aborted, true);
  t.match(finished, [{ failures: ['no end after 30 s'] }]);
  controller.stop();
});

t.test('after stop nothing runs, and the run under way is aborted', async (t) => {
  const signals: AbortSignal[] = [];
  const { clock, controller, finished } = bench(async (signal) => {
    signals.push(signal);
    return new Promise<RunOutcome>(() => {});
  });
  controller.signal();
  controller.stop();
  controller.signal();
  await clock.runFor(120_000);
  t.equal(signals.length, 1);
  t.equal(signals[0]?.aborted, true);
  t.same(finished, []);
  t.equal(clock.pendingTimers, 0);
});

t.test(
  'a controller is unsettled from a signal, or a failure, until a run that left nothing to do',
  async (t) => {
    const { clock, controller } = bench(async (_signal, nth) => (nth === 3 ? bad : good));
    const settles = () => eventually(() => controller.unsettledSince === null, { interval: 5 });
    t.same([controller.unsettledSince, controller.hasSettled], [0, false]);
    controller.signal();
    await settles();
    t.ok(controller.hasSettled);
    await clock.runFor(1_000);
    controller.signal();
    t.equal(controller.unsettledSince, 1_000);
    await settles();
    await clock.runFor(60_000);
    await eventually(() => controller.unsettledSince !== null, { interval: 5 });
    t.equal(controller.unsettledSince, 61_000, 'the third run, by the period, failed');
    t.ok(controller.hasSettled, 'it had settled before');
    controller.stop();
  },
);
