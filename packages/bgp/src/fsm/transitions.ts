import { CeaseError, ErrorCode, FsmError } from '../iana/error-code.js';
import type { Action } from './action.js';
import {
  DIAL,
  DROP,
  DROP_FLUSHED,
  ESTABLISH,
  INITIALIZE,
  LISTEN,
  REFUSE,
  RELEASE,
  SEND_KEEPALIVE,
  SEND_OPEN,
  START_CONNECT_RETRY,
  START_DELAY_OPEN,
  START_HOLD,
  START_KEEPALIVE,
  START_LARGE_HOLD,
  STOP_CONNECT_RETRY,
  STOP_DELAY_OPEN,
  STOP_HOLD,
  STOP_IDLE_HOLD,
  STOP_KEEPALIVE,
  sendNotification,
  startIdleHold,
} from './action.js';
import type { ConnectionEvent, EventNumber, NotificationCode } from './event.js';
import { EventCode, UPDATE_EVENT } from './event.js';
import type { ConnectionState, MachineOptions, PeerState, StandingSteps, Step } from './state.js';

type Cell = (state: ConnectionState, event: ConnectionEvent) => Step;

const NO_DATA = new Uint8Array(0);
const NOTHING: readonly Action[] = Object.freeze([]);
const KEEPALIVE_DUE: readonly Action[] = Object.freeze([SEND_KEEPALIVE, START_KEEPALIVE]);
const KEEPALIVE_ONCE: readonly Action[] = Object.freeze([SEND_KEEPALIVE]);
const RESTART_HOLD: readonly Action[] = Object.freeze([START_HOLD]);

/** A state in Established with its standing answers beside it. */
function establishedState(from: ConnectionState, failures: number): ConnectionState {
  const timed = from.holdTime !== 0;
  const standing = {} as { -readonly [K in keyof StandingSteps]: StandingSteps[K] };
  const state: ConnectionState = { ...from, name: 'established', failures, standing };
  standing.nothing = { state, actions: NOTHING };
  standing.restartHold = { state, actions: timed ? RESTART_HOLD : NOTHING };
  standing.keepalive = { state, actions: timed ? KEEPALIVE_DUE : KEEPALIVE_ONCE };
  return state;
}

/** The same state under other options. */
export function withOptions(state: ConnectionState, options: MachineOptions): ConnectionState {
  const changed = { ...state, options };
  return state.standing === null ? changed : establishedState(changed, state.failures);
}

const stay: Cell = (state) => state.standing?.nothing ?? { state, actions: NOTHING };
const refuse: Cell = (state) => ({ state, actions: [REFUSE] });

// --- Leaving: FAIL and QUIT of RFC 4271 §8.2.2, with or without a NOTIFICATION. ---

interface Leaving {
  readonly notification?: NotificationCode | null;
  /** False: the NOTIFICATION may be tried, but nobody waits for it. */
  readonly flush?: boolean;
  /** The ConnectRetryCounter grows. */
  readonly counted?: boolean;
  /** The next idle hold is longer. */
  readonly damped?: boolean;
}

/** R0, D0, free, drop → Idle, from where the idle hold starts the peer again. */
function leave(state: ConnectionState, leaving: Leaving): Step {
  const { notification = null, flush = true, counted = true, damped = true } = leaving;
  const actions: Action[] = [];
  if (notification !== null) actions.push(sendNotification(notification));
  actions.push(STOP_CONNECT_RETRY, STOP_DELAY_OPEN, RELEASE);
  actions.push(notification !== null && flush ? DROP_FLUSHED : DROP);
  actions.push(startIdleHold(state.failures));
  return {
    state: {
      ...state,
      name: 'idle',
      connectRetryCounter: counted ? state.connectRetryCounter + 1 : state.connectRetryCounter,
      failures: damped ? state.failures + 1 : state.failures,
      delayOpenRunning: false,
      idleHoldRunning: true,
      standing: null,
    },
    actions,
  };
}

