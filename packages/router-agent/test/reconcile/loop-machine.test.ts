import t from 'tap';
import { initialLoop, type LoopEvent, type LoopState, stepLoop } from '../../src/reconcile/loop-machine.js';

const times = { period: 300_000, firstRetry: 1_000, lastRetry: 60_000 };
const running: LoopState = { phase: 'running', again: false, failures: 0 };
const stopped: LoopState = { phase: 'stopped', again: false, failures: 0 };

interface Row {
  readonly from: LoopState;
  readonly event: LoopEvent;
  readonly to: LoopState;
  readonly actions: readonly object[];
}

const rows: readonly Row[] = [
  { from: initialLoop, event: 'signal', to: running, actions: [{ do: 'cancel-timer' }, { do: 'run' }] },
  { from: initialLoop, event: 'timer', to: running, actions: [{ do: 'run' }] },
  { from: initialLoop, event: 'succeeded', to: initialLoop, actions: [] },
  { from: initialLoop, event: 'failed', to: initialLoop, actions: [] },
  { from: initialLoop, event: 'stop', to: stopped, actions: [{ do: 'cancel-timer' }] },
  { from: running, event: 'signal', to: { ...running, again: true }, actions: [] },
  { from: running, event: 'timer', to: { ...running, again: true }, actions: [] },
  {
    from: running,
    event: 'succeeded',
    to: initialLoop,
    actions: [{ do: 'set-timer', milliseconds: 300_000 }],
  },
  { from: { ...running, again: true }, event: 'succeeded', to: running, actions: [{ do: 'run' }] },
  {
    from: running,
    event: 'failed',
    to: { ...initialLoop, failures: 1 },
    actions: [{ do: 'set-timer', milliseconds: 1_000 }],
  },
  {
    from: { ...running, failures: 3 },
    event: 'failed',
    to: { ...initialLoop, failures: 4 },
    actions: [{ do: 'set-timer', milliseconds: 8_000 }],
  },
  {
    from: { ...running, failures: 20 },
    event: 'failed',
    to: { ...initialLoop, failures: 21 },
    actions: [{ do: 'set-timer', milliseconds: 60_000 }],
  },
  {
    from: { ...running, again: true, failures: 3 },
    event: 'failed',
    to: { ...initialLoop, failures: 4 },
    actions: [{ do: 'set-timer', milliseconds: 1_000 }],
  },
  {
    from: { ...running, failures: 3 },
    event: 'succeeded',
    to: initialLoop,
    actions: [{ do: 'set-timer', milliseconds: 300_000 }],
  },
  { from: running, event: 'stop', to: stopped, actions: [{ do: 'abort-run' }] },
  ...(['signal', 'timer', 'succeeded', 'failed', 'stop'] as const).map((event) => ({
    from: stopped,
    event,
    to: stopped,
    actions: [],
  })),
];

for (const { from, event, to, actions } of rows) {
  const again = from.again ? ', signalled meanwhile' : '';
  t.test(`loop: ${from.phase}${again} after ${from.failures} failures, on ${event}`, async (t) => {
    t.same(stepLoop(from, event, times), { state: to, actions });
  });
}

t.test('a loop without a period waits for a signal after a good run', async (t) => {
  t.same(stepLoop(running, 'succeeded', { ...times, period: 0 }).actions, []);
});
