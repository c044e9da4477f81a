import type { RestartMark } from './restart-mark.js';

/** Milliseconds between marks of being alive. */
const period = 5_000;

export interface KeptMarkPorts {
  setTimer(milliseconds: number, callback: () => void): { cancel(): void };
  /** The mark could not be written, for a reason that was not told before; null: it can be written again. */
  failed(reason: string | null): void;
}

/** A restart mark that is renewed as long as the agent lives. */
export class KeptMark {
  readonly #mark: RestartMark;
  readonly #ports: KeptMarkPorts;
  #timer: { cancel(): void } | null = null;
  #state: 'idle' | 'kept' = 'idle';
  #told: string | null = null;

  constructor(mark: RestartMark, ports: KeptMarkPorts) {
    this.#mark = mark;
    this.#ports = ports;
  }

  /** Milliseconds since the agent was last alive; null when that is not known. */
  age(): Promise<number | null> {
    return this.#mark.age();
  }

  /** Renews it from now on; once is enough. */
  keep(): void {
    if (this.#state !== 'idle') return;
    this.#state = 'kept';
    void this.#renewOften();
  }

  /** Renews it no more by itself, until `keep` asks for it again. */
  stop(): void {
    this.#state = 'idle';
    this.#timer?.cancel();
  }

  async renew(): Promise<void> {
    const reason = await this.#mark.renew().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (reason === this.#told) return;
    this.#told = reason;
    this.#ports.failed(reason);
  }

  async #renewOften(): Promise<void> {
    await this.renew();
    if (this.#state === 'kept') this.#timer = this.#ports.setTimer(period, () => void this.#renewOften());
  }
}
