import t from 'tap';
import { rehearse } from '../../src/index.js';
import { nodePorts } from '../../src/node/index.js';
import type { Clock } from '../../src/ports/clock.js';

/** Node's clock, that knows which of its timers are pending. */
function watchedPorts() {
  const ports = nodePorts();
  const pending = new Set<object>();
  let turns = 0;
  const clock: Clock = {
    now: () => ports.clock.now(),
    wallTime: () => ports.clock.wallTime(),
    nextTurn: (callback) => {
      turns++;
      ports.clock.nextTurn(callback);
    },
    setTimer: (milliseconds, callback) => {
      const timer = ports.clock.setTimer(milliseconds, () => {
        pending.delete(timer);
        callback();
      });
      pending.add(timer);
      return {
        cancel: () => {
          pending.delete(timer);
          timer.cancel();
        },
      };
    },
  };
  return { ports: { clock, random: ports.random }, pending, turns: () => turns };
}

/** The turns in which a loop notices that nobody is left. */
const underWay = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

t.test('a rehearsal comes to its end before its time, and leaves no timer behind', async (t) => {
  for (const routes of [8, 9, 1_000]) {
    const { ports, pending } = watchedPorts();
    const began = performance.now();
    await rehearse(ports, { routes, timeLimit: 59_999 });
    await underWay();
    t.ok(performance.now() - began < 59_999);
    t.equal(pending.size, 0);
  }
});

t.test('a rehearsal ends where it is when its time is up', async (t) => {
  const { ports, pending, turns } = watchedPorts();
  await rehearse(ports, { routes: 65_535, timeLimit: 100 });
  await underWay();
  const after = turns();
  t.equal(pending.size, 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.ok(turns() <= after + 3, 'nothing goes on');
});

t.test('a rehearsal ends where it is when it is not needed any more', async (t) => {
  const { ports, pending, turns } = watchedPorts();
  let asked = 0;
  const began = performance.now();
  await rehearse(ports, { routes: 65_535, timeLimit: 60_000, isNeeded: () => ++asked < 5 });
  t.ok(asked >= 5);
  t.ok(performance.now() - began < 30_000);
  await underWay();
  t.equal(pending.size, 0);
  const after = turns();
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.ok(turns() <= after + 3, 'nothing goes on');
});

t.test('a rehearsal that is not needed does not begin', async (t) => {
  const { ports, turns } = watchedPorts();
  await rehearse(ports, { isNeeded: () => false });
  t.equal(turns(), 0);
});

t.test('a rehearsal of no routes, or too many, is refused', async (t) => {
  const { ports } = watchedPorts();
  await t.rejects(rehearse(ports, { routes: 7 }), {
    code: 'BGP_ERR_CONFIG',
    message: /routes must be an integer 8/,
  });
  await t.rejects(rehearse(ports, { routes: 65_536 }), { code: 'BGP_ERR_CONFIG' });
  await t.rejects(rehearse(ports, { timeLimit: -1 }), { code: 'BGP_ERR_CONFIG', message: /timeLimit/ });
});
