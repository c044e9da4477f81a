import type { NextHop } from '@peerage/linux';
import { formatIp } from '../items/ip.js';

/** A set of next hops, by number. 0 is "no route"; see also {@link otherGroup}. */
export type GroupId = number & { readonly __brand: 'GroupId' };

export const noGroup = 0 as GroupId;
/** What stands in the kernel is ours and unlike anything that we would write. */
export const otherGroup = 1 as GroupId;

interface Group {
  readonly key: string;
  readonly hops: readonly NextHop[];
  references: number;
}

/**
 * Sets of next hops, each kept once and counted: a million routes share a few of them. The order of the next hops
 * and doubles do not matter.
 */
export class NextHopGroups {
  readonly #groups: (Group | null)[] = [null, { key: '', hops: Object.freeze([]), references: 1 }];
  readonly #byKey = new Map<string, GroupId>();
  readonly #free: GroupId[] = [];
  /** Answers of {@link grows}, by both sets; good until one of them goes. */
  readonly #growths = new Map<number, boolean>();
  /** Gateways of all sets that somebody retains, and how often each is in these. */
  readonly #gateways = new Set<string>();
  readonly #gatewayCounts = new Map<string, number>();

  /** The number of a set, empty for a route that drops packets, which stays valid while it is retained or until the next call of `sweep`. */
  intern(hops: readonly NextHop[]): GroupId {
    const keyed = hops.map((hop) => ({ hop, key: keyOf(hop) })).sort((a, b) => (a.key < b.key ? -1 : 1));
    const distinct = keyed.filter(({ key }, i) => key !== keyed[i - 1]?.key);
    const key = distinct.map((each) => each.key).join(' ');
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const id = this.#free.pop() ?? (this.#groups.length as GroupId);
    const copies = distinct.map(({ hop }) => Object.freeze({ ...hop, ...copyOfGateway(hop) }));
    this.#groups[id] = { key, hops: Object.freeze(copies), references: 0 };
    this.#byKey.set(key, id);
    return id;
  }

  hops(id: GroupId): readonly NextHop[] {
    return this.#groups[id]?.hops ?? [];
  }

  /** Whether the one set has all next hops of the other, and more. */
  grows(from: GroupId, to: GroupId): boolean {
    const pair = from * 2 ** 26 + to;
    const known = this.#growths.get(pair);
    if (known !== undefined) return known;
    const [before, after] = [this.keys(from), new Set(this.keys(to))];
    const answer = before.length > 0 && before.length < after.size && before.every((hop) => after.has(hop));
    this.#growths.set(pair, answer);
    return answer;
  }

  /** Whether a route can take the place of another. IPv6 has one that drops packets beside one that does not. */
  replaces(family: 4 | 6, from: GroupId, to: GroupId): boolean {
    return family === 4 || from === otherGroup || this.#drops(from) === this.#drops(to);
  }

  /** How often a set is retained. */
  references(id: GroupId): number {
    return this.#groups[id]?.references ?? 0;
  }

  /** The sets that are kept. */
  *all(): Generator<readonly NextHop[]> {
    for (const id of this.#byKey.values()) yield this.hops(id);
  }

  /** What names each next hop of a set, in the order of {@link hops}. */
  keys(id: GroupId): readonly string[] {
    const key = this.#groups[id]?.key ?? '';
    return key === '' ? [] : key.split(' ');
  }

  /** The set of those next hops of a set that have these keys. Not retained. */
  part(id: GroupId, keys: readonly string[]): GroupId {
    const wanted = new Set(keys);
    const own = this.keys(id);
    return this.intern(this.hops(id).filter((_, i) => wanted.has(own[i] ?? '')));
  }

  /** Those next hops of a set that have these keys, for people. */
  text(id: GroupId, keys: readonly string[]): string {
    const gateways = this.hops(this.part(id, keys)).map(({ gateway }) => gateway);
    return gateways
      .map((gateway) => (gateway === undefined ? 'without gateway' : formatIp(gateway)))
      .join(', ');
  }

  retain(id: GroupId): void {
    const group = this.#groups[id];
    if (group != null && group.references++ === 0) this.#countGateways(group, 1);
  }

  release(id: GroupId): void {
    const group = this.#groups[id];
    if (group == null || --group.references > 0) return;
    if (group.references === 0) this.#countGateways(group, -1);
    this.#forget(id, group.key);
  }

  /** Lets go of sets that were interned and never retained. */
  sweep(): void {
    for (const [key, id] of this.#byKey) {
      if (this.#groups[id]?.references !== 0) continue;
      this.#forget(id, key);
    }
  }

  /** Gateways of all sets that somebody retains, as text. It follows them: who keeps it for later makes a copy. */
  gateways(): ReadonlySet<string> {
    return this.#gateways;
  }

  #countGateways({ hops }: Group, by: 1 | -1): void {
    for (const { gateway } of hops) {
      if (gateway === undefined) continue;
      const text = formatIp(gateway);
      const count = (this.#gatewayCounts.get(text) ?? 0) + by;
      if (count > 0) {
        this.#gatewayCounts.set(text, count);
        this.#gateways.add(text);
      } else {
        this.#gatewayCounts.delete(text);
        this.#gateways.delete(text);
      }
    }
  }

  #drops(id: GroupId): boolean {
    return this.hops(id).length === 0;
  }

  #forget(id: GroupId, key: string): void {
    this.#byKey.delete(key);
    this.#groups[id] = null;
    this.#free.push(id);
    this.#growths.clear();
  }

  /** How many sets are kept. */
  get size(): number {
    return this.#byKey.size;
  }
}

function keyOf(hop: NextHop): string {
  const gateway = hop.gateway === undefined ? '' : hop.gateway.join('.');
  return hop.interfaceIndex === undefined ? gateway : `${gateway}%${hop.interfaceIndex}`;
}

function copyOfGateway(hop: NextHop): { gateway?: Uint8Array } {
  return hop.gateway === undefined ? {} : { gateway: hop.gateway.slice() };
}
