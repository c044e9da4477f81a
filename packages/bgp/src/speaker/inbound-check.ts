import type { Transport } from '../ports/transport.js';
import { canonicalAddress } from './field-check.js';
import type { InboundOrigin } from './listeners.js';
import type { PeerSettings } from './peer-settings.js';

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
