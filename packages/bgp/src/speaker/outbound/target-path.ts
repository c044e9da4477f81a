import { NO_ROW, type PathRow, type PrefixId } from '../../rib/ids.js';
import type { Rib } from '../../rib/rib.js';
import { ROUTE_TARGETS } from '../members/target-membership.js';
import type { GroupProfile } from './group-profile.js';

/**
 * Where the search for what a group is sent begins: at the best path, but for memberships of route targets. Of these a peer that is
 * no client is told that of a client in place of that of another peer that is none (RFC 4684 §3.2 ii), which it may not be told.
 */
export function firstPath(rib: Rib, profile: GroupProfile, prefix: PrefixId, best: PathRow): PathRow {
  const { table, type, isClient } = profile;
  if (table.family.key !== ROUTE_TARGETS.key || type !== 'internal' || isClient) return best;
  const { peers, decision } = rib;
  const { paths, loc } = table;
  const passed: PathRow[] = [];
  for (let row = best; row !== NO_ROW; row = decision.select(paths, prefix, passed)) {
    const peer = paths.peer(row);
    if (!peers.isInternal(peer) || peers.isClient(peer)) return row;
    loc.lookDeeper(prefix);
    passed.push(row);
  }
  return NO_ROW;
}
