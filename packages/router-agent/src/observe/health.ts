interface Component {
  readonly allowedMilliseconds: number;
  lastBeat: number;
}

/**
 * Whether the loops of the agent still turn. It says "alive", not "converged": a restart would not help against an
 * API server that is away or a peer that is down, so those do not count.
 */
export class Health {
  readonly #now: () => number;
  readonly #components = new Map<string, Component>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A loop that ends a run, good or not, at least every so many milliseconds. */
  expect(name: string, allowedMilliseconds: number): void {
    this.#components.set(name, { allowedMilliseconds, lastBeat: this.#now() });
  }

  beat(name: string): void {
    const component = this.#components.get(name);
    if (component !== undefined) component.lastBeat = this.#now();
  }

  /** Names of the loops that are overdue. */
  overdue(): readonly string[] {
    const now = this.#now();
    return [...this.#components]
      .filter(([, component]) => now - component.lastBeat > component.allowedMilliseconds)
      .map(([name]) => name);
  }
}
