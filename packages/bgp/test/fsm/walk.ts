import { EventCode, KEEPALIVE_EVENT } from '../../src/fsm/event.js';
import { stepPeer } from '../../src/fsm/peer-fsm.js';
import type {
  Origin,
  PeerAction,
  PeerEvent,
  PeerIdentity,
  PeerMachine,
  Slot,
} from '../../src/fsm/peer-machine.js';
import { idlePeer, peerState } from '../../src/fsm/peer-machine.js';
import { DEFAULT_OPTIONS, type MachineOptions } from '../../src/fsm/state.js';
import { notations } from './notation.js';

const NO_DATA = new Uint8Array(0);
export const LOCAL: PeerIdentity = { routerId: 5, as: 64512 };
export const LOWER: PeerIdentity = { routerId: 3, as: 64513 };
export const HIGHER: PeerIdentity = { routerId: 0xc0000000, as: 64513 };

function told(action: PeerAction): string {
  switch (action.type) {
    case 'connection':
      return `${action.slot}:[${notations(action.actions)}]`;
    case 'adopt':
      return `adopt ${action.slot} ${action.origin}`;
    case 'hold-input':
    case 'resume-input':
      return `${action.type} ${action.slot}`;
    default:
      return action.type;
  }
}

/** A machine that is led from event to event; `do` returns what it said. */
export class Walk {
  peer: PeerMachine;

  constructor(options: Partial<MachineOptions> = {}, local = LOCAL) {
    this.peer = idlePeer(local, { ...DEFAULT_OPTIONS, ...options });
  }
  step(event: PeerEvent): string {
    const { peer, actions } = stepPeer(this.peer, event);
    this.peer = peer;
    return actions.map(told).join(' | ');
  }
  start(): string {
    return this.step({ type: 'peer', event: { number: EventCode.ManualStart } });
  }
  stop(): string {
    return this.step({ type: 'peer', event: { number: EventCode.ManualStop, subcode: 2, data: NO_DATA } });
  }
  idleHoldOver(): string {
    return this.step({ type: 'peer', event: { number: EventCode.IdleHoldExpires } });
  }
  up(origin: Origin): string {
    return this.step({ type: 'connected', origin });
  }
  closed(): string {
    return this.step({ type: 'loser-closed' });
  }
  open(slot: Slot, identity: PeerIdentity): string {
    const event = { number: EventCode.BgpOpen, holdTime: 90 };
    return this.step({ type: 'connection', slot, event, identity });
  }
  keepalive(slot: Slot): string {
    return this.step({ type: 'connection', slot, event: KEEPALIVE_EVENT });
  }
  lost(slot: Slot): string {
    return this.step({ type: 'connection', slot, event: { number: EventCode.TcpConnectionFails } });
  }
  get state(): string {
    return peerState(this.peer);
  }
  /** The two connections: slot and state. */
  get connections(): string {
    return [this.peer.main, this.peer.rival]
      .map((connection) => (connection === null ? '-' : `${connection.slot} ${connection.state.name}`))
      .join(', ');
  }
}
