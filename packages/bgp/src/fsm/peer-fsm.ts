import { type Action, DROP, ofConnection, RELEASE, START_LARGE_HOLD } from './action.js';
import { dominates, isDown, isSilent, isWaiting, shown } from './collision.js';
import { step } from './connection-fsm.js';
import type { ConnectionEvent, OpenEvent } from './event.js';
import { COLLISION, EventCode, FAILED, START_PASSIVE } from './event.js';
import type {
  Origin,
  PeerAction,
  PeerConnection,
  PeerEvent,
  PeerIdentity,
  PeerMachine,
  PeerStep,
  Slot,
} from './peer-machine.js';
import { type ConnectionState, idleState } from './state.js';

/** One event of a peer: pure, like the machine of a connection below it.
 * @example stepPeer(idlePeer({ routerId: 1, as: 64512 }), { type: 'peer', event: { number: EventCode.ManualStart } });
 */
export function stepPeer(peer: PeerMachine, event: PeerEvent): PeerStep {
  const run = new Run(peer);
  switch (event.type) {
    case 'peer':
      run.peerEvent(event.event);
      break;
    case 'connected':
      run.connected(event.origin);
      break;
    case 'dial-failed':
      run.dialFailed();
      break;
    case 'connection':
      run.connectionEvent(event.slot, event.event, event.identity, event.isRestart === true);
      break;
    case 'loser-closed':
      run.loserClosed();
      break;
    case 'collision-wait-over':
      run.collisionWaitOver();
      break;
  }
  return run.finish();
}

/** A step under construction: the fields of the machine, and the actions so far. */
class Run {
  readonly #before: PeerMachine;
  #state: ConnectionState;
  #main: PeerConnection | null;
  #rival: PeerConnection | null;
  #dialling: boolean;
  #parked: boolean;
  #unanswered: boolean;
  readonly #actions: PeerAction[] = [];

  constructor(peer: PeerMachine) {
    this.#before = peer;
    this.#state = peer.state;
    this.#main = peer.main;
    this.#rival = peer.rival;
    this.#dialling = peer.dialling;
    this.#parked = peer.parked;
    this.#unanswered = peer.unanswered;
  }

