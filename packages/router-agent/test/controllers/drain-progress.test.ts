import { FakeClock } from '@peerage/bgp/testing';
import t from 'tap';
import { DrainProgress } from '../../src/controllers/drain-progress.js';

function progress() {
  const clock = new FakeClock();
  const events: string[] = [];
  const entered: string[] = [];
  let wakes = 0;
  const drain = new DrainProgress({
    now: () => clock.now(),
    setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
    log: (_, event) => void events.push(event),
    entered: (stage) => void entered.push(stage),
    wake: () => {
      wakes += 1;
    },
  });
  return { clock, drain, events, entered, wakes: () => wakes };
}

t.test('addresses leave for the delay, are gone after it, and come back', async (t) => {
  const { clock, drain, events, entered, wakes } = progress();
  t.equal(drain.stage(null, 1000), 'none');
  t.equal(drain.stage('cordoned', 1000), 'leaving');
  await clock.runFor(600);
  t.equal(drain.stage('cordoned', 1000), 'leaving', 'counted from the first time');
  await clock.runFor(399);
  t.equal(wakes(), 0);
  await clock.runFor(1);
  t.equal(wakes(), 1);
  t.equal(drain.stage('cordoned', 1000), 'gone');
  t.equal(drain.stage(null, 1000), 'none');
  t.equal(drain.stage('cordoned', 1000), 'leaving', 'from the beginning');
  t.same(events, ['drain.leaving', 'drain.gone', 'drain.over', 'drain.leaving']);
  t.same(entered, ['leaving', 'gone', 'none', 'leaving']);
  t.equal(drain.reached, 'leaving');
});

t.test('an agent that ends has them leave, and waits until that is done', async (t) => {
  const { clock, drain } = progress();
  let isOver = false;
  const over = drain.leave(1000).then(() => {
    isOver = true;
  });
  t.equal(drain.stage(null, 1000), 'leaving');
  drain.applied();
  await clock.runFor(1000);
  t.equal(drain.stage(null, 1000), 'gone');
  drain.applied();
  await Promise.resolve();
  t.notOk(isOver, 'withdrawals are on their way');
  await clock.runFor(300);
  await over;
});

t.test('an agent that ends does not wait for ever', async (t) => {
  const { clock, drain } = progress();
  const over = drain.leave(1000);
  await clock.runFor(4000);
  await over;
  t.pass();
});
