import type { ApiFailure } from './api-failure.js';

/**
 * Follows one kind: lists it in pages, watches from there, and finds back after every kind of failure. Pure: an event in, a new
 * state and actions out.
 *
 * ```
 *            start                   last page
 *   idle ──────────▶ listing ───────────────────────▶ watching ◀─┐ closed after it delivered,
 *                     ▲  │ ▲ failure                   │  │  └───┘ silent for 60 s: same resource version
 *                     │  ▼ │                       410 │  │ failure
 *                     │ waiting ◀──────────────────────┼──┘
 *                     └──┴─────────────────────────────┘
 * ```
 *
 * What was listed is never dropped: only `replace` and `delete` take objects away, and both come from the server's own words.
 */
export interface WatchState {
  readonly phase: 'idle' | 'listing' | 'watching' | 'waiting' | 'stopped';
  /** Which of the collections is read; see `KUBE_RESOURCES`. */
  readonly variant: number;
  /** Where a watch goes on; null: list first. */
  readonly resourceVersion: string | null;
  /** Items of the pages that came so far. */
  readonly pages: readonly unknown[];
  /** Failures in a row. */
  readonly attempt: number;
  /** The watch is open, and delivered something. */
  readonly opened: boolean;
  readonly heard: boolean;
  /** List without pages, because a page token ran out before. */
  readonly whole: boolean;
}

export type WatchEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | {
      readonly type: 'page';
      readonly items: readonly unknown[];
      readonly resourceVersion: string;
      readonly continueToken: string | null;
    }
  | { readonly type: 'watch-opened' }
  | { readonly type: 'watch-put'; readonly object: unknown; readonly resourceVersion: string }
  | { readonly type: 'watch-delete'; readonly object: unknown; readonly resourceVersion: string }
  | { readonly type: 'watch-bookmark'; readonly resourceVersion: string }
  | { readonly type: 'watch-closed' }
  | { readonly type: 'failed'; readonly failure: ApiFailure }
  | { readonly type: 'timer'; readonly timer: WatchTimer };

/** `silence`: nothing came from the request under way. `retry`: the wait is over. */
export type WatchTimer = 'silence' | 'retry';

export type WatchAction =
  | {
      readonly type: 'list';
      readonly variant: number;
      readonly continueToken: string | null;
      readonly limit: number | null;
    }
  | { readonly type: 'watch'; readonly variant: number; readonly resourceVersion: string }
  | { readonly type: 'cancel-request' }
  /** With `jitter`, the interpreter waits between half and all of it. */
  | {
      readonly type: 'set-timer';
      readonly timer: WatchTimer;
      readonly milliseconds: number;
      readonly jitter: boolean;
    }
  | { readonly type: 'clear-timer'; readonly timer: WatchTimer }
  | { readonly type: 'replace'; readonly variant: number; readonly items: readonly unknown[] }
  | { readonly type: 'put'; readonly variant: number; readonly object: unknown }
  | { readonly type: 'delete'; readonly variant: number; readonly object: unknown }
  | { readonly type: 'report'; readonly report: WatchReport };

export type WatchReport =
  | { readonly state: 'in-sync' }
  | { readonly state: 'unreachable'; readonly failure: ApiFailure }
  /** The server refuses or lacks this kind; it stays as it was, and is tried again. */
  | { readonly state: 'degraded'; readonly variant: number; readonly failure: ApiFailure };

export interface WatchOptions {
  readonly pageSize: number;
  /** How many collections there are to try. */
  readonly variants: number;
  /** A request without an answer is given up after this many milliseconds, a watch that is silent after the second. */
  readonly answerMilliseconds: number;
  readonly silenceMilliseconds: number;
  readonly firstWaitMilliseconds: number;
  readonly longestWaitMilliseconds: number;
  /** Wait after a 403, which only an administrator ends. */
  readonly deniedWaitMilliseconds: number;
}

export const WATCH_DEFAULTS: Omit<WatchOptions, 'variants'> = {
  pageSize: 500,
  answerMilliseconds: 30_000,
  silenceMilliseconds: 60_000,
  firstWaitMilliseconds: 500,
  longestWaitMilliseconds: 30_000,
  deniedWaitMilliseconds: 30_000,
};

export const INITIAL_WATCH_STATE: WatchState = {
  phase: 'idle',
  variant: 0,
  resourceVersion: null,
  pages: [],
  attempt: 0,
  opened: false,
  heard: false,
  whole: false,
};

