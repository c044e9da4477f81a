import type { PrefixWords } from '@peerage/bgp';
import {
  type DestinationTest,
  mainTable,
  type Netlink,
  type NextHop,
  type Route,
  type RouteOperation,
  RouteTemplate,
  TemplateBatch,
} from '@peerage/linux';
import {
  type DestinationFilter,
  ownProtocol,
  type RouteKernel,
  type RouteWrites,
  type WriteFailure,
} from './route-kernel.js';

type Templates = WeakMap<readonly NextHop[], RouteTemplate>;

/** The main routing table of the kernel that a netlink handle reaches. */
export class NetlinkKernel implements RouteKernel {
  readonly #netlink: Pick<Netlink, 'routes'>;
  readonly #key: PrefixWords = { a: 0, b: 0, c: 0, d: 0, length: 0 };
  /** What was encoded for a set of next hops, as long as the set is there. */
  readonly #templates: Readonly<Record<4 | 6, Readonly<Record<RouteOperation, Templates>>>> = {
    4: { create: new WeakMap(), replace: new WeakMap(), delete: new WeakMap() },
    6: { create: new WeakMap(), replace: new WeakMap(), delete: new WeakMap() },
  };

  constructor(netlink: Pick<Netlink, 'routes'>) {
    this.#netlink = netlink;
  }

  async write(writes: RouteWrites): Promise<readonly WriteFailure[]> {
    const batch = new TemplateBatch(writes.length);
    const key = this.#key;
    for (let i = 0; i < writes.length; i++) {
      const source = writes.preferredSource?.(i);
      const template = this.#template(writes.family(i), writes.operation(i), writes.nextHops(i), source);
      writes.readPrefix(i, key);
      batch.add(template, key.length, key.a, key.b, key.c, key.d);
    }
    return this.#netlink.routes.apply(batch);
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
    return this.#netlink.routes.dump({
      family,
      table: mainTable,
      ...(protocol !== null && { protocol }),
      ...(wanted !== undefined && { wanted: test }),
    });
  }

  #template(
    family: 4 | 6,
    operation: RouteOperation,
    nextHops: readonly NextHop[],
    source: Uint8Array | undefined,
  ): RouteTemplate {
    const templates = this.#templates[family][operation];
    const known = templates.get(nextHops);
    if (known !== undefined) return known;
    const preferredSource = source === undefined ? {} : { preferredSource: source };
    const route = {
      family,
      table: mainTable,
      protocol: ownProtocol,
      metric: 0,
      nextHops,
      ...preferredSource,
    };
    const made = new RouteTemplate(operation, route);
    templates.set(nextHops, made);
    return made;
  }
}
