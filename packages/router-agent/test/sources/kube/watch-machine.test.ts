import t from 'tap';
import type { ApiFailure, FailureReason } from '../../../src/sources/kube/api-failure.js';
import {
  INITIAL_WATCH_STATE,
  stepWatch,
  WATCH_DEFAULTS,
  type WatchAction,
  type WatchEvent,
  type WatchOptions,
  type WatchState,
} from '../../../src/sources/kube/watch-machine.js';

const options: WatchOptions = { ...WATCH_DEFAULTS, variants: 3 };

function failure(reason: FailureReason, retryAfter: number | null = null): ApiFailure {
  return { reason, message: `${reason}!`, retryAfter };
}

const LISTING: WatchState = { ...INITIAL_WATCH_STATE, phase: 'listing' };
const WATCHING: WatchState = {
  ...INITIAL_WATCH_STATE,
  phase: 'watching',
  resourceVersion: '7',
  opened: true,
};
const WAITING: WatchState = { ...INITIAL_WATCH_STATE, phase: 'waiting', resourceVersion: '7', attempt: 1 };
const STOPPED: WatchState = { ...INITIAL_WATCH_STATE, phase: 'stopped' };

const answerTimer: WatchAction = { type: 'set-timer', timer: 'silence', milliseconds: 30_000, jitter: false };
const silenceTimer: WatchAction = {
  type: 'set-timer',
  timer: 'silence',
  milliseconds: 60_000,
  jitter: false,
};
const list = (variant = 0, limit: number | null = 500, continueToken: string | null = null): WatchAction => ({
  type: 'list',
  variant,
  continueToken,
  limit,
});
const watch = (resourceVersion: string, variant = 0): WatchAction => ({
  type: 'watch',
  variant,
  resourceVersion,
});
const wait = (milliseconds: number, jitter = true): readonly WatchAction[] => [
  { type: 'cancel-request' },
  { type: 'clear-timer', timer: 'silence' },
  { type: 'set-timer', timer: 'retry', milliseconds, jitter },
];

function step(state: WatchState, event: WatchEvent): { state: WatchState; actions: readonly WatchAction[] } {
  return stepWatch(state, event, options);
}

const EVENTS: readonly WatchEvent[] = [
  { type: 'start' },
  { type: 'stop' },
  { type: 'page', items: ['a'], resourceVersion: '9', continueToken: null },
  { type: 'watch-opened' },
  { type: 'watch-put', object: 'a', resourceVersion: '8' },
  { type: 'watch-delete', object: 'a', resourceVersion: '8' },
  { type: 'watch-bookmark', resourceVersion: '8' },
  { type: 'watch-closed' },
  { type: 'failed', failure: failure('network') },
  { type: 'timer', timer: 'silence' },
  { type: 'timer', timer: 'retry' },
];

/** The phase after each event of EVENTS, in order; `.` where nothing happens at all. */
const CELLS: readonly (readonly [WatchState, string])[] = [
  [INITIAL_WATCH_STATE, 'listing stopped . . . . . . . . .'],
  [LISTING, '. stopped watching . . . . . waiting waiting .'],
  [WATCHING, '. stopped . watching watching watching watching waiting waiting watching .'],
  [WAITING, '. stopped . . . . . . . . watching'],
  [STOPPED, '. stopped . . . . . . . . .'],
];

t.test('each phase answers each event', async (t) => {
  for (const [state, row] of CELLS) {
    row.split(' ').forEach((expected, index) => {
      const event = EVENTS[index]!;
      const { state: next, actions } = step(state, event);
      const cell = `${state.phase} × ${event.type} ${event.type === 'timer' ? event.timer : ''}`;
      if (expected === '.') {
        t.equal(next, state, cell);
        t.same(actions, [], cell);
      } else {
        t.equal(next.phase, expected, cell);
        t.ok(actions.length > 0, cell);
      }
    });
  }
});

t.test('start lists the first collection in pages', async (t) => {
  t.same(step(INITIAL_WATCH_STATE, { type: 'start' }).actions, [list(), answerTimer]);
});

