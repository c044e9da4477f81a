import { isAddress, parseAddress } from '../../net/address.js';
import { canonicalAddress } from '../../net/canonical-address.js';
import { covers, type Prefix } from '../../net/prefix.js';
import type { LocalInterface } from '../../ports/local-interface.js';
import type { SpeakerPorts } from '../../ports/speaker-ports.js';
import type { Endpoint } from '../../ports/transport.js';
import { isLinkLocal } from '../../rib/next-hop-table.js';

type Subnet = Pick<Prefix, 'bytes' | 'length'>;

/** The link that both ends of a session are on. */
export interface SessionLink {
  readonly interface: string;
  /** The session runs over link-local addresses. */
  readonly isOnLink: boolean;
  /** Our link-local address there, if there is one. */
  readonly linkLocal: Uint8Array | null;
}

/** The link that both ends of a session are on: by the scope of a link-local address, or by a common subnet. Null: none is known. */
export function sessionLink(
  local: Endpoint,
  remote: Endpoint,
  ports: Pick<SpeakerPorts, 'localInterface'>,
): SessionLink | null {
  const own = plainAddress(local.address);
  const other = plainAddress(remote.address);
  if (own === null || other === null) return null;
  if (isLinkLocal(other, 0)) {
    const zone = /%(.+)$/.exec(remote.address)?.[1] ?? /%(.+)$/.exec(local.address)?.[1];
    if (zone === undefined) return null;
    return { interface: zone, isOnLink: true, linkLocal: isLinkLocal(own, 0) ? own : null };
  }
  const found = ports.localInterface?.(local) ?? null;
  if (found === null) return null;
  const subnets = subnetsOf(found);
  if (!subnets.some((subnet) => covers(subnet, other))) return null;
  const linkLocal = subnets.find(({ bytes }) => isLinkLocal(bytes, 0))?.bytes ?? null;
  return { interface: found.name, isOnLink: false, linkLocal };
}

/** 4 or 16 octets, without scope; null for what is no address. */
export function plainAddress(text: string): Uint8Array | null {
  const bare = canonicalAddress(text).replace(/%.*$/, '');
  return isAddress(bare) ? parseAddress(bare) : null;
}

/** Of interfaces that were asked about; one of them may have thousands of addresses, and each session asks. */
const known = new WeakMap<LocalInterface, readonly Subnet[]>();

function subnetsOf(link: LocalInterface): readonly Subnet[] {
  const before = known.get(link);
  if (before !== undefined) return before;
  const subnets = link.addresses.map(subnetOf);
  known.set(link, subnets);
  return subnets;
}

/** `192.0.2.1/24` as its octets and their length. */
function subnetOf(text: string): Subnet {
  const [address = '', length = ''] = text.split('/');
  return { bytes: parseAddress(address), length: Number(length) };
}
