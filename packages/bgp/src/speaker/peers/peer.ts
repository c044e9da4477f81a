import type { Negotiated } from '../../capabilities/negotiate.js';
import { CeaseError } from '../../iana/error-code.js';
import { hardReset } from '../../message/notification.js';
import type { RouteRefreshMessage } from '../../message/route-refresh.js';
import type { Family } from '../../net/family.js';
import type { LogLevel } from '../../ports/log.js';
import type { Endpoint, SocketProtection, Transport } from '../../ports/transport.js';
import type { PeerIndex } from '../../rib/ids.js';
import { Session } from '../../session/session.js';
import type { SessionConfig } from '../../session/session-config.js';
import { errorFields, type SessionError } from '../../session/session-error.js';
import type { SessionHandler } from '../../session/session-handler.js';
import type { Fault } from '../../wire/result.js';
import { inboundRefusal } from '../connections/inbound-check.js';
import { InterfaceNeighbour } from '../connections/interface-neighbour.js';
import type { InboundOrigin } from '../connections/listeners.js';
import { isTooManyPrefixes, PrefixGuard } from '../inbound/prefix-guard.js';
import type { SendPosition } from '../local/announce-watch.js';
import type { PeerPolicies, PipelinePeer } from '../members/pipeline-peer.js';
import type { LiveSession } from '../sessions/live-session.js';
import { linkFacts, negotiatedPeer, policiesOf } from '../sessions/negotiated-peer.js';
import { carriedFamilies } from '../sessions/offer.js';
import { peerSessionConfig } from '../sessions/peer-session.js';
import { hasExtendedIpv4, sessionPlace } from '../sessions/session-place.js';
import { type PeerChange, peerChange } from '../settings/peer-change.js';
import type { PeerSettings } from '../settings/peer-settings.js';
import { type ResetOptions, stopOptions } from '../settings/reset-options.js';
import type { PrefixAlarm } from '../views/events.js';
import { type LogEvent, tell } from '../views/log-events.js';
import type { PeerState, PeerStatus } from '../views/status.js';
import { HoldDown } from './hold-down.js';
import type { PeerHost, PeerLog } from './peer-host.js';
import { PeerProtection } from './peer-protection.js';
import { PeerRecord } from './peer-record.js';
import { logFieldsOf, peerStatus } from './peer-status.js';
import { Retention } from './retention.js';
import { RouteRefreshes } from './route-refreshes.js';

/** One configured neighbour: its session and its place in the pipeline, introduced to one another. */
export class Peer implements SessionHandler {
  readonly #host: PeerHost;
  #settings: PeerSettings;
  #session: Session | null = null;
  #live: LiveSession | null = null;
  readonly #retention: Retention;
  readonly #refreshes: RouteRefreshes;
  readonly #record: PeerRecord;
  readonly #protection: PeerProtection;
  readonly #neighbour: InterfaceNeighbour;
  readonly #holdDown: HoldDown;
  readonly #guard: PrefixGuard;
  #isStarted = false;

  constructor(host: PeerHost, settings: PeerSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#record = new PeerRecord(host.ports.clock);
    const log: PeerLog = (level, event, fields) => this.#log(level, event, fields);
    this.#retention = new Retention(host, log, () => host.ended(this));
    this.#refreshes = new RouteRefreshes(host, log, (message) => this.#session?.sendRouteRefresh(message));
    this.#protection = new PeerProtection(host);
    this.#neighbour = new InterfaceNeighbour(host.ports.discovery, (address) => this.#moved(address));
    this.#holdDown = new HoldDown(host.ports.clock);
    this.#guard = new PrefixGuard(settings.maxPrefixes, (alarm) => this.#alarm(alarm));
  }

  get settings(): PeerSettings {
    return this.#settings;
  }

  get state(): PeerState {
    return this.#record.state;
  }

  /** Null unless Established. */
  get index(): PeerIndex | null {
    return this.#live?.index ?? null;
  }

