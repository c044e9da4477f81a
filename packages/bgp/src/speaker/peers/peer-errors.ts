import { BgpError } from '../../errors.js';

/** A second peer of one address. */
export function peerExists(address: string): BgpError {
  return new BgpError(
    'BGP_ERR_PEER_EXISTS',
    `a peer ${address} is configured already; change it with updatePeer`,
    { path: 'address', value: address },
  );
}

/** A peer that is asked for by an address that nobody has. */
export function refuseUnknownPeer(address: string): never {
  throw new BgpError('BGP_ERR_UNKNOWN_PEER', `no peer ${address} is configured; add it with addPeer`, {
    path: 'address',
    value: address,
  });
}
