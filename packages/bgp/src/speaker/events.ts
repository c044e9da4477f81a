import type { PeerStatus } from './status.js';

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

/** Why a session ended or did not come up. */
export interface SessionError {
  /** Stable: `notification-sent`, `notification-received`, `hold-timer`, `tcp-closed`, `connect-failed`, `collision`, `refused`, … */
  readonly code: string;
  readonly message: string;
  readonly notification?: NotificationRecord;
  /** Wall-clock milliseconds. */
  readonly at: number;
}

/** Events of a speaker, `noun:verb`. Listeners run in the speaker's turn: keep them short. */
export interface SpeakerEvents {
  /** The FSM of a peer changed state. Not emitted for events that leave it where it is. */
  'peer:state': (peer: PeerStatus, previous: PeerStatus['state']) => void;
  /** A session reached Established. */
  'peer:established': (peer: PeerStatus) => void;
  /** A session left Established. Not emitted for attempts that never got there. */
  'peer:down': (peer: PeerStatus, error: SessionError) => void;
  /** A peer cannot start as configured (for example MD5 without support). It stays down until it is changed. */
  'peer:refused': (peer: PeerStatus, error: SessionError) => void;
  /** End-of-RIB (RFC 4724 §2) came from a peer, or, without it, its first KEEPALIVE after the initial updates. */
  'peer:end-of-rib': (peer: PeerStatus, family: string) => void;
}
