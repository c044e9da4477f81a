import type { PeerState } from '../fsm/state.js';
import type { NotificationMessage } from '../message/notification.js';
import { notificationText, shutdownCommunication } from '../message/notification.js';
import type { ConnectTarget } from '../ports/transport.js';

/** A NOTIFICATION that was sent or received (RFC 4271 §4.5). */
export interface NotificationRecord {
  readonly direction: 'sent' | 'received';
  readonly code: number;
  readonly subcode: number;
  /** `Cease / Administrative Shutdown`. */
  readonly text: string;
  /** Shutdown communication (RFC 9003), when there is one. */
  readonly communication?: string;
  readonly data: Uint8Array;
}

/** Kinds of ends of a session, and of attempts at one. All of them are explained in `docs/reference/errors-bgp.md`. */
export type SessionErrorCode =
  | 'connect-failed'
  | 'hold-timer'
  | 'notification-received'
  | 'notification-sent'
  | 'peer-restarted'
  | 'protocol-error'
  | 'refused'
  | 'send-hold-timer'
  | 'stopped'
  | 'tcp-closed';

/** Why a session ended or did not come up. */
export interface SessionError {
  /** Stable. */
  readonly code: SessionErrorCode;
  readonly message: string;
  readonly notification?: NotificationRecord;
  /** Wall-clock milliseconds. */
  readonly at: number;
}

/** Why a session is about to end, if the machine says that it does. */
export type Cause = Omit<SessionError, 'at'>;

/** A record of a NOTIFICATION for people. */
export function notificationRecord(
  direction: NotificationRecord['direction'],
  message: NotificationMessage,
): NotificationRecord {
  const { code, subcode, data } = message;
  const communication = shutdownCommunication(message);
  return {
    direction,
    code,
    subcode,
    text: notificationText(code, subcode),
    ...(communication !== undefined && { communication }),
    data,
  };
}

/** `Cease / Administrative Shutdown: maintenance until six`. */
export function notificationSummary({ text, communication }: NotificationRecord): string {
  return communication === undefined ? text : `${text}: ${communication}`;
}

/** An error as fields of a log: `{reason: 'send-hold-timer', error, notification: 'sent 8/0'}`. */
export function errorFields(error: SessionError): Readonly<Record<string, string>> {
  const { code: reason, message, notification } = error;
  if (notification === undefined) return { reason, error: message };
  const { direction, code, subcode } = notification;
  return { reason, error: message, notification: `${direction} ${code}/${subcode}` };
}

/** A dial that failed, in words that say what to look at. */
export function connectFailure(target: ConnectTarget, error: unknown): string {
  const where = `${target.address} port ${target.port}`;
  switch (systemCode(error)) {
    case 'ECONNREFUSED':
      return `${where} refused the connection: nothing listens there, or not for this address`;
    case 'ETIMEDOUT':
      return `${where} did not answer`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `there is no route to ${where}`;
    case 'EADDRNOTAVAIL':
      if (target.localPort !== undefined) {
        const from = `${target.localAddress ?? '(any)'} port ${target.localPort}`;
        return `${from} cannot be dialled from: the address is not on this host, or a connection to ${where} holds the port still`;
      }
      return `the local address ${target.localAddress ?? '(any)'} is not on this host, needed to reach ${where}`;
    case 'EADDRINUSE':
      return `the local port ${target.localPort ?? '(any)'} is taken on this host, needed to reach ${where}`;
    case 'ECONNRESET':
      return `${where} reset the connection while it was set up`;
    default:
      return `no connection to ${where}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A connection that went away by itself. */
export function closedWhile(state: PeerState, error: Error | null): string {
  const how =
    error === null ? 'the peer closed the connection' : `the connection was lost (${error.message})`;
  switch (state) {
    case 'opensent':
      return `${how} before its OPEN came: it may not be configured for this address and AS`;
    case 'openconfirm':
      return `${how} while the session was being confirmed`;
    case 'established':
      return how;
    default:
      return `${how} in state ${state}`;
  }
}

/** Node has it in `code`; sockets whose errors have codes of their own have it beside that. */
function systemCode(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined;
  return Reflect.get(error, 'errnoName') ?? Reflect.get(error, 'code');
}
