import type { Family } from '../../net/family.js';
import type { SessionError } from '../../session/session-error.js';
import type { PeerStatus } from './status.js';

export type { NotificationRecord, SessionError, SessionErrorCode } from '../../session/session-error.js';

/** A limit that was reached, or nearly. */
export interface PrefixAlarm {
  readonly family: Family;
  readonly received: number;
  readonly limit: number;
  readonly level: 'warning' | 'over';
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
  /** A peer has sent as many prefixes of a family as are worth a warning, or more than it may (`maxPrefixes`). */
  'peer:prefixes': (peer: PeerStatus, alarm: PrefixAlarm) => void;
  /** End-of-RIB (RFC 4724 §2) came from a peer: its initial routes are all there. Not every peer sends it. */
  'peer:end-of-rib': (peer: PeerStatus, family: string) => void;
}
