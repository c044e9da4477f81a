import type { Action } from './action.js';
import { step } from './connection-fsm.js';
import type { ConnectionEvent } from './event.js';
import type { PeerMachine } from './peer-machine.js';

/**
 * The hot path: the constant actions of an event that leaves an undisputed Established session as it is, else null.
 * Allocates nothing.
 */
export function steadyActions(peer: PeerMachine, event: ConnectionEvent): readonly Action[] | null {
  if (peer.state.name !== 'established' || peer.rival !== null) return null;
  const { state, actions } = step(peer.state, event);
  return state === peer.state ? actions : null;
}
