import { formatAddress, isAddress, parseAddress } from '../net/address.js';
import { type Family, type FamilyKey, IPV4_UNICAST } from '../net/family.js';
import type { Endpoint } from '../ports/transport.js';
import type { FamilyName } from './config.js';
import { canonicalAddress } from './field-check.js';
import type { PeerSettings } from './peer-settings.js';

/** Own next hop for each family that a session can carry; a family that is missing is not offered. */
export type OwnNextHops = ReadonlyMap<FamilyKey, Uint8Array>;

/**
 * The next hops that we announce on a session: the configured one, else the session's own address, else another
 * address of that family on the same interface (RFC 4271 §5.1.3, RFC 2545 §3).
 */
export function ownNextHops(
  peer: Pick<PeerSettings, 'families' | 'nextHop'>,
  local: Endpoint,
  localAddresses: ((local: Endpoint) => readonly string[]) | undefined,
): OwnNextHops {
  const nextHops = new Map<FamilyKey, Uint8Array>();
  let others: readonly string[] | undefined;
  for (const family of peer.families) {
    const configured = peer.nextHop[family.name as FamilyName];
    const own = configured ?? usable(local.address, family, true);
    if (own !== undefined) {
      nextHops.set(family.key, own);
      continue;
    }
    others ??= localAddresses?.(local) ?? [];
    for (const address of others) {
      const other = usable(address, family, false);
      if (other === undefined) continue;
      nextHops.set(family.key, other);
      break;
    }
  }
  return nextHops;
}

/** The octets of an address that may stand as next hop of a family. Loopback ones only if the session runs on them. */
function usable(address: string, family: Family, allowLoopback: boolean): Uint8Array | undefined {
  const text = canonicalAddress(address).replace(/%.*/, '');
  if (!isAddress(text)) return undefined;
  const bytes = parseAddress(text);
  if (bytes.length !== (family === IPV4_UNICAST ? 4 : 16)) return undefined;
  const plain = formatAddress(bytes);
  // A link-local address alone is no next hop that could be passed on (RFC 2545 §3).
  if (/^fe[89ab]/.test(plain) || plain === '::' || plain === '0.0.0.0') return undefined;
  const isLoopback = plain === '::1' || plain.startsWith('127.');
  return isLoopback && !allowLoopback ? undefined : bytes;
}
