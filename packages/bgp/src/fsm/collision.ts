import type { PeerConnection, PeerIdentity } from './peer-machine.js';
import type { ConnectionState } from './state.js';

/**
 * RFC 4271 §6.8: of two connections the one opened by the speaker with the higher identifier lives, compared as
 * unsigned words; with equal ones, by the larger AS number (RFC 6286 §2.3).
 */
export function dominates(one: PeerIdentity, other: PeerIdentity): boolean {
  return one.routerId === other.routerId ? one.as > other.as : one.routerId > other.routerId;
}

/** A collision that is not over: a connection waits, or both have shown their OPEN. */
export function isWaiting(main: PeerConnection | null, rival: PeerConnection | null): boolean {
  if (main === null) return false;
  if (main.held !== null) return true;
  return rival !== null && (rival.held !== null || (main.identity !== null && rival.identity !== null));
}

/** How far a connection has come in a collision: nothing, its OPEN, its KEEPALIVE. */
export function shown({ state, identity, held }: PeerConnection): number {
  if (state.name === 'openconfirm' && held !== null) return 2;
  return identity === null ? 0 : 1;
}

/** States in which there is no TCP connection. */
export function isDown({ name, delayOpenRunning }: ConnectionState): boolean {
  return name === 'idle' || ((name === 'connect' || name === 'active') && !delayOpenRunning);
}

/** A connection beside an Established session, to which we have not spoken. */
export function isSilent(connection: PeerConnection): boolean {
  return isDown(connection.state);
}
