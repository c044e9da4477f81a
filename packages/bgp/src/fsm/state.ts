import type { Action } from './action.js';

/** The states of RFC 4271 §8.2.2. */
export type PeerState = 'idle' | 'connect' | 'active' | 'opensent' | 'openconfirm' | 'established';

/** In the order in which a session passes them. */
export const STATE_NAMES: readonly PeerState[] = [
  'idle',
  'connect',
  'active',
  'opensent',
  'openconfirm',
  'established',
];

/** What is fixed for the life of a machine. */
export interface MachineOptions {
  /** Never dials: an automatic restart ends in Active instead of Connect. */
  readonly passive: boolean;
  /** DelayOpen attribute: our OPEN waits for the DelayOpenTimer or for the peer's. */
  readonly delayOpen: boolean;
  /** SendNOTIFICATIONwithoutOPEN attribute (RFC 4271 §8.2.1.5). */
  readonly notificationWithoutOpen: boolean;
  /** CollisionDetectEstablishedState attribute: a collision may end an Established connection. */
  readonly collisionDetectEstablished: boolean;
}

/** As sessions of a speaker run: no delay, a collision never ends an Established session. */
export const DEFAULT_OPTIONS: MachineOptions = {
  passive: false,
  delayOpen: false,
  notificationWithoutOpen: true,
  collisionDetectEstablished: false,
};

/**
 * One connection as its machine sees it. A value: `step` answers with another one, or with the very same object when
 * nothing changes. Timers run outside; here is only what a transition asks for.
 */
export interface ConnectionState {
  readonly name: PeerState;
  readonly options: MachineOptions;
  readonly connectRetryCounter: number;
  /** Sessions that failed in a row; the idle hold doubles with each. Cleared when a session has proved itself. */
  readonly failures: number;
  readonly delayOpenRunning: boolean;
  readonly idleHoldRunning: boolean;
  /** Negotiated hold time in seconds, 0 = no hold and keepalive timers. Meaningful from OpenConfirm on. */
  readonly holdTime: number;
  /** Only in Established: the answers to everyday events, made once, so that these allocate nothing. */
  readonly standing: StandingSteps | null;
}

/** What a machine answers: its next state and what is to be done, in order. */
export interface Step {
  readonly state: ConnectionState;
  readonly actions: readonly Action[];
}

export interface StandingSteps {
  readonly nothing: Step;
  readonly restartHold: Step;
  readonly keepalive: Step;
}

/** A machine at rest. */
export function idleState(options: MachineOptions = DEFAULT_OPTIONS): ConnectionState {
  return {
    name: 'idle',
    options,
    connectRetryCounter: 0,
    failures: 0,
    delayOpenRunning: false,
    idleHoldRunning: false,
    holdTime: 0,
    standing: null,
  };
}
