import type { Negotiated } from '../../capabilities/negotiate.js';
import { IPV4_UNICAST } from '../../net/family.js';
import type { SpeakerPorts } from '../../ports/speaker-ports.js';
import type { Endpoint } from '../../ports/transport.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import type { SpeakerSettings } from '../settings/speaker-settings.js';
import { type OwnNextHops, ownNextHops } from './own-next-hops.js';
import { type SessionLink, sessionLink } from './session-link.js';

/** Where a session is, and what is our next hop there. */
export interface SessionPlace {
  readonly nextHops: OwnNextHops;
  readonly link: SessionLink | null;
}

/** `extended`: IPv4 may have IPv6 next hops, by the configuration before the OPENs, by both of these after. */
export function sessionPlace(
  settings: PeerSettings,
  host: { readonly ports: SpeakerPorts; readonly settings: Pick<SpeakerSettings, 'codecs'> },
  local: Endpoint,
  remote: Endpoint,
  extended: boolean,
): SessionPlace {
  const link = sessionLink(local, remote, host.ports);
  const { localAddresses } = host.ports;
  const { codecs } = host.settings;
  return { nextHops: ownNextHops(settings, { local, link, extended, localAddresses, codecs }), link };
}

/** Whether both sides want IPv6 next hops for IPv4 (RFC 8950). */
export function hasExtendedIpv4(negotiated: Negotiated): boolean {
  return negotiated.extendedNextHop.has(IPV4_UNICAST.key);
}
