import type { RouteView } from '@peerage/bgp';

/** Prefixes that are announced to some external peers only, for export policies to look up. */
export class PeerSelections {
  /** By prefix, as routes have it. */
  readonly #peers = new Map<string, ReadonlySet<string>>();

  /** Absent: to all. Counts from the next announcement of the prefix on. */
  set(prefix: string, peers: readonly string[] | undefined): void {
    if (peers === undefined) this.#peers.delete(prefix);
    else this.#peers.set(prefix, new Set(peers));
  }

  /** Whether this route of ours is for other peers than the one it would go to. */
  keepFrom(route: Pick<RouteView, 'owner' | 'prefix' | 'target'>): boolean {
    // Text of a prefix is made for those of ours only, and only where some are selected.
    if (this.#peers.size === 0 || route.owner === null || route.target === null) return false;
    return this.#peers.get(route.prefix)?.has(route.target.address) === false;
  }
}
