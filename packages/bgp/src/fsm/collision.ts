import type { PeerConnection, PeerIdentity } from './peer-machine.js';

/**
 * RFC 4271 §6.8: of two connections the one opened by the speaker with the higher identifier lives, compared as
 * unsigned words; with equal ones, by the larger AS number (RFC 6286 §2.3).
 */
export function dominates(one: PeerIdentity, other: PeerIdentity): boolean {
  return one.routerId === other.routerId ? one.as > other.as : one.routerId > other.routerId;
}

/** A collision that will be decided soon: one connection waits for the other, or both OPENs have come. */
export function isWaiting(main: PeerConnection | null, rival: PeerConnection | null): boolean {
  if (main === null || rival === null) return false;
  return main.held !== null || rival.held !== null || (main.identity !== null && rival.identity !== null);
}
