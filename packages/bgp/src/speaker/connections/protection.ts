import type { SocketFeature, SocketProtection } from '../../ports/transport.js';
import type { PeerSettings } from '../settings/peer-settings.js';

/** What the sockets of a peer need, or the features that are missing for it. */
export type ProtectionPlan =
  | { readonly ok: true; readonly protection: SocketProtection }
  | { readonly ok: false; readonly missing: readonly SocketFeature[]; readonly message: string };

const reasons: Readonly<Record<SocketFeature, string>> = {
  localAddress: 'localAddress',
  localPort: 'localPort',
  ttl: 'multihopTtl or ttlSecurityHops (setting the TTL)',
  minTtl: 'ttlSecurityHops (checking the TTL)',
  md5: 'password (TCP MD5)',
  tcpAo: 'authentication.tcpAo (TCP-AO, RFC 5925: in Linux from 6.7 on, where its kernel was built with it)',
  device: 'device',
};

/**
 * Fails closed: what a peer configures must be possible. Only the TTL that external peers get by default is left out
 * where it cannot be set.
 */
export function planProtection(peer: PeerSettings, features: ReadonlySet<SocketFeature>): ProtectionPlan {
  const wanted: SocketFeature[] = [];
  if (peer.md5Key !== undefined) wanted.push('md5');
  if (peer.aoKeys !== undefined) wanted.push('tcpAo');
  if (peer.ttlSecurityHops !== undefined) wanted.push('ttl', 'minTtl');
  if (peer.multihopTtl !== undefined) wanted.push('ttl');
  if (peer.device !== undefined) wanted.push('device');
  if (peer.localAddress !== undefined && !peer.passive) wanted.push('localAddress');
  if (peer.localPort !== undefined && !peer.passive) wanted.push('localPort');
  const missing = wanted.filter((feature) => !features.has(feature));
  if (missing.length > 0) {
    const what = missing.map((feature) => reasons[feature]).join(', ');
    const message = `the socket factory cannot give ${what}; use one that can, such as that of @peerage/linux/tcp, or remove it from the configuration`;
    return { ok: false, missing, message };
  }
  const ttl = features.has('ttl') ? sentTtl(peer) : undefined;
  return {
    ok: true,
    protection: {
      ...(ttl !== undefined && { ttl }),
      // RFC 5082 §3: what arrives made at most that many hops from 255.
      ...(peer.ttlSecurityHops !== undefined && { minTtl: 256 - peer.ttlSecurityHops }),
      ...(peer.md5Key !== undefined && { md5Key: peer.md5Key }),
      ...(peer.aoKeys !== undefined && { aoKeys: peer.aoKeys }),
      ...(peer.device !== undefined && { device: peer.device }),
    },
  };
}

/** GTSM sends 255 (RFC 5082 §3). External peers are adjacent unless configured otherwise, internal ones anywhere. */
function sentTtl(peer: PeerSettings): number {
  if (peer.ttlSecurityHops !== undefined) return 255;
  if (peer.interface !== undefined) return 1;
  return peer.multihopTtl ?? (peer.type === 'external' ? 1 : 255);
}
