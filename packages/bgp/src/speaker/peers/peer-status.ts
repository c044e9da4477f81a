import { findCapability } from '../../capabilities/negotiate.js';
import { u32ToAddress } from '../../net/address.js';
import type { Family } from '../../net/family.js';
import type { AoKey } from '../../ports/transport.js';
import type { PeerIndex } from '../../rib/ids.js';
import type { MessageCounts } from '../../session/counters.js';
import type { Session } from '../../session/session.js';
import type { PeerCounts } from '../members/pipeline-peer.js';
import type { LiveSession } from '../sessions/live-session.js';
import { addPathMode, NO_OWN_NEXT_HOP, NOT_OFFERED } from '../sessions/offer.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import type { HeldDown, PeerAoStatus, PeerFamilyStatus, PeerStatus } from '../views/status.js';
import type { PeerRecord } from './peer-record.js';
import type { Retention } from './retention.js';

/** What a status is made from: references into the running peer, read once. */
export interface PeerSnapshot {
  /** With its scope, of a peer that is known by its interface. */
  readonly neighbour: string | null;
  readonly settings: PeerSettings;
  readonly record: PeerRecord;
  /** Monotonic milliseconds. */
  readonly now: number;
  readonly heldDown: HeldDown | null;
  readonly session: Session | null;
  readonly live: LiveSession | null;
  readonly retention: Retention;
  readonly counts: (index: PeerIndex, family: Family) => PeerCounts;
}

const noMessages: MessageCounts = { open: 0, update: 0, notification: 0, keepalive: 0, routeRefresh: 0 };

/** The view of one peer, field by field, so that nothing secret can get into it by being spread. */
export function peerStatus(peer: PeerSnapshot): PeerStatus {
  const { settings, record, live, session } = peer;
  const { sent = noMessages, received = noMessages } = session?.counters() ?? {};
  const isUnheard = settings.interface !== undefined && peer.neighbour === null;
  const hint = isUnheard
    ? `no router advertisement was heard on ${settings.interface}: the link is down, or nobody there sends any`
    : session?.hint;
  return {
    address: settings.address,
    ...(settings.description !== undefined && { description: settings.description }),
    ...(settings.origins.length > 0 && { configuration: settings.origins }),
    ...(peer.neighbour !== null && { neighbour: peer.neighbour }),
    remoteAs: settings.remoteAs || (live?.negotiated.peerAs ?? 0),
    ...(settings.role !== undefined && { role: settings.role }),
    localAs: settings.localAs?.as ?? settings.ownAs,
    type: settings.type,
    ...(settings.isMember && { confederationMember: true as const }),
    state: record.state,
    ...(record.refused !== null && { refused: record.refused }),
    ...(peer.heldDown !== null && { heldDown: peer.heldDown }),
    stateSince: record.stateSince,
    ...(live !== null && { uptimeSeconds: (peer.now - live.since) / 1000 }),
    establishedCount: record.establishedCount,
    flaps: record.flaps,
    ...restartFields(peer.retention),
    passive: settings.passive,
    ...(settings.routeReflectorClient && { routeReflectorClient: true as const }),
    ...(settings.routeServerClient && { routeServerClient: true as const }),
    shutdown: settings.shutdown,
    ...(!settings.keepReceived && { keepReceived: false as const }),
    ...(session?.endpoints && endpointFields(session.endpoints)),
    ...(live !== null && negotiatedFields(live, session?.keepaliveTime)),
    families: settings.families.map((family) => familyStatus(peer, family)),
    capabilities: live === null ? [] : capabilityNames(live),
    ...(live !== null && session !== null && { queued: queuesOf(session) }),
    sent,
    received,
    ...(record.lastError !== null && { lastError: record.lastError }),
    ...(record.lastNotification !== null && { lastNotification: record.lastNotification }),
    ...(hint !== undefined && { hint }),
    md5: settings.md5Key !== undefined,
    ...(settings.aoKeys !== undefined && { tcpAo: aoStatus(settings.aoKeys, session) }),
  };
}

