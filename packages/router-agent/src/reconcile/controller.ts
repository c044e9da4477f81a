import {
  initialLoop,
  type LoopAction,
  type LoopEvent,
  type LoopState,
  type LoopTimes,
  stepLoop,
} from './loop-machine.js';

/** What one run came to. A run that throws counts as failed with the error's message. */
export interface RunOutcome {
  /** Changes that were made. */
  readonly changed: number;
  /** What did not work; the loop tries again soon when there is one. */
  readonly failures: readonly string[];
}

/** The effects of a controller. */
export interface ControllerPorts {
  now(): number;
  setTimer(milliseconds: number, callback: () => void): { cancel(): void };
  /** A run ended, after `milliseconds`. */
  finished(name: string, outcome: RunOutcome, milliseconds: number): void;
}

export interface ControllerOptions {
  readonly name: string;
  readonly times: LoopTimes;
  /** A run that takes longer is aborted and counts as failed. */
  readonly deadlineMilliseconds: number;
  run(signal: AbortSignal): Promise<RunOutcome>;
}

/** The only interpreter of the loop machine: runs what it says, one run at a time. */
export class Controller {
  readonly name: string;
  readonly #options: ControllerOptions;
  readonly #ports: ControllerPorts;
  #state: LoopState = initialLoop;
  #timer: { cancel(): void } | null = null;
  #run: AbortController | null = null;
  #hasSettled = false;
  #unsettledSince: number | null;

  constructor(options: ControllerOptions, ports: ControllerPorts) {
    this.name = options.name;
    this.#options = options;
    this.#ports = ports;
    this.#unsettledSince = ports.now();
  }

  /** Since when the world is not as it should be, as far as this controller was told; null when it is. */
  get unsettledSince(): number | null {
    return this.#unsettledSince;
  }

  /** Everything was as it should be once. */
  get hasSettled(): boolean {
    return this.#hasSettled;
  }

  /** Something may have changed: run soon, once, however often this is called meanwhile. */
  signal(): void {
    this.#unsettledSince ??= this.#ports.now();
    this.#step('signal');
  }

  /** No run begins after this; the present one is aborted. */
  stop(): void {
    this.#step('stop');
  }

  #step(event: LoopEvent): void {
    const { state, actions } = stepLoop(this.#state, event, this.#options.times);
    this.#state = state;
    for (const action of actions) this.#do(action);
  }

  #do(action: LoopAction): void {
    switch (action.do) {
      case 'run':
        void this.#runOnce();
        return;
      case 'set-timer':
        this.#timer = this.#ports.setTimer(action.milliseconds, () => this.#step('timer'));
        return;
      case 'cancel-timer':
        this.#timer?.cancel();
        this.#timer = null;
        return;
      case 'abort-run':
        this.#run?.abort(new Error(`${this.name} was stopped`));
        return;
    }
  }

  async #runOnce(): Promise<void> {
    const abort = new AbortController();
    this.#run = abort;
    const began = this.#ports.now();
    const { deadlineMilliseconds } = this.#options;
    const late = new Error(`no end after ${deadlineMilliseconds / 1000} s`);
    const deadline = this.#ports.setTimer(deadlineMilliseconds, () => abort.abort(late));
    let outcome: RunOutcome;
    try {
      outcome = await Promise.race([this.#options.run(abort.signal), aborted(abort.signal)]);
    } catch (error) {
      outcome = { changed: 0, failures: [error instanceof Error ? error.message : String(error)] };
    }
    deadline.cancel();
    this.#run = null;
    if (this.#state.phase === 'stopped') return;
    this.#judge(outcome);
    this.#ports.finished(this.name, outcome, this.#ports.now() - began);
    this.#step(outcome.failures.length === 0 ? 'succeeded' : 'failed');
  }

  #judge({ failures }: RunOutcome): void {
    if (failures.length > 0) this.#unsettledSince ??= this.#ports.now();
    else if (!this.#state.again) {
      this.#unsettledSince = null;
      this.#hasSettled = true;
    }
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
