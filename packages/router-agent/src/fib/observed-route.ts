import type { PrefixWords } from '@peerage/bgp';
import type { NextHop, Route } from '@peerage/linux';
import { ipv6DefaultMetric, mainTable } from '@peerage/linux';

/** Whether a route of the kernel stands where one of ours would: main table, the metric that we write. */
export function isAtOurPlace(route: Route): boolean {
  return route.table === mainTable && route.metric === (route.family === 4 ? 0 : ipv6DefaultMetric);
}

/** The destination of a route as a key, written into `key`. */
export function readDestination(route: Route, key: PrefixWords): PrefixWords {
  const { destination } = route;
  key.a = wordAt(destination, 0);
  key.b = wordAt(destination, 4);
  key.c = wordAt(destination, 8);
  key.d = wordAt(destination, 12);
  key.length = route.prefixLength;
  return key;
}

function wordAt(octets: Uint8Array, at: number): number {
  if (at >= octets.length) return 0;
  const high = ((octets[at] as number) << 24) | ((octets[at + 1] as number) << 16);
  return (high | ((octets[at + 2] as number) << 8) | (octets[at + 3] as number)) >>> 0;
}

/** The next hops of a route in the form that we write them, none of one that drops packets; null when we would never write such a route. */
export function asWritten(route: Route): readonly NextHop[] | null {
  if (route.type === 'blackhole') return [];
  if (route.type !== undefined && route.type !== 'unicast') return null;
  if (route.preferredSource !== undefined || route.nextHops.length === 0) return null;
  const hops: NextHop[] = [];
  for (const { gateway, interfaceIndex, weight, onlink } of route.nextHops) {
    // An IPv4 route may go to an IPv6 gateway (RFC 8950), never the other way round.
    if (gateway === undefined || gateway.length < route.destination.length) return null;
    if (onlink === true || (weight !== undefined && weight !== 1)) return null;
    const scoped = isLinkLocal(gateway) && interfaceIndex !== undefined;
    // The kernel names the interface it found by the gateway; we name one only where the address needs it.
    hops.push(scoped ? { gateway, interfaceIndex } : { gateway });
  }
  return hops;
}

/** fe80::/10: an address that means something on one link only. */
export function isLinkLocal(address: Uint8Array): boolean {
  return address.length === 16 && address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;
}
