import type { PrefixWords } from '@peerage/bgp';
import type { NetlinkEvent, NextHop, Route } from '@peerage/linux';
import type { HopWay, HopWays } from '../items/hop-ways.js';
import type { DestinationFilter, RouteKernel, RouteWrites, WriteFailure } from './route-kernel.js';

/** A set of next hops as the kernel gets it. */
interface Translated {
  readonly hops: readonly NextHop[];
  readonly source?: Uint8Array;
}

/** That, or the gateway whose link is missing. */
type Translation = Translated | { readonly missing: Uint8Array };

/**
 * A kernel in which some gateways are reached through links of ours. The fib above knows gateways alone:
 *
 *   fib            10.48.2.0/24 via 192.168.2.12
 *   this           192.168.2.12 needs the link tun-… ▸ made if it is missing ▸ its number
 *   kernel         10.48.2.0/24 dev tun-… src 192.168.1.11
 *
 * and back when routes are listed. One that goes another way than it should comes back as one that nobody would write, so that it is
 * replaced in one step, never deleted first.
 */
export class OverlayKernel implements RouteKernel {
  readonly #kernel: RouteKernel;
  readonly #ways: HopWays;
  #translated = new WeakMap<readonly NextHop[], Translation>();

  constructor(kernel: RouteKernel, ways: HopWays) {
    this.#kernel = kernel;
    this.#ways = ways;
    ways.onChange(() => {
      this.#translated = new WeakMap();
    });
  }

  async write(writes: RouteWrites): Promise<readonly WriteFailure[]> {
    await this.#ways.ready();
    if (!this.#ways.some) return this.#kernel.write(writes);
    await this.#makeMissing(writes);
    const sent: number[] = [];
    const failures: WriteFailure[] = [];
    for (let i = 0; i < writes.length; i++) {
      const translation = this.#translate(writes.nextHops(i));
      if (!('missing' in translation) || writes.operation(i) === 'delete') sent.push(i);
      else failures.push({ index: i, code: 'ENODEV', message: this.#ways.reason(translation.missing) });
    }
    const refused = await this.#kernel.write(new TranslatedWrites(writes, sent, (hops) => this.#known(hops)));
    failures.push(...refused.map((failure) => ({ ...failure, index: sent[failure.index] ?? 0 })));
    return failures.sort((a, b) => a.index - b.index);
  }

  async *dump(
    family: 4 | 6,
    protocol: number | null,
    wanted?: DestinationFilter,
  ): AsyncIterable<readonly Route[]> {
    for await (const routes of this.#kernel.dump(family, protocol, wanted)) {
      yield this.#ways.some ? routes.map((route) => this.#asLearned(route)) : routes;
    }
  }

  async look(): Promise<void> {
    await this.#kernel.look?.();
  }

  /** What goes through links of ours has nothing in the kernel beside its routes. */
  async tidy(inUse: readonly (readonly NextHop[])[]): Promise<void> {
    await this.#kernel.tidy?.(inUse);
  }

  /** An event with its route as the fib knows it. */
  event(event: NetlinkEvent): NetlinkEvent {
    if (event.kind !== 'route' || !this.#ways.some) return event;
    return { ...event, route: this.#asLearned(event.route) };
  }

  /** Links that the writes need and that are not there. What is withdrawn needs none. */
  async #makeMissing(writes: RouteWrites): Promise<void> {
    const missing = new Set<Uint8Array>();
    for (let i = 0; i < writes.length; i++) {
      if (writes.operation(i) === 'delete') continue;
      const translation = this.#translate(writes.nextHops(i));
      if ('missing' in translation) missing.add(translation.missing);
    }
    if (missing.size > 0) await this.#ways.make([...missing]);
  }

  #known(hops: readonly NextHop[]): Translated {
    const translation = this.#translate(hops);
    // A route whose link is gone went with it.
    return 'missing' in translation ? { hops: [] } : translation;
  }

  #translate(hops: readonly NextHop[]): Translation {
    const known = this.#translated.get(hops);
    if (known !== undefined) return known;
    const made = this.#translation(hops);
    this.#translated.set(hops, made);
    return made;
  }

  #translation(hops: readonly NextHop[]): Translation {
    const translated: NextHop[] = [];
    let source: Uint8Array | undefined;
    for (const hop of hops) {
      const way = hop.gateway === undefined ? null : this.#ways.wayTo(hop.gateway);
      if (way === 'missing') return { missing: hop.gateway as Uint8Array };
      translated.push(way === null ? hop : through(hop, way));
      if (way !== null) source ??= way.source;
    }
    return { hops: Object.freeze(translated), ...(source !== undefined && { source }) };
  }

  /** A route of the kernel with the gateways that its links stand for. */
  #asLearned(route: Route): Route {
    let source: Uint8Array | undefined;
    let changed = false;
    const nextHops = route.nextHops.map((hop) => {
      const gateway = hop.gateway ?? this.#ways.gatewayOf(hop.interfaceIndex ?? 0);
      if (gateway !== null && hop.gateway === undefined && !this.#ways.isKnown) {
        changed = true;
        source = route.preferredSource;
        return { gateway };
      }
      const way = gateway === null ? null : this.#ways.wayTo(gateway);
      if (gateway === null || way === null) return hop;
      changed = true;
      // `onlink` without a link of its own is a form that is never written: it is not as it should be.
      if (way === 'missing' || way.link !== hop.interfaceIndex) return { gateway, onlink: true };
      source ??= way.source;
      return { gateway, ...(hop.weight !== undefined && { weight: hop.weight }) };
    });
    if (!changed) return route;
    const { preferredSource, ...rest } = route;
    const expected = source !== undefined && preferredSource !== undefined && same(source, preferredSource);
    return { ...rest, nextHops, ...(!expected && { preferredSource: preferredSource ?? new Uint8Array(0) }) };
  }
}

function through({ gateway, weight }: NextHop, way: HopWay): NextHop {
  const named = way.named && gateway !== undefined ? { gateway, onlink: true } : {};
  return { interfaceIndex: way.link, ...named, ...(weight !== undefined && { weight }) };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

/** Those of the writes that can be written, with their next hops as the kernel gets them. */
class TranslatedWrites implements RouteWrites {
  readonly #writes: RouteWrites;
  readonly #rows: readonly number[];
  readonly #translate: (hops: readonly NextHop[]) => Translated;

  constructor(
    writes: RouteWrites,
    rows: readonly number[],
    translate: (hops: readonly NextHop[]) => Translated,
  ) {
    this.#writes = writes;
    this.#rows = rows;
    this.#translate = translate;
  }

  get length(): number {
    return this.#rows.length;
  }

  operation(i: number): ReturnType<RouteWrites['operation']> {
    return this.#writes.operation(this.#row(i));
  }

  family(i: number): 4 | 6 {
    return this.#writes.family(this.#row(i));
  }

  readPrefix(i: number, into: PrefixWords): void {
    this.#writes.readPrefix(this.#row(i), into);
  }

  nextHops(i: number): readonly NextHop[] {
    return this.#translate(this.#writes.nextHops(this.#row(i))).hops;
  }

  sharers(i: number): number {
    return this.#writes.sharers(this.#row(i));
  }

  preferredSource(i: number): Uint8Array | undefined {
    return this.#translate(this.#writes.nextHops(this.#row(i))).source;
  }

  #row(i: number): number {
    return this.#rows[i] as number;
  }
}