  finish(): PeerStep {
    const { name } = this.#state;
    if (this.#dialling && (name === 'idle' || name === 'established')) {
      this.#dialling = false;
      this.#actions.push({ type: 'cancel-dial' });
    }
    if (name !== 'idle' || !this.#state.idleHoldRunning) this.#unanswered = false;
    const before = this.#before;
    const [waited, waits] = [isWaiting(before.main, before.rival), isWaiting(this.#main, this.#rival)];
    if (waits && !waited) this.#actions.push({ type: 'start-collision-wait' });
    if (waited && !waits) this.#actions.push({ type: 'stop-collision-wait' });
    const same =
      this.#state === before.state &&
      this.#main === before.main &&
      this.#rival === before.rival &&
      this.#dialling === before.dialling &&
      this.#parked === before.parked &&
      this.#unanswered === before.unanswered;
    const peer: PeerMachine = same
      ? before
      : {
          local: before.local,
          state: this.#state,
          main: this.#main,
          rival: this.#rival,
          dialling: this.#dialling,
          parked: this.#parked,
          unanswered: this.#unanswered,
        };
    return { peer, actions: this.#actions };
  }

  // --- Events of the peer. ---

  peerEvent(event: ConnectionEvent): void {
    if (event.number === EventCode.ManualStop || event.number === EventCode.AutomaticStop) this.#stop(event);
    else if (this.#state.name === 'idle' && this.#parked) this.#startParked(event);
    else this.#stepMain(event);
  }

  #stop(event: ConnectionEvent): void {
    if (this.#parked && event.number === EventCode.ManualStop) {
      this.#parked = false;
      this.#actions.push({ type: 'discard-parked' });
    }
    const rival = this.#rival;
    if (rival !== null && isSilent(rival)) this.#forget(rival);
    else if (rival !== null) {
      this.#give(rival.slot, step(rival.state, event).actions.filter(ofConnection));
      this.#rival = null;
    }
    this.#stepMain(event);
  }

  /** The peer has dialled us already: dialling as well would only make a collision. */
  #startParked(event: ConnectionEvent): void {
    switch (event.number) {
      case EventCode.IdleHoldExpires:
        this.#state = { ...this.#state, idleHoldRunning: false };
        this.#stepMain(START_PASSIVE);
        break;
      case EventCode.ManualStart:
      case EventCode.AutomaticStart:
        this.#stepMain(START_PASSIVE);
        break;
      default:
        this.#stepMain(event);
    }
    if (this.#state.name === 'idle') return;
    this.#parked = false;
    this.#actions.push({ type: 'unpark' });
  }

  dialFailed(): void {
    if (!this.#dialling) return;
    this.#dialling = false;
    // A dial that fails beside a living connection was only a second chance.
    if (this.#main !== null) return;
    this.#stepMain(FAILED);
    this.#unanswered = true;
  }

  connected(origin: Origin): void {
    if (origin === 'dialled') this.#dialling = false;
    if (this.#state.name === 'idle') this.#connectedWhileIdle(origin);
    else if (this.#main === null) this.#connectMain(0, origin);
    else if (this.#rival === null && !this.#isDead(this.#main, origin)) this.#connectRival(origin);
    else if (this.#rival === null) this.#replaceMain(this.#main, origin);
    else if (this.#rival.origin === origin) this.#replaceRival(this.#rival, origin);
    else if (this.#isDead(this.#main, origin)) this.#replaceMain(this.#main, origin);
    else this.#actions.push({ type: 'refuse' });
  }

  #connectedWhileIdle(origin: Origin): void {
    if (origin !== 'accepted' || !this.#state.idleHoldRunning) {
      this.#actions.push({ type: 'refuse' });
      return;
    }
    // Only the dial went unanswered: nothing has failed that the idle hold should keep the peer from.
    if (this.#unanswered) {
      this.#stepMain(START_PASSIVE);
      this.#connectMain(0, origin);
      return;
    }
    if (this.#parked) this.#actions.push({ type: 'discard-parked' });
    this.#parked = true;
    this.#actions.push({ type: 'park' });
  }

  /** The side that opened it opened another one before any OPEN came: it has given this one up. */
  #isDead(connection: PeerConnection, origin: Origin): boolean {
    return connection.origin === origin && connection.identity === null;
  }

  #connectMain(slot: Slot, origin: Origin): void {
    this.#main = { slot, origin, state: this.#state, identity: null, held: null };
    this.#actions.push({ type: 'adopt', slot, origin });
    this.#stepMain({
      number: origin === 'dialled' ? EventCode.TcpCrAcked : EventCode.TcpConnectionConfirmed,
    });
  }

  #replaceMain(main: PeerConnection, origin: Origin): void {
    this.#give(main.slot, [RELEASE, DROP]);
    this.#main = null;
    this.#state = { ...this.#state, name: 'active' };
    this.#connectMain(main.slot, origin);
  }

  /**
   * A second connection gets a machine of its own, at the point where a TCP connection comes up. Beside an Established
   * session it stays silent until its OPEN: an OPEN of ours could make the peer give up the session that is up.
   */
  #connectRival(origin: Origin): void {
    const slot: Slot = this.#main?.slot === 0 ? 1 : 0;
    const { options } = this.#state;
    const fresh: ConnectionState = { ...idleState(options), name: 'active' };
    this.#actions.push({ type: 'adopt', slot, origin });
    this.#rival = { slot, origin, state: fresh, identity: null, held: null };
    if (this.#state.name === 'established' && !options.collisionDetectEstablished) {
      this.#give(slot, [START_LARGE_HOLD]);
      return;
    }
    this.#stepRival({
      number: origin === 'dialled' ? EventCode.TcpCrAcked : EventCode.TcpConnectionConfirmed,
    });
  }

  #replaceRival(rival: PeerConnection, origin: Origin): void {
    if (!this.#isDead(rival, origin)) {
      this.#actions.push({ type: 'refuse' });
      return;
    }
    this.#forget(rival);
    this.#connectRival(origin);
  }

  connectionEvent(slot: Slot, event: ConnectionEvent, identity?: PeerIdentity, isRestart = false): void {
    const connection = this.#at(slot);
    if (connection === null) return;
    const other = connection === this.#main ? this.#rival : this.#main;
    const isOpen = event.number === EventCode.BgpOpen || event.number === EventCode.BgpOpenWithDelayOpen;
    const isSuccessor = isRestart && connection === this.#rival && isSilent(connection);
    if (isOpen && isSuccessor) this.#replaceEstablished(connection, event, identity);
    else if (isOpen && identity !== undefined) this.#open(connection, other, event, identity);
    else if (event.number === EventCode.KeepAlive && other !== null)
      this.#keepalive(connection, other, event);
    else this.#step(slot, event);
  }

  /** The session that is up is dead, and goes as by a lost connection; its successor has not got our OPEN yet. */
  #replaceEstablished(rival: PeerConnection, event: OpenEvent, identity: PeerIdentity | null = null): void {
    this.#give(this.#main!.slot, [RELEASE, DROP]);
    this.#promote({ ...rival, identity });
    this.#step(rival.slot, { ...event, number: EventCode.BgpOpenWithDelayOpen });
  }

  /**
   * RFC 4271 §6.8, so that never both are lost. A connection gets no KEEPALIVE of ours while another one may show its
   * OPEN: the peer could take it, and end the other one. And the winner gets it only when the loser is closed: FRR
   * would end the session that it has just moved to, if the end of the other one is still on its way.
   */
  #open(
    connection: PeerConnection,
    other: PeerConnection | null,
    event: OpenEvent,
    identity: PeerIdentity,
  ): void {
    const named = { ...connection, identity: connection.identity ?? identity };
    const isRepeated = connection.identity !== null;
    this.#put(named);
    if (other === null || isRepeated) this.#step(named.slot, event);
    else if (other.state.name === 'established' && !other.state.options.collisionDetectEstablished) {
      this.#step(named.slot, COLLISION);
    } else if (other.identity === null) this.#hold(named, event);
    else if (!this.#wins(named, other)) this.#lose(named, other);
    else if (other.state.name === 'openconfirm' && other.origin !== named.origin) {
      // Our KEEPALIVE on the other one left before this one was there: the KEEPALIVE of the peer will tell.
      this.#step(named.slot, event);
    } else {
      this.#hold(named, event);
      this.#lose(other, this.#at(named.slot)!);
    }
  }

  #hold(connection: PeerConnection, event: ConnectionEvent): void {
    this.#put({ ...connection, held: { event, until: 'settled' } });
    this.#actions.push({ type: 'hold-input', slot: connection.slot });
  }

  /** The winner, if it waits, goes on waiting until the loser is closed. */
  #lose(loser: PeerConnection, winner: PeerConnection): void {
    if (winner.held !== null) this.#put({ ...winner, held: { ...winner.held, until: 'loser closed' } });
    this.#step(loser.slot, COLLISION);
  }

