import type { Action, TimerName } from '../fsm/action.js';
import type { NotificationCode } from '../fsm/event.js';
import type { Origin, PeerAction, Slot } from '../fsm/peer-machine.js';
import { MessageType } from '../message/message-type.js';
import { encodeNotification } from '../message/notification.js';
import { createOpen, encodeOpen } from '../message/open.js';
import type { Transport } from '../ports/transport.js';
import { ClosingSet } from './closing-set.js';
import { Connection, type ConnectionOwner } from './connection.js';
import { Dialler } from './dialler.js';
import { PeerDeadlines } from './peer-deadlines.js';
import type { SessionContext } from './session-context.js';
import { connectFailure } from './session-error.js';
import type { SessionHandler } from './session-handler.js';

const NEVER = Number.POSITIVE_INFINITY;
/** So that an idle hold of 0 does not spin. */
const LEAST_IDLE_HOLD_SECONDS = 0.1;

/** What performing brings about, now or later. */
export interface PerformerOwner {
  /** A connection has something for the next turn. */
  inputArrived(): void;
  /** A connection is up, and the machine has to say what it is for. */
  connected(transport: Transport, origin: Origin): void;
  dialFailed(message: string): void;
  /** A connection that had been left is closed. */
  closed(): void;
}

/** The hands of a session: does what the machine says, with sockets and deadlines. It never asks the machine. */
export class Performer {
  readonly slots: [Connection | null, Connection | null] = [null, null];
  established: Connection | null = null;
  readonly deadlines = new PeerDeadlines();

  readonly #context: SessionContext;
  readonly #handler: SessionHandler;
  readonly #owner: PerformerOwner;
  readonly #dialler: Dialler;
  readonly #closing = new ClosingSet();
  readonly #connections: ConnectionOwner;
  /** A connection that is up, while the machine decides what it is for. */
  #arriving: Transport | null = null;
  #parked: Transport | null = null;

