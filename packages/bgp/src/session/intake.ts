import {
  EventCode,
  KEEPALIVE_EVENT,
  type MessageEvent,
  ROUTE_REFRESH_EVENT,
  UPDATE_EVENT,
} from '../fsm/event.js';
import type { PeerEvent } from '../fsm/peer-machine.js';
import { HEADER_LENGTH, MessageType } from '../message/message-type.js';
import { decodeRouteRefresh } from '../message/route-refresh.js';
import type { Clock } from '../ports/clock.js';
import type { Connection } from './connection.js';
import type { MessageCounter } from './counters.js';
import { faultEvent, type Interpretation, interpretNotification, interpretOpen } from './interpret.js';
import type { SessionConfig, SessionLimits } from './session-config.js';
import type { Cause } from './session-error.js';
import { notificationRecord, notificationSummary } from './session-error.js';
import type { SessionHandler } from './session-handler.js';

/** What the intake asks of, and tells, its session. */
export interface IntakeOwner {
  readonly config: SessionConfig;
  readonly limits: SessionLimits;
  /** The connection whose UPDATEs count. */
  readonly established: Connection | null;
  readonly isOpenDelayed: boolean;
  /** An everyday event: nothing ends with it unless the machine says so. */
  event(connection: Connection, event: MessageEvent): void;
  /** Any other event, with why things end if they do. */
  dispatch(event: PeerEvent, cause: Cause | null): void;
  /** The connection is gone, and all that came before was taken. */
  lost(connection: Connection): void;
}

const RESTARTED: Cause = {
  code: 'peer-restarted',
  message: 'the peer has restarted: it opened a new connection in place of this one',
};

/** Takes messages from connections and feeds them to the machine one by one, never by chunk. */
export class Intake {
  readonly #owner: IntakeOwner;
  readonly #handler: SessionHandler;
  readonly #clock: Clock;
  readonly #received: MessageCounter;

  constructor(owner: IntakeOwner, handler: SessionHandler, clock: Clock, received: MessageCounter) {
    this.#owner = owner;
    this.#handler = handler;
    this.#clock = clock;
    this.#received = received;
  }

  /** A bounded run of messages, at most until `deadline`. True when there is more. */
  read(connection: Connection, deadline: number): boolean {
    const { framer } = connection;
    const most = this.#owner.limits.messagesPerRound;
    for (let taken = 0; connection.isOpen; taken++) {
      if (taken === most || ((taken & 15) === 15 && this.#clock.now() >= deadline)) {
        if (framer.ready) return true;
        // Only part of a message is left: a paused transport must be re-armed, nothing else will wake it.
        break;
      }
      const status = framer.next();
      if (status === 'incomplete') break;
      if (status === 'message') this.#takeMessage(connection);
      else this.#interpreted(connection, faultEvent(EventCode.BgpHeaderError, framer.fault!));
    }
    if (!connection.isOpen) return false;
    connection.resumeIfRoom();
    if (connection.isEnded) this.#owner.lost(connection);
    return false;
  }

  /** One message, one event: OPEN, KEEPALIVE and the first UPDATE may come in one segment. */
  #takeMessage(connection: Connection): void {
    const type = connection.framer.type as MessageType;
    this.#received.add(type);
    switch (type) {
      case MessageType.Update:
        this.#takeUpdate(connection);
        break;
      case MessageType.Keepalive:
        this.#owner.event(connection, KEEPALIVE_EVENT);
        break;
      case MessageType.RouteRefresh:
        this.#takeRouteRefresh(connection);
        break;
      case MessageType.Open: {
        const opened = interpretOpen(connection, this.#owner.config, this.#owner.isOpenDelayed);
        this.#interpreted(connection, this.#isRestart(connection) ? { ...opened, isRestart: true } : opened);
        break;
      }
      case MessageType.Notification:
        this.#interpreted(connection, interpretNotification(connection));
        break;
    }
  }

  /** RFC 4724 §5: the peer says that it has restarted, so the session that is up here is dead. */
  #isRestart(connection: Connection): boolean {
    const { established } = this.#owner;
    if (established === null || established === connection) return false;
    const isAgreed = established.negotiated?.gracefulRestart != null;
    return isAgreed && connection.negotiated?.gracefulRestart?.restarted === true;
  }

  #takeUpdate(connection: Connection): void {
    const { bytes, start, end } = connection.framer;
    const counts = connection === this.#owner.established;
    const fault = counts ? this.#handler.update(bytes, start + HEADER_LENGTH, end) : null;
    if (fault === null || fault.severity !== 'reset') this.#owner.event(connection, UPDATE_EVENT);
    else this.#interpreted(connection, faultEvent(EventCode.UpdateError, fault));
  }

  /** Outside Established it is an FSM error like an UPDATE (RFC 2918 knows it only inside). */
  #takeRouteRefresh(connection: Connection): void {
    if (connection === this.#owner.established) {
      const { bytes, start, end } = connection.framer;
      const decoded = decodeRouteRefresh(bytes, start, end);
      if (!decoded.ok) {
        this.#interpreted(connection, faultEvent(EventCode.UpdateError, decoded.fault));
        return;
      }
      this.#handler.routeRefresh(decoded.value);
    }
    this.#owner.event(connection, ROUTE_REFRESH_EVENT);
  }

  #interpreted(connection: Connection, interpretation: Interpretation): void {
    const { event, identity, reason, notification, isRestart = false } = interpretation;
    let cause: Cause | null = reason === undefined ? null : { code: 'protocol-error', message: reason };
    if (notification !== undefined) {
      const record = notificationRecord('received', notification);
      const message = `the peer sent NOTIFICATION ${notificationSummary(record)}`;
      cause = { code: 'notification-received', message, notification: record };
    }
    if (isRestart && cause === null) cause = RESTARTED;
    const { slot } = connection;
    const named = { ...(identity !== undefined && { identity }), ...(isRestart && { isRestart }) };
    this.#owner.dispatch({ type: 'connection', slot, event, ...named }, cause);
  }
}
