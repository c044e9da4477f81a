/** Times of a loop, in milliseconds. */
export interface LoopTimes {
  /** A run although nothing was signalled; 0 = never. */
  readonly period: number;
  /** First pause after a run that failed; doubles while it goes on failing. */
  readonly firstRetry: number;
  readonly lastRetry: number;
}

export const defaultRetry = { firstRetry: 1_000, lastRetry: 60_000 } as const;

/** Where a reconcile loop stands. `again`: something was signalled during the run. */
export interface LoopState {
  readonly phase: 'idle' | 'running' | 'stopped';
  readonly again: boolean;
  /** Runs that failed one after the other. */
  readonly failures: number;
}

export type LoopEvent = 'signal' | 'timer' | 'succeeded' | 'failed' | 'stop';

export type LoopAction =
  | { readonly do: 'run' }
  | { readonly do: 'set-timer'; readonly milliseconds: number }
  | { readonly do: 'cancel-timer' }
  | { readonly do: 'abort-run' };

export interface LoopStep {
  readonly state: LoopState;
  readonly actions: readonly LoopAction[];
}

export const initialLoop: LoopState = Object.freeze({ phase: 'idle', again: false, failures: 0 });

/**
 * One step of a reconcile loop. Signals coalesce: any number of them during a run cause one more run. A signal during
 * the pause after a failure runs at once, because the world changed, and one during a failing run makes the pause after
 * it the shortest; the next failure pauses longer all the same.
 */
export function stepLoop(state: LoopState, event: LoopEvent, times: LoopTimes): LoopStep {
  if (state.phase === 'stopped') return { state, actions: [] };
  switch (event) {
    case 'stop': {
      const end: LoopAction = { do: state.phase === 'running' ? 'abort-run' : 'cancel-timer' };
      return { state: { ...state, phase: 'stopped', again: false }, actions: [end] };
    }
    case 'signal':
    case 'timer':
      if (state.phase === 'running') return { state: { ...state, again: true }, actions: [] };
      return {
        state: { ...state, phase: 'running', again: false },
        actions: event === 'timer' ? [{ do: 'run' }] : [{ do: 'cancel-timer' }, { do: 'run' }],
      };
    case 'succeeded':
    case 'failed': {
      if (state.phase !== 'running') return { state, actions: [] };
      const failures = event === 'failed' ? state.failures + 1 : 0;
      if (state.again && event === 'succeeded') {
        return { state: { phase: 'running', again: false, failures }, actions: [{ do: 'run' }] };
      }
      const retry = state.again ? times.firstRetry : retryPause(failures, times);
      const milliseconds = event === 'failed' ? retry : times.period;
      const idle: LoopState = { phase: 'idle', again: false, failures };
      return { state: idle, actions: milliseconds === 0 ? [] : [{ do: 'set-timer', milliseconds }] };
    }
  }
}

function retryPause(failures: number, times: LoopTimes): number {
  return Math.min(times.lastRetry, times.firstRetry * 2 ** Math.min(failures - 1, 30));
}
