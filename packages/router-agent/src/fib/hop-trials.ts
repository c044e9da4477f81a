import { type GroupId, type NextHopGroups, noGroup } from './next-hop-groups.js';

/**
 * Finds out which next hops of a multipath route the kernel takes. It refuses such a route whole and does not say
 * because of which next hop, so smaller sets are tried: first those that stand already, then one more at a time.
 *
 *   wanted a b c, b unreachable:   a b c refused ▸ a taken ▸ a b refused, b is bad ▸ a c taken
 *
 * Knows nothing until a set was refused, and forgets everything when reachability may have changed.
 */
export class HopTrials {
  readonly #groups: NextHopGroups;
  readonly #good = new Set<string>();
  readonly #bad = new Map<string, string>();
  /** Sets that were refused, by their next hops. */
  readonly #refused = new Set<string>();

  constructor(groups: NextHopGroups) {
    this.#groups = groups;
  }

  /** No set was refused: what is wanted is what is tried. */
  get idle(): boolean {
    return this.#refused.size === 0;
  }

  /** What to write next in order to come as near as can be to `wanted`, where `acked` stands. */
  aim(wanted: GroupId, acked: GroupId): GroupId {
    const hops = this.#groups.keys(wanted);
    if (hops.length < 2) return wanted;
    const usable = hops.filter((hop) => !this.#bad.has(hop));
    const doubted = usable.length < hops.length || this.#refused.has(hops.join(' '));
    if (!doubted || usable.length === 0) return wanted;
    const good = usable.filter((hop) => this.#good.has(hop));
    const [unknown] = usable.filter((hop) => !this.#good.has(hop));
    if (unknown === undefined) return this.#groups.part(wanted, good);
    if (good.length === 0) {
      // What stands is tried as it stands, so that finding out takes no next hop away.
      const standing = new Set(this.#groups.keys(acked));
      const kept = usable.filter((hop) => standing.has(hop));
      if (kept.length > 0 && !this.#refused.has(kept.join(' '))) return this.#groups.part(wanted, kept);
    }
    return this.#groups.part(wanted, [...good, unknown]);
  }

  /** Whether the kernel is known to take every next hop of a set. */
  takes(group: GroupId): boolean {
    return group !== noGroup && this.#groups.keys(group).every((hop) => this.#good.has(hop));
  }

  /** The kernel took a set. */
  worked(target: GroupId): void {
    for (const hop of this.#groups.keys(target)) {
      this.#good.add(hop);
      this.#bad.delete(hop);
    }
  }

  /** The kernel refused a set because of its next hops; true when there is a smaller one of `wanted` to try. */
  refused(target: GroupId, wanted: GroupId, reason: string): boolean {
    const hops = this.#groups.keys(target);
    this.#refused.add(hops.join(' '));
    const unknown = hops.filter((hop) => !this.#good.has(hop));
    if (unknown.length === 0) {
      // Each of them was taken a moment ago: reachability changes under our hands, and the next retry looks again.
      for (const hop of hops) this.#good.delete(hop);
      return false;
    }
    const [culprit] = unknown;
    if (culprit !== undefined && unknown.length === 1) this.#bad.set(culprit, reason);
    return this.#groups.keys(wanted).some((hop) => !this.#bad.has(hop));
  }

  /** The next hops of a set that the kernel does not take, with its words. */
  shortfall(wanted: GroupId): string {
    const bad = this.#groups.keys(wanted).filter((hop) => this.#bad.has(hop));
    const reason = this.#bad.get(bad[0] ?? '') ?? '';
    return `${reason} (next hop ${this.#groups.text(wanted, bad)}; the route stands with its other next hops)`;
  }

  forget(): void {
    this.#good.clear();
    this.#bad.clear();
    this.#refused.clear();
  }
}