export interface WatchStep {
  readonly state: WatchState;
  readonly actions: readonly WatchAction[];
}

const nothing = (state: WatchState): WatchStep => ({ state, actions: [] });

/** What the machine does when `event` comes in `state`. Events that do not fit the phase change nothing. */
export function stepWatch(state: WatchState, event: WatchEvent, options: WatchOptions): WatchStep {
  if (event.type === 'stop') {
    const actions: WatchAction[] = [
      { type: 'cancel-request' },
      { type: 'clear-timer', timer: 'silence' },
      { type: 'clear-timer', timer: 'retry' },
    ];
    return { state: { ...state, phase: 'stopped', pages: [] }, actions };
  }
  switch (state.phase) {
    case 'idle':
      return event.type === 'start' ? listFrom(state, 0, options) : nothing(state);
    case 'listing':
      return stepListing(state, event, options);
    case 'watching':
      return stepWatching(state, event, options);
    case 'waiting':
      return event.type === 'timer' && event.timer === 'retry' ? resume(state, options) : nothing(state);
    case 'stopped':
      return nothing(state);
  }
}

function stepListing(state: WatchState, event: WatchEvent, options: WatchOptions): WatchStep {
  switch (event.type) {
    case 'page': {
      const pages = state.pages.length === 0 ? event.items : [...state.pages, ...event.items];
      if (event.continueToken !== null) {
        return { state: { ...state, pages }, actions: requestPage(state, event.continueToken, options) };
      }
      const { variant } = state;
      const watch = openWatch({ ...state, pages: [], whole: false }, event.resourceVersion, options);
      return { state: watch.state, actions: [{ type: 'replace', variant, items: pages }, ...watch.actions] };
    }
    case 'failed':
      return listFailed(state, event.failure, options);
    case 'timer':
      return event.timer === 'silence'
        ? listFailed(state, silence(options.answerMilliseconds), options)
        : nothing(state);
    default:
      return nothing(state);
  }
}

function listFailed(state: WatchState, failure: ApiFailure, options: WatchOptions): WatchStep {
  if (failure.reason === 'missing' && state.variant + 1 < options.variants) {
    return listFrom({ ...state, pages: [] }, state.variant + 1, options);
  }
  // A page token lives about as long as etcd's history (5 minutes): a list that takes longer is asked for in one piece.
  if (failure.reason === 'gone' && !state.whole)
    return listFrom({ ...state, whole: true }, state.variant, options);
  return waitAfter({ ...state, resourceVersion: null, pages: [] }, failure, options);
}

function stepWatching(state: WatchState, event: WatchEvent, options: WatchOptions): WatchStep {
  const listen: WatchAction = {
    type: 'set-timer',
    timer: 'silence',
    milliseconds: options.silenceMilliseconds,
    jitter: false,
  };
  switch (event.type) {
    case 'watch-opened':
      return {
        state: { ...state, opened: true },
        actions: [listen, { type: 'report', report: { state: 'in-sync' } }],
      };
    case 'watch-put':
    case 'watch-delete': {
      if (isBefore(event.resourceVersion, state.resourceVersion))
        return watchFailed(state, outOfOrder(event.resourceVersion, state.resourceVersion), options);
      const heard = { ...state, heard: true, attempt: 0, resourceVersion: event.resourceVersion };
      const type = event.type === 'watch-put' ? 'put' : 'delete';
      return { state: heard, actions: [listen, { type, variant: state.variant, object: event.object }] };
    }
    case 'watch-bookmark':
      if (isBefore(event.resourceVersion, state.resourceVersion))
        return watchFailed(state, outOfOrder(event.resourceVersion, state.resourceVersion), options);
      return {
        state: { ...state, heard: true, attempt: 0, resourceVersion: event.resourceVersion },
        actions: [listen],
      };
    case 'watch-closed':
      // A server ends a watch now and then; one that ends each at once is not asked again and again.
      return state.heard
        ? openWatch({ ...state, attempt: 0 }, state.resourceVersion, options)
        : backOff(state, options);
    case 'timer': {
      if (event.timer !== 'silence') return nothing(state);
      if (!state.opened) return waitAfter(state, silence(options.answerMilliseconds), options);
      const again = openWatch({ ...state, attempt: 0 }, state.resourceVersion, options);
      return { state: again.state, actions: [{ type: 'cancel-request' }, ...again.actions] };
    }
    case 'failed':
      return watchFailed(state, event.failure, options);
    default:
      return nothing(state);
  }
}