/** QUIT: the peer was stopped by hand and stays down. */
function quit(state: ConnectionState, notification: NotificationCode | null): Step {
  const actions: Action[] = [];
  if (notification !== null) actions.push(sendNotification(notification));
  actions.push(STOP_CONNECT_RETRY, STOP_DELAY_OPEN, RELEASE, notification === null ? DROP : DROP_FLUSHED);
  return {
    state: {
      ...state,
      name: 'idle',
      connectRetryCounter: 0,
      failures: 0,
      delayOpenRunning: false,
      standing: null,
    },
    actions,
  };
}

const FSM_SUBCODE: Readonly<Record<PeerState, number>> = {
  idle: FsmError.Unspecific,
  connect: FsmError.Unspecific,
  active: FsmError.Unspecific,
  opensent: FsmError.OpenSent,
  openconfirm: FsmError.OpenConfirm,
  established: FsmError.Established,
};

/** Finite State Machine Error (RFC 6608 §3): for an unexpected message its type is the data. */
function fsmError(state: ConnectionState, event: ConnectionEvent): NotificationCode {
  const data = 'messageType' in event ? Uint8Array.of(event.messageType) : NO_DATA;
  return { code: ErrorCode.Fsm, subcode: FSM_SUBCODE[state.name], data };
}

function cease(event: ConnectionEvent): NotificationCode {
  const named = event.number === EventCode.ManualStop || event.number === EventCode.AutomaticStop;
  return {
    code: ErrorCode.Cease,
    subcode: named ? event.subcode : CeaseError.CollisionResolution,
    data: named ? event.data : NO_DATA,
  };
}

const HOLD_EXPIRED: NotificationCode = { code: ErrorCode.HoldTimer, subcode: 0, data: NO_DATA };
const SEND_HOLD_EXPIRED: NotificationCode = { code: ErrorCode.SendHoldTimer, subcode: 0, data: NO_DATA };

const fail: Cell = (state) => leave(state, {});
const failFsm: Cell = (state, event) => leave(state, { notification: fsmError(state, event) });
const failHold: Cell = (state) => leave(state, { notification: HOLD_EXPIRED });
const failCease: Cell = (state, event) => leave(state, { notification: cease(event) });
/** RFC 9687 §3.2: the NOTIFICATION cannot be expected to leave, so nobody waits for it. */
const failSendHold: Cell = (state) => leave(state, { notification: SEND_HOLD_EXPIRED, flush: false });

const failFault: Cell = (state, event) =>
  leave(state, { notification: 'notification' in event ? event.notification : fsmError(state, event) });

/** Before our OPEN, a NOTIFICATION needs SendNOTIFICATIONwithoutOPEN, and a connection that is there. */
const failFaultEarly: Cell = (state, event) => {
  const may = state.options.notificationWithoutOpen && state.delayOpenRunning;
  return may ? failFault(state, event) : fail(state, event);
};

const collisionInEstablished: Cell = (state, event) =>
  state.options.collisionDetectEstablished ? failCease(state, event) : stay(state, event);

/** The peer speaks another version: not a failure of the connection, yet each try waits longer. */
const versionRefused: Cell = (state) => leave(state, { counted: false });
const versionRefusedEarly: Cell = (state) => leave(state, { counted: !state.delayOpenRunning });

const quitNow: Cell = (state) => quit(state, null);
const quitCease: Cell = (state, event) => quit(state, cease(event));
const quitActive: Cell = (state, event) =>
  quit(state, state.options.notificationWithoutOpen && state.delayOpenRunning ? cease(event) : null);
const quitIdle: Cell = (state, event) =>
  state.idleHoldRunning
    ? { state: { ...state, idleHoldRunning: false, failures: 0 }, actions: [STOP_IDLE_HOLD] }
    : stay(state, event);

// --- Starting. ---

function begin(state: ConnectionState, passive: boolean): Step {
  const stopped = state.idleHoldRunning ? [STOP_IDLE_HOLD] : [];
  return {
    state: {
      ...state,
      name: passive ? 'active' : 'connect',
      connectRetryCounter: 0,
      idleHoldRunning: false,
    },
    actions: [...stopped, INITIALIZE, START_CONNECT_RETRY, ...(passive ? [] : [DIAL]), LISTEN],
  };
}