  constructor(context: SessionContext, handler: SessionHandler, owner: PerformerOwner) {
    this.#context = context;
    this.#handler = handler;
    this.#owner = owner;
    this.#dialler = new Dialler(context.sockets, context.clock, {
      connected: (transport) => owner.connected(transport, 'dialled'),
      failed: (error) => owner.dialFailed(connectFailure(context.config.target, error)),
    });
    this.#connections = {
      inputArrived: () => owner.inputArrived(),
      left: (connection) => {
        this.#closing.delete(connection.transport);
        owner.closed();
        this.checkClosed();
      },
    };
  }

  /** Whole seconds for which nobody has answered our dials, or dialled a passive peer. */
  get silentSeconds(): number {
    return this.#dialler.silentSeconds;
  }

  /** One step's actions; `arriving` is the connection that came up, if that was the event. */
  perform(actions: readonly PeerAction[], arriving: Transport | null): void {
    this.#arriving = arriving;
    for (const action of actions) this.#perform(action);
    this.#arriving = null;
  }

  /** The session, or the attempt at one, has ended. */
  ended(wasEstablished: boolean): void {
    this.#handler.ended(this.#context.reasons.conclude(this.#context.clock.wallTime()), wasEstablished);
  }

  closed(): Promise<void> {
    const closed = this.#closing.whenEmpty();
    this.checkClosed();
    return closed;
  }

  checkClosed(): void {
    this.#closing.check(this.slots[0] === null && this.slots[1] === null);
  }

  #perform(action: PeerAction): void {
    switch (action.type) {
      case 'connection':
        this.run(action.slot, action.actions);
        break;
      case 'adopt':
        this.#adopt(action.slot, action.origin);
        break;
      case 'refuse':
        this.#arriving?.destroy();
        break;
      case 'park':
        this.#parked = this.#arriving;
        break;
      case 'unpark': {
        const parked = this.#parked;
        this.#parked = null;
        if (parked !== null) this.#owner.connected(parked, 'accepted');
        break;
      }
      case 'discard-parked':
        this.#parked?.destroy();
        this.#parked = null;
        break;
      case 'cancel-dial':
        this.#dialler.cancel();
        break;
      case 'start-collision-wait':
        this.deadlines.start('collision', this.#context.now() + this.#context.limits.collisionMilliseconds);
        break;
      case 'stop-collision-wait':
        this.deadlines.stop('collision');
        break;
      case 'hold-input':
        this.#hold(action.slot, true);
        break;
      case 'resume-input':
        this.#hold(action.slot, false);
        break;
      default:
        assertNever(action);
    }
  }

  #adopt(slot: Slot, origin: Origin): void {
    const transport = this.#arriving!;
    const { capabilities } = this.#context.config;
    const open = createOpen({
      localAs: this.#context.config.localAs,
      holdTime: this.#context.config.holdTime,
      routerId: this.#context.config.localRouterId,
      capabilities:
        typeof capabilities === 'function' ? capabilities(transport.local, transport.remote) : capabilities,
    });
    const connection = new Connection(
      this.#connections,
      transport,
      { slot, origin },
      open,
      this.#context.limits,
    );
    this.slots[slot] = connection;
    this.#dialler.heard();
    transport.start(connection);
  }

  #hold(slot: Slot, isHeld: boolean): void {
    const connection = this.slots[slot];
    if (connection === null) return;
    connection.isHeld = isHeld;
    if (!isHeld) this.#owner.inputArrived();
  }

  // --- Actions of one connection. ---

  /** The actions of one connection, in order. */
  run(slot: Slot, actions: readonly Action[]): void {
    for (const action of actions) {
      switch (action.type) {
        case 'start-timer':
          this.#startTimer(slot, action);
          break;
        case 'stop-timer':
          this.#stopTimer(slot, action.timer);
          break;
        case 'send-open':
        case 'send-keepalive':
          this.#send(slot, action.type);
          break;
        case 'send-notification':
          this.#sendNotification(slot, action);
          break;
        case 'dial':
          this.#dialler.dial(this.#context.config.target);
          break;
        case 'establish':
          this.#establish(slot);
          break;
        case 'release':
          this.#release(slot);
          break;
        case 'drop':
          this.#drop(slot, action.flush);
          break;
        case 'refuse':
          this.#arriving?.destroy();
          break;
        // There is nothing to open: connections are handed in by the speaker's listeners.
        case 'listen':
          if (this.#context.config.passive) this.#dialler.expectDial();
          break;
        case 'initialize':
          break;
        default:
          assertNever(action);
      }
    }
  }

  #send(slot: Slot, what: 'send-open' | 'send-keepalive'): void {
    const connection = this.slots[slot];
    if (connection === null) return;
    if (what === 'send-open') {
      this.#context.sent.add(MessageType.Open);
      connection.outbox.push(encodeOpen(connection.ourOpen));
    } else {
      this.#context.sent.add(MessageType.Keepalive);
      connection.outbox.pushKeepalive();
    }
  }

  #sendNotification(slot: Slot, notification: NotificationCode): void {
    const connection = this.slots[slot];
    if (connection === null) return;
    this.#context.sent.add(MessageType.Notification);
    connection.outbox.writeLast(encodeNotification(notification));
    this.#context.reasons.sent(notification);
  }

  #establish(slot: Slot): void {
    const connection = this.slots[slot]!;
    this.established = connection;
    this.#dialler.heard();
    const { local, remote } = connection.transport;
    this.#handler.established(connection.negotiated!, local, remote);
  }

  #release(slot: Slot): void {
    const connection = this.slots[slot];
    connection?.timers.clear();
    if (connection === null || this.established !== connection) return;
    this.established = null;
    this.ended(true);
  }

  #drop(slot: Slot, flush: boolean): void {
    const connection = this.slots[slot];
    if (connection === null) {
      this.#dialler.cancel();
      return;
    }
    this.slots[slot] = null;
    connection.isLeft = true;
    if (connection.isEnded && connection.isClosed) return;
    this.#closing.add(connection.transport);
    if (flush) connection.transport.end(this.#context.limits.closeMilliseconds);
    else connection.transport.destroy();
  }

  #startTimer(slot: Slot, action: Action & { readonly type: 'start-timer' }): void {
    const now = this.#context.now();
    const connection = this.slots[slot];
    switch (action.timer) {
      case 'connectRetry':
        this.deadlines.start(
          'connectRetry',
          now + 1000 * this.#context.config.connectRetryTime * this.#context.jitter(),
        );
        break;
      case 'idleHold': {
        const grown = this.#context.config.idleHoldTime * 2 ** Math.min(action.doublings, 30);
        const seconds = Math.min(
          this.#context.limits.idleHoldSeconds,
          Math.max(LEAST_IDLE_HOLD_SECONDS, grown),
        );
        this.deadlines.start('idleHold', now + 1000 * seconds * this.#context.jitter());
        break;
      }
      case 'hold':
        connection?.timers.startHold(now, action.length);
        break;
      case 'keepalive':
        connection?.timers.startKeepalive(
          now,
          1000 * this.#context.keepaliveSeconds(connection),
          this.#context.jitter(),
        );
        break;
      case 'delayOpen':
        if (connection !== null)
          connection.timers.delayOpen = now + 1000 * (this.#context.config.delayOpenTime ?? 0);
        break;
      default:
        assertNever(action);
    }
  }

  #stopTimer(slot: Slot, timer: TimerName): void {
    const timers = this.slots[slot]?.timers;
    if (timer === 'connectRetry' || timer === 'idleHold') this.deadlines.stop(timer);
    else if (timers !== undefined) timers[timer] = NEVER;
  }
}

function assertNever(value: never): never {
  throw new TypeError(`unexpected action ${JSON.stringify(value)}`);
}
