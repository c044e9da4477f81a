import { formatAddress } from '../../net/address.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { formatPrefix, keyBytes } from '../../net/prefix.js';
import type { RouteChanges } from './route-sink.js';

/** A changed destination as text. */
export interface ChangedRoute {
  readonly prefix: string;
  /** In decision order, link-local ones with their interface (`fe80::1%eth1`); empty = withdrawn. */
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
  const key = createNlriKey();
  for (let i = 0; i < changes.length; i++) {
    changes.readPrefix(i, key);
    const count = changes.nextHopCount(i);
    const nextHops: string[] = [];
    for (let k = 0; k < count; k++) {
      const id = changes.nextHopId(i, k);
      const zone = changes.nextHopInterface(id);
      const text = formatAddress(changes.nextHopAddress(id));
      nextHops.push(zone === null ? text : `${text}%${zone}`);
    }
    const bytes = keyBytes(changes.family, key);
    yield {
      prefix: formatPrefix({ family: changes.family, bytes, length: key.length }),
      nextHops,
      bestPeer: count === 0 ? '' : changes.bestPeer(i),
      local: count > 0 && changes.isLocal(i),
      ...(changes.isDiscard(i) && { discard: true as const }),
    };
  }
}
