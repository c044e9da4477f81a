import type { Netlink, NextHop, NextHopChange, NextHopMember, NextHopObject } from '@peerage/linux';
import { isLinkLocal } from './observed-route.js';
import { ownProtocol } from './route-kernel.js';

/** What of a netlink handle this needs. */
export type NextHopKernel = Pick<Netlink, 'routes' | 'nextHopObjects'>;

/** One next hop, and the number of the object that is or would be made of it. */
interface Hop {
  readonly key: string;
  readonly hop: NextHop;
  readonly id: number;
}

/** A set of next hops that routes share: one hop's own object, or a group of several. */
export interface HopSet {
  readonly key: string;
  readonly members: readonly Hop[];
  readonly id: number;
  /** `plain`: no object can be made of it now, and routes say themselves which way they go, so that the kernel says what is wrong. `gone`: let go of. */
  state: 'unknown' | 'stands' | 'plain' | 'gone';
}

/** Numbers begin here, far from those that the kernel and other daemons hand out from 1 on. */
const firstId = 0x1100_0000;
const lastId = 0x11ff_ffff;
/** How objects of ours are known, those of an earlier life too. */
export const nextHopOwnership = { protocol: ownProtocol, first: firstId, last: lastId } as const;

/**
 * Our next hop objects in the kernel: which there are, and that they are as they should be.
 *
 *   set "a b"  ─▶ group 1100000c ─┬─▶ 1100000a  a dev eth0
 *                                 └─▶ 1100000b  b dev eth1
 *
 * An object keeps its number. When its gateway is reached by another interface it is changed in place, which moves all its routes; when
 * the kernel took it away, it is made again once its gateway can be reached. What an earlier life left is taken over.
 */
