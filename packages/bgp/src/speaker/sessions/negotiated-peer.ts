import type { Negotiated } from '../../capabilities/negotiate.js';
import type { Family } from '../../net/family.js';
import type { PeerRole } from '../../policy/policy.js';
import type { Endpoint } from '../../ports/transport.js';
import type { PeerPolicies, PipelinePeer } from '../members/pipeline-peer.js';
import { SessionRules } from '../members/session-rules.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import type { SpeakerSettings } from '../settings/speaker-settings.js';
import { NegotiatedContext } from './negotiated-context.js';
import type { OwnNextHops } from './own-next-hops.js';
import { plainAddress, type SessionLink } from './session-link.js';

/**
 * What the pipeline needs of a session: what is configured, and what both OPENs came to. All peers have all fields: each route passes code
 * that is compiled for the shape of this object.
 */
export function negotiatedPeer(
  peer: PeerSettings,
  speaker: SpeakerSettings,
  negotiated: Negotiated,
  families: readonly Family[],
  nextHops: OwnNextHops,
): Omit<PipelinePeer, 'importPolicy' | 'exportPolicy' | 'outbox'> {
  const context = new NegotiatedContext(peer, speaker, negotiated, families);
  const { confederation } = speaker;
  const { advertisementInterval: interval } = peer;
  return {
    address: peer.address,
    as: negotiated.peerAs,
    type: peer.type,
    role: roleOf(negotiated),
    localAs: context.localAs,
    routerId: negotiated.peerRouterId,
    context,
    families,
    nextHops,
    nextHopSelf: peer.nextHopSelf,
    aigp: peer.aigp,
    routeReflectorClient: peer.routeReflectorClient,
    routeServerClient: peer.routeServerClient,
    takesLongLived: knowsLongLived(negotiated),
    advertisementInterval: interval === undefined ? undefined : 1000 * interval,
    sendLongLivedStale: peer.sendLongLivedStale,
    as4: negotiated.as4,
    maxMessage: negotiated.maxMessage,
    addPathSend: new Map([...negotiated.addPathSend].map((key) => [key, peer.addPathSend])),
    isMember: peer.isMember,
    confederationId: context.type === 'external' ? undefined : confederation?.identifier,
    // Without route refresh what was dropped could never be had again.
    dropsRejected: !peer.keepReceived && negotiated.routeRefresh,
    flowspecValidation: peer.flowspecValidation,
    vpnFlowspecValidation: peer.vpnFlowspecValidation,
    requirePolicy: speaker.ebgpRequiresPolicy && !peer.isMember,
    rules: SessionRules.of({ ...peer, remoteAs: negotiated.peerAs }, peer.ownAs),
  };
}

/** What next hops on this session mean: where they are, how they are written, which are our own. */
export function linkFacts(
  peer: Pick<PeerSettings, 'linkLocalForm' | 'interface'>,
  negotiated: Negotiated,
  link: SessionLink | null,
  local: Endpoint,
  remote: Endpoint,
): Pick<PipelinePeer, 'link' | 'extendedNextHop' | 'linkLocalForm' | 'ownAddress' | 'remoteAddress'> {
  const own = plainAddress(local.address);
  const other = peer.interface === undefined ? null : plainAddress(remote.address);
  return {
    link: link ?? undefined,
    extendedNextHop: negotiated.extendedNextHop,
    linkLocalForm: peer.linkLocalForm ?? (negotiated.linkLocalNextHop ? 'single' : 'double'),
    // Speakers on one host may peer over loopback addresses, which each of them has.
    remoteAddress: other ?? undefined,
    ownAddress: own === null || isLoopback(own) ? undefined : own,
  };
}

function isLoopback(address: Uint8Array): boolean {
  if (address.length === 4) return address[0] === 127;
  return address.every((octet, i) => octet === (i === 15 ? 1 : 0));
}

/** The role that a peer told in its OPEN (RFC 9234 §4.1). */
function roleOf(negotiated: Negotiated): PeerRole | undefined {
  for (const capability of negotiated.peerCapabilities) {
    if (capability.name === 'role') return capability.role;
  }
  return undefined;
}

/** RFC 9494 §4.1: the capability counts beside the one of graceful restart only. What we offered does not matter here. */
function knowsLongLived({ peerCapabilities }: Negotiated): boolean {
  const names = new Set(peerCapabilities.map(({ name }) => name));
  return names.has('graceful-restart') && names.has('long-lived-graceful-restart');
}

/** Its policies as the pipeline takes them. */
export function policiesOf(
  peer: Pick<PeerSettings, 'importPolicy' | 'exportPolicy' | 'defaultOriginate' | 'unsuppress'>,
): PeerPolicies {
  const { importPolicy = null, exportPolicy = null, defaultOriginate, unsuppress } = peer;
  return { importPolicy, exportPolicy, defaultOrigins: defaultOriginate, unsuppress };
}
