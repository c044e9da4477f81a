import { EventCode, type MessageEvent, type PlainEvent, type StopEvent } from '../fsm/event.js';
import { stepPeer } from '../fsm/peer-fsm.js';
import { idlePeer, type PeerEvent, type PeerMachine, peerState, withSettings } from '../fsm/peer-machine.js';
import { DEFAULT_OPTIONS, type PeerState } from '../fsm/state.js';
import { steadyActions } from '../fsm/steady-actions.js';
import { CeaseError } from '../iana/error-code.js';
import { MessageType } from '../message/message-type.js';
import { encodeShutdownCommunication, hardReset } from '../message/notification.js';
import type { SpeakerPorts } from '../ports/speaker-ports.js';
import type { Endpoint, Transport } from '../ports/transport.js';
import type { Connection } from './connection.js';
import type { MessageCounts } from './counters.js';
import { silenceHint } from './dialler.js';
import { Intake } from './intake.js';
import { Performer } from './performer.js';
import type { SessionConfig } from './session-config.js';
import { SessionContext } from './session-context.js';
import { type Cause, closedWhile, type NotificationRecord, type SessionError } from './session-error.js';
import type { SessionHandler } from './session-handler.js';
import type { LoopMember, TurnLoop } from './turn-loop.js';

const NEVER = Number.POSITIVE_INFINITY;
const NO_DATA = new Uint8Array(0);

/** Events that are a number and nothing else. */
type PlainNumber = PlainEvent['number'];

/** How a session is stopped. */
export interface StopOptions {
  /** Text for the operator at the other end (RFC 9003), at most 255 octets of UTF-8; more is cut. */
  readonly communication?: string;
  /** Subcode of the Cease (RFC 4486). Default 2, administrative shutdown; a reset: 4. */
  readonly subcode?: number;
  /** Data of the Cease, where its subcode has any (RFC 4486 §4). */
  readonly data?: Uint8Array;
  /** Wrapped into a Hard Reset, so that the peer keeps no routes (RFC 8538 §3.1). Default: no. */
  readonly isHard?: boolean;
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
 *
 * @example
 * new Session(config, nodePorts(), new TurnLoop(systemClock()), handler).start();
 */
export class Session implements LoopMember {
  scheduledAt = NEVER;
  heapIndex = -1;
  isQueued = false;

  readonly #loop: TurnLoop;
  readonly #handler: SessionHandler;
  readonly #context: SessionContext;
  readonly #performer: Performer;
  readonly #intake: Intake;

  #peer: PeerMachine;
  #isDispatching = false;
  readonly #waiting: Pending[] = [];