export class OwnNextHops {
  readonly #kernel: NextHopKernel;
  readonly #hops = new Map<string, Hop>();
  readonly #sets = new Map<string, HopSet>();
  /** Ours as the kernel has them, as far as is known, by number. */
  #standing = new Map<number, NextHopObject>();
  #nextId = firstId;
  #isSupported: boolean | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(kernel: NextHopKernel) {
    this.#kernel = kernel;
  }

  /** What stands was listed: before that no number is safe to give. */
  get isKnown(): boolean {
    return this.#isSupported !== null;
  }

  /** The set of these next hops; the same for the same ones. */
  set(hops: readonly NextHop[]): HopSet {
    const key = keyOfSet(hops);
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const members = hops.map((hop) => this.#hop(hop));
    const [only] = members;
    const id = only !== undefined && members.length === 1 ? only.id : this.#nextId++;
    const set: HopSet = { key, members, id, state: 'unknown' };
    this.#sets.set(key, set);
    return set;
  }

  /** Makes objects of sets of which it is not known whether they stand. */
  make(sets: readonly HopSet[]): Promise<void> {
    return this.#inTurn(() => this.#make(sets.filter(({ state }) => state === 'unknown')));
  }

  /** A route could not be written by this set: what was known of its objects is not taken for true any more. */
  distrust(set: HopSet): void {
    for (const { id } of set.members) this.#standing.delete(id);
    this.#standing.delete(set.id);
    set.state = 'unknown';
  }

  /** The next hops of an object of ours, for routes of which the kernel tells only its number. */
  hopsOf(id: number): readonly NextHop[] {
    const object = this.#standing.get(id);
    if (object?.members !== undefined) return object.members.flatMap((member) => this.hopsOf(member.id));
    if (object?.gateway === undefined) return [];
    const { gateway, interfaceIndex } = object;
    return [{ gateway, ...(interfaceIndex !== undefined && { interfaceIndex }) }];
  }

  /** Lists what stands, takes over what is not known, and puts right what is used. */
  look(): Promise<void> {
    return this.#inTurn(() => this.#look());
  }

  /**
   * Deletes objects of sets that are not in use, once it is certain that no route goes by them, whoever made it: `namedByRoutes` lists the
   * numbers that routes name.
   */
  tidy(
    inUse: readonly (readonly NextHop[])[],
    namedByRoutes: () => Promise<ReadonlySet<number>>,
  ): Promise<void> {
    return this.#inTurn(() => this.#tidy(inUse, namedByRoutes));
  }

  /** One after the other: each goes by what the one before found. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    const done = this.#last.then(task);
    this.#last = done.catch(() => {});
    return done;
  }

  async #look(): Promise<void> {
    const listed = await this.#kernel.nextHopObjects.list();
    this.#isSupported = listed !== null;
    this.#standing = new Map();
    for (const object of listed ?? []) {
      if (object.id < firstId || object.id > lastId) continue;
      this.#nextId = Math.max(this.#nextId, object.id + 1);
      if (object.protocol === ownProtocol) this.#standing.set(object.id, object);
    }
    this.#takeOver();
    await this.#make([...this.#sets.values()].filter(({ state }) => state !== 'unknown'));
  }

  async #make(sets: readonly HopSet[]): Promise<void> {
    if (sets.length === 0) return;
    const isPossible = this.#isSupported === true && this.#nextId <= lastId;
    const wanted = isPossible ? await this.#wanted(sets) : new Map<number, NextHopObject>();
    await this.#apply([...wanted.values()]);
    for (const set of sets) {
      const object = wanted.get(set.id);
      const stands = object !== undefined && isSame(this.#standing.get(set.id), object);
      set.state = stands ? 'stands' : 'plain';
    }
  }

  /** The objects of those sets of which all next hops can be reached now, single ones first. */
  async #wanted(sets: readonly HopSet[]): Promise<ReadonlyMap<number, NextHopObject>> {
    const hops = [...new Set(sets.flatMap(({ members }) => members))];
    const interfaces = await this.#interfaces(hops);
    const wanted = new Map<number, NextHopObject>();
    for (const [i, { hop, id }] of hops.entries()) {
      const interfaceIndex = interfaces[i] ?? null;
      const { gateway } = hop;
      if (interfaceIndex === null || gateway === undefined) continue;
      wanted.set(id, { id, protocol: ownProtocol, gateway, interfaceIndex });
    }
    for (const { id, members } of sets) {
      if (members.length < 2 || !members.every((member) => wanted.has(member.id))) continue;
      const inGroup = members.map((member): NextHopMember => ({ id: member.id, weight: 1 }));
      wanted.set(id, { id, protocol: ownProtocol, members: inGroup });
    }
    return wanted;
  }

  async #tidy(
    inUse: readonly (readonly NextHop[])[],
    namedByRoutes: () => Promise<ReadonlySet<number>>,
  ): Promise<void> {
    const keys = new Set(inUse.map(keyOfSet));
    const needed = new Set<number>();
    for (const set of this.#sets.values()) {
      if (keys.has(set.key)) for (const id of [set.id, ...set.members.map((hop) => hop.id)]) needed.add(id);
      else {
        set.state = 'gone';
        this.#sets.delete(set.key);
      }
    }
    for (const hop of this.#hops.values()) if (!needed.has(hop.id)) this.#hops.delete(hop.key);
    const idle = [...this.#standing.values()].filter(({ id }) => !needed.has(id));
    if (idle.length === 0) return;
    const named = new Set(await namedByRoutes());
    for (const { id, members = [] } of idle) {
      if (named.has(id)) for (const member of members) named.add(member.id);
    }
    // Groups first: a member that goes would leave them, and an empty one goes too.
    const leaving = idle
      .filter(({ id }) => !named.has(id))
      .sort((one, other) => Number(other.members !== undefined) - Number(one.members !== undefined));
    await this.#kernel.nextHopObjects.apply(leaving.map((object) => ({ operation: 'delete', object })));
    for (const { id } of leaving) this.#standing.delete(id);
  }

  #hop(hop: NextHop): Hop {
    const key = keyOf(hop);
    const known = this.#hops.get(key);
    if (known !== undefined) return known;
    const made: Hop = { key, hop, id: this.#nextId++ };
    this.#hops.set(key, made);
    return made;
  }

  /** Objects that an earlier life made get their places in the maps; of two that are alike, one does. */
  #takeOver(): void {
    const byId = new Map<number, Hop>([...this.#hops.values()].map((hop) => [hop.id, hop]));
    for (const { id, gateway, interfaceIndex } of this.#standing.values()) {
      if (gateway === undefined || byId.has(id)) continue;
      const hop = isLinkLocal(gateway)
        ? { gateway, ...(interfaceIndex !== undefined && { interfaceIndex }) }
        : { gateway };
      const key = keyOf(hop);
      if (this.#hops.has(key)) continue;
      const made: Hop = { key, hop, id };
      this.#hops.set(key, made);
      byId.set(id, made);
    }
    for (const { id, members } of this.#standing.values()) {
      const hops = (members ?? []).flatMap((member) => byId.get(member.id) ?? []);
      if (members === undefined || hops.length < members.length) continue;
      const key = keyOfSet(hops.map(({ hop }) => hop));
      if (!this.#sets.has(key)) this.#sets.set(key, { key, members: hops, id, state: 'unknown' });
    }
  }

  /** By which interface each next hop is reached directly; null for one that is not. */
  async #interfaces(hops: readonly Hop[]): Promise<readonly (number | null)[]> {
    const open = hops.flatMap(({ hop: { gateway, interfaceIndex } }) =>
      gateway !== undefined && interfaceIndex === undefined ? [gateway] : [],
    );
    const ways = await this.#kernel.routes.ways(open);
    let at = 0;
    return hops.map(({ hop: { gateway, interfaceIndex } }) => {
      if (interfaceIndex !== undefined) return interfaceIndex;
      const way = gateway === undefined ? null : ways[at++];
      const [out] = way?.route.nextHops ?? [];
      if (way == null || !way.isUp || way.route.type !== 'unicast' || way.route.nextHops.length !== 1)
        return null;
      return out?.gateway === undefined ? (out?.interfaceIndex ?? null) : null;
    });
  }

  /** Makes the kernel's objects as these are, and notes what it took. */
  async #apply(objects: readonly NextHopObject[]): Promise<void> {
    const changes = objects
      .filter((object) => !isSame(this.#standing.get(object.id), object))
      .map(
        (object): NextHopChange => ({
          operation: this.#standing.has(object.id) ? 'replace' : 'create',
          object,
        }),
      );
    const failures = await this.#kernel.nextHopObjects.apply(changes);
    const refused = new Set(failures.map(({ index }) => index));
    for (const [i, { object }] of changes.entries()) {
      if (!refused.has(i)) this.#standing.set(object.id, object);
    }
  }
}

function keyOf({ gateway, interfaceIndex }: NextHop): string {
  const text = gateway?.join('.') ?? '';
  return interfaceIndex === undefined ? text : `${text}%${interfaceIndex}`;
}

function keyOfSet(hops: readonly NextHop[]): string {
  return hops.map(keyOf).sort().join(' ');
}

function isSame(one: NextHopObject | undefined, other: NextHopObject): boolean {
  if (one === undefined || one.interfaceIndex !== other.interfaceIndex || one.onlink === true) return false;
  if (one.gateway?.join('.') !== other.gateway?.join('.')) return false;
  return membersText(one) === membersText(other);
}

function membersText({ members = [] }: NextHopObject): string {
  return members
    .map(({ id, weight }) => `${id}*${weight}`)
    .sort()
    .join(' ');
}
