import type { Action, TimerName } from '../fsm/action.js';
import type { MessageEvent, NotificationCode, PlainEvent, StopEvent } from '../fsm/event.js';
import { EventCode } from '../fsm/event.js';
import { steadyActions, stepPeer } from '../fsm/peer-fsm.js';
import type { Origin, PeerAction, PeerEvent, PeerMachine, Slot } from '../fsm/peer-machine.js';
import { idlePeer, peerState, withPassive } from '../fsm/peer-machine.js';
import { DEFAULT_OPTIONS, type PeerState } from '../fsm/state.js';
import { CeaseError } from '../iana/error-code.js';
import { MessageType } from '../message/message-type.js';
import { encodeNotification, encodeShutdownCommunication } from '../message/notification.js';
import { createOpen, encodeOpen } from '../message/open.js';
import type { SpeakerPorts } from '../ports/speaker-ports.js';
import type { Endpoint, Transport } from '../ports/transport.js';
import { ClosingSet } from './closing-set.js';
import { Connection, type ConnectionOwner } from './connection.js';
import { MessageCounter, type MessageCounts } from './counters.js';
import { Dialler, silenceHint } from './dialler.js';
import { Intake } from './intake.js';
import { PeerDeadlines } from './peer-deadlines.js';
import { Reasons } from './reasons.js';
import { DEFAULT_LIMITS, type SessionConfig, type SessionLimits } from './session-config.js';
import type { Cause, NotificationRecord, SessionError } from './session-error.js';
import { closedWhile, connectFailure } from './session-error.js';
import type { SessionHandler } from './session-handler.js';
import type { LoopMember, TurnLoop } from './turn-loop.js';

const NEVER = Number.POSITIVE_INFINITY;
const NO_DATA = new Uint8Array(0);
/** So that an idle hold of 0 does not spin. */
const LEAST_IDLE_HOLD_SECONDS = 0.1;

/** Events that are a number and nothing else. */
type PlainNumber = PlainEvent['number'];

/** How a session is stopped. */
export interface StopOptions {
  /** Text for the operator at the other end (RFC 9003), at most 255 octets of UTF-8; more is cut. */
  readonly communication?: string;
  /** Subcode of the Cease (RFC 4486). Default 2, administrative shutdown; a reset: 4. */
  readonly subcode?: number;
}

/** An event that waits for the one before it, with why things end if they do. */
interface Pending {
  readonly event: PeerEvent;
  readonly cause: Cause | null;
  /** The connection that came up. */
  readonly transport: Transport | null;
}

const MESSAGE_NAMES: Readonly<Record<number, string>> = { 2: 'UPDATE', 4: 'KEEPALIVE', 5: 'ROUTE-REFRESH' };

/**
 * One peer's session: the only interpreter of the machine's actions. It owns up to two connections (two only during a
 * collision), feeds them to the machine message by message, and keeps deadlines as numbers that the loop compares: it
 * has no timer of its own.
 *
 *     transport ─▶ connection.framer ─▶ interpret ─▶ event ─▶ stepPeer ─▶ actions ─▶ transport, deadlines, handler
 */
export class Session implements LoopMember {
  scheduledAt = NEVER;
  heapIndex = -1;
  isQueued = false;

  #config: SessionConfig;
  #limits: SessionLimits;
  readonly #ports: SpeakerPorts;
  readonly #loop: TurnLoop;
  readonly #handler: SessionHandler;
  readonly #dialler: Dialler;
  readonly #intake: Intake;
  readonly #sent = new MessageCounter();
  readonly #received = new MessageCounter();

  #peer: PeerMachine;
  readonly #slots: [Connection | null, Connection | null] = [null, null];
  #established: Connection | null = null;
  /** A connection that is up, while the machine decides what it is for. */
  #arriving: Transport | null = null;
  #parked: Transport | null = null;
  readonly #closing = new ClosingSet();
  readonly #deadlines = new PeerDeadlines();
  readonly #reasons = new Reasons();

