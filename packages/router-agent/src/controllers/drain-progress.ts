import type { DrainStage } from '../desired/drain.js';

export interface DrainPorts {
  now(): number;
  setTimer(milliseconds: number, callback: () => void): { cancel(): void };
  log(level: 'info', event: string, fields: Readonly<Record<string, unknown>>): void;
  /** The stage is to be asked again. */
  wake(): void;
  /** Another stage was reached. */
  entered(stage: DrainStage): void;
}

/** Milliseconds that draining may take beyond its delay, and for which withdrawals are on their way to the peers. */
const grace = 3_000;
const withdrawalTime = 300;

/** How far service addresses have left this node: from the moment on when they were first to leave, by the clock. */
export class DrainProgress {
  readonly #ports: DrainPorts;
  #since: number | null = null;
  #stage: DrainStage = 'none';
  #timer: { cancel(): void } | null = null;
  #isStopping = false;
  #gone: (() => void) | null = null;

  constructor(ports: DrainPorts) {
    this.#ports = ports;
  }

  /** The last stage that was asked for. */
  get reached(): DrainStage {
    return this.#stage;
  }

  /** The stage that it is now; `reason`: why addresses are to leave, null when they are to stay. */
  stage(reason: string | null, delayMilliseconds: number): DrainStage {
    const why = this.#isStopping ? 'the agent is being stopped' : reason;
    this.cancel();
    if (why === null) {
      this.#since = null;
      return this.#enter('none', null);
    }
    const { now, setTimer } = this.#ports;
    this.#since ??= now();
    const left = this.#since + delayMilliseconds - now();
    if (left <= 0) return this.#enter('gone', why);
    this.#timer = setTimer(left, () => this.#ports.wake());
    return this.#enter('leaving', why);
  }

  /** What the last stage asks for was done. */
  applied(): void {
    if (this.#stage === 'gone') this.#gone?.();
  }

  /** From now on addresses leave, whatever the node says. Resolves when they have, or when that takes too long. */
  leave(delayMilliseconds: number): Promise<void> {
    this.#isStopping = true;
    const { setTimer, wake } = this.#ports;
    return new Promise((resolve) => {
      const late = setTimer(delayMilliseconds + grace, resolve);
      this.#gone = () => {
        this.#gone = null;
        late.cancel();
        setTimer(withdrawalTime, resolve);
      };
      wake();
    });
  }

  /** No timer calls back any more. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #enter(stage: DrainStage, reason: string | null): DrainStage {
    if (stage !== this.#stage) {
      this.#stage = stage;
      const message = {
        none: 'addresses are announced by this node again',
        leaving: `addresses leave this node (${reason}): they are announced with GRACEFUL_SHUTDOWN`,
        gone: `addresses that other nodes have are withdrawn from this node (${reason})`,
      }[stage];
      this.#ports.entered(stage);
      this.#ports.log('info', `drain.${stage === 'none' ? 'over' : stage}`, { reason, message });
    }
    return stage;
  }
}