  constructor(config: SessionConfig, ports: SpeakerPorts, loop: TurnLoop, handler: SessionHandler) {
    this.#loop = loop;
    this.#handler = handler;
    this.#context = new SessionContext(config, ports);
    this.#peer = idlePeer(
      { routerId: config.localRouterId, as: config.localAs },
      { ...DEFAULT_OPTIONS, passive: config.passive, delayOpen: config.delayOpenTime !== undefined },
    );
    this.#performer = new Performer(this.#context, handler, {
      inputArrived: () => loop.enqueue(this),
      connected: (transport, origin) => this.#dispatch({ type: 'connected', origin }, null, transport),
      dialFailed: (message) => this.#dispatch({ type: 'dial-failed' }, { code: 'connect-failed', message }),
      closed: () => this.#dispatch({ type: 'loser-closed' }, null),
    });
    this.#intake = this.#createIntake();
  }

  // --- What the owner does. ---

  /** Starts; without effect on a session that runs. Passive peers wait, others dial. */
  start(): void {
    const number = this.#context.config.passive ? EventCode.ManualStartPassive : EventCode.ManualStart;
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

  /** Closes the connection without a word, as if this process had died (RFC 4724 §4.1), and stays down until `start`. */
  abandon(): void {
    const { established } = this.#performer;
    if (established !== null) {
      const message = 'closed without a NOTIFICATION, for a graceful restart';
      this.#connectionEvent(established, EventCode.TcpConnectionFails, { code: 'stopped', message });
    }
    this.stop();
  }

  /** Takes an inbound connection of this peer, that is up and not started. */
  accept(transport: Transport): void {
    this.#dispatch({ type: 'connected', origin: 'accepted' }, null, transport);
  }

  /**
   * Puts packed UPDATEs into the outbox; the block is shared and must not change afterwards. It is taken in any case.
   * False: no more, please, before `writable`. Outside Established it is dropped.
   */
  send(block: Uint8Array, messages = 1): boolean {
    const connection = this.#performer.established;
    if (connection === null) return false;
    this.#context.sent.add(MessageType.Update, messages);
    const hasRoom = connection.outbox.push(block);
    this.#watchSending(connection);
    return hasRoom;
  }

  /** Sends a whole message of another type, for example ROUTE-REFRESH, in its place behind the bulk. */
  sendRouteRefresh(message: Uint8Array): void {
    const connection = this.#performer.established;
    if (connection === null) return;
    this.#context.sent.add(MessageType.RouteRefresh);
    connection.outbox.push(message);
    this.#watchSending(connection);
  }

  /**
   * Takes over what does not need a new session: times, `passive`, limits. What an OPEN says, the target included, is
   * used from the next connection on.
   */
  reconfigure(config: SessionConfig): void {
    this.#context.reconfigure(config);
    this.#peer = withSettings(this.#peer, this.#context.machineSettings);
  }

  get state(): PeerState {
    return peerState(this.#peer);
  }

  /** Octets of UPDATEs that the kernel has not taken yet. */
  get outboxBytes(): number {
    return this.#performer.established?.outbox.unsentBytes ?? 0;
  }

  /** Octets that came and were not taken yet. */
  get inboxBytes(): number {
    return this.#performer.established?.framer.buffered ?? 0;
  }

  /**
   * Octets that this connection was given to write, and of these what the kernel took at least; null outside Established.
   * KEEPALIVEs are left out, because they overtake what waits.
   */
  sendPosition(): { readonly given: number; readonly taken: number } | null {
    const outbox = this.#performer.established?.outbox;
    if (outbox === undefined) return null;
    return { given: outbox.bulkGiven, taken: outbox.bulkTaken };
  }

  counters(): { readonly sent: MessageCounts; readonly received: MessageCounts } {
    return { sent: this.#context.sent.snapshot(), received: this.#context.received.snapshot() };
  }

  get lastError(): SessionError | undefined {
    return this.#context.reasons.lastError;
  }

  get lastNotification(): NotificationRecord | undefined {
    return this.#context.reasons.lastNotification;
  }

  /** Ends of the connection that is furthest, while there is one. */
  get endpoints(): { readonly local: Endpoint; readonly remote: Endpoint } | undefined {
    const slot = this.#peer.main?.slot;
    const transport = slot === undefined ? undefined : this.#performer.slots[slot]?.transport;
    return transport && { local: transport.local, remote: transport.remote };
  }

  /** Connections that are open. */
  get transports(): readonly Transport[] {
    return this.#performer.slots.flatMap((connection) => connection?.transport ?? []);
  }

  /** Negotiated keepalive interval in seconds; undefined outside Established. */
  get keepaliveTime(): number | undefined {
    const { established } = this.#performer;
    return established === null ? undefined : this.#context.keepaliveSeconds(established);
  }

  /** A likely cause in plain words, when the symptoms fit one. */
  get hint(): string | undefined {
    if (this.state === 'established') return undefined;
    const { target, passive } = this.#context.config;
    return silenceHint(target, this.#performer.silentSeconds, passive);
  }

  /** Resolves when no socket of this session is open any more: at the latest `closeMilliseconds` after `stop`. */
  closed(): Promise<void> {
    return this.#performer.closed();
  }

  // --- What the loop does. ---

  nextDeadline(): number {
    const [first, second] = this.#performer.slots;
    const ofFirst = first === null ? NEVER : first.timers.earliest;
    const ofSecond = second === null ? NEVER : second.timers.earliest;
    return Math.min(this.#performer.deadlines.earliest, ofFirst, ofSecond);
  }

  due(now: number): void {
    for (const connection of this.#performer.slots)
      if (connection !== null) this.#keepaliveIfDue(connection, now);
    for (const connection of this.#performer.slots) if (connection !== null) this.#judge(connection, now);
    if (this.#performer.deadlines.take('connectRetry', now)) this.#peerEvent(EventCode.ConnectRetryExpires);
    if (this.#performer.deadlines.take('idleHold', now)) this.#peerEvent(EventCode.IdleHoldExpires);
    if (this.#performer.deadlines.take('collision', now))
      this.#dispatch({ type: 'collision-wait-over' }, null);
  }

  readInput(deadline: number): boolean {
    let more = false;
    for (const connection of this.#performer.slots) {
      if (connection !== null && this.#intake.read(connection, deadline)) more = true;
    }
    const established = this.#performer.established;
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
    if (actions !== null && connection === this.#performer.established)
      this.#performer.run(connection.slot, actions);
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
    const verdict = connection.timers.judgeHold(now, this.#context.limits.collisionMilliseconds);
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
    if (connection.timers.watchSending(this.#context.now())) this.#loop.schedule(this);
  }

  // --- Events. ---

  /** The hot path first: everyday events of an undisputed session have constant answers. */
  #messageEvent(connection: Connection, event: MessageEvent): void {
    const actions = steadyActions(this.#peer, event);
    if (actions !== null && connection === this.#performer.established)
      this.#performer.run(connection.slot, actions);
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
    this.#performer.checkClosed();
  }

  #dispatchOne({ event, cause, transport }: Pending): void {
    const before = this.state;
    const wasEstablished = this.#performer.established !== null;
    const { peer, actions } = stepPeer(this.#peer, event);
    this.#peer = peer;
    this.#context.reasons.begin(cause);
    const after = this.state;
    if (after !== before) this.#handler.stateChanged(after, before);
    this.#performer.perform(actions, transport);
    if (this.#context.reasons.isBad && !wasEstablished && isDown(after)) this.#performer.ended(false);
  }

  #stateOf(connection: Connection): PeerState {
    if (this.#peer.rival?.slot === connection.slot) return this.#peer.rival.state.name;
    return this.#peer.state.name;
  }

  #peerEvent(number: PlainNumber): void {
    this.#dispatch({ type: 'peer', event: { number } }, null);
  }

  #connectionEvent(connection: Connection, number: PlainNumber, cause: Cause | null): void {
    this.#dispatch({ type: 'connection', slot: connection.slot, event: { number } }, cause);
  }

  #stopBy(number: StopEvent['number'], subcode: number, options: StopOptions): void {
    const { communication } = options;
    const data =
      options.data ?? (communication === undefined ? NO_DATA : encodeShutdownCommunication(communication));
    const plain = { subcode: options.subcode ?? subcode, data };
    const event: StopEvent = { number, ...(options.isHard === true ? hardReset(plain) : plain) };
    this.#dispatch({ type: 'peer', event }, null);
  }

  #createIntake(): Intake {
    const session = this;
    return new Intake(
      {
        get config() {
          return session.#context.config;
        },
        get limits() {
          return session.#context.limits;
        },
        get established() {
          return session.#performer.established;
        },
        get isOpenDelayed() {
          return session.#peer.state.delayOpenRunning;
        },
        event: (connection, event) => this.#messageEvent(connection, event),
        dispatch: (event, cause) => this.#dispatch(event, cause),
        lost: (connection) => this.#lost(connection),
      },
      this.#handler,
      this.#context.clock,
      this.#context.received,
    );
  }
}

function isDown(state: PeerState): boolean {
  return state === 'idle' || state === 'connect' || state === 'active';
}
