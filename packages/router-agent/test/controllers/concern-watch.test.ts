import t from 'tap';
import { ConcernWatch } from '../../src/controllers/concern-watch.js';

t.test('many changes wake once, and none after the end', async (t) => {
  const timers: { callback: () => void; isOver: boolean }[] = [];
  const woken: string[] = [];
  const setTimer = (_: number, callback: () => void): { cancel(): void } => {
    const timer = { callback, isOver: false };
    timers.push(timer);
    return {
      cancel: () => {
        timer.isOver = true;
      },
    };
  };
  const watch = new ConcernWatch({ setTimer }, (controller) => woken.push(controller));
  const fire = (): void => {
    for (const { callback, isOver } of timers.splice(0)) if (!isOver) callback();
  };
  for (let i = 0; i < 10; i++) watch.changed([{ controller: 'overlay', withinMilliseconds: 200 }]);
  watch.changed([{ controller: 'bridge', withinMilliseconds: 200 }]);
  fire();
  t.same(woken, ['overlay', 'bridge']);
  watch.changed([{ controller: 'overlay', withinMilliseconds: 200 }]);
  fire();
  t.same(woken, ['overlay', 'bridge', 'overlay']);
  watch.changed([{ controller: 'overlay', withinMilliseconds: 200 }]);
  watch.stop();
  fire();
  t.equal(woken.length, 3);
});

t.test('what has no time to wait is woken at once, each time', async (t) => {
  const woken: string[] = [];
  const setTimer = (): never => t.fail('there is no need for a timer') as never;
  const watch = new ConcernWatch({ setTimer }, (controller) => woken.push(controller));
  watch.changed([{ controller: 'advertisements', withinMilliseconds: 0 }]);
  watch.changed([{ controller: 'advertisements', withinMilliseconds: 0 }]);
  t.same(woken, ['advertisements', 'advertisements']);
});
