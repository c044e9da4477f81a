import type { Endpoint, SocketProtection } from '../../ports/transport.js';
import type { SessionConfig } from '../../session/session-config.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import type { SpeakerSettings } from '../settings/speaker-settings.js';
import { offeredCapabilities, type RestartPast } from './offer.js';
import type { SessionPlace } from './session-place.js';

/** A peer as its session needs it. */
export function peerSessionConfig(
  peer: PeerSettings,
  speaker: SpeakerSettings,
  protection: SocketProtection,
  past: () => RestartPast,
  place: (local: Endpoint, remote: Endpoint) => SessionPlace,
): SessionConfig {
  return {
    target: {
      address: peer.address,
      port: peer.port,
      ...(peer.localAddress !== undefined && { localAddress: peer.localAddress }),
      ...(peer.localPort !== undefined && { localPort: peer.localPort }),
      ...protection,
    },
    localAs: peer.localAs?.as ?? peer.ownAs,
    localRouterId: peer.routerId ?? speaker.routerIdWord,
    remoteAs: peer.remoteAs,
    holdTime: peer.holdTime,
    ...(peer.keepaliveTime !== undefined && { keepaliveTime: peer.keepaliveTime }),
    connectRetryTime: peer.connectRetryTime,
    idleHoldTime: peer.idleHoldTime,
    ...(peer.delayOpenTime !== undefined && { delayOpenTime: peer.delayOpenTime }),
    ...(peer.role !== undefined && { role: { own: peer.role, strict: peer.strictRole } }),
    passive: peer.passive,
    limits: { ...peer.limits, sendHoldSeconds: peer.sendHoldTime ?? null },
    // Which families we can carry depends on the address that the connection got.
    capabilities: (local, remote) => {
      const { nextHops, link } = place(local, remote);
      return offeredCapabilities(peer, nextHops, link, speaker, past());
    },
  };
}
