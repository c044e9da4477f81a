// The door `@peerage/bgp/session`: one BGP session, and the machine in it, without tables and policies.

export type { BgpRole, Capability } from './capabilities/capability.js';
export type { Negotiated } from './capabilities/negotiate.js';
export type {
  ConnectionEvent,
  EventNumber,
  FaultEvent,
  MessageEvent,
  NotificationCode,
  OpenEvent,
  PlainEvent,
  StopEvent,
} from './fsm/event.js';
export { EventCode } from './fsm/event.js';
export { stepPeer } from './fsm/peer-fsm.js';
export type { PeerAction, PeerEvent, PeerIdentity, PeerMachine, PeerStep } from './fsm/peer-machine.js';
export { idlePeer, peerState } from './fsm/peer-machine.js';
export type { MachineOptions, PeerState } from './fsm/state.js';
export { CeaseError, ErrorCode } from './iana/error-code.js';
export type { RouteRefreshMessage } from './message/route-refresh.js';
export type { SpeakerPorts } from './ports/speaker-ports.js';
export type { ConnectTarget, Endpoint, Transport } from './ports/transport.js';
export type { MessageCounts } from './session/counters.js';
export type { StopOptions } from './session/session.js';
export { Session } from './session/session.js';
export type { SessionConfig, SessionLimits } from './session/session-config.js';
export type { NotificationRecord, SessionError, SessionErrorCode } from './session/session-error.js';
export type { SessionHandler } from './session/session-handler.js';
export type { TurnLoopOptions } from './session/turn-loop.js';
export { TurnLoop } from './session/turn-loop.js';
export type { Fault } from './wire/result.js';
