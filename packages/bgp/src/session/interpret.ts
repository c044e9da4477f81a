import type { ConnectionEvent, FaultEvent } from '../fsm/event.js';
import { EventCode } from '../fsm/event.js';
import type { PeerIdentity } from '../fsm/peer-machine.js';
import { ErrorCode, OpenError } from '../iana/error-code.js';
import type { NotificationMessage } from '../message/notification.js';
import { decodeNotification } from '../message/notification.js';
import { decodeOpen, vetOpen } from '../message/open.js';
import { vetRole } from '../message/vet-role.js';
import type { Fault } from '../wire/result.js';
import type { Connection } from './connection.js';
import type { SessionConfig } from './session-config.js';

/** What a message means for the machine, and for people when it ends the session. */
export interface Interpretation {
  readonly event: ConnectionEvent;
  readonly identity?: PeerIdentity;
  /** Why the session ends, if it does. */
  readonly reason?: string;
  readonly notification?: NotificationMessage;
  /** An OPEN that replaces an Established session (RFC 4724 §5). */
  readonly isRestart?: boolean;
}

/** A fault as the event that ends the session with its NOTIFICATION. */
export function faultEvent(number: FaultEvent['number'], fault: Fault): Interpretation {
  const { code, subcode, data } = fault;
  return { event: { number, notification: { code, subcode, data } }, reason: fault.message };
}

/** The OPEN in the framer: valid, with what both sides agreed on, or the fault that refuses it. */
export function interpretOpen(
  connection: Connection,
  config: SessionConfig,
  isDelayed: boolean,
): Interpretation {
  const { bytes, start, end } = connection.framer;
  const decoded = decodeOpen(bytes, start, end);
  if (!decoded.ok) return faultEvent(EventCode.BgpOpenError, decoded.fault);
  const { role } = config;
  const fault =
    vetOpen(decoded.value, config) ??
    (role === undefined ? null : vetRole(decoded.value, role.own, role.strict));
  if (fault !== null) return faultEvent(EventCode.BgpOpenError, fault);
  const { holdTime, peerRouterId, peerAs } = connection.agree(decoded.value);
  return {
    event: { number: isDelayed ? EventCode.BgpOpenWithDelayOpen : EventCode.BgpOpen, holdTime },
    identity: { routerId: peerRouterId, as: peerAs },
  };
}

/** The NOTIFICATION in the framer. One that is malformed ends the session as well, and is never answered. */
export function interpretNotification(connection: Connection): Interpretation {
  const { bytes, start, end } = connection.framer;
  const decoded = decodeNotification(bytes, start, end);
  if (!decoded.ok) return { event: { number: EventCode.Notif }, reason: decoded.fault.message };
  const { code, subcode } = decoded.value;
  const isVersion = code === ErrorCode.Open && subcode === OpenError.UnsupportedVersion;
  const event = { number: isVersion ? EventCode.NotifVersionError : EventCode.Notif };
  return { event, notification: decoded.value };
}
