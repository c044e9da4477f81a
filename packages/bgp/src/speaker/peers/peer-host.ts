import type { EventEmitter } from 'eventemitter3';
import type { LogLevel } from '../../ports/log.js';
import type { SpeakerPorts } from '../../ports/speaker-ports.js';
import type { SocketProtection } from '../../ports/transport.js';
import type { PeerIndex } from '../../rib/ids.js';
import type { TurnLoop } from '../../session/turn-loop.js';
import type { Refusals } from '../connections/listeners.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import type { SpeakerSettings } from '../settings/speaker-settings.js';
import type { SpeakerEvents } from '../views/events.js';
import type { LogEvent } from '../views/log-events.js';
import type { Drain } from './drain.js';
import type { OwnRestart } from './own-restart.js';

/** A line about one peer. */
export type PeerLog = (level: LogLevel, event: LogEvent, fields: Readonly<Record<string, unknown>>) => void;

/** What a peer needs of the speaker that it belongs to. */
export interface PeerHost {
  readonly settings: SpeakerSettings;
  readonly ports: SpeakerPorts;
  readonly loop: TurnLoop;
  readonly pipeline: Pipeline;
  /** Sets what inbound connections from an address must have; throws when that is not possible. */
  protect(address: string, protection: SocketProtection | null): void;
  readonly ownRestart: OwnRestart;
  readonly drain: Drain;
  readonly refusals: Refusals;
  readonly events: EventEmitter<SpeakerEvents>;
  /** A session, or an attempt at one, has ended, and the peer is not held down; or what was kept of one is gone. */
  ended(peer: { readonly settings: PeerSettings; readonly tableIndex: PeerIndex | null }): void;
}