  readonly #connectionOwner: ConnectionOwner = {
    inputArrived: () => this.#loop.enqueue(this),
    left: (connection) => {
      this.#closing.delete(connection.transport);
      this.#checkClosed();
    },
  };

  #isDispatching = false;
  readonly #waiting: Pending[] = [];

  constructor(config: SessionConfig, ports: SpeakerPorts, loop: TurnLoop, handler: SessionHandler) {
    this.#config = config;
    this.#limits = { ...DEFAULT_LIMITS, ...config.limits };
    this.#ports = ports;
    this.#loop = loop;
    this.#handler = handler;
    this.#peer = idlePeer(
      { routerId: config.localRouterId, as: config.localAs },
      { ...DEFAULT_OPTIONS, passive: config.passive, delayOpen: config.delayOpenTime !== undefined },
    );
    this.#intake = this.#createIntake();
    this.#dialler = new Dialler(ports.sockets, ports.clock, {
      connected: (transport) => this.#connected(transport, 'dialled'),
      failed: (error) => {
        const message = connectFailure(this.#config.target, error);
        this.#dispatch({ type: 'dial-failed' }, { code: 'connect-failed', message });
      },
    });
  }

  // --- What the owner does. ---

  /** Starts; without effect on a session that runs. Passive peers wait, others dial. */
  start(): void {
    const number = this.#config.passive ? EventCode.ManualStartPassive : EventCode.ManualStart;
    this.#dispatch({ type: 'peer', event: { number } }, null);
  }

  /** Cease to the peer, and down until `start`. The connection closes when the peer has read it, or shortly after. */
  stop(options: StopOptions = {}): void {
    this.#stopBy(EventCode.ManualStop, CeaseError.AdministrativeShutdown, options);
  }

  /** Cease (administrative reset unless told otherwise); the session comes back by itself. */
  reset(options: StopOptions = {}): void {
    this.#stopBy(EventCode.AutomaticStop, CeaseError.AdministrativeReset, options);
  }

  /** Takes an inbound connection of this peer, that is up and not started. */
  accept(transport: Transport): void {
    this.#connected(transport, 'accepted');
  }

  /**
   * Puts packed UPDATEs into the outbox; the block is shared and must not change afterwards. It is taken in any case.
   * False: no more, please, before `writable`. Outside Established it is dropped.
   */
  send(block: Uint8Array, messages = 1): boolean {
    const connection = this.#established;
    if (connection === null) return false;
    this.#sent.add(MessageType.Update, messages);
    const hasRoom = connection.outbox.push(block);
    this.#watchSending(connection);
    return hasRoom;
  }

  /** Sends a whole message of another type, for example ROUTE-REFRESH, in its place behind the bulk. */
  sendRouteRefresh(message: Uint8Array): void {
    const connection = this.#established;
    if (connection === null) return;
    this.#sent.add(MessageType.RouteRefresh);
    connection.outbox.push(message);
    this.#watchSending(connection);
  }

  /**
   * Takes over what does not need a new session: times, `passive`, limits. What an OPEN says, the target included, is
   * used from the next connection on.
   */
  reconfigure(config: SessionConfig): void {
    this.#config = config;
    this.#limits = { ...DEFAULT_LIMITS, ...config.limits };
    this.#peer = withPassive(this.#peer, config.passive);
  }

  get state(): PeerState {
    return peerState(this.#peer);
  }

  /** Octets of UPDATEs that the kernel has not taken yet. */
  get outboxBytes(): number {
    return this.#established?.outbox.unsentBytes ?? 0;
  }

  counters(): { readonly sent: MessageCounts; readonly received: MessageCounts } {
    return { sent: this.#sent.snapshot(), received: this.#received.snapshot() };
  }

  get lastError(): SessionError | undefined {
    return this.#reasons.lastError;
  }

  get lastNotification(): NotificationRecord | undefined {
    return this.#reasons.lastNotification;
  }

  /** Ends of the connection that is furthest, while there is one. */
  get endpoints(): { readonly local: Endpoint; readonly remote: Endpoint } | undefined {
    const slot = this.#peer.main?.slot;
    const transport = slot === undefined ? undefined : this.#slots[slot]?.transport;
    return transport && { local: transport.local, remote: transport.remote };
  }

  /** Negotiated keepalive interval in seconds; undefined outside Established. */
  get keepaliveTime(): number | undefined {
    return this.#established === null ? undefined : this.#keepaliveSeconds(this.#established);
  }

  /** A likely cause in plain words, when the symptoms fit one. */
  get hint(): string | undefined {
    if (this.state === 'established') return undefined;
    return silenceHint(this.#config.target, this.#dialler.silentSeconds);
  }

  /** Resolves when no socket of this session is open any more: at the latest `closeMilliseconds` after `stop`. */
  closed(): Promise<void> {
    const closed = this.#closing.whenEmpty();
    this.#checkClosed();
    return closed;
  }

  // --- What the loop does. ---

  nextDeadline(): number {
    const [first, second] = this.#slots;
    const ofFirst = first === null ? NEVER : first.timers.earliest;
    const ofSecond = second === null ? NEVER : second.timers.earliest;
    return Math.min(this.#deadlines.earliest, ofFirst, ofSecond);
  }

  due(now: number): void {
    for (const connection of this.#slots) if (connection !== null) this.#keepaliveIfDue(connection, now);
    for (const connection of this.#slots) if (connection !== null) this.#judge(connection, now);
    if (this.#deadlines.take('connectRetry', now)) this.#peerEvent(EventCode.ConnectRetryExpires);
    if (this.#deadlines.take('idleHold', now)) this.#peerEvent(EventCode.IdleHoldExpires);
    if (this.#deadlines.take('collision', now)) this.#dispatch({ type: 'collision-wait-over' }, null);
  }

  readInput(deadline: number): boolean {
    let more = false;
    for (const connection of this.#slots) {
      if (connection !== null && this.#intake.read(connection, deadline)) more = true;
    }
    const established = this.#established;
    if (established?.outbox.relieved()) this.#handler.writable();
    if (established !== null) this.#watchSending(established);
    return more;
  }

  // --- Deadlines. ---

  #keepaliveIfDue(connection: Connection, now: number): void {
    if (connection.timers.keepalive > now) return;
    // An idle moment by definition: memory that a burst needed goes back.
    connection.framer.release();
    const event = { number: EventCode.KeepaliveExpires };
    const actions = steadyActions(this.#peer, event);
    if (actions !== null && connection === this.#established) this.#run(connection.slot, actions);
    else this.#connectionEvent(connection, event.number, null);
    this.#watchSending(connection);
  }

  #judge(connection: Connection, now: number): void {
    const { timers } = connection;
    if (timers.delayOpen <= now) {
      timers.delayOpen = NEVER;
      this.#connectionEvent(connection, EventCode.DelayOpenExpires, null);
    }
    if (timers.sendHold <= now && timers.judgeSending(now)) {
      const message = `the peer has taken nothing of ${connection.outbox.unsentBytes} octets for too long`;
      this.#connectionEvent(connection, EventCode.SendHoldExpires, { code: 'send-hold-timer', message });
    }
    if (timers.hold <= now) this.#judgeHold(connection, now);
  }

  #judgeHold(connection: Connection, now: number): void {
    const verdict = connection.timers.judgeHold(now, this.#limits.collisionMilliseconds);
    if (verdict === 'read first') this.#loop.enqueue(this);
    if (verdict !== 'expired') return;
    const seconds = connection.negotiated?.holdTime;
    const message =
      seconds === undefined
        ? 'no OPEN came within 4 minutes'
        : `nothing came from the peer for the hold time of ${seconds} s`;
    this.#connectionEvent(connection, EventCode.HoldExpires, { code: 'hold-timer', message });
  }

  #watchSending(connection: Connection): void {
    if (connection.timers.watchSending(this.#now())) this.#loop.schedule(this);
  }

  // --- Events. ---

  /** The hot path first: everyday events of an undisputed session have constant answers. */
  #messageEvent(connection: Connection, event: MessageEvent): void {
    const actions = steadyActions(this.#peer, event);
    if (actions !== null && connection === this.#established) this.#run(connection.slot, actions);
    else this.#unexpected(connection, event);
  }

  #unexpected(connection: Connection, event: MessageEvent): void {
    const name = MESSAGE_NAMES[event.messageType] ?? 'message';
    const message = `${name} came in state ${this.#stateOf(connection)}`;
    this.#dispatch({ type: 'connection', slot: connection.slot, event }, { code: 'protocol-error', message });
  }

  #lost(connection: Connection): void {
    const message = closedWhile(this.#stateOf(connection), connection.error);
    const event = { number: EventCode.TcpConnectionFails };
    this.#dispatch({ type: 'connection', slot: connection.slot, event }, { code: 'tcp-closed', message });
  }

  /**
   * Steps the machine and does what it says. An event that arises meanwhile waits for its turn, so that no list of
   * actions is ever interrupted by another.
   */
  #dispatch(event: PeerEvent, cause: Cause | null, transport: Transport | null = null): void {
    this.#waiting.push({ event, cause, transport });
    if (this.#isDispatching) return;
    this.#isDispatching = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#dispatchOne(next);
      }
    } finally {
      this.#isDispatching = false;
    }
    this.#loop.schedule(this);
    this.#checkClosed();
  }

  #dispatchOne({ event, cause, transport }: Pending): void {
    const before = this.state;
    const wasEstablished = this.#established !== null;
    const { peer, actions } = stepPeer(this.#peer, event);
    this.#peer = peer;
    this.#reasons.begin(cause);
    this.#arriving = transport;
    const after = this.state;
    if (after !== before) this.#handler.stateChanged(after, before);
    for (const action of actions) this.#perform(action);
    if (this.#reasons.isBad && !wasEstablished && isDown(after)) this.#ended(false);
    this.#arriving = null;
  }

  #perform(action: PeerAction): void {
    switch (action.type) {
      case 'connection':
        this.#run(action.slot, action.actions);
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
        this.#waiting.push({
          event: { type: 'connected', origin: 'accepted' },
          cause: null,
          transport: parked,
        });
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
        this.#deadlines.start('collision', this.#now() + this.#limits.collisionMilliseconds);
        break;
      case 'stop-collision-wait':
        this.#deadlines.stop('collision');
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
    const { capabilities } = this.#config;
    const open = createOpen({
      localAs: this.#config.localAs,
      holdTime: this.#config.holdTime,
      routerId: this.#config.localRouterId,
      capabilities:
        typeof capabilities === 'function' ? capabilities(transport.local, transport.remote) : capabilities,
    });
    const connection = new Connection(this.#connectionOwner, transport, { slot, origin }, open, this.#limits);
    this.#slots[slot] = connection;
    transport.start(connection);
  }

  #hold(slot: Slot, isHeld: boolean): void {
    const connection = this.#slots[slot];
    if (connection === null) return;
    connection.isHeld = isHeld;
    if (!isHeld) this.#loop.enqueue(this);
  }

  // --- Actions of one connection. ---

  #run(slot: Slot, actions: readonly Action[]): void {
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
          this.#dialler.dial(this.#config.target);
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
        // Nothing to prepare: connections are handed in by the speaker's listeners.
        case 'initialize':
        case 'listen':
          break;
        default:
          assertNever(action);
      }
    }
  }

  #send(slot: Slot, what: 'send-open' | 'send-keepalive'): void {
    const connection = this.#slots[slot];
    if (connection === null) return;
    if (what === 'send-open') {
      this.#sent.add(MessageType.Open);
      connection.outbox.push(encodeOpen(connection.ourOpen));
    } else {
      this.#sent.add(MessageType.Keepalive);
      connection.outbox.pushKeepalive();
    }
  }

  #sendNotification(slot: Slot, notification: NotificationCode): void {
    const connection = this.#slots[slot];
    if (connection === null) return;
    this.#sent.add(MessageType.Notification);
    connection.outbox.writeLast(encodeNotification(notification));
    this.#reasons.sent(notification);
  }

  #establish(slot: Slot): void {
    const connection = this.#slots[slot]!;
    this.#established = connection;
    this.#dialler.heard();
    const { local, remote } = connection.transport;
    this.#handler.established(connection.negotiated!, local, remote);
  }

  #release(slot: Slot): void {
    const connection = this.#slots[slot];
    connection?.timers.clear();
    if (connection === null || this.#established !== connection) return;
    this.#established = null;
    this.#ended(true);
  }

  #drop(slot: Slot, flush: boolean): void {
    const connection = this.#slots[slot];
    if (connection === null) {
      this.#dialler.cancel();
      return;
    }
    this.#slots[slot] = null;
    connection.isLeft = true;
    if (connection.isEnded && connection.isClosed) return;
    this.#closing.add(connection.transport);
    if (flush) connection.transport.end(this.#limits.closeMilliseconds);
    else connection.transport.destroy();
  }

  #startTimer(slot: Slot, action: Action & { readonly type: 'start-timer' }): void {
    const now = this.#now();
    const connection = this.#slots[slot];
    switch (action.timer) {
      case 'connectRetry':
        this.#deadlines.start('connectRetry', now + 1000 * this.#config.connectRetryTime * this.#jitter());
        break;
      case 'idleHold': {
        const grown = this.#config.idleHoldTime * 2 ** Math.min(action.doublings, 30);
        const seconds = Math.min(this.#limits.idleHoldSeconds, Math.max(LEAST_IDLE_HOLD_SECONDS, grown));
        this.#deadlines.start('idleHold', now + 1000 * seconds * this.#jitter());
        break;
      }
      case 'hold':
        connection?.timers.startHold(now, action.length);
        break;
      case 'keepalive':
        if (connection !== null) {
          connection.timers.keepalive = now + 1000 * this.#keepaliveSeconds(connection) * this.#jitter();
        }
        break;
      case 'delayOpen':
        if (connection !== null) connection.timers.delayOpen = now + 1000 * (this.#config.delayOpenTime ?? 0);
        break;
      default:
        assertNever(action);
    }
  }

  #stopTimer(slot: Slot, timer: TimerName): void {
    const timers = this.#slots[slot]?.timers;
    if (timer === 'connectRetry' || timer === 'idleHold') this.#deadlines.stop(timer);
    else if (timers !== undefined) timers[timer] = NEVER;
  }

  // --- Small things. ---

  #now(): number {
    return this.#ports.clock.now();
  }

  /** RFC 4271 §10: 0.75 … 1.0. */
  #jitter(): number {
    return 0.75 + 0.25 * this.#ports.random.next();
  }

  #keepaliveSeconds(connection: Connection): number {
    const most = connection.negotiated?.keepaliveTime ?? 0;
    return Math.min(this.#config.keepaliveTime ?? most, most);
  }

  #stateOf(connection: Connection): PeerState {
    if (this.#peer.rival?.slot === connection.slot) return this.#peer.rival.state.name;
    return this.#peer.state.name;
  }

  #connected(transport: Transport, origin: Origin): void {
    this.#dispatch({ type: 'connected', origin }, null, transport);
  }

  #peerEvent(number: PlainNumber): void {
    this.#dispatch({ type: 'peer', event: { number } }, null);
  }

  #connectionEvent(connection: Connection, number: PlainNumber, cause: Cause | null): void {
    this.#dispatch({ type: 'connection', slot: connection.slot, event: { number } }, cause);
  }

  #stopBy(number: StopEvent['number'], subcode: number, options: StopOptions): void {
    const { communication } = options;
    const data = communication === undefined ? NO_DATA : encodeShutdownCommunication(communication);
    const event: StopEvent = { number, subcode: options.subcode ?? subcode, data };
    this.#dispatch({ type: 'peer', event }, null);
  }

  #ended(wasEstablished: boolean): void {
    const error = this.#reasons.conclude(this.#ports.clock.wallTime());
    this.#handler.ended(error, wasEstablished);
  }

  #checkClosed(): void {
    this.#closing.check(this.#slots[0] === null && this.#slots[1] === null);
  }

  #createIntake(): Intake {
    const session = this;
    return new Intake(
      {
        get config() {
          return session.#config;
        },
        get limits() {
          return session.#limits;
        },
        get established() {
          return session.#established;
        },
        get isOpenDelayed() {
          return session.#peer.state.delayOpenRunning;
        },
        event: (connection, event) => this.#messageEvent(connection, event),
        dispatch: (event, cause) => this.#dispatch(event, cause),
        lost: (connection) => this.#lost(connection),
      },
      this.#handler,
      this.#ports.clock,
      this.#received,
    );
  }
}

function isDown(state: PeerState): boolean {
  return state === 'idle' || state === 'connect' || state === 'active';
}

function assertNever(value: never): never {
  throw new TypeError(`unexpected action ${JSON.stringify(value)}`);
}