t.test('pages are put together, and the watch goes on from their resource version', async (t) => {
  const first = step(LISTING, {
    type: 'page',
    items: ['a', 'b'],
    resourceVersion: '9',
    continueToken: 'next',
  });
  t.same(first.actions, [list(0, 500, 'next'), answerTimer]);
  const last = step(first.state, { type: 'page', items: ['c'], resourceVersion: '9', continueToken: null });
  t.same(last.actions, [{ type: 'replace', variant: 0, items: ['a', 'b', 'c'] }, watch('9'), answerTimer]);
  t.match(last.state, { phase: 'watching', resourceVersion: '9', pages: [], opened: false });
});

t.test('a page token that ran out leads to a list in one piece, the second time to a wait', async (t) => {
  const half = { ...LISTING, pages: ['a'] };
  const again = step(half, { type: 'failed', failure: failure('gone') });
  t.same(again.actions, [list(0, null), answerTimer]);
  t.match(again.state, { phase: 'listing', pages: [], whole: true });
  t.same(step(again.state, { type: 'failed', failure: failure('gone') }).actions, [
    ...wait(500),
    { type: 'report', report: { state: 'unreachable', failure: failure('gone') } },
  ]);
});

t.test('a collection that is missing leads to the next, the last of them to a degraded kind', async (t) => {
  const missing: WatchEvent = { type: 'failed', failure: failure('missing') };
  const second = step(LISTING, missing);
  t.same(second.actions, [list(1), answerTimer]);
  const third = step(second.state, missing);
  t.same(third.actions, [list(2), answerTimer]);
  const none = step(third.state, missing);
  t.same(none.actions, [
    ...wait(30_000),
    { type: 'report', report: { state: 'degraded', variant: 2, failure: failure('missing') } },
  ]);
  t.same(
    step(none.state, { type: 'timer', timer: 'retry' }).actions,
    [list(0), answerTimer],
    'a server that was upgraded is seen',
  );
});

t.test('a watch that delivers keeps its position and its silence timer', async (t) => {
  const put = step(WATCHING, { type: 'watch-put', object: 'a', resourceVersion: '8' });
  t.same(put.actions, [silenceTimer, { type: 'put', variant: 0, object: 'a' }]);
  t.match(put.state, { resourceVersion: '8', heard: true, attempt: 0 });
  const gone = step(put.state, { type: 'watch-delete', object: 'a', resourceVersion: '9' });
  t.same(gone.actions, [silenceTimer, { type: 'delete', variant: 0, object: 'a' }]);
  const marked = step(gone.state, { type: 'watch-bookmark', resourceVersion: '20' });
  t.same(marked.actions, [silenceTimer]);
  t.same(step(marked.state, { type: 'watch-closed' }).actions, [watch('20'), answerTimer]);
});

t.test('a watch that goes back in time is listed anew, and what it brought is not taken', async (t) => {
  const late: readonly WatchEvent[] = [
    { type: 'watch-put', object: 'a', resourceVersion: '9' },
    { type: 'watch-delete', object: 'a', resourceVersion: '9' },
    { type: 'watch-bookmark', resourceVersion: '9' },
  ];
  for (const event of late) {
    const { state, actions } = step({ ...WATCHING, resourceVersion: '10' }, event);
    const message = 'the API server sent resource version 9 after 10; the collection is listed anew';
    const report = { state: 'unreachable', failure: { reason: 'malformed', message, retryAfter: null } };
    t.same(actions, [...wait(500), { type: 'report', report }], event.type);
    t.same(step(state, { type: 'timer', timer: 'retry' }).actions, [list(), answerTimer]);
  }
  const opaque = step({ ...WATCHING, resourceVersion: '10' }, {
    ...late[2]!,
    resourceVersion: 'x',
  } as WatchEvent);
  t.equal(opaque.state.resourceVersion, 'x', 'what is no number has no order');
});

t.test('a watch that opens reports that the kind is in sync', async (t) => {
  t.same(step({ ...WATCHING, opened: false }, { type: 'watch-opened' }).actions, [
    silenceTimer,
    { type: 'report', report: { state: 'in-sync' } },
  ]);
});

