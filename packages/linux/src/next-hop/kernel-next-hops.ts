import type { NetlinkEvent } from '../events.js';
import type { Netlink } from '../netlink.js';
import { mainTable, type Route } from '../route/route.js';
import type { Way } from '../route/way.js';
import { parseIpAddress } from '../tcp/socket-address.js';

/** What the kernel knows of an address that packets are sent to. */
export interface NextHopState {
  /** There is a route to it, over a link that is up. */
  readonly reachable: boolean;
  /** Metric of that route. */
  readonly metric: number;
}

/** How {@link KernelNextHops} looks. */
export interface KernelNextHopOptions {
  /** Routes of this protocol are no way to a next hop: those that BGP made itself. Default 17. */
  readonly ownProtocol?: number;
  /** A default route is a way. Default true. */
  readonly viaDefault?: boolean;
}

type Listener = (address: string, state: NextHopState) => void;

interface Tracked {
  readonly octets: Uint8Array;
  state: NextHopState;
  /** What the kernel said is newer than the last change that was told of it. */
  isCurrent: boolean;
}

const unreachable: NextHopState = { reachable: false, metric: 0 };

/** IPv4 routes that are lost with a link are not announced, and go a moment after the link is told of. */
const settleMilliseconds = 200;

/**
 * The ways to next hops, by the kernel's own routing: each address is looked up as a packet would be, and again after every change
 * of routes, links and addresses that can matter to it. It has the form of the `NextHopTracker` port of `@peerage/bgp`.
 *
 * Recursion ends here: a route of our own protocol is passed over for the best one of others in the main table. An address that is new is
 * not reachable until the kernel has said so, which takes one turn of the event loop or two.
 *
 * @example
 * const netlink = await openNetlink();
 * const nextHopTracker = new KernelNextHops(netlink);
 * const speaker = new BgpSpeaker(config, { ...nodePorts(), nextHopTracker });
 */
export class KernelNextHops {
  readonly #netlink: Netlink;
  readonly #own: number;
  readonly #viaDefault: boolean;
  readonly #tracked = new Map<string, Tracked>();
  readonly #listeners = new Set<Listener>();
  readonly #unsubscribe: () => void;
  #settling: NodeJS.Timeout | null = null;
  #isAsking = false;
  #isClosed = false;

  constructor(netlink: Netlink, options: KernelNextHopOptions = {}) {
    this.#netlink = netlink;
    this.#own = options.ownProtocol ?? 17;
    this.#viaDefault = options.viaDefault ?? true;
    this.#unsubscribe = netlink.subscribe(['route', 'link', 'address'], (event) => this.#changed(event));
  }

