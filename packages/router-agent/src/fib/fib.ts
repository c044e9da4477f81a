import type { Family, RouteChanges, RouteSink } from '@peerage/bgp';
import type { NextHop } from '@peerage/linux';
import { Batch, type FibBatch } from './batch.js';
import { FamilyFib } from './family-fib.js';
import { type GroupId, NextHopGroups, noGroup } from './next-hop-groups.js';
import { isLinkLocal } from './observed-route.js';
import { formatPrefix, wordsToBytes } from './prefix-text.js';
import { Refusals } from './refusals.js';

/** Finds the interface by which a neighbour is reached: what a link-local next hop needs. */
export interface InterfaceResolver {
  /** Index of the interface whose subnet has the address of `peer`; null when there is none. */
  interfaceOf(peer: string): number | null;
}

/** A destination whose next hop cannot be used at all. */
export interface SkippedRoute {
  readonly prefix: string;
  readonly reason: string;
}

/**
 * The learned routes as the kernel should have them, and as it acknowledged them: a sink of the speaker on one side,
 * batches of writes on the other. Only what changed is written, and one write of a prefix is under way at a time.
 */
export class Fib implements RouteSink {
  readonly ipv4: FamilyFib;
  readonly ipv6: FamilyFib;
  readonly #groups = new NextHopGroups();
  readonly #refusals = new Refusals();
  readonly #interfaces: InterfaceResolver;
  readonly #changed: () => void;
  readonly #skipped: (route: SkippedRoute) => void;
  readonly #key = { a: 0, b: 0, c: 0, d: 0, length: 0 };
  /** Sets of next hops of the present call, by the speaker's ids, which are good for that call. */
  readonly #single = new Map<number, GroupId>();
  readonly #multiple = new Map<number, GroupId>();
  /** Numbers of lists of ids, each by that of the list without its last one. */
  readonly #lists = new Map<number, number>();
  readonly #inSync = new Set<number>();
  #ipv6First = true;

