import type { PrefixWords } from '@peerage/bgp';
import {
  type DestinationTest,
  mainTable,
  type Netlink,
  type NextHop,
  type Route,
  type RouteFailure,
  type RouteOperation,
  RouteTemplate,
  TemplateBatch,
} from '@peerage/linux';
import { type HopSet, OwnNextHops } from './own-next-hops.js';
import {
  type DestinationFilter,
  ownProtocol,
  type RouteKernel,
  type RouteWrites,
  type WriteFailure,
} from './route-kernel.js';

export interface NetlinkKernelOptions {
  /**
   * A set of next hops that so many routes share is made an object of the kernel, which they name by number: half of the kernel's work.
   * Fewer routes say themselves which way they go. Default 256.
   */
  readonly objectFrom?: number;
}

/** How routes by one set of next hops are written, as long as the set is there. */
interface Plan {
  /** Made when needed, by {@link templateIndex}. */
  readonly templates: (RouteTemplate | undefined)[];
  /** Null: too few routes for an object, so far. */
  set: HopSet | null;
}

/** The main routing table of the kernel that a netlink handle reaches. */
export class NetlinkKernel implements RouteKernel {
  readonly #netlink: Pick<Netlink, 'routes' | 'nextHopObjects'>;
  readonly #objectFrom: number;
  readonly #objects: OwnNextHops;
  readonly #key: PrefixWords = { a: 0, b: 0, c: 0, d: 0, length: 0 };
  readonly #plans = new WeakMap<readonly NextHop[], Plan>();

  constructor(
    netlink: Pick<Netlink, 'routes' | 'nextHopObjects'>,
    { objectFrom = 256 }: NetlinkKernelOptions = {},
  ) {
    this.#netlink = netlink;
    this.#objectFrom = objectFrom;
    this.#objects = new OwnNextHops(netlink);
  }

  async write(writes: RouteWrites): Promise<readonly WriteFailure[]> {
    await this.#makeObjects(writes);
    const batch = new TemplateBatch(writes.length);
    const byObject = new Uint8Array(writes.length);
    for (let i = 0; i < writes.length; i++) {
      const plan = this.#plan(writes.nextHops(i));
      const isByObject = plan.set?.state === 'stands';
      if (isByObject) byObject[i] = 1;
      this.#add(batch, writes, i, isByObject ? plan.set : null);
    }
    const failures = await this.#netlink.routes.apply(batch);
    const doubtful = failures.filter((failure) => byObject[failure.index] === 1 && mayBeOfObject(failure));
    return doubtful.length === 0 ? failures : this.#writePlainly(writes, failures, doubtful);
  }

