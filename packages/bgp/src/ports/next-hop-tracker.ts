/** What a router knows of an address that packets are sent to. */
export interface NextHopState {
  /** There is a route to it. Paths over a next hop that is not reachable are not chosen (RFC 4271 §9.1.2.1). */
  readonly reachable: boolean;
  /** Interior cost to it, 0 … 4294967295 (RFC 4271 §9.1.2.2 e). */
  readonly metric: number;
}

/**
 * Knows the way to next hops, for example from the kernel's routing table.
 *
 * @example
 * const tracker: NextHopTracker = {
 *   track: (address) => ({ reachable: table.covers(address), metric: table.metric(address) }),
 *   untrack() {},
 *   subscribe: (listener) => table.onChange((address) => listener(address, state(address))),
 * };
 */
export interface NextHopTracker {
  /** From now on the address matters, as RFC 5952 text; says its present state, at once and without I/O. */
  track(address: string): NextHopState;
  /** No path has it as next hop any more. */
  untrack(address: string): void;
  /** Calls back when the state of a tracked address changes, from outside of the calls above. Returns what ends that. */
  subscribe(listener: (address: string, state: NextHopState) => void): () => void;
}
