import type { Negotiated } from '../capabilities/negotiate.js';
import type { PeerState } from '../fsm/state.js';
import type { RouteRefreshMessage } from '../message/route-refresh.js';
import type { Endpoint } from '../ports/transport.js';
import type { Fault } from '../wire/result.js';
import type { SessionError } from './session-error.js';

/** What a session tells its owner. All calls come in the loop's turns or in the owner's own calls; none awaits. */
export interface SessionHandler {
  /** The shown state changed. Comes before what the change entails, such as `established`. */
  stateChanged(state: PeerState, previous: PeerState): void;
  /** UPDATEs may be sent from now on. */
  established(negotiated: Negotiated, local: Endpoint, remote: Endpoint): void;
  /** The body of an UPDATE, valid during the call. A fault of severity `reset` ends the session with that NOTIFICATION. */
  update(bytes: Uint8Array, start: number, end: number): Fault | null;
  routeRefresh(message: RouteRefreshMessage): void;
  /** The outbox has room again, after `send` had said no. */
  writable(): void;
  /** A session ended (the routes of the peer are void), or an attempt at one failed. */
  ended(error: SessionError, wasEstablished: boolean): void;
}