  dump(family: 4 | 6, protocol: number | null, wanted?: DestinationFilter): AsyncIterable<readonly Route[]> {
    const key: PrefixWords = { a: 0, b: 0, c: 0, d: 0, length: 0 };
    const test: DestinationTest = (length, a, b, c, d) => {
      key.length = length;
      key.a = a;
      key.b = b;
      key.c = c;
      key.d = d;
      return wanted?.(key) ?? true;
    };
    const routes = this.#netlink.routes.dump({
      family,
      table: mainTable,
      ...(protocol !== null && { protocol }),
      ...(wanted !== undefined && { wanted: test }),
    });
    return this.#withNextHops(routes);
  }

  look(): Promise<void> {
    return this.#objects.look();
  }

  tidy(inUse: readonly (readonly NextHop[])[]): Promise<void> {
    return this.#objects.tidy(inUse, () => this.#objectsOfRoutes());
  }

  /** Where the kernel tells the numbers of objects only (`nexthop_compat_mode` 0), what stands behind them is filled in. */
  async *#withNextHops(slices: AsyncIterable<readonly Route[]>): AsyncGenerator<readonly Route[]> {
    for await (const routes of slices) {
      const isWhole = routes.every(
        ({ nextHopId, nextHops }) => nextHopId === undefined || nextHops.length > 0,
      );
      yield isWhole ? routes : routes.map((route) => this.#withItsNextHops(route));
    }
  }

  #withItsNextHops(route: Route): Route {
    const { nextHopId, nextHops } = route;
    if (nextHopId === undefined || nextHops.length > 0) return route;
    return { ...route, nextHops: this.#objects.hopsOf(nextHopId) };
  }

  /** Makes the objects that a batch of writes is to go by. */
  async #makeObjects(writes: RouteWrites): Promise<void> {
    if (!this.#objects.isKnown) await this.#objects.look();
    const due = new Set<HopSet>();
    let last: readonly NextHop[] | null = null;
    for (let i = 0; i < writes.length; i++) {
      const hops = writes.nextHops(i);
      if (hops === last) continue;
      last = hops;
      const plan = this.#plan(hops);
      if (plan.set?.state === 'gone') {
        plan.set = null;
        plan.templates.length = 0;
      }
      if (plan.set === null && writes.sharers(i) >= this.#objectFrom && isForObject(writes, i)) {
        plan.set = this.#objects.set(hops);
      }
      if (plan.set?.state === 'unknown') due.add(plan.set);
    }
    if (due.size > 0) await this.#objects.make([...due]);
  }

  /**
   * What failed by an object is asked for again without it: either that works, or the kernel says of the next hops themselves what is wrong
   * with them.
   */
  async #writePlainly(
    writes: RouteWrites,
    failures: readonly RouteFailure[],
    doubtful: readonly RouteFailure[],
  ): Promise<readonly WriteFailure[]> {
    const again = new TemplateBatch(doubtful.length);
    for (const { index, operation } of doubtful) {
      const { set } = this.#plan(writes.nextHops(index));
      if (set?.state === 'stands' && operation !== 'delete') this.#objects.distrust(set);
      this.#add(again, writes, index, null);
    }
    const still = await this.#netlink.routes.apply(again);
    const settled = new Set(doubtful.map(({ index }) => index));
    return [
      ...failures.filter(({ index }) => !settled.has(index)),
      ...still.map((failure) => ({ ...failure, index: doubtful[failure.index]?.index ?? 0 })),
    ].sort((one, other) => one.index - other.index);
  }

  #add(batch: TemplateBatch, writes: RouteWrites, i: number, set: HopSet | null): void {
    const key = this.#key;
    const template = this.#template(writes, i, set);
    writes.readPrefix(i, key);
    batch.add(template, key.length, key.a, key.b, key.c, key.d);
  }

  async #objectsOfRoutes(): Promise<ReadonlySet<number>> {
    const ids = new Set<number>();
    for (const family of [4, 6] as const) {
      for await (const routes of this.#netlink.routes.dump({ family })) {
        for (const { nextHopId } of routes) if (nextHopId !== undefined) ids.add(nextHopId);
      }
    }
    return ids;
  }

  #plan(nextHops: readonly NextHop[]): Plan {
    const known = this.#plans.get(nextHops);
    if (known !== undefined) return known;
    const made: Plan = { templates: [], set: null };
    this.#plans.set(nextHops, made);
    return made;
  }

  #template(writes: RouteWrites, i: number, set: HopSet | null): RouteTemplate {
    const [family, operation, nextHops] = [writes.family(i), writes.operation(i), writes.nextHops(i)];
    const { templates } = this.#plan(nextHops);
    const index = templateIndex(family, operation, set !== null);
    const known = templates[index];
    if (known !== undefined) return known;
    const preferredSource = writes.preferredSource?.(i);
    const made = new RouteTemplate(operation, {
      family,
      table: mainTable,
      protocol: ownProtocol,
      metric: 0,
      nextHops,
      ...(nextHops.length === 0 && operation !== 'delete' && { type: 'blackhole' as const }),
      ...(preferredSource !== undefined && { preferredSource }),
      ...(set !== null && { nextHopId: set.id }),
    });
    templates[index] = made;
    return made;
  }
}

/** Objects are made of gateways that the kernel finds the way to, or that name their interface; not of links of our own. */
function isForObject(writes: RouteWrites, i: number): boolean {
  const hops = writes.nextHops(i);
  if (hops.length === 0 || writes.preferredSource?.(i) !== undefined) return false;
  return hops.every(({ gateway, onlink }) => gateway !== undefined && onlink !== true);
}

function templateIndex(family: 4 | 6, operation: RouteOperation, byObject: boolean): number {
  const column = operation === 'create' ? 0 : operation === 'replace' ? 1 : 2;
  return (column * 2 + (family === 4 ? 0 : 1)) * 2 + (byObject ? 1 : 0);
}

/** Whether the object that a route was to go by may be why it was refused. */
function mayBeOfObject({ operation, code }: RouteFailure): boolean {
  return code !== 'ENOBUFS' && !(operation === 'create' && code === 'EEXIST');
}