  loserClosed(): void {
    if (this.#main?.held?.until === 'loser closed') this.#resume(this.#main);
  }

  /** The KEEPALIVE of the preferred connection ends the other one; any other's is held back meanwhile. */
  #keepalive(connection: PeerConnection, other: PeerConnection, event: ConnectionEvent): void {
    if (connection.state.name !== 'openconfirm') {
      this.#step(connection.slot, event);
    } else if (connection.origin === other.origin || this.#wins(connection, other)) {
      this.#step(other.slot, COLLISION);
      this.#step(connection.slot, event);
    } else {
      this.#hold(connection, event);
    }
  }

  /** Who showed a KEEPALIVE, or else an OPEN, lives; when both showed the same, the rule decides. */
  collisionWaitOver(): void {
    const [main, rival] = [this.#main, this.#rival];
    if (main !== null && rival === null) this.loserClosed();
    if (main === null || rival === null || !isWaiting(main, rival)) return;
    const lead = shown(main) - shown(rival);
    const isMain = lead === 0 ? this.#wins(main, rival) : lead > 0;
    this.#step(isMain ? rival.slot : main.slot, COLLISION);
  }

  /** Whether `one`, whose OPEN has come, is the one to keep. */
  #wins(one: PeerConnection, other: PeerConnection): boolean {
    // Two from one side: the newer one, because that side opened it knowing of the other.
    if (one.origin === other.origin) return one === this.#rival || one.slot === this.#rival?.slot;
    return (one.origin === 'dialled') === dominates(this.#before.local, one.identity!);
  }

  // --- Stepping, and what a change means for the other connection. ---

  #step(slot: Slot, event: ConnectionEvent): void {
    if (this.#main?.slot === slot) this.#stepMain(event);
    else if (this.#rival?.slot !== slot) return;
    else if (!isSilent(this.#rival)) this.#stepRival(event);
    else if (event.number === EventCode.OpenCollisionDump) this.#dropSilentRival(this.#rival);
    else this.#forget(this.#rival);
  }

  #stepMain(event: ConnectionEvent): void {
    this.#setMain(step(this.#state, event));
  }

  #setMain({ state, actions }: { state: ConnectionState; actions: readonly Action[] }): void {
    const main = this.#main;
    if (actions.some((action) => action.type === 'dial')) this.#dialling = true;
    if (main !== null && this.#rival !== null && isDown(state)) {
      if (isSilent(this.#rival)) this.#forget(this.#rival);
      else {
        this.#give(main.slot, actions.filter(ofConnection));
        this.#promote(this.#rival);
        return;
      }
    }
    this.#give(main?.slot ?? 0, actions);
    this.#state = state;
    this.#main = main === null || isDown(state) ? null : main.state === state ? main : { ...main, state };
  }

  #stepRival(event: ConnectionEvent): void {
    const rival = this.#rival!;
    const { state, actions } = step(rival.state, event);
    this.#give(rival.slot, actions.filter(ofConnection));
    this.#rival = isDown(state) ? null : { ...rival, state };
    if (this.#rival === null) this.#settled();
  }

  /** Closes a connection without a word. */
  #forget(connection: PeerConnection): void {
    this.#give(connection.slot, [RELEASE, DROP]);
    this.#rival = null;
  }

  /** The loser against an Established session is told why, though it never got our OPEN. */
  #dropSilentRival(rival: PeerConnection): void {
    const told = step({ ...rival.state, name: 'opensent' }, COLLISION);
    this.#give(rival.slot, told.actions.filter(ofConnection));
    this.#rival = null;
  }

  /** The rival is the only connection left: it takes the place, and the history of the peer goes on. */
  #promote(rival: PeerConnection): void {
    const { connectRetryCounter, failures } = this.#state;
    this.#rival = null;
    this.#state = { ...rival.state, connectRetryCounter, failures };
    this.#main = { ...rival, state: this.#state };
    this.#settled();
  }

  #settled(): void {
    if (this.#rival === null && this.#main?.held?.until === 'settled') this.#resume(this.#main);
  }

  #resume(connection: PeerConnection): void {
    const { slot, held } = connection;
    this.#put({ ...connection, held: null });
    if (held !== null) this.#step(slot, held.event);
    this.#actions.push({ type: 'resume-input', slot });
  }

  #at(slot: Slot): PeerConnection | null {
    if (this.#main?.slot === slot) return this.#main;
    return this.#rival?.slot === slot ? this.#rival : null;
  }

  #put(connection: PeerConnection): void {
    if (this.#main?.slot === connection.slot) this.#main = connection;
    else this.#rival = connection;
  }

  #give(slot: Slot, actions: readonly Action[]): void {
    if (actions.length > 0) this.#actions.push({ type: 'connection', slot, actions });
  }
}
