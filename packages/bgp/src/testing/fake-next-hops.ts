import type { NextHopState, NextHopTracker } from '../ports/next-hop-tracker.js';

const REACHABLE: NextHopState = { reachable: true, metric: 0 };

/**
 * A tracker whose states a test sets. Everything is reachable at metric 0 until it is told otherwise.
 *
 * @example
 * const nextHopTracker = new FakeNextHops();
 * nextHopTracker.set('192.0.2.9', { reachable: false, metric: 0 });
 */
export class FakeNextHops implements NextHopTracker {
  /** Addresses that are tracked at present. */
  readonly tracked = new Set<string>();
  private readonly states = new Map<string, NextHopState>();
  private readonly listeners = new Set<(address: string, state: NextHopState) => void>();

  /** Sets the state of an address; listeners hear of it when it is tracked. */
  set(address: string, state: NextHopState): void {
    this.states.set(address, state);
    if (this.tracked.has(address)) for (const listener of this.listeners) listener(address, state);
  }

  track(address: string): NextHopState {
    if (this.tracked.has(address)) throw new Error(`${address} is tracked already`);
    this.tracked.add(address);
    return this.states.get(address) ?? REACHABLE;
  }

  untrack(address: string): void {
    if (!this.tracked.delete(address)) throw new Error(`${address} is not tracked`);
  }

  subscribe(listener: (address: string, state: NextHopState) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}
