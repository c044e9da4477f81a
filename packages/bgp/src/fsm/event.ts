/** The events of RFC 4271 §8.1 by their numbers, and number 29 of RFC 9687. */
export const EventCode = {
  ManualStart: 1,
  ManualStop: 2,
  AutomaticStart: 3,
  ManualStartPassive: 4,
  AutomaticStartPassive: 5,
  AutomaticStartDamped: 6,
  AutomaticStartDampedPassive: 7,
  AutomaticStop: 8,
  ConnectRetryExpires: 9,
  HoldExpires: 10,
  KeepaliveExpires: 11,
  DelayOpenExpires: 12,
  IdleHoldExpires: 13,
  TcpConnectionValid: 14,
  TcpCrInvalid: 15,
  TcpCrAcked: 16,
  TcpConnectionConfirmed: 17,
  TcpConnectionFails: 18,
  BgpOpen: 19,
  BgpOpenWithDelayOpen: 20,
  BgpHeaderError: 21,
  BgpOpenError: 22,
  OpenCollisionDump: 23,
  NotifVersionError: 24,
  Notif: 25,
  KeepAlive: 26,
  Update: 27,
  UpdateError: 28,
  SendHoldExpires: 29,
} as const;

/** Number of an event (RFC 4271 §8.1). */
export type EventNumber = (typeof EventCode)[keyof typeof EventCode];

/** What a NOTIFICATION carries. */
export interface NotificationCode {
  readonly code: number;
  readonly subcode: number;
  readonly data: Uint8Array;
}

/** Stops say which Cease they are (RFC 4486, RFC 9003). */
export interface StopEvent {
  readonly number: typeof EventCode.ManualStop | typeof EventCode.AutomaticStop;
  readonly subcode: number;
  readonly data: Uint8Array;
}

/** A valid OPEN, with what both sides agreed on. */
export interface OpenEvent {
  readonly number: typeof EventCode.BgpOpen | typeof EventCode.BgpOpenWithDelayOpen;
  /** Seconds, 0 = no hold and keepalive timers. */
  readonly holdTime: number;
}

/** What the peer did wrong, as the NOTIFICATION will say it. */
export interface FaultEvent {
  readonly number:
    | typeof EventCode.BgpHeaderError
    | typeof EventCode.BgpOpenError
    | typeof EventCode.UpdateError;
  readonly notification: NotificationCode;
}

/** Messages that only an Established session may get. ROUTE-REFRESH (RFC 2918) counts as one. */
export interface MessageEvent {
  readonly number: typeof EventCode.KeepAlive | typeof EventCode.Update;
  /** Type octet of the message: goes into the NOTIFICATION where it is unexpected (RFC 6608 §3). */
  readonly messageType: number;
}

/** An event that is its number and nothing else. */
export interface PlainEvent {
  readonly number: Exclude<EventNumber, (StopEvent | OpenEvent | FaultEvent | MessageEvent)['number']>;
}

/** Anything that may happen to one connection (RFC 4271 §8.1). */
export type ConnectionEvent = StopEvent | OpenEvent | FaultEvent | MessageEvent | PlainEvent;

/** The two events of a running session, made once. */
export const KEEPALIVE_EVENT: MessageEvent = Object.freeze({ number: EventCode.KeepAlive, messageType: 4 });
export const UPDATE_EVENT: MessageEvent = Object.freeze({ number: EventCode.Update, messageType: 2 });
export const ROUTE_REFRESH_EVENT: MessageEvent = Object.freeze({ number: EventCode.Update, messageType: 5 });

/** Events that one connection, or the peer, brings upon another. */
export const COLLISION: ConnectionEvent = Object.freeze({ number: EventCode.OpenCollisionDump });
export const START_PASSIVE: ConnectionEvent = Object.freeze({ number: EventCode.AutomaticStartPassive });
export const FAILED: ConnectionEvent = Object.freeze({ number: EventCode.TcpConnectionFails });