  /** Of the session with this index; null once it is over. */
  sendPosition(index: PeerIndex): SendPosition | null {
    return this.index === index ? (this.#session?.sendPosition() ?? null) : null;
  }

  /** Its place in the tables: with a session, or with routes that are kept over a restart. */
  get tableIndex(): PeerIndex | null {
    return this.#retention.index;
  }

  /** Protects the listeners, then begins to dial, or to wait. A peer that cannot be had as configured is refused. */
  start(): void {
    this.#record.admit();
    this.#holdDown.release();
    this.#guard.change(this.#settings.maxPrefixes);
    const watched = this.#neighbour.watch(this.#settings);
    // Where nobody is heard on the interface yet, it begins when somebody is.
    const reached = this.#neighbour.reached(this.#settings);
    if (watched.ok && reached === null) return;
    const plan = watched.ok ? this.#protection.apply(reached ?? this.#settings) : watched;
    if (!plan.ok) {
      this.#refuse(plan.code, plan.message);
      return;
    }
    if (this.#settings.shutdown) return;
    const config = this.#sessionConfig(plan.protection);
    if (this.#session === null) this.#session = new Session(config, this.#host.ports, this.#host.loop, this);
    else this.#session.reconfigure(config);
    this.#isStarted = true;
    this.#session.start();
  }

  /** Ends the session with a Cease of this subcode, until `start`. */
  stop(subcode: number, communication?: string): void {
    this.#isStarted = false;
    this.#holdDown.release();
    this.#host.ownRestart.tell({ type: 'removed', peer: this.#settings.address });
    this.#session?.stop({
      subcode,
      isHard: this.#endsHard,
      ...(communication !== undefined && { communication }),
    });
    this.#leave();
    this.#protection.release();
    this.#neighbour.end();
  }

  /** Ends the session so that the peer keeps our routes for our return; with a Cease where graceful restart is not agreed on. */
  stopForRestart(subcode: number, communication?: string): void {
    if (this.#live !== null && this.#live.negotiated.gracefulRestart !== null) this.#session?.abandon();
    this.stop(subcode, communication);
  }

  /** Resolves when no socket of this peer is open any more. */
  async closed(): Promise<void> {
    await this.#session?.closed();
  }

  /** Takes a changed configuration: at once where the session allows it, else by a new session (Cease 6/6). */
  change(settings: PeerSettings, isRunning: boolean): PeerChange {
    const change = peerChange(this.#settings, settings);
    if (change === 'unchanged') {
      this.#settings = settings;
      return change;
    }
    if (change === 'live') {
      const isLimitNew = peerChange(this.#settings, { ...this.#settings, maxPrefixes: settings.maxPrefixes });
      this.#settings = settings;
      this.#changeLive();
      if (isLimitNew !== 'unchanged') this.#changeLimits();
      return change;
    }
    if (isRunning) this.stop(CeaseError.OtherConfigurationChange);
    this.#settings = settings;
    if (isRunning) this.start();
    return change;
  }

  /** Ends the session with a Cease, Administrative Reset unless told otherwise; it comes back by itself. */
  reset(asked?: string | ResetOptions): void {
    const options = stopOptions(asked);
    if (this.#holdDown.held !== null) this.start();
    else if (this.#isStarted) this.#session?.reset({ ...options, isHard: this.#endsHard });
  }

  /** Has routes of these families sent again, by the peer or to it. Returns those that it was possible for. */
  refresh(direction: 'in' | 'out', families: readonly Family[] | undefined): readonly Family[] {
    return this.#live === null ? [] : this.#refreshes.begin(this.#live, direction, families);
  }

  /** Takes an inbound connection of this peer, or turns it away. */
  accept(transport: Transport, origin: InboundOrigin): void {
    if (this.#neighbour.adopt(this.#settings, transport.remote)) this.start();
    const [refused, settings, neighbour] = [this.#record.refused, this.#settings, this.#neighbour];
    const asked = { refused, settings, held: this.#holdDown.held, neighbour, isStarted: this.#isStarted };
    const reason = inboundRefusal(asked, transport, origin);
    if (reason === null) {
      this.#session?.accept(transport);
      return;
    }
    this.#log('info', 'connection.refused', { reason, local: transport.local.address });
    this.#host.refusals.refuse(transport);
  }

  status(): PeerStatus {
    const { ports, pipeline } = this.#host;
    return peerStatus({
      neighbour: this.#neighbour.address,
      settings: this.#settings,
      record: this.#record,
      now: ports.clock.now(),
      heldDown: this.#holdDown.held,
      session: this.#session,
      live: this.#live,
      retention: this.#retention,
      counts: (index, family) => pipeline.counts(index, family),
    });
  }

  // --- SessionHandler ---

  stateChanged(state: PeerState, previous: PeerState): void {
    this.#record.stateChanged(state);
    this.#log('debug', 'session.state', { state, previous });
    // A status is gathered from all over: with a thousand peers, not for nobody.
    if (this.#host.events.listenerCount('peer:state') > 0)
      this.#host.events.emit('peer:state', this.status(), previous);
  }

  established(negotiated: Negotiated, local: Endpoint, remote: Endpoint): void {
    const { settings, ports } = this.#host;
    const peer = this.#settings;
    const session = this.#session;
    if (session === null) return;
    const { nextHops, link } = sessionPlace(peer, this.#host, local, remote, hasExtendedIpv4(negotiated));
    const carried = new Set(carriedFamilies(peer, nextHops).map((family) => family.key));
    const families = negotiated.families.filter((family) => carried.has(family.key));
    const place: PipelinePeer = {
      ...negotiatedPeer(peer, settings, negotiated, families, nextHops),
      ...linkFacts(peer, negotiated, link, local, remote),
      ...this.#policies(),
      outbox: session,
    };
    const index = this.#retention.open(place, negotiated, peer.gracefulRestart);
    const limited = this.#guard.limited(families);
    this.#live = { index, negotiated, families, limited, nextHops, since: ports.clock.now() };
    this.#record.established();
    // It may have been dialled with the keys of before.
    if (peer.aoKeys !== undefined)
      this.#protection.rollOver(this.#neighbour.at(this.#settings), this.#session);
    this.#host.ownRestart.established(peer.address, negotiated, families);
    this.#log('info', 'session.established', {
      families: families.map((family) => family.name),
      holdTime: negotiated.holdTime,
      local: local.address,
      remotePort: remote.port,
    });
    this.#host.loop.wake();
    if (this.#host.events.listenerCount('peer:established') > 0)
      this.#host.events.emit('peer:established', this.status());
  }

  update(bytes: Uint8Array, start: number, end: number): Fault | null {
    if (this.#live === null) return null;
    const fault = this.#host.pipeline.receive(this.#live.index, bytes, start, end);
    return fault?.severity === 'reset' ? fault : (this.#tooManyPrefixes(this.#live) ?? fault);
  }

  routeRefresh(message: RouteRefreshMessage): void {
    if (this.#live !== null) this.#refreshes.take(this.#live, message, this.#settings.refreshStaleTime);
  }

  /** The peer's End-of-RIB came. */
  endOfRib(family: Family): void {
    this.#retention.endOfRib(family);
    this.#host.ownRestart.tell({ type: 'end-of-rib', peer: this.#settings.address, family });
    if (this.#host.events.listenerCount('peer:end-of-rib') > 0)
      this.#host.events.emit('peer:end-of-rib', this.status(), family.name);
  }

  writable(): void {
    if (this.#live === null) return;
    this.#host.pipeline.writable(this.#live.index);
    this.#host.loop.wake();
  }

  ended(error: SessionError, wasEstablished: boolean): void {
    const isNews = this.#record.ended(error);
    if (wasEstablished) {
      this.#live = null;
      this.#refreshes.stop();
      if (this.#isStarted) this.#retention.lost(error);
      this.#host.loop.wake();
    }
    if (error.notification?.direction === 'sent' && isTooManyPrefixes(error.notification))
      this.#holdBack(error.message);
    const fields = errorFields(error);
    if (wasEstablished) {
      this.#record.flapped();
      this.#log('warn', 'session.down', fields);
      this.#host.events.emit('peer:down', this.status(), error);
    } else {
      // A peer that is away fails in the same way again and again: told once.
      this.#log(isNews ? 'info' : 'debug', 'session.failed', fields);
    }
    if (this.#holdDown.held === null) this.#host.ended(this);
  }

  // --- parts ---

  #sessionConfig(protection: SocketProtection): SessionConfig {
    const past = () => this.#host.ownRestart.past(this.#record.establishedCount === 0);
    return peerSessionConfig(
      this.#neighbour.at(this.#settings),
      this.#host.settings,
      protection,
      past,
      (local, remote) =>
        sessionPlace(this.#settings, this.#host, local, remote, this.#settings.extendedNextHop),
    );
  }

  #tooManyPrefixes({ limited, index }: LiveSession): Fault | null {
    if (limited.length === 0) return null;
    const fault = this.#guard.checkAll(limited, (one) => this.#host.pipeline.receivedCount(index, one));
    return fault !== null && this.#endsHard ? { ...fault, ...hardReset(fault) } : fault;
  }

  /** Torn down for its prefixes: down until the restart time, a new limit, or a reset. */
  #holdBack(reason: string): void {
    this.stop(CeaseError.MaximumPrefixes);
    this.#holdDown.hold(reason, this.#guard.restartTime, () => this.start());
  }

  /** New limits let a peer back that was over the old ones, and hold for what is there already. */
  #changeLimits(): void {
    this.#guard.change(this.#settings.maxPrefixes);
    if (this.#holdDown.held !== null) this.start();
    if (this.#live === null) return;
    this.#live = { ...this.#live, limited: this.#guard.limited(this.#live.families) };
    const fault = this.#tooManyPrefixes(this.#live);
    if (fault !== null) this.#session?.reset({ subcode: fault.subcode, data: fault.data });
  }

  #alarm(alarm: PrefixAlarm): void {
    this.#log('warn', 'peer.prefixes', { ...alarm, family: alarm.family.name });
    this.#host.events.emit('peer:prefixes', this.status(), alarm);
  }

  #changeLive(): void {
    if (this.#isStarted) {
      const plan = this.#protection.rollOver(this.#neighbour.at(this.#settings), this.#session);
      if (!plan.ok) {
        this.stop(CeaseError.OtherConfigurationChange);
        this.#refuse(plan.code, plan.message);
      } else this.#session?.reconfigure(this.#sessionConfig(plan.protection));
    }
    this.renewPolicies();
  }

  /** Judges and advertises by the policies that are in force now; the session stays. */
  renewPolicies(): void {
    const index = this.tableIndex;
    if (index === null) return;
    const { nextHopSelf } = this.#settings;
    this.#host.pipeline.setPolicies(index, { ...this.#policies(), nextHopSelf });
    this.#host.loop.wake();
  }

  #policies(): PeerPolicies {
    const needsPolicy = this.#settings.type === 'external' && this.#host.settings.ebgpRequiresPolicy;
    return this.#host.drain.policies(policiesOf(this.#settings), needsPolicy);
  }

  /** The neighbour on the interface was found, is another one, or its link went. */
  #moved(address: string | null): void {
    this.#log('info', 'neighbour.changed', { neighbour: address });
    if (this.#live !== null && address === null) this.reset('the link went down');
    // A session that is up stays: only the next one goes to the new address.
    else if (this.#live !== null) this.#changeLive();
    else if (address !== null) {
      this.#session?.stop();
      this.start();
    }
  }

  /** Nothing of the peer stays in the tables. */
  #leave(): void {
    this.#live = null;
    this.#refreshes.stop();
    this.#retention.stopped();
  }

  /** RFC 8538 §3: where a NOTIFICATION keeps routes, only a Hard Reset ends them. */
  get #endsHard(): boolean {
    return this.#live?.negotiated.gracefulRestart?.notification ?? false;
  }

  #refuse(code: string, message: string): void {
    const error = this.#record.refuse(code, message);
    this.#host.ownRestart.tell({ type: 'removed', peer: this.#settings.address });
    this.#log('error', 'peer.refused', { reason: code, error: message });
    this.#host.events.emit('peer:refused', this.status(), error);
  }

  #log(level: LogLevel, event: LogEvent, fields: Readonly<Record<string, unknown>>): void {
    tell(this.#host.ports.log, level, event, { ...logFieldsOf(this.#settings, this.#live), ...fields });
  }
}
