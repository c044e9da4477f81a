import type { Action } from './action.js';
import type { ConnectionEvent } from './event.js';
import type { ConnectionState, MachineOptions, PeerState } from './state.js';
import { DEFAULT_OPTIONS, idleState, STATE_NAMES } from './state.js';
import { withOptions } from './transitions.js';

/** Where a connection lives in the session: two at most, and only while a collision is unsettled. */
export type Slot = 0 | 1;

/** Who opened the TCP connection. */
export type Origin = 'dialled' | 'accepted';

/** The peer as its OPEN named it. */
export interface PeerIdentity {
  /** BGP identifier, unsigned. */
  readonly routerId: number;
  readonly as: number;
}

/** An event that waits for what the other connection shows, or for its end to be over. */
export interface Held {
  readonly event: ConnectionEvent;
  readonly until: 'settled' | 'loser closed';
}

export interface PeerConnection {
  readonly slot: Slot;
  readonly origin: Origin;
  readonly state: ConnectionState;
  /** Null until its OPEN arrived. */
  readonly identity: PeerIdentity | null;
  /** Its OPEN or KEEPALIVE, while a collision does not allow to deal with it. */
  readonly held: Held | null;
}

/**
 * A peer: the RFC's machine with the connection that it has, if any (`main`), and a second connection while both are
 * open (`rival`, always the newer one).
 *
 *     dial ──▶ main ◀── accept          rival ◀── whichever came second
 *                └────── settle ─────────┘   (RFC 4271 §6.8, RFC 6286 §2.3)
 */
export interface PeerMachine {
  readonly local: PeerIdentity;
  /** The machine of `main`, and of the peer while there is no connection. */
  readonly state: ConnectionState;
  readonly main: PeerConnection | null;
  readonly rival: PeerConnection | null;
  /** A dial is under way. */
  readonly dialling: boolean;
  /** A connection came during the idle hold and waits, unread, for its end. */
  readonly parked: boolean;
  /** The idle hold follows a dial that nobody took, not a session that failed: who dials us then is there again. */
  readonly unanswered: boolean;
}

/** Anything that may happen to a peer: to it as a whole, or to one of its connections. */
export type PeerEvent =
  /** Starts, stops, ConnectRetryTimer, IdleHoldTimer. */
  | { readonly type: 'peer'; readonly event: ConnectionEvent }
  /** A connection is up and has no slot yet. */
  | { readonly type: 'connected'; readonly origin: Origin }
  | { readonly type: 'dial-failed' }
  /** Anything of one connection. An OPEN says who sent it. */
  | {
      readonly type: 'connection';
      readonly slot: Slot;
      readonly event: ConnectionEvent;
      readonly identity?: PeerIdentity;
      /** The OPEN of a peer that has restarted, while its old session is Established here (RFC 4724 §5). */
      readonly isRestart?: boolean;
    }
  /** A connection that had been left is closed now. */
  | { readonly type: 'loser-closed' }
  /** The preferred connection of a collision had its time to show a KEEPALIVE. */
  | { readonly type: 'collision-wait-over' };

/** What belongs to no single connection. */
export type PeerAction =
  /** The new connection gets this slot. */
  | { readonly type: 'adopt'; readonly slot: Slot; readonly origin: Origin }
  /** The new connection is closed unread, or kept unread until the idle hold is over. */
  | { readonly type: 'refuse' | 'park' | 'unpark' | 'discard-parked' }
  | { readonly type: 'cancel-dial' }
  | { readonly type: 'start-collision-wait' | 'stop-collision-wait' }
  /** Nothing more is taken from what this connection received, until it is resumed. */
  | { readonly type: 'hold-input' | 'resume-input'; readonly slot: Slot }
  | { readonly type: 'connection'; readonly slot: Slot; readonly actions: readonly Action[] };

/** What a machine answers: the peer as it is now, and what is to be done, in order. */
export interface PeerStep {
  readonly peer: PeerMachine;
  readonly actions: readonly PeerAction[];
}

/**
 * A peer at rest: no connection, nothing dialled.
 *
 * @example
 * peerState(idlePeer({ routerId: 1, as: 64512 })); // 'idle'
 */
export function idlePeer(local: PeerIdentity, options: MachineOptions = DEFAULT_OPTIONS): PeerMachine {
  return {
    local,
    state: idleState(options),
    main: null,
    rival: null,
    dialling: false,
    parked: false,
    unanswered: false,
  };
}

/** What of a machine may change while it runs. */
export interface MachineSettings extends Pick<MachineOptions, 'passive' | 'delayOpen'> {
  /** Who we are, from the next connection on. */
  readonly local?: PeerIdentity;
}

/** The same peer under changed settings that need no new session. */
export function withSettings(machine: PeerMachine, settings: MachineSettings): PeerMachine {
  const { passive, delayOpen, local = machine.local } = settings;
  const isSame = machine.local.routerId === local.routerId && machine.local.as === local.as;
  const peer = isSame ? machine : { ...machine, local };
  const before = peer.state.options;
  if (before.passive === passive && before.delayOpen === delayOpen) return peer;
  const options: MachineOptions = { ...before, passive, delayOpen };
  const state = withOptions(peer.state, options);
  return { ...peer, state, main: peer.main && { ...peer.main, state } };
}

/**
 * The state that is shown: that of the connection which is furthest.
 *
 * @example
 * peerState(idlePeer({ routerId: 1, as: 64512 })); // 'idle'
 */
export function peerState(peer: PeerMachine): PeerState {
  const main = STATE_NAMES.indexOf(peer.state.name);
  const rival = peer.rival === null ? 0 : STATE_NAMES.indexOf(peer.rival.state.name);
  return STATE_NAMES[Math.max(main, rival)]!;
}
