import type { Transport } from '../../ports/transport.js';

/** So many may wait until the peers are protected; one more is cut and has to dial again. */
export const EARLY_CONNECTIONS = 1024;

/** Connections that came in while listeners were opened: nothing of them is read until they are taken. */
export class EarlyConnections {
  readonly #waiting: Transport[] = [];

  /** Cut without a word when too many wait: to write to one would be to start it. */
  add(transport: Transport): void {
    if (this.#waiting.length >= EARLY_CONNECTIONS) transport.destroy();
    else this.#waiting.push(transport);
  }

  /** In the order in which they came. */
  take(): readonly Transport[] {
    return this.#waiting.splice(0);
  }

  cut(): void {
    for (const transport of this.take()) transport.destroy();
  }
}
