import { canonicalAddress } from '../../net/canonical-address.js';
import type { Transport } from '../../ports/transport.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import type { InterfaceNeighbour } from './interface-neighbour.js';
import type { InboundOrigin } from './listeners.js';

/** Why an inbound connection is not what the peer's configuration asks for, or null. */
export function inboundMismatch(
  settings: Pick<PeerSettings, 'localAddress' | 'md5Key' | 'aoKeys' | 'ttlSecurityHops'>,
  transport: Transport,
  origin: InboundOrigin,
): string | null {
  const { localAddress, md5Key, aoKeys, ttlSecurityHops } = settings;
  if (localAddress !== undefined && canonicalAddress(transport.local.address) !== localAddress) {
    return `it came to another address than ${localAddress}`;
  }
  if (
    origin === 'acceptor' &&
    (md5Key !== undefined || aoKeys !== undefined || ttlSecurityHops !== undefined)
  ) {
    return 'a given acceptor cannot show that the connection is protected';
  }
  return null;
}

/** Why a peer does not take a connection, or null. */
export function inboundRefusal(
  peer: {
    readonly refused: unknown;
    readonly settings: PeerSettings;
    readonly held: { readonly reason: string } | null;
    readonly neighbour: InterfaceNeighbour;
    readonly isStarted: boolean;
  },
  transport: Transport,
  origin: InboundOrigin,
): string | null {
  const { refused, settings, held, neighbour } = peer;
  if (refused !== null) return 'the peer cannot be had as it is configured';
  if (settings.shutdown) return 'the peer is shut down';
  if (held !== null) return `the peer is held down: ${held.reason}`;
  return (
    inboundMismatch(settings, transport, origin) ??
    neighbour.mismatch(settings, transport.remote) ??
    (peer.isStarted ? null : 'the peer is not started')
  );
}