/** Failures of a resumed watch after which the position itself is doubted, and everything is listed anew. */
const DOUBT_AFTER = 4;

function watchFailed(state: WatchState, failure: ApiFailure, options: WatchOptions): WatchStep {
  const lost = failure.reason === 'gone' || failure.reason === 'missing' || failure.reason === 'malformed';
  const answered = failure.reason !== 'network' && failure.reason !== 'tls' && failure.reason !== 'silent';
  const doubted = lost || (answered && state.attempt >= DOUBT_AFTER);
  const next = doubted ? { ...state, resourceVersion: null } : state;
  if (failure.reason === 'gone' && state.attempt === 0) return listFrom({ ...next, attempt: 1 }, 0, options);
  return waitAfter(next, failure, options);
}

function listFrom(state: WatchState, variant: number, options: WatchOptions): WatchStep {
  const listing: WatchState = {
    ...state,
    phase: 'listing',
    variant,
    resourceVersion: null,
    pages: [],
    opened: false,
    heard: false,
  };
  return { state: listing, actions: requestPage(listing, null, options) };
}

function requestPage(
  state: WatchState,
  continueToken: string | null,
  options: WatchOptions,
): readonly WatchAction[] {
  const limit = state.whole ? null : options.pageSize;
  return [
    { type: 'list', variant: state.variant, continueToken, limit },
    { type: 'set-timer', timer: 'silence', milliseconds: options.answerMilliseconds, jitter: false },
  ];
}

function openWatch(state: WatchState, resourceVersion: string | null, options: WatchOptions): WatchStep {
  if (resourceVersion === null) return listFrom(state, 0, options);
  return {
    state: { ...state, phase: 'watching', resourceVersion, opened: false, heard: false },
    actions: [
      { type: 'watch', variant: state.variant, resourceVersion },
      { type: 'set-timer', timer: 'silence', milliseconds: options.answerMilliseconds, jitter: false },
    ],
  };
}

function resume(state: WatchState, options: WatchOptions): WatchStep {
  return openWatch(state, state.resourceVersion, options);
}

/** Tells what failed, and waits. */
function waitAfter(state: WatchState, failure: ApiFailure, options: WatchOptions): WatchStep {
  const denied = failure.reason === 'forbidden' || failure.reason === 'missing';
  const report: WatchReport = denied
    ? { state: 'degraded', variant: state.variant, failure }
    : { state: 'unreachable', failure };
  const waiting = denied
    ? waitFor(state, options.deniedWaitMilliseconds, true)
    : failure.retryAfter === null
      ? backOff(state, options)
      : waitFor(state, failure.retryAfter, false);
  return { state: waiting.state, actions: [...waiting.actions, { type: 'report', report }] };
}

function backOff(state: WatchState, options: WatchOptions): WatchStep {
  const doubled = options.firstWaitMilliseconds * 2 ** Math.min(state.attempt, 16);
  return waitFor(state, Math.min(options.longestWaitMilliseconds, doubled), true);
}

function waitFor(state: WatchState, milliseconds: number, jitter: boolean): WatchStep {
  return {
    state: { ...state, phase: 'waiting', attempt: state.attempt + 1, opened: false, heard: false },
    actions: [
      { type: 'cancel-request' },
      { type: 'clear-timer', timer: 'silence' },
      { type: 'set-timer', timer: 'retry', milliseconds, jitter },
    ],
  };
}

/** Of one collection: versions are numbers that grow; of what is none, nothing is known. */
function isBefore(version: string, position: string | null): boolean {
  return /^\d+$/.test(version) && /^\d+$/.test(position ?? '') && BigInt(version) < BigInt(position ?? '');
}

/** An object may have taken the place of a newer form of itself: only a list tells what holds. */
function outOfOrder(version: string, position: string | null): ApiFailure {
  return {
    reason: 'malformed',
    message: `the API server sent resource version ${version} after ${position}; the collection is listed anew`,
    retryAfter: null,
  };
}

function silence(milliseconds: number): ApiFailure {
  return {
    reason: 'silent',
    message: `the API server did not answer within ${milliseconds / 1000} s`,
    retryAfter: null,
  };
}