  /** From now on the address matters. Throws when it is no address, or is tracked already. */
  track(address: string): NextHopState {
    if (this.#tracked.has(address)) throw new Error(`${address} is tracked already`);
    const tracked = { octets: parseIpAddress(address), state: unreachable, isCurrent: false };
    this.#tracked.set(address, tracked);
    this.#ask();
    return tracked.state;
  }

  /** It does not matter any more. Throws when it is not tracked. */
  untrack(address: string): void {
    if (!this.#tracked.delete(address)) throw new Error(`${address} is not tracked`);
  }

  /** Calls back when the state of a tracked address has changed, never from within `track`. Returns what ends that. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Looks no more. The handle stays open: it is its owner's. */
  close(): void {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#listeners.clear();
    if (this.#settling !== null) clearTimeout(this.#settling);
  }

  #changed(event: NetlinkEvent): void {
    if (event.kind === 'route') {
      // What BGP itself writes is no way: a million such routes cost nothing here.
      if (event.route.protocol === this.#own) return;
      this.#outdate((octets) => covers(event.route, octets));
      return;
    }
    this.#outdate(() => true);
    this.#settling ??= setTimeout(() => {
      this.#settling = null;
      this.#outdate(() => true);
    }, settleMilliseconds).unref();
  }

  #outdate(isMeant: (octets: Uint8Array) => boolean): void {
    for (const tracked of this.#tracked.values()) if (isMeant(tracked.octets)) tracked.isCurrent = false;
    this.#ask();
  }

  /** One question at a time: what changes meanwhile is asked for after it. */
  #ask(): void {
    if (this.#isAsking || this.#isClosed) return;
    this.#isAsking = true;
    // After the present turn, so that what comes in one turn is asked for once.
    setImmediate(() => {
      this.#round().then(
        () => {
          this.#isAsking = false;
          if (this.#due().length > 0) this.#ask();
        },
        // The handle has ended: its owner is told, and what was known last stays.
        () => {
          this.#isAsking = false;
        },
      );
    });
  }

  #due(): readonly (readonly [string, Tracked])[] {
    return [...this.#tracked].filter(([, tracked]) => !tracked.isCurrent);
  }

  async #round(): Promise<void> {
    const due = this.#due();
    if (due.length === 0) return;
    for (const [, tracked] of due) tracked.isCurrent = true;
    const ways = await this.#netlink.routes.ways(due.map(([, { octets }]) => octets));
    const others = await this.#others(
      due.map(([, { octets }]) => octets).filter((_, i) => this.#isOwn(ways[i])),
    );
    due.forEach(([address, tracked], i) => {
      const way = ways[i] ?? null;
      this.#tell(address, tracked, this.#isOwn(way) ? bestOf(others, tracked.octets) : way);
    });
  }

  #isOwn(way: Way | null | undefined): boolean {
    return way?.route.protocol === this.#own;
  }

  /** The kernel cannot be asked past its best route: the routes of others that cover one of these addresses are listed. */
  async #others(addresses: readonly Uint8Array[]): Promise<readonly Way[]> {
    const found: Way[] = [];
    for (const family of [4, 6] as const) {
      const meant = addresses.filter(({ length }) => length === (family === 4 ? 4 : 16));
      if (meant.length === 0) continue;
      for await (const ways of this.#netlink.routes.dumpWays({ family, table: mainTable })) {
        for (const way of ways) {
          if (way.route.protocol !== this.#own && meant.some((octets) => covers(way.route, octets)))
            found.push(way);
        }
      }
    }
    return found;
  }

  #tell(address: string, tracked: Tracked, way: Way | null): void {
    // Untracked, or tracked anew, while the kernel was asked.
    if (this.#isClosed || this.#tracked.get(address) !== tracked) return;
    const state = this.#stateOf(way);
    const { reachable, metric } = tracked.state;
    if (state.reachable === reachable && state.metric === metric) return;
    tracked.state = state;
    for (const listener of [...this.#listeners]) listener(address, state);
  }

  #stateOf(way: Way | null): NextHopState {
    if (way === null) return unreachable;
    const { route, isUp } = way;
    if (route.type === 'local') return { reachable: true, metric: route.metric };
    if (route.type !== 'unicast' || !isUp) return unreachable;
    if (route.prefixLength === 0 && !this.#viaDefault) return unreachable;
    return { reachable: true, metric: route.metric };
  }
}

/** As the kernel chooses: the longest prefix, then the least metric. */
function bestOf(ways: readonly Way[], octets: Uint8Array): Way | null {
  let best: Way | null = null;
  for (const way of ways) {
    if (!covers(way.route, octets)) continue;
    const { prefixLength = -1, metric = 0 } = best?.route ?? {};
    const isLonger = way.route.prefixLength > prefixLength;
    if (isLonger || (way.route.prefixLength === prefixLength && way.route.metric < metric)) best = way;
  }
  return best;
}

function covers({ destination, prefixLength }: Route, octets: Uint8Array): boolean {
  if (destination.length !== octets.length) return false;
  for (let bit = 0; bit < prefixLength; bit += 8) {
    const mask = (0xff << Math.max(0, 8 - (prefixLength - bit))) & 0xff;
    if (((destination[bit >> 3]! ^ octets[bit >> 3]!) & mask) !== 0) return false;
  }
  return true;
}
