import { formatIp } from '../../src/items/ip.js';

/** How many gateways the routes of a table are spread over. */
export const gatewayCount = 16;

/** What a table of routes is made of; the same for all who are measured. */
export interface TableShape {
  readonly family: 4 | 6;
  readonly count: number;
  /** Next hops of each route: one from each feeder. */
  readonly ways: number;
}

/** Routes as columns: `high` is the address of an IPv4 prefix, or the first word of an IPv6 one. */
export interface RouteTable extends TableShape {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly length: Uint8Array;
  /** Which attribute set a route belongs to: neighbours share one, as in the table of the Internet. */
  readonly set: Uint32Array;
}

/** Numbers from a seed (mulberry32), so that two runs compare. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Distinct prefixes in ascending order with gaps, 60 % of them of the longest length that is passed on between networks, the rest up
 * to four bits shorter; about seven to an attribute set.
 */
export function routeTable(shape: TableShape): RouteTable {
  const { family, count } = shape;
  const random = seeded(7);
  const high = new Uint32Array(count);
  const low = new Uint32Array(count);
  const length = new Uint8Array(count);
  const set = new Uint32Array(count);
  const longest = family === 4 ? 24 : 48;
  // In units of the longest prefix: 1.0.0.0, 2a00::
  let next = family === 4 ? 0x010000 : 0x2a0000000000;
  for (let i = 0, sets = 0; i < count; sets++) {
    const share = Math.min(count - i, 1 + Math.floor(random() * 13));
    for (let k = 0; k < share; k++, i++) {
      length[i] = random() < 0.6 ? longest : longest - 1 - Math.floor(random() * 4);
      const step = 2 ** (longest - length[i]!);
      next = Math.ceil(next / step) * step;
      if (family === 4 && next >>> 16 === 127) next = 0x800000;
      if (family === 4 && next >= 0xc00000)
        throw new RangeError(`${count} routes do not fit below 192.0.0.0`);
      high[i] = family === 4 ? next * 256 : Math.floor(next / 65_536);
      low[i] = family === 4 ? 0 : (next % 65_536) * 65_536;
      set[i] = sets;
      next += step;
      if (random() < 0.02) next += Math.floor(random() * 40);
    }
  }
  return { ...shape, high, low, length, set };
}

/** The gateway that the n-th feeder gives a set of routes: no two feeders the same. */
export function gatewayOf(table: RouteTable, i: number, feeder: number): number {
  return (table.set[i]! + feeder * (gatewayCount / 4)) % gatewayCount;
}

/** The octets of an address on the segment that all share: 192.0.2.0/24 or 2001:db8::/64. */
export function segmentAddress(family: 4 | 6, host: number): Uint8Array {
  if (family === 4) return Uint8Array.of(192, 0, 2, host);
  const bytes = new Uint8Array(16);
  bytes.set([0x20, 0x01, 0x0d, 0xb8]);
  bytes[15] = host;
  return bytes;
}

/** Host numbers on the segment: the one who is measured, the feeders behind it, then the gateways. */
export const ownHost = 1;
export const feederHost = (feeder: number): number => 2 + feeder;
export const gatewayHost = (gateway: number): number => 16 + gateway;

export const gatewayAddress = (family: 4 | 6, gateway: number): Uint8Array =>
  segmentAddress(family, gatewayHost(gateway));

/** The address of the i-th prefix. */
export function prefixAddress(table: RouteTable, i: number): Uint8Array {
  const bytes = new Uint8Array(table.family === 4 ? 4 : 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, table.high[i]!);
  if (table.family === 6) view.setUint32(4, table.low[i]!);
  return bytes;
}

/** `192.0.2.0/24` */
export function prefixText(table: RouteTable, i: number): string {
  return `${formatIp(prefixAddress(table, i))}/${table.length[i]}`;
}

/** A number that names a prefix, below 2^53. */
export function prefixKey(high: number, low: number, length: number): number {
  return (high * 65_536 + (low >>> 16)) * 32 + (length & 31);
}
