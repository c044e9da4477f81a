import { type Bounds, isWithin, type NumberRange, parseRange } from './number-range.js';
import type { PeerRole, PolicyPeer } from './policy.js';
import { badPolicy, checkShape } from './policy-error.js';
import { listOf, type PolicySets } from './policy-sets.js';

/** Which peers: a type, `local` for routes of our own, or all that is given of address, AS, type and role. */
export type PeerMatch =
  | 'internal'
  | 'external'
  | 'local'
  | {
      readonly addresses?: readonly string[];
      readonly ases?: NumberRange | readonly NumberRange[];
      readonly type?: 'internal' | 'external';
      /** What the neighbour is to us (RFC 9234); never holds for one that told none. */
      readonly roles?: readonly PeerRole[];
    };

const TYPES = ['internal', 'external'];
const ROLES = ['provider', 'route-server', 'route-server-client', 'customer', 'peer'];

export function peerTest(
  match: unknown,
  path: string,
  sets: PolicySets,
): (peer: PolicyPeer | null) => boolean {
  if (match === 'local') return (peer) => peer === null;
  if (match === 'internal' || match === 'external') return (peer) => peer !== null && peer.type === match;
  if (typeof match === 'string') {
    throw badPolicy(path, match, 'internal, external, local, or {addresses, ases, type, roles}');
  }
  checkShape(path, match, ['addresses', 'ases', 'type', 'roles']);
  const { addresses, ases, type, roles } = match as Readonly<Record<string, unknown>>;
  const wantedAddresses = addresses === undefined ? null : texts(addresses, `${path}.addresses`, sets, null);
  const wantedRoles = roles === undefined ? null : texts(roles, `${path}.roles`, sets, ROLES);
  const wantedTypes = type === undefined ? null : texts(type, `${path}.type`, sets, TYPES);
  const ranges: readonly Bounds[] | null =
    ases === undefined
      ? null
      : listOf(`${path}.ases`, ases, sets).map((element) =>
          parseRange(element.path, element.value, 'AS numbers'),
        );
  return (peer) =>
    peer !== null &&
    (wantedTypes === null || wantedTypes.has(peer.type)) &&
    (wantedAddresses === null || wantedAddresses.has(peer.address)) &&
    (ranges === null || isWithin(ranges, peer.as)) &&
    (wantedRoles === null || (peer.role !== undefined && wantedRoles.has(peer.role)));
}

function texts(
  value: unknown,
  path: string,
  sets: PolicySets,
  allowed: readonly string[] | null,
): ReadonlySet<string> {
  const found = listOf(path, value, sets).map((element) => {
    if (typeof element.value === 'string' && (allowed?.includes(element.value) ?? true)) return element.value;
    throw badPolicy(
      element.path,
      element.value,
      allowed === null ? 'an address' : `one of ${allowed.join(', ')}`,
    );
  });
  return new Set(found);
}
