import { isAddress, parseAddress } from '../net/address.js';
import { canonicalAddress } from '../net/canonical-address.js';
import { covers, type Prefix, parsePrefix } from '../net/prefix.js';
import { type Bounds, isWithin, type NumberRange, parseRange } from './number-range.js';
import type { PeerRole, PolicyPeer } from './policy.js';
import { at, badPolicy, checkShape } from './policy-error.js';
import { listOf, type PolicySets } from './policy-sets.js';

/** Which peers: a type, `local` for routes of our own, or all that is given of address, AS, type and role. */
export type PeerMatch =
  | 'internal'
  | 'external'
  | 'local'
  | {
      /** Addresses, prefixes that cover them, or interfaces of peers that are known by these. */
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
  const isAt = addresses === undefined ? null : addressTest(addresses, `${path}.addresses`, sets);
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
    (isAt === null || isAt(peer)) &&
    (ranges === null || isWithin(ranges, peer.as)) &&
    (wantedRoles === null || (peer.role !== undefined && wantedRoles.has(peer.role)));
}

function addressTest(value: unknown, path: string, sets: PolicySets): (peer: PolicyPeer) => boolean {
  const names = new Set<string>();
  const networks: Prefix[] = [];
  for (const element of listOf(path, value, sets)) {
    const text = element.value;
    if (typeof text !== 'string') throw badPolicy(element.path, text, PEERS);
    if (text.includes('/')) networks.push(at(element.path, text, () => parsePrefix(text)));
    else names.add(peerName(element.path, text));
  }
  if (networks.length === 0) return (peer) => names.has(peer.address);
  // A session has one object for as long as it lives.
  const known = new WeakMap<PolicyPeer, boolean>();
  return (peer) => {
    let isHere = known.get(peer);
    if (isHere === undefined) {
      isHere = names.has(peer.address) || networks.some((network) => isIn(network, peer.address));
      known.set(peer, isHere);
    }
    return isHere;
  };
}

const PEERS = 'an address, a prefix that covers it, or the interface of a peer';

function peerName(path: string, text: string): string {
  const name = canonicalAddress(text);
  const isPlain = isAddress(name.split('%', 1)[0] ?? '');
  // Digits and dots alone were meant as an address.
  const isInterface = /^[^\s/%:]{1,15}$/.test(name) && !/^[\d.]+$/.test(name);
  if (isPlain || isInterface) return name;
  throw badPolicy(path, text, PEERS);
}

function isIn(network: Prefix, address: string): boolean {
  const [plain = ''] = address.split('%', 1);
  return isAddress(plain) && covers(network, parseAddress(plain));
}

function texts(
  value: unknown,
  path: string,
  sets: PolicySets,
  allowed: readonly string[],
): ReadonlySet<string> {
  const found = listOf(path, value, sets).map((element) => {
    if (typeof element.value === 'string' && allowed.includes(element.value)) return element.value;
    throw badPolicy(element.path, element.value, `one of ${allowed.join(', ')}`);
  });
  return new Set(found);
}