const start: Cell = (state) => begin(state, false);
const startPassive: Cell = (state) => begin(state, true);
const startDamped: Cell = (state, event) =>
  state.idleHoldRunning
    ? stay(state, event)
    : begin(state, event.number === EventCode.AutomaticStartDampedPassive);
const idleHoldOver: Cell = (state) => begin({ ...state, idleHoldRunning: false }, state.options.passive);

// --- Connecting. ---

const redial: Cell = (state) => ({
  state: state.delayOpenRunning ? { ...state, delayOpenRunning: false } : state,
  actions: [DROP, START_CONNECT_RETRY, STOP_DELAY_OPEN, DIAL],
});
/** A passive peer has nothing to dial: it goes on waiting. */
const dialAgain: Cell = (state) =>
  state.options.passive
    ? { state, actions: [START_CONNECT_RETRY] }
    : { state: { ...state, name: 'connect' }, actions: [START_CONNECT_RETRY, DIAL] };

const connected: Cell = (state) =>
  state.options.delayOpen
    ? { state: { ...state, delayOpenRunning: true }, actions: [STOP_CONNECT_RETRY, START_DELAY_OPEN] }
    : { state: { ...state, name: 'opensent' }, actions: [STOP_CONNECT_RETRY, SEND_OPEN, START_LARGE_HOLD] };

const delayOver: Cell = (state) => ({
  state: { ...state, name: 'opensent', delayOpenRunning: false },
  actions: [STOP_CONNECT_RETRY, STOP_DELAY_OPEN, SEND_OPEN, START_LARGE_HOLD],
});

const connectFailed: Cell = (state) =>
  state.delayOpenRunning
    ? {
        state: { ...state, name: 'active', delayOpenRunning: false },
        actions: [START_CONNECT_RETRY, STOP_DELAY_OPEN, RELEASE, DROP, LISTEN],
      }
    : leave(state, { counted: false, damped: false });

const activeFailed: Cell = (state) => ({
  state: {
    ...state,
    name: 'idle',
    connectRetryCounter: state.connectRetryCounter + 1,
    failures: state.failures + 1,
    delayOpenRunning: false,
    idleHoldRunning: true,
  },
  actions: [START_CONNECT_RETRY, STOP_DELAY_OPEN, RELEASE, DROP, startIdleHold(state.failures)],
});

/** In OpenSent a lost connection is not yet a failure: we wait for the next one. */
const openSentFailed: Cell = (state) => ({
  state: { ...state, name: 'active' },
  actions: [RELEASE, DROP, START_CONNECT_RETRY, LISTEN],
});

// --- Opening. ---

function holdTimeOf(event: ConnectionEvent): number {
  return 'holdTime' in event ? event.holdTime : 0;
}

function confirmed(state: ConnectionState, event: ConnectionEvent, before: readonly Action[]): Step {
  const holdTime = holdTimeOf(event);
  const timers = holdTime === 0 ? [STOP_KEEPALIVE, STOP_HOLD] : [START_KEEPALIVE, START_HOLD];
  return {
    state: { ...state, name: 'openconfirm', delayOpenRunning: false, holdTime },
    actions: [...before, SEND_KEEPALIVE, ...timers],
  };
}

const open: Cell = (state, event) => confirmed(state, event, [STOP_DELAY_OPEN, STOP_CONNECT_RETRY]);
const openWhileDelayed: Cell = (state, event) =>
  confirmed(state, event, [STOP_CONNECT_RETRY, STOP_DELAY_OPEN, SEND_OPEN]);

/** Without keepalives nothing else would ever prove the session, so reaching Established must do. */
const establish: Cell = (state) => ({
  state: establishedState(state, state.holdTime === 0 ? 0 : state.failures),
  actions: state.holdTime === 0 ? [ESTABLISH] : [START_HOLD, ESTABLISH],
});

// --- Established. ---

/** The first KEEPALIVE in Established proves the session: the next idle hold is short again. */
const keepaliveReceived: Cell = (state) =>
  state.failures === 0
    ? updateReceived(state, UPDATE_EVENT)
    : { state: establishedState(state, 0), actions: RESTART_HOLD };
const updateReceived: Cell = (state) => state.standing?.restartHold ?? { state, actions: RESTART_HOLD };

