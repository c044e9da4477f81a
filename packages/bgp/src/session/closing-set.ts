import type { Transport } from '../ports/transport.js';

/** Connections that were left and have not closed yet, and who waits for them. */
export class ClosingSet {
  readonly #open = new Set<Transport>();
  #waiting: (() => void)[] = [];

  add(transport: Transport): void {
    this.#open.add(transport);
  }

  delete(transport: Transport): void {
    this.#open.delete(transport);
  }

  whenEmpty(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Tells who waits, when nothing is open; `isIdle` says so for what is not in this set. */
  check(isIdle: boolean): void {
    if (!isIdle || this.#open.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
