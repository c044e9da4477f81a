import { formatAddress } from '../../net/address.js';
import { toHex } from '../../wire/hex.js';
import type { RouteChanges } from './route-sink.js';

const UNICAST = 1;
const NO_OCTETS = new Uint8Array(0);

/** A changed destination as text. */
export interface ChangedRoute {
  /** The prefix, or what a family of more than prefixes has in its place. */
  readonly prefix: string;
  /** Absent for unicast. */
  readonly family?: string;
  /** Of a family of more than prefixes: the NLRI of the best path, or that of the destination when it was withdrawn. */
  readonly hex?: string;
  /** In decision order, link-local ones with their interface (`fe80::1%eth1`); empty = withdrawn. One is `''` where the family has none. */
  readonly nextHops: readonly string[];
  /** Address of the peer of the best path, or `local`; empty when withdrawn. */
  readonly bestPeer: string;
  /** Originated by this speaker. */
  readonly local: boolean;
  /** An aggregate: what no more specific route takes is to be dropped. */
  readonly discard?: true;
}

/**
 * The destinations of a batch as text, for people and small tables. It allocates for each route: a sink that takes
 * very many reads the columns itself.
 *
 * @example
 * speaker.addRouteSink({
 *   routes(changes) {
 *     for (const route of changedRoutes(changes)) console.log(route.prefix, route.nextHops.join(' '));
 *   },
 *   inSync() {},
 * });
 */
export function* changedRoutes(changes: RouteChanges): Generator<ChangedRoute> {
  for (let i = 0; i < changes.length; i++) yield changedRoute(changes, i);
}

/** One destination of a batch as text. */
export function changedRoute(changes: RouteChanges, i: number): ChangedRoute {
  const count = changes.nextHopCount(i);
  const nextHops: string[] = [];
  for (let k = 0; k < count; k++) {
    const id = changes.nextHopId(i, k);
    const zone = changes.nextHopInterface(id);
    const text = addressText(changes.nextHopAddress(id));
    nextHops.push(zone === null ? text : `${text}%${zone}`);
  }
  const octets = { octets: NO_OCTETS, start: 0, end: 0 };
  changes.readNlri(i, octets);
  const hex = toHex(octets.octets, octets.start, octets.end);
  return {
    prefix: changes.text(i),
    ...(changes.family.safi !== UNICAST && { family: changes.family.name }),
    ...(hex !== '' && { hex }),
    nextHops,
    bestPeer: count === 0 ? '' : changes.bestPeer(i),
    local: count > 0 && changes.isLocal(i),
    ...(changes.isDiscard(i) && { discard: true as const }),
  };
}

/** Octets that are no address are shown as hex. */
function addressText(address: Uint8Array): string {
  return address.length === 4 || address.length === 16 ? formatAddress(address) : toHex(address);
}
