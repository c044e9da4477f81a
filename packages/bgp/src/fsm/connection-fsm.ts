import type { ConnectionEvent } from './event.js';
import type { ConnectionState, Step } from './state.js';
import { TRANSITIONS } from './transitions.js';

/**
 * The machine of RFC 4271 §8 for one connection: pure, no clock, no die, no socket. An event that changes nothing
 * gets the same state object back; in Established the everyday events get constant action lists, without allocation.
 */
export function step(state: ConnectionState, event: ConnectionEvent): Step {
  return TRANSITIONS[event.number][state.name](state, event);
}
