import { ipv6DefaultMetric, mainTable, type NetlinkEvent, type NextHop, type Route } from '@peerage/linux';
import { readDestination } from '../fib/observed-route.js';
import { wordsToBytes } from '../fib/prefix-text.js';
import {
  type DestinationFilter,
  ownProtocol,
  type RouteKernel,
  type RouteWrites,
  type WriteFailure,
} from '../fib/route-kernel.js';
import { cidrContains, parseCidr, parseIp } from '../items/ip.js';
import type { OverlayLinkItem } from '../items/overlay-link.js';

/** A link of a {@link FakeKernel}. */
export interface FakeLink {
  readonly index: number;
  readonly name: string;
  /** `192.0.2.1/24`, as an administrator writes them: connected routes come with them. */
  readonly addresses: readonly string[];
  up: boolean;
}

/**
 * The main routing table of a Linux kernel, as far as learned routes meet it. It refuses what the kernel refuses: a
 * prefix that is taken, a gateway that is on no subnet. IPv4 routes go with their link without a word; so do they here.
 */
export class FakeKernel implements RouteKernel {
  readonly #routes = new Map<string, Route>();
  readonly #links: FakeLink[] = [];
  #nextIndex = 2;
  /** What links of ours were made with; they outlive an agent as the links do. */
  readonly overlayLinks = new Map<string, OverlayLinkItem>();
  readonly #listeners = new Set<(event: NetlinkEvent) => void>();
  /** Called before each write that reaches the kernel, in order; for tests that count or interfere. */
  onWrite: ((operation: string, route: Route) => void) | null = null;
  /** Batches that were written. */
  batches = 0;

