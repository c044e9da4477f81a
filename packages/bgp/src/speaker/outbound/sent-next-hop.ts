import { parseAddress } from '../../net/address.js';
import { IPV4_UNICAST } from '../../net/family.js';
import { shapeNextHop } from '../../nlri/shape-next-hop.js';
import type { RouteEdits } from '../../policy/policy.js';
import { LOCAL_PEER, type NextHopId, type PeerIndex } from '../../rib/ids.js';
import { NO_ZONE } from '../../rib/next-hop-table.js';
import type { Rib } from '../../rib/rib.js';
import type { GroupProfile } from './group-profile.js';

/**
 * The next hop that a path goes out with (RFC 4271 §5.1.3), `hop` being its own: what policy says comes first, then what kind
 * of session it is, and whether the destination is more than a prefix.
 */
export function nextHopFor(
  rib: Rib,
  profile: GroupProfile,
  hop: NextHopId,
  peer: PeerIndex,
  edits: RouteEdits | null,
): NextHopId {
  const own = profile.ownNextHop;
  const isLocal = peer === LOCAL_PEER;
  const opaque = rib.codecs.opaque(profile.table.family);
  // RFC 8955 §4: what is there all the same is passed on.
  if (opaque?.nextHop === 'none') return hop;
  if (profile.isToldTargets) return own;
  const isOurs = isLocal && rib.nextHops.isUnspecified(hop);
  const edited = edits?.nextHop;
  if (edited === 'self') return own;
  if (edited === 'unchanged') return isOurs ? own : passedOn(rib, profile, hop);
  if (edited !== undefined) {
    const address = parseAddress(edited.address);
    if (opaque !== undefined) {
      const shaped = shapeNextHop(opaque, address);
      return rib.nextHops.intern(shaped, 0, shaped.length);
    }
    const fits = profile.table.family.afi === 1 ? address.length === 4 : address.length === 16;
    if (fits || profile.extendedNextHop) return rib.nextHops.intern(address, 0, address.length);
    return own;
  }
  // An address that our own user gave for a route goes out as it is.
  if (isLocal) return isOurs ? own : hop;
  if (profile.rules?.nextHopUnchanged) return passedOn(rib, profile, hop);
  // Labels, segments and tunnel endpoints belong to the router that gave them: in front of them our address would be false.
  if (opaque !== undefined && !profile.nextHopSelf) return passedOn(rib, profile, hop);
  // RFC 5065 §4: between members it may stay.
  if (profile.isMember) return profile.nextHopSelf ? own : passedOn(rib, profile, hop);
  if (profile.type === 'external') return profile.isServed ? shared(rib, profile, hop) : own;
  // RFC 4456 §10: a reflector leaves the next hop as it is, so that traffic does not come through it.
  if (profile.nextHopSelf && !rib.peers.isInternal(peer)) return own;
  return passedOn(rib, profile, hop);
}

/** Whether a group can be told this next hop. RFC 8950 §4: an IPv6 one of an IPv4 destination is for those that said they take it. */
export function canHave(rib: Rib, profile: GroupProfile, hop: NextHopId): boolean {
  if (profile.extendedNextHop || profile.table.family !== IPV4_UNICAST) return true;
  return rib.nextHops.address(hop).length === 4;
}

/** A next hop of others beyond its link: without its link-local address; where it has no other, it is ours. */
function passedOn(rib: Rib, profile: GroupProfile, hop: NextHopId): NextHopId {
  const { nextHops } = rib;
  const global = nextHops.globalOf(hop);
  return nextHops.isLinkLocal(global) ? profile.ownNextHop : global;
}

/** A next hop of others for a client of the same route server, whole when both are on the link that it is bound to. */
function shared(rib: Rib, profile: GroupProfile, hop: NextHopId): NextHopId {
  const zone = rib.nextHops.zoneOf(hop);
  return zone === NO_ZONE || zone === profile.zone ? hop : passedOn(rib, profile, hop);
}
