import { formatAddress } from '../../net/address.js';
import { type Family, type FamilyKey, IPV4_UNICAST } from '../../net/family.js';
import { builtFamilies, type FamilyCodecs } from '../../nlri/family-codecs.js';
import { shapeNextHop } from '../../nlri/shape-next-hop.js';
import type { Endpoint } from '../../ports/transport.js';
import type { FamilyName } from '../settings/config.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import { plainAddress, type SessionLink } from './session-link.js';

/** Own next hop for each family that a session can carry; a family that is missing is not offered. */
export type OwnNextHops = ReadonlyMap<FamilyKey, Uint8Array>;

/** What own next hops depend on beyond the configuration. */
export interface NextHopPlace {
  readonly local: Endpoint;
  /** Where both ends are, if they are on one link. */
  readonly link: SessionLink | null;
  /** IPv4 may have IPv6 next hops (RFC 8950): by the configuration before the OPENs, by both of these after. */
  readonly extended: boolean;
  readonly localAddresses: ((local: Endpoint) => readonly string[]) | undefined;
  /** Default: the families that are built. */
  readonly codecs?: FamilyCodecs;
}

const NO_ADDRESS = new Uint8Array(0);

/**
 * The next hops that we announce on a session: the configured one, else the session's own address, else another
 * address of that family on the same interface (RFC 4271 §5.1.3). On a session over link-local addresses, and where it
 * is wanted on a common subnet, an IPv6 one comes with the link-local address of ours there (RFC 2545 §3); the former can do
 * with that alone. With RFC 8950 an IPv6 one, where there is any, serves IPv4 too.
 */
export function ownNextHops(
  peer: Pick<PeerSettings, 'families' | 'nextHop' | 'linkLocalNextHop'>,
  { local, link, extended, localAddresses, codecs = builtFamilies }: NextHopPlace,
): OwnNextHops {
  let others: readonly string[] | undefined;
  const plain = (octets: 4 | 16): Uint8Array | undefined => {
    const own = usable(local.address, octets, true);
    if (own !== undefined) return own;
    others ??= localAddresses?.(local) ?? [];
    for (const address of others) {
      const other = usable(address, octets, false);
      if (other !== undefined) return other;
    }
    return undefined;
  };
  const ipv6 = (): Uint8Array | undefined => {
    const global = plain(16);
    const linkLocal = link?.isOnLink || peer.linkLocalNextHop ? (link?.linkLocal ?? null) : null;
    if (linkLocal === null) return global;
    if (global === undefined) return link?.isOnLink ? linkLocal : undefined;
    return Uint8Array.of(...global, ...linkLocal);
  };
  const nextHops = new Map<FamilyKey, Uint8Array>();
  for (const family of peer.families) {
    const given = configured(peer, family, extended);
    const opaque = codecs.opaque(family);
    const own = given ?? (opaque !== undefined ? any() : family.afi === 1 ? ipv4(family) : ipv6());
    if (opaque?.nextHop === 'none') nextHops.set(family.key, shapeNextHop(opaque, NO_ADDRESS));
    else if (own !== undefined) {
      nextHops.set(family.key, opaque === undefined ? own : shapeNextHop(opaque, own));
    }
  }
  return nextHops;

  function ipv4(family: Family): Uint8Array | undefined {
    return (extended && family === IPV4_UNICAST ? ipv6() : undefined) ?? plain(4);
  }

  /** Where it is not for forwarding by prefixes: the address of the session, whatever it is. */
  function any(): Uint8Array | undefined {
    const { address } = local;
    return usable(address, 4, true) ?? usable(address, 16, true) ?? plain(4) ?? plain(16);
  }
}

function configured(
  peer: Pick<PeerSettings, 'nextHop'>,
  family: Family,
  extended: boolean,
): Uint8Array | undefined {
  const given = peer.nextHop[family.name as FamilyName];
  return family === IPV4_UNICAST && given?.length === 16 && !extended ? undefined : given;
}

/** The octets of an address that may stand as next hop. Loopback ones only if the session runs on them. */
function usable(address: string, octets: 4 | 16, allowLoopback: boolean): Uint8Array | undefined {
  const bytes = plainAddress(address);
  if (bytes === null || bytes.length !== octets) return undefined;
  const plain = formatAddress(bytes);
  // A link-local address alone is no next hop that could be passed on (RFC 2545 §3).
  if (/^fe[89ab]/.test(plain) || plain === '::' || plain === '0.0.0.0') return undefined;
  const isLoopback = plain === '::1' || plain.startsWith('127.');
  return isLoopback && !allowLoopback ? undefined : bytes;
}
