const NEVER = Number.POSITIVE_INFINITY;

export type PeerTimer = 'connectRetry' | 'idleHold' | 'collision';

/** The deadlines that belong to a peer and not to one of its connections, in clock milliseconds. */
export class PeerDeadlines {
  readonly #at: Record<PeerTimer, number> = { connectRetry: NEVER, idleHold: NEVER, collision: NEVER };

  start(timer: PeerTimer, at: number): void {
    this.#at[timer] = at;
  }

  stop(timer: PeerTimer): void {
    this.#at[timer] = NEVER;
  }

  get earliest(): number {
    return Math.min(this.#at.connectRetry, this.#at.idleHold, this.#at.collision);
  }

  /** Whether it has passed; if so it is stopped. */
  take(timer: PeerTimer, now: number): boolean {
    if (this.#at[timer] > now) return false;
    this.#at[timer] = NEVER;
    return true;
  }
}