t.test('a watch that is silent for a minute is replaced at its position', async (t) => {
  const { state, actions } = step({ ...WATCHING, attempt: 3 }, { type: 'timer', timer: 'silence' });
  t.same(actions, [{ type: 'cancel-request' }, watch('7'), answerTimer]);
  t.match(state, { phase: 'watching', opened: false, attempt: 0 });
});

t.test('a watch that never opens counts as a server that cannot be reached', async (t) => {
  const { state, actions } = step({ ...WATCHING, opened: false }, { type: 'timer', timer: 'silence' });
  const silent = { reason: 'silent', message: 'the API server did not answer within 30 s', retryAfter: null };
  t.same(actions, [...wait(500), { type: 'report', report: { state: 'unreachable', failure: silent } }]);
  t.equal(state.resourceVersion, '7');
});

t.test('a watch that ends at once is not opened again without a wait', async (t) => {
  const { state, actions } = step(WATCHING, { type: 'watch-closed' });
  t.same(actions, wait(500));
  t.same(step(state, { type: 'timer', timer: 'retry' }).actions, [watch('7'), answerTimer]);
});

t.test(
  '410 lists again at once, and after a wait when it comes back before anything was heard',
  async (t) => {
    const gone: WatchEvent = { type: 'failed', failure: failure('gone') };
    const first = step(WATCHING, gone);
    t.same(first.actions, [list(), answerTimer]);
    const watching = step(first.state, {
      type: 'page',
      items: [],
      resourceVersion: '9',
      continueToken: null,
    });
    const second = step(watching.state, gone);
    t.equal(second.state.phase, 'waiting');
    t.equal(second.state.resourceVersion, null);
  },
);

t.test('waits double up to their limit, and begin anew after a delivery', async (t) => {
  const waits: number[] = [];
  let state: WatchState = WATCHING;
  for (let round = 0; round < 9; round++) {
    const failed = step(state, { type: 'failed', failure: failure('network') });
    const timer = failed.actions.find((action) => action.type === 'set-timer');
    if (timer?.type === 'set-timer') waits.push(timer.milliseconds);
    state = step(failed.state, { type: 'timer', timer: 'retry' }).state;
  }
  t.same(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  t.equal(state.resourceVersion, '7', 'a network that is away does not cost the position');
  t.equal(step(state, { type: 'watch-bookmark', resourceVersion: '8' }).state.attempt, 0);
});

t.test('a server that answers a resumed watch with errors again and again is listed anew', async (t) => {
  let state: WatchState = WATCHING;
  for (let round = 0; round < 5; round++) {
    t.equal(state.phase, 'watching', `round ${round}`);
    state = step(step(state, { type: 'failed', failure: failure('server') }).state, {
      type: 'timer',
      timer: 'retry',
    }).state;
  }
  t.equal(state.phase, 'listing');
});

t.test('the wait that the server asks for is kept in full', async (t) => {
  t.same(step(WATCHING, { type: 'failed', failure: failure('busy', 5000) }).actions, [
    ...wait(5000, false),
    { type: 'report', report: { state: 'unreachable', failure: failure('busy', 5000) } },
  ]);
});

t.test('a right that is missing degrades the kind and is tried again', async (t) => {
  const { state, actions } = step(LISTING, { type: 'failed', failure: failure('forbidden') });
  t.same(actions, [
    ...wait(30_000),
    { type: 'report', report: { state: 'degraded', variant: 0, failure: failure('forbidden') } },
  ]);
  t.equal(state.phase, 'waiting');
  const watched = step(WATCHING, { type: 'failed', failure: failure('forbidden') });
  t.equal(watched.state.resourceVersion, '7', 'what was listed may still be watched from there');
});

t.test('stop ends the request and both timers', async (t) => {
  t.same(step(WATCHING, { type: 'stop' }).actions, [
    { type: 'cancel-request' },
    { type: 'clear-timer', timer: 'silence' },
    { type: 'clear-timer', timer: 'retry' },
  ]);
});
