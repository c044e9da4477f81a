import type { PeerIndex } from '../../rib/ids.js';
import type { Rib } from '../../rib/rib.js';
import type { MemberFamily } from '../members/member.js';
import type { PeerCounts, PipelineTotals } from '../members/pipeline-peer.js';

/** Makes steps until there is nothing to do or the turn is over; at least one. True: there is more. */
export function repeat(step: () => boolean, isOver: () => boolean): boolean {
  while (step()) if (isOver()) return true;
  return false;
}

/** How much the tables hold. */
export function totalsOf(rib: Rib): PipelineTotals {
  return {
    families: rib.tables.map((table) => ({
      family: table.family.name,
      prefixes: table.prefixes.size,
      paths: table.paths.size,
    })),
    attributeSets: rib.attributes.size,
    nextHops: rib.nextHops.size,
  };
}

/** Routes of one peer and family; none where the family is not carried. */
export function countsOf(peer: PeerIndex, own: MemberFamily | undefined): PeerCounts {
  if (own === undefined) return { received: 0, accepted: 0, advertised: 0, endOfRib: false, stale: 0 };
  const { subscriber, table, endOfRib } = own;
  return {
    received: table.paths.receivedCount(peer),
    accepted: table.paths.acceptedCount(peer),
    advertised: subscriber?.sentCount ?? 0,
    endOfRib,
    stale: table.paths.staleCount(peer),
  };
}

/** Every family of a member was sent what its group advertises, and no decision is due. */
export function isSettled(families: Iterable<MemberFamily>): boolean {
  for (const { subscriber, table } of families) {
    if (table.loc.dirtyCount > 0 || subscriber?.isInStream === false) return false;
  }
  return true;
}
