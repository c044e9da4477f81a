import type { Netlink, Route } from '@peerage/linux';
import { formatIp } from '../../src/items/ip.js';
import { gatewayAddress, gatewayCount, gatewayOf, prefixKey, type RouteTable } from './route-set.js';

/** What a dump of the kernel's main table says of a table that should stand there. */
export interface Verdict {
  readonly right: number;
  /** The prefix stands, with other next hops; the first of them as text. */
  readonly wrong: number;
  readonly missing: number;
  /** Routes of that protocol that nobody asked for. */
  readonly extra: number;
  /** Routes of others at prefixes that were taken before, as they were. */
  readonly foreignKept: number;
  readonly sample: string;
}

/** Compares every prefix and every next hop. */
export class Verifier {
  readonly #table: RouteTable;
  readonly #byKey = new Map<number, number>();
  readonly #gateways = new Map<string, number>();
  readonly #taken: ReadonlySet<number>;

  /** `taken`: indexes at which somebody else's route stands and must stay. */
  constructor(table: RouteTable, taken: ReadonlySet<number>) {
    this.#table = table;
    this.#taken = taken;
    for (let i = 0; i < table.count; i++) {
      this.#byKey.set(prefixKey(table.high[i]!, table.low[i]!, table.length[i]!), i);
    }
    for (let g = 0; g < gatewayCount; g++) {
      this.#gateways.set(formatIp(gatewayAddress(table.family, g)), g);
    }
  }

  async compare(netlink: Netlink, protocol: number): Promise<Verdict> {
    const { family, count } = this.#table;
    const seen = new Uint8Array(count);
    let [right, wrong, extra, foreignKept, sample] = [0, 0, 0, 0, ''];
    for await (const slice of netlink.routes.dump({ family, table: 254 })) {
      for (const route of slice) {
        const i = this.#indexOf(route);
        if (i !== undefined && this.#taken.has(i)) {
          // A dump may tell a route twice.
          if (route.protocol === 4 && route.nextHops[0]?.gateway === undefined && seen[i]! === 0) {
            foreignKept++;
            seen[i] = 1;
          }
          continue;
        }
        if (route.protocol !== protocol) continue;
        if (i === undefined) extra++;
        else if (seen[i] !== 0) continue;
        else {
          seen[i] = 1;
          const isRight = this.#hasItsHops(route, i);
          if (isRight) right++;
          else if (wrong++ === 0) sample = this.#text(route);
        }
      }
    }
    const missing = count - this.#taken.size - right - wrong;
    return { right, wrong, missing, extra, foreignKept, sample };
  }

  isRight({ right, wrong, missing, extra, foreignKept }: Verdict): boolean {
    const { size } = this.#taken;
    return right === this.#table.count - size && wrong + missing + extra === 0 && foreignKept === size;
  }

  #indexOf({ destination, prefixLength }: Route): number | undefined {
    const view = new DataView(destination.buffer, destination.byteOffset);
    const low = destination.length === 4 ? 0 : view.getUint32(4);
    return this.#byKey.get(prefixKey(view.getUint32(0), low, prefixLength));
  }

  #hasItsHops(route: Route, i: number): boolean {
    const { ways } = this.#table;
    const expected = new Set(Array.from({ length: ways }, (_, feeder) => gatewayOf(this.#table, i, feeder)));
    if (route.nextHops.length !== expected.size) return false;
    return route.nextHops.every(({ gateway }) => {
      const number = gateway === undefined ? undefined : this.#gateways.get(formatIp(gateway));
      return number !== undefined && expected.delete(number);
    });
  }

  #text({ destination, prefixLength, nextHops }: Route): string {
    const hops = nextHops.map(({ gateway }) => (gateway === undefined ? 'none' : formatIp(gateway)));
    return `${formatIp(destination)}/${prefixLength} via ${hops.join(', ')}`;
  }
}