const keepaliveDue: Cell = (state) =>
  state.standing?.keepalive ?? { state, actions: state.holdTime === 0 ? KEEPALIVE_ONCE : KEEPALIVE_DUE };

/**
 * RFC 4271 §8.2.2, one row for each event, one column for each state. Where deployed speakers agree to differ from
 * the text, the table follows them: a header or OPEN error in Established is told as what it is, and a NOTIFICATION
 * is never answered.
 */
export const TRANSITIONS: Readonly<Record<EventNumber, Readonly<Record<PeerState, Cell>>>> = {
  [EventCode.ManualStart]: row(start, stay, stay, stay, stay, stay),
  [EventCode.ManualStop]: row(quitIdle, quitNow, quitActive, quitCease, quitCease, quitCease),
  [EventCode.AutomaticStart]: row(start, stay, stay, stay, stay, stay),
  [EventCode.ManualStartPassive]: row(startPassive, stay, stay, stay, stay, stay),
  [EventCode.AutomaticStartPassive]: row(startPassive, stay, stay, stay, stay, stay),
  [EventCode.AutomaticStartDamped]: row(startDamped, stay, stay, stay, stay, stay),
  [EventCode.AutomaticStartDampedPassive]: row(startDamped, stay, stay, stay, stay, stay),
  [EventCode.AutomaticStop]: row(stay, fail, fail, failCease, failCease, failCease),
  [EventCode.ConnectRetryExpires]: row(stay, redial, dialAgain, failFsm, failFsm, failFsm),
  [EventCode.HoldExpires]: row(stay, fail, fail, failHold, failHold, failHold),
  [EventCode.KeepaliveExpires]: row(stay, fail, fail, failFsm, keepaliveDue, keepaliveDue),
  [EventCode.DelayOpenExpires]: row(stay, delayOver, delayOver, failFsm, failFsm, failFsm),
  [EventCode.IdleHoldExpires]: row(idleHoldOver, fail, fail, failFsm, failFsm, failFsm),
  [EventCode.TcpConnectionValid]: row(refuse, stay, stay, stay, stay, stay),
  [EventCode.TcpCrInvalid]: row(stay, refuse, refuse, stay, stay, stay),
  [EventCode.TcpCrAcked]: row(refuse, connected, connected, stay, stay, stay),
  [EventCode.TcpConnectionConfirmed]: row(refuse, connected, connected, stay, stay, stay),
  [EventCode.TcpConnectionFails]: row(stay, connectFailed, activeFailed, openSentFailed, fail, fail),
  [EventCode.BgpOpen]: row(stay, fail, fail, open, stay, stay),
  [EventCode.BgpOpenWithDelayOpen]: row(stay, openWhileDelayed, openWhileDelayed, failFsm, failFsm, failFsm),
  [EventCode.BgpHeaderError]: row(stay, failFaultEarly, failFaultEarly, failFault, failFault, failFault),
  [EventCode.BgpOpenError]: row(stay, failFaultEarly, failFaultEarly, failFault, failFault, failFsm),
  [EventCode.OpenCollisionDump]: row(stay, fail, fail, failCease, failCease, collisionInEstablished),
  [EventCode.NotifVersionError]: row(
    stay,
    versionRefusedEarly,
    versionRefusedEarly,
    versionRefused,
    versionRefused,
    fail,
  ),
  [EventCode.Notif]: row(stay, fail, fail, fail, fail, fail),
  [EventCode.KeepAlive]: row(stay, fail, fail, failFsm, establish, keepaliveReceived),
  [EventCode.Update]: row(stay, fail, fail, failFsm, failFsm, updateReceived),
  [EventCode.UpdateError]: row(stay, fail, fail, failFsm, failFsm, failFault),
  [EventCode.SendHoldExpires]: row(stay, stay, stay, stay, stay, failSendHold),
};

function row(
  idle: Cell,
  connect: Cell,
  active: Cell,
  opensent: Cell,
  openconfirm: Cell,
  established: Cell,
): Readonly<Record<PeerState, Cell>> {
  return { idle, connect, active, opensent, openconfirm, established };
}
