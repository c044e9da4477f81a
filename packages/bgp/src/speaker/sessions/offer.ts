import type { AddPathMode, Capability } from '../../capabilities/capability.js';
import { type Family, IPV4_UNICAST, IPV6_UNICAST } from '../../net/family.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import type { SpeakerSettings } from '../settings/speaker-settings.js';
import type { OwnNextHops } from './own-next-hops.js';
import type { SessionLink } from './session-link.js';

/** Why a family is not exchanged, in the words of a status. */
export const NO_OWN_NEXT_HOP =
  'no own next hop of this family: set nextHop, or give the interface an address';
export const NOT_OFFERED = 'not offered by the peer';

/** What our OPEN offers: what is implemented, and the families that have a next hop of ours. */
export function offeredCapabilities(
  peer: Pick<
    PeerSettings,
    | 'families'
    | 'role'
    | 'localAs'
    | 'ownAs'
    | 'addPathReceive'
    | 'addPathSend'
    | 'gracefulRestart'
    | 'extendedNextHop'
    | 'linkLocalForm'
  >,
  nextHops: OwnNextHops,
  link: SessionLink | null,
  speaker: Pick<SpeakerSettings, 'hostName' | 'domainName' | 'softwareVersion'>,
  past: RestartPast,
): readonly Capability[] {
  const { hostName, domainName = '', softwareVersion } = speaker;
  const mode = addPathMode(peer.addPathReceive, peer.addPathSend > 0);
  const families = carriedFamilies(peer, nextHops);
  return [
    ...families.map((family): Capability => ({ name: 'multiprotocol', family })),
    { name: 'route-refresh' },
    { name: 'enhanced-route-refresh' },
    { name: 'extended-message' },
    { name: 'four-octet-as', as: peer.localAs?.as ?? peer.ownAs },
    ...(peer.extendedNextHop && families.includes(IPV4_UNICAST) ? [EXTENDED_NEXT_HOP] : []),
    ...(link?.isOnLink && (peer.linkLocalForm ?? 'single') === 'single' ? [LINK_LOCAL_NEXT_HOP] : []),
    ...(peer.role === undefined ? [] : [{ name: 'role', role: peer.role } as const]),
    ...(hostName === undefined ? [] : [{ name: 'fqdn', host: hostName, domain: domainName } as const]),
    ...(softwareVersion === undefined
      ? []
      : [{ name: 'software-version', version: softwareVersion } as const]),
    ...(mode === undefined
      ? []
      : [{ name: 'add-path' as const, families: families.map((family) => ({ family, mode })) }]),
    ...restartCapabilities(peer.gracefulRestart, families, past),
  ];
}

/** What lies behind this session, for its peer (RFC 4724 §3). */
export interface RestartPast {
  /** R bit. */
  readonly restarted: boolean;
  /** F bit: packets of the family went on being forwarded while there was no session. */
  forwarded(family: Family): boolean;
}

function restartCapabilities(
  settings: PeerSettings['gracefulRestart'],
  families: readonly Family[],
  past: RestartPast,
): readonly Capability[] {
  if (settings === undefined) return [];
  const { restartTime, notification, longLived } = settings;
  const kept = families.map((family) => ({ family, forwarding: past.forwarded(family) }));
  return [
    { name: 'graceful-restart', restartTime, restarted: past.restarted, notification, families: kept },
    {
      // Without families it says that we know what LLGR_STALE means (RFC 9494 §4.3).
      name: 'long-lived-graceful-restart',
      families: kept.flatMap(({ family, forwarding }) => {
        const own = longLived.find((entry) => entry.family.key === family.key);
        return own === undefined ? [] : [{ family, forwarding, staleTime: own.staleTime }];
      }),
    },
  ];
}

/** RFC 8950 §4 */
const EXTENDED_NEXT_HOP: Capability = {
  name: 'extended-next-hop',
  families: [{ family: IPV4_UNICAST, nextHopAfi: IPV6_UNICAST.afi }],
};
const LINK_LOCAL_NEXT_HOP: Capability = { name: 'link-local-next-hop' };

/** RFC 7911 §4; undefined for neither. */
export function addPathMode(receive: boolean, send: boolean): AddPathMode | undefined {
  if (receive && send) return 'both';
  return receive ? 'receive' : send ? 'send' : undefined;
}

export function carriedFamilies(
  peer: Pick<PeerSettings, 'families'>,
  nextHops: OwnNextHops,
): readonly Family[] {
  return peer.families.filter((family) => nextHops.has(family.key));
}