  /** `changed` is called after routes came in, `skipped` for those that no kernel could hold. */
  constructor(
    interfaces: InterfaceResolver,
    changed: () => void,
    skipped: (route: SkippedRoute) => void = () => {},
  ) {
    this.ipv4 = new FamilyFib(4, this.#groups, this.#refusals);
    this.ipv6 = new FamilyFib(6, this.#groups, this.#refusals);
    this.#interfaces = interfaces;
    this.#changed = changed;
    this.#skipped = skipped;
  }

  get families(): readonly FamilyFib[] {
    return [this.ipv4, this.ipv6];
  }

  /** Whether the speaker has handed over its whole table, of both families. */
  get complete(): boolean {
    return this.#inSync.size === this.families.length;
  }

  /** Gateways of routes that should stand, that stand, or that are on their way. */
  gateways(): ReadonlySet<string> {
    return this.#groups.gateways();
  }

  /** Writes that wait. */
  get pending(): number {
    return this.queued + this.held;
  }

  /** Of those, how many are to be written soon. */
  get queued(): number {
    return this.ipv4.table.queued + this.ipv6.table.queued;
  }

  /** Of those, how many wait until there is time: what stands is good, and only gets more next hops. */
  get held(): number {
    return this.ipv4.table.held + this.ipv6.table.held;
  }

  /** How many can be had in batches now. */
  get writable(): number {
    return this.queued + this.ipv4.table.released + this.ipv6.table.released;
  }

  /** There is time for those that were held up to now. */
  releaseHeld(): void {
    for (const { table } of this.families) table.releaseHeld();
  }

  routes(changes: RouteChanges): void {
    const fib = this.#byFamily(changes.family);
    if (fib === null) return;
    this.#single.clear();
    this.#multiple.clear();
    this.#lists.clear();
    for (let i = 0; i < changes.length; i++) {
      changes.readPrefix(i, this.#key);
      fib.want(this.#key, this.#wantedOf(fib, changes, i));
    }
    this.#changed();
  }

  inSync(family: Family): void {
    this.#inSync.add(family.key);
    this.#changed();
  }

  /** The next writes, at most `limit`; null when nothing waits. */
  nextBatch(limit: number): FibBatch | null {
    // Each family comes first in every other batch, so that a long queue of one does not hold up the other.
    this.#ipv6First = !this.#ipv6First;
    const order = this.#ipv6First ? ([this.ipv6, this.ipv4] as const) : ([this.ipv4, this.ipv6] as const);
    const batch = new Batch(Math.min(limit, this.writable), this.#groups, order);
    return batch.length === 0 ? null : batch;
  }

  /** The sets of next hops that routes go or are to go by. */
  nextHopSets(): readonly (readonly NextHop[])[] {
    return [...this.#groups.all()];
  }

  /** Lets go of what only finished calls and audits used. */
  sweep(): void {
    this.#groups.sweep();
  }

  #byFamily(family: Family): FamilyFib | null {
    if (family.safi !== 1) return null;
    if (family.afi === 1) return this.ipv4;
    return family.afi === 2 ? this.ipv6 : null;
  }

  /** Of what this node originates the kernel needs nothing, but of aggregates a route that drops what no more specific one takes. */
  #wantedOf(fib: FamilyFib, changes: RouteChanges, i: number): GroupId {
    if (changes.isLocal(i)) return changes.isDiscard(i) ? this.#groups.intern([]) : noGroup;
    const count = changes.nextHopCount(i);
    return count === 0 ? noGroup : this.#groupOf(fib, changes, i, count);
  }

  #groupOf(fib: FamilyFib, changes: RouteChanges, i: number, count: number): GroupId {
    if (count === 1) {
      const id = changes.nextHopId(i, 0);
      const known = this.#single.get(id);
      if (known !== undefined && known !== noGroup) return known;
      const group = this.#intern(fib, changes, i, [id]);
      this.#single.set(id, group);
      return group;
    }
    let list = 0;
    for (let k = 0; k < count; k++) list = this.#listWith(list, changes.nextHopId(i, k));
    const known = this.#multiple.get(list);
    if (known !== undefined && known !== noGroup) return known;
    const ids = Array.from({ length: count }, (_, k) => changes.nextHopId(i, k));
    const group = this.#intern(fib, changes, i, ids);
    this.#multiple.set(list, group);
    return group;
  }

  /** The number of a list of ids with one more at its end; 0 is the empty list. Without text or arrays: this runs for each route. */
  #listWith(list: number, id: number): number {
    const step = list * 2 ** 32 + id;
    const known = this.#lists.get(step);
    if (known !== undefined) return known;
    this.#lists.set(step, this.#lists.size + 1);
    return this.#lists.size;
  }

  /** The set of those next hops that the kernel can take; `noGroup`, and told, when there is none. */
  #intern(fib: FamilyFib, changes: RouteChanges, i: number, ids: readonly number[]): GroupId {
    const hops: NextHop[] = [];
    for (const id of ids) {
      const gateway = changes.nextHopAddress(id);
      if (gateway.length === 4 && fib.family === 6) {
        this.#skip(fib, 'its next hop is an IPv4 address');
      } else if (isLinkLocal(gateway)) {
        const name = changes.nextHopInterface(id);
        const where = name === null ? changes.bestPeer(i) : `fe80::%${name}`;
        const interfaceIndex = this.#interfaces.interfaceOf(where);
        if (interfaceIndex !== null) hops.push({ gateway, interfaceIndex });
        else if (name !== null) this.#skip(fib, `its next hop is on ${name}, which is not there`);
        else this.#skip(fib, `its next hop is link-local and ${where} is on no subnet of ours`);
      } else {
        hops.push({ gateway });
      }
    }
    return hops.length === 0 ? noGroup : this.#groups.intern(hops);
  }

  #skip(fib: FamilyFib, reason: string): void {
    const bytes = new Uint8Array(fib.family === 4 ? 4 : 16);
    wordsToBytes(this.#key, bytes);
    this.#skipped({ prefix: formatPrefix(bytes, this.#key.length), reason });
  }
}