function aoStatus(keys: readonly AoKey[], session: Session | null): PeerAoStatus {
  const state = session?.transports[0]?.authentication?.() ?? null;
  const { sendsWith = 0, asksFor = 0, good = 0, bad = 0, unknownKey = 0, unsigned = 0 } = state ?? {};
  return {
    keys: keys.map(({ sendId, receiveId, algorithm }) => ({ sendId, receiveId, algorithm })),
    ...(state !== null && { connection: { sendsWith, asksFor, good, bad, unknownKey, unsigned } }),
  };
}

function queuesOf({ inboxBytes, outboxBytes }: Session): NonNullable<PeerStatus['queued']> {
  return { inbox: inboxBytes, outbox: outboxBytes };
}

function endpointFields({ local, remote }: NonNullable<Session['endpoints']>): Partial<PeerStatus> {
  return { localAddress: local.address, localPort: local.port, remotePort: remote.port };
}

function negotiatedFields(live: LiveSession, keepaliveTime: number | undefined): Partial<PeerStatus> {
  return {
    remoteRouterId: u32ToAddress(live.negotiated.peerRouterId),
    ...remoteNames(live),
    maxMessage: live.negotiated.maxMessage,
    holdTime: live.negotiated.holdTime,
    keepaliveTime: keepaliveTime ?? live.negotiated.keepaliveTime,
  };
}

function remoteNames({ negotiated }: LiveSession): Partial<PeerStatus> {
  const { peerCapabilities } = negotiated;
  const name = findCapability(peerCapabilities, 'fqdn');
  const role = findCapability(peerCapabilities, 'role');
  const software = findCapability(peerCapabilities, 'software-version');
  return {
    ...(name !== undefined && { remoteHostName: name.host }),
    ...(name !== undefined && name.domain !== '' && { remoteDomainName: name.domain }),
    ...(role !== undefined && { remoteRole: role.role }),
    ...(software !== undefined && { remoteSoftwareVersion: software.version }),
  };
}

function capabilityNames(live: LiveSession): readonly string[] {
  const names = live.negotiated.peerCapabilities.map((capability) =>
    capability.name === 'unknown' ? `unknown-${capability.code}` : capability.name,
  );
  return [...new Set(names)];
}

function familyStatus(peer: PeerSnapshot, family: Family): PeerFamilyStatus {
  const { live, retention } = peer;
  const limit = peer.settings.maxPrefixes[family.name]?.limit;
  const limited = limit === undefined ? {} : { maxPrefixes: limit };
  if (live === null) {
    const kept = retention.index === null ? NO_ROUTES : countsOf(peer, retention.index, family);
    return { family: family.name, negotiated: false, ...kept, ...limited };
  }
  const negotiated = live.families.includes(family);
  const reason = live.nextHops.has(family.key) ? NOT_OFFERED : NO_OWN_NEXT_HOP;
  const counts = countsOf(peer, live.index, family);
  const { addPathReceive, addPathSend } = live.negotiated;
  const addPath = negotiated
    ? addPathMode(addPathReceive.has(family.key), addPathSend.has(family.key))
    : undefined;
  return {
    family: family.name,
    negotiated,
    ...(!negotiated && { reason }),
    ...(addPath !== undefined && { addPath }),
    ...(live.negotiated.extendedNextHop.has(family.key) && { extendedNextHop: true as const }),
    ...counts,
    ...limited,
  };
}

type Counts = Omit<PeerFamilyStatus, 'family' | 'negotiated' | 'reason'>;

const NO_ROUTES: Counts = { received: 0, accepted: 0, advertised: 0, endOfRib: false };

function countsOf(peer: PeerSnapshot, index: PeerIndex, family: Family): Counts {
  const { stale, ...counts } = peer.counts(index, family);
  return stale === 0 ? counts : { ...counts, stale };
}

function restartFields(retention: Retention): Partial<PeerStatus> {
  const status = retention.status();
  return status === undefined ? {} : { gracefulRestart: status };
}

/** Who a line of the log is about. */
export function logFieldsOf(
  settings: PeerSettings,
  live: LiveSession | null,
): Readonly<Record<string, unknown>> {
  const { address, remoteAs, description } = settings;
  const as = remoteAs || (live?.negotiated.peerAs ?? 'external');
  return { peer: address, remoteAs: as, ...(description !== undefined && { description }) };
}
