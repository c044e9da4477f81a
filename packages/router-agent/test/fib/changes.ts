import type { Family, FamilyKey, PrefixWords, RouteChanges } from '@peerage/bgp';
import { parseCidr, parseIp } from '../../src/items/ip.js';

const family4: Family = { afi: 1, safi: 1, key: 257 as FamilyKey, name: 'ipv4-unicast' };
const family6: Family = { afi: 2, safi: 1, key: 513 as FamilyKey, name: 'ipv6-unicast' };

/** What the speaker would say of one destination. */
export interface Change {
  readonly prefix: string;
  /** Link-local ones with their interface; empty: withdrawn. */
  readonly via: readonly string[];
  readonly local?: boolean;
  readonly discard?: boolean;
  readonly bestPeer?: string;
}

/** A batch of changes of one family, as the speaker hands it over. */
export function changes(family: 4 | 6, list: readonly Change[]): RouteChanges {
  const ids = new Map<string, number>();
  const addresses: Uint8Array[] = [];
  const zones: (string | null)[] = [];
  const idOf = (text: string): number => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    const bytes = parseIp(text.replace(/%.*$/, ''));
    if (bytes === null) throw new Error(`${text} is no address`);
    ids.set(text, addresses.length);
    zones.push(/%(.+)$/.exec(text)?.[1] ?? null);
    return addresses.push(bytes) - 1;
  };
  return {
    family: family === 4 ? family4 : family6,
    length: list.length,
    readPrefix: (i, out) => readWords(list[i]?.prefix ?? '', out),
    nextHopCount: (i) => list[i]?.via.length ?? 0,
    nextHopId: (i, k) => idOf(list[i]?.via[k] ?? ''),
    nextHopAddress: (id) => addresses[id] as Uint8Array,
    nextHopInterface: (id) => zones[id] ?? null,
    nextHopWeight: () => 1,
    readNlri: () => undefined,
    name: (i) => list[i]?.prefix ?? '',
    text: (i) => list[i]?.prefix ?? '',
    bestPeer: (i) => list[i]?.bestPeer ?? list[i]?.via[0] ?? '',
    isLocal: (i) => list[i]?.local ?? false,
    isDiscard: (i) => list[i]?.discard ?? false,
  };
}

function readWords(prefix: string, out: PrefixWords): void {
  const cidr = parseCidr(prefix);
  if (cidr === null) throw new Error(`${prefix} is no prefix`);
  const view = new DataView(cidr.bytes.buffer, cidr.bytes.byteOffset);
  const word = (at: number): number => (at < cidr.bytes.length ? view.getUint32(at) : 0);
  out.a = word(0);
  out.b = word(4);
  out.c = word(8);
  out.d = word(12);
  out.length = cidr.length;
}
