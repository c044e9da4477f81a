import type { BgpRole, Capability } from '../capabilities/capability.js';
import type { ConnectTarget, Endpoint } from '../ports/transport.js';

/** Bounds of one session. Each has a line in `docs/reference/limits.md`. */
export interface SessionLimits {
  /** Octets received and not yet taken, from which the transport is paused. Default 262,144. */
  readonly inputBytes: number;
  /** Octets of UPDATEs waiting to be written, from which `send` says no. Default 262,144. */
  readonly outboxBytes: number;
  /** How long the peer may take nothing of what is sent (RFC 9687). Default the larger of 480 and twice the hold time. */
  readonly sendHoldSeconds: number | null;
  /** Longest idle hold in seconds, however often it was doubled. Default 60. */
  readonly idleHoldSeconds: number;
  /** How long a closed connection may take to deliver its NOTIFICATION, in milliseconds. Default 2,000. */
  readonly closeMilliseconds: number;
  /** How long a collision waits for the OPEN or KEEPALIVE of the preferred connection, in milliseconds. Default 2,000. */
  readonly collisionMilliseconds: number;
  /** Most messages that one session takes before the next one has its turn. Default 256. */
  readonly messagesPerRound: number;
}

export const DEFAULT_LIMITS: SessionLimits = {
  inputBytes: 262_144,
  outboxBytes: 262_144,
  sendHoldSeconds: null,
  idleHoldSeconds: 60,
  closeMilliseconds: 2_000,
  collisionMilliseconds: 2_000,
  messagesPerRound: 256,
};

/** One peer as its session needs it, checked by the speaker. Times are in seconds, identifiers unsigned words. */
export interface SessionConfig {
  /** Whom to dial, from where, and with which protection. */
  readonly target: ConnectTarget;
  readonly localAs: number;
  readonly localRouterId: number;
  /** `ANY_OTHER_AS`: any but our own. */
  readonly remoteAs: number;
  /** Offered hold time: 0, or 3 … 65535. */
  readonly holdTime: number;
  /** Default: a third of the negotiated hold time, which is also the most. */
  readonly keepaliveTime?: number;
  readonly connectRetryTime: number;
  readonly idleHoldTime: number;
  /** DelayOpenTime: our OPEN waits this long for the peer's. Default: it does not wait. */
  readonly delayOpenTime?: number;
  /** Our role (RFC 9234); strict: a peer that tells none is refused. */
  readonly role?: { readonly own: BgpRole; readonly strict: boolean };
  /** Never dial. */
  readonly passive: boolean;
  /** What our OPEN offers; may depend on the addresses of the connection. The four-octet AS is added if it is missing. */
  readonly capabilities:
    | readonly Capability[]
    | ((local: Endpoint, remote: Endpoint) => readonly Capability[]);
  readonly limits?: Partial<SessionLimits>;
}