  /** Adds a link, up, with its connected routes. */
  addLink(name: string, addresses: readonly string[]): FakeLink {
    const link: FakeLink = { index: this.#nextIndex++, name, addresses, up: false };
    this.#links.push(link);
    this.setLink(name, true);
    return link;
  }

  /** Removes a link, and its routes with it. */
  removeLink(name: string): void {
    this.setLink(name, false);
    const at = this.#links.findIndex((each) => each.name === name);
    const [gone] = this.#links.splice(at, 1);
    if (gone === undefined) return;
    const link = {
      index: gone.index,
      name,
      mtu: 1500,
      up: false,
      lowerUp: false,
      address: new Uint8Array(6),
    };
    this.#tell({ kind: 'link', action: 'delete', link });
  }

  linkNames(): readonly string[] {
    return this.#links.map(({ name }) => name);
  }

  linkName(index: number): string | undefined {
    return this.#links.find((link) => link.index === index)?.name;
  }

  /** Whether an address lies in a subnet of some link. */
  isOnLink(address: string): boolean {
    const gateway = parseIp(address);
    return gateway !== null && this.#out({ gateway }) !== undefined;
  }

  /** Switches a link on or off, as an administrator would. */
  setLink(name: string, up: boolean): void {
    const link = this.#links.find((each) => each.name === name);
    if (link === undefined) throw new Error(`there is no link ${name}`);
    link.up = up;
    if (up) {
      for (const route of connectedRoutes(link)) this.#routes.set(keyOf(route), route);
    } else {
      for (const [key, route] of this.#routes) {
        const left = route.nextHops.filter((hop) => this.#out(hop)?.up === true);
        if (left.length === route.nextHops.length) continue;
        if (left.length > 0 && route.family === 6) this.#routes.set(key, { ...route, nextHops: left });
        else this.#routes.delete(key);
        // An IPv6 route that goes with its link is announced; an IPv4 one is not.
        if (route.family === 6) this.#tell({ kind: 'route', action: 'delete', route });
      }
    }
    const address = new Uint8Array(6);
    const shown = { index: link.index, name, mtu: 1500, up, lowerUp: up, address };
    this.#tell({ kind: 'link', action: 'new', link: shown });
  }

  /** Somebody else writes: in the place of whatever has that prefix and metric. */
  foreignReplace(route: Route): void {
    const stored = this.#stored(route);
    this.#routes.set(keyOf(stored), stored);
    this.#tell({ kind: 'route', action: 'new', route: stored });
  }

  /** Somebody else deletes whatever has that prefix and metric. */
  foreignDelete(route: Route): void {
    const stored = this.#stored(route);
    const there = this.#routes.get(keyOf(stored));
    if (there === undefined) return;
    this.#routes.delete(keyOf(stored));
    this.#tell({ kind: 'route', action: 'delete', route: there });
  }

  /** Routes go and nobody is told, as IPv4 ones do with their link. */
  dropSilently(which: (route: Route) => boolean): void {
    for (const [key, route] of this.#routes) {
      if (which(route)) this.#routes.delete(key);
    }
  }

  /** Notifications were lost. */
  overrun(): void {
    this.#tell({ kind: 'overrun' });
  }

  subscribe(listener: (event: NetlinkEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** All routes, as `ip route` would list them. */
  list(family: 4 | 6): readonly Route[] {
    return [...this.#routes.values()].filter((route) => route.family === family);
  }

  async write(writes: RouteWrites): Promise<readonly WriteFailure[]> {
    this.batches++;
    await nextTurn();
    const failures: WriteFailure[] = [];
    for (let index = 0; index < writes.length; index++) {
      const route = this.#stored(routeOf(writes, index));
      const operation = writes.operation(index);
      this.onWrite?.(operation, route);
      const refused = this.#apply(operation, route);
      if (refused !== null) failures.push({ index, ...refused });
    }
    await nextTurn();
    return failures;
  }

  async *dump(
    family: 4 | 6,
    protocol: number | null,
    wanted: DestinationFilter = () => true,
  ): AsyncGenerator<readonly Route[]> {
    const key = { a: 0, b: 0, c: 0, d: 0, length: 0 };
    const all = this.list(family).filter(
      (route) => (protocol === null || route.protocol === protocol) && wanted(readDestination(route, key)),
    );
    for (let at = 0; at < all.length; at += dumpSlice) {
      await nextTurn();
      yield all.slice(at, at + dumpSlice);
    }
  }

  #apply(operation: string, route: Route): Omit<WriteFailure, 'index'> | null {
    const key = keyOf(route);
    const there = this.#routes.get(key);
    if (operation === 'delete') {
      if (there === undefined || there.protocol !== route.protocol) {
        return { code: 'ESRCH', message: 'No such process' };
      }
      this.#routes.delete(key);
      return null;
    }
    const unreachable = route.nextHops.some((hop) => this.#out(hop)?.up !== true);
    if (unreachable) {
      return route.family === 4
        ? { code: 'ENETUNREACH', message: 'Nexthop has invalid gateway' }
        : { code: 'EHOSTUNREACH', message: 'No route to host' };
    }
    if (operation === 'create' && there !== undefined) return { code: 'EEXIST', message: 'File exists' };
    this.#routes.set(key, route);
    return null;
  }

  /** The link by which a next hop is reached. */
  #out(hop: NextHop): FakeLink | undefined {
    if (hop.interfaceIndex !== undefined)
      return this.#links.find(({ index }) => index === hop.interfaceIndex);
    const { gateway } = hop;
    if (gateway === undefined) return undefined;
    return this.#links.find(
      (link) =>
        link.up &&
        link.addresses.some((text) => {
          const cidr = parseCidr(text);
          return cidr !== null && cidrContains(cidr, gateway);
        }),
    );
  }

  /** As the kernel keeps it: with the default metric, and the interfaces that it found. */
  #stored(route: Route): Route {
    const metric = route.metric === 0 && route.family === 6 ? ipv6DefaultMetric : route.metric;
    const nextHops = route.nextHops.map((hop) => {
      const index = this.#out(hop)?.index;
      return index === undefined ? hop : { ...hop, interfaceIndex: index };
    });
    return { ...route, metric, nextHops, type: route.type ?? 'unicast' };
  }

  #tell(event: NetlinkEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

const dumpSlice = 64;
const kernelProtocol = 2;

function connectedRoutes(link: FakeLink): readonly Route[] {
  return link.addresses.map((text) => {
    const cidr = parseCidr(text);
    if (cidr === null) throw new Error(`"${text}" is not an address with its prefix length`);
    const family = cidr.bytes.length === 4 ? 4 : 6;
    return {
      family,
      destination: cidr.bytes,
      prefixLength: cidr.length,
      table: mainTable,
      protocol: kernelProtocol,
      metric: family === 4 ? 0 : 256,
      nextHops: [{ interfaceIndex: link.index }],
      type: 'unicast',
    };
  });
}

function keyOf(route: Route): string {
  return `${route.destination.join('.')}/${route.prefixLength} ${route.metric}`;
}

function routeOf(writes: RouteWrites, index: number): Route {
  const key = { a: 0, b: 0, c: 0, d: 0, length: 0 };
  writes.readPrefix(index, key);
  const family = writes.family(index);
  const destination = new Uint8Array(family === 4 ? 4 : 16);
  wordsToBytes(key, destination);
  const nextHops = writes.nextHops(index);
  const preferredSource = writes.preferredSource?.(index);
  const source = preferredSource === undefined ? {} : { preferredSource };
  const { length: prefixLength } = key;
  return {
    family,
    destination,
    prefixLength,
    table: mainTable,
    protocol: ownProtocol,
    metric: 0,
    nextHops,
    ...(nextHops.length === 0 && { type: 'blackhole' as const }),
    ...source,
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
