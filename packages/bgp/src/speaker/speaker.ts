import { EventEmitter } from 'eventemitter3';
import { BgpError } from '../errors.js';
import { CeaseError } from '../iana/error-code.js';
import { canonicalAddress } from '../net/canonical-address.js';
import type { SpeakerPorts } from '../ports/speaker-ports.js';
import type { Endpoint, ListenTarget, Transport } from '../ports/transport.js';
import { TurnLoop } from '../session/turn-loop.js';
import { atMost } from './at-most.js';
import { EarlyConnections } from './connections/early-connections.js';
import { type InboundOrigin, Listeners, peerAt, Refusals } from './connections/listeners.js';
import { ChangeFeed } from './feeds/change-feed.js';
import type { ChangesOptions, RouteEvent } from './feeds/change-stream.js';
import type { RouteSink } from './feeds/route-sink.js';
import type { Aggregates } from './local/aggregator.js';
import type { AnnounceResult, AnnounceWaitOptions } from './local/announce-watch.js';
import { countPeers } from './peers/count-peers.js';
import { Drain } from './peers/drain.js';
import { DynamicPeers } from './peers/dynamic-peers.js';
import { explainTo } from './peers/explain-to.js';
import { OwnRestart } from './peers/own-restart.js';
import { Peer } from './peers/peer.js';
import { peerExists, refuseUnknownPeer } from './peers/peer-errors.js';
import type { PeerHost } from './peers/peer-host.js';
import { announcementWatch } from './peers/watched-peers.js';
import { Pipeline } from './pipeline/pipeline.js';
import { pipelineOptions } from './pipeline/pipeline-options.js';
import { turnPipeline } from './pipeline/pipeline-turns.js';
import { Planner } from './planner.js';
import { announcementList, checkDirection, checkSink, familyList, peerName } from './settings/call-check.js';
import type { CloseOptions } from './settings/close-options.js';
import type {
  Announcement,
  FamilyName,
  GroupedPeer,
  PeerConfig,
  PeerRange,
  RouteRef,
  SpeakerConfig,
} from './settings/config.js';
import type { PlanRow, WantedConfiguration } from './settings/configuration.js';
import type { PeerChange } from './settings/peer-change.js';
import { PeerChecker } from './settings/peer-checker.js';
import type { ResetOptions } from './settings/reset-options.js';
import { type SpeakerSettings, speakerSettings } from './settings/speaker-settings.js';
import type { SpeakerEvents } from './views/events.js';
import type { RouteExplanation } from './views/explanation.js';
import { tell } from './views/log-events.js';
import { identityOf } from './views/speaker-identity.js';
import type { OwnedRoute, PeerStatus, RoutePage, RouteQuery, SpeakerStatus } from './views/status.js';

/**
 * A BGP-4 speaker (RFC 4271): peers, a table for each family, and the routes of its own. It does not touch the
 * kernel's routes, reads no files, and keeps no global state: several may live in one process.
 *
 * Peers and announcements may come before `start`, and change at any time after.
 *
 * @example
 * const speaker = new BgpSpeaker({ localAs: 64512, routerId: '192.0.2.1', listen: [{ port: 179 }] }, nodePorts());
 * speaker.addPeer({ address: '192.0.2.254', remoteAs: 64513, importPolicy: acceptAll, exportPolicy: acceptAll });
 * speaker.announce({ prefixes: ['203.0.113.0/24'] });
 * await speaker.start();
 */
export class BgpSpeaker extends EventEmitter<SpeakerEvents> {
  /** Routes of our own that are there while more specific ones are. */
  readonly aggregates: Aggregates;
  readonly #settings: SpeakerSettings;
  readonly #checks: { checker: PeerChecker };
  readonly #ports: SpeakerPorts;
  readonly #startedAt: number;
  readonly #loop: TurnLoop;
  readonly #pipeline: Pipeline;
  readonly #endTracking: (() => void) | undefined;
  readonly #listeners: Listeners;
  readonly #peers = new Map<string, Peer>();
  readonly #host: PeerHost;
  readonly #feed: ChangeFeed;
  readonly #planner: Planner;
  readonly #dynamic: DynamicPeers;
  readonly #ownRestart: OwnRestart;
  readonly #ending = new Set<Promise<void>>();
  readonly #early = new EarlyConnections();
  #phase: 'new' | 'starting' | 'running' | 'closed' = 'new';

  /** Checks the configuration; throws `BGP_ERR_CONFIG` with the field, the value and what is allowed. */
  constructor(config: SpeakerConfig, ports: SpeakerPorts) {
    super();
    this.#settings = speakerSettings(config);
    this.#checks = { checker: new PeerChecker(this.#settings, config.peerGroups) };
    this.#ports = ports;
    this.#startedAt = ports.clock.wallTime();
    this.#loop = new TurnLoop(ports.clock);
    this.#pipeline = new Pipeline(pipelineOptions(this.#settings, ports));
    this.#pipeline.onEndOfRib = (index, family) => {
      for (const peer of this.#peers.values()) if (peer.index === index) return peer.endOfRib(family);
    };
    this.#endTracking = ports.nextHopTracker?.subscribe((address, state) => {
      tell(ports.log, 'debug', 'next-hop.changed', { address, ...state });
      this.#pipeline.nextHopChanged(address, state);
      this.#loop.wake();
    });
    this.#listeners = new Listeners(ports.sockets, (transport, origin) => this.#inbound(transport, origin));
    turnPipeline(this.#loop, this.#pipeline, ports.clock);
    const life = `${this.#settings.routerId}-${this.#startedAt.toString(36)}`;
    this.aggregates = this.#pipeline.aggregates.door(() => this.#loop.wake());
    this.#feed = new ChangeFeed(life, this.#pipeline, () => this.#loop.wake());
    const [checks, own] = [this.#checks, this.#pipeline];
    this.#planner = new Planner(this, { checks, dynamic: () => this.#dynamic, own });
    this.#ownRestart = new OwnRestart(this.#settings.restarting, this.#pipeline, ports, this.#loop);
    this.#host = {
      ownRestart: this.#ownRestart,
      drain: new Drain(),
      refusals: new Refusals(),
      settings: this.#settings,
      ports,
      loop: this.#loop,
      pipeline: this.#pipeline,
      protect: (address, protection) => this.#listeners.protect(address, protection),
      events: this,
      ended: (peer) => this.#dynamic.ended(peer),
    };
    this.#dynamic = new DynamicPeers({
      host: this.#host,
      peers: this.#peers,
      isRunning: () => this.#phase === 'running',
      removePeer: (address) => this.removePeer(address),
    });
  }

  /** Listens, then starts the peers. Throws `BGP_ERR_LISTEN` naming address and port when one cannot be had; nothing listens then,
   * and `start` may be called again. It does not wait for sessions. */
  async start(): Promise<void> {
    if (this.#phase !== 'new') {
      const why = `start() needs a new speaker, this one is ${this.#phase}; create another one`;
      throw new BgpError('BGP_ERR_STATE', why);
    }
    this.#phase = 'starting';
    try {
      await this.#listeners.open(this.#settings.listen);
    } catch (error) {
      this.#early.cut();
      if (this.#phase === 'starting') this.#phase = 'new';
      throw error;
    }
    if (this.#phase !== 'starting') {
      this.#early.cut();
      await this.#listeners.close();
      return;
    }
    this.#phase = 'running';
    this.#ownRestart.begin(this.#peers.values());
    this.#dynamic.start();
    for (const peer of this.#peers.values()) peer.start();
    // Nothing was asked of them when they came in, as of those that others accepted.
    for (const transport of this.#early.take()) this.#inbound(transport, 'acceptor');
  }

  /** Ends all sessions as `options` say, closes every socket, and waits for that. The speaker cannot be started again. */
  async close(options: CloseOptions = {}): Promise<void> {
    if (options.mode === 'drain' && this.#phase === 'running') {
      await this.#host.drain.run(this.#host, this.#peers, () => this.#phase === 'closed', options);
    }
    if (this.#phase === 'closed') return;
    this.#phase = 'closed';
    this.#feed.close();
    this.#ownRestart.stop();
    for (const peer of this.#peers.values())
      this.#end(peer, CeaseError.AdministrativeShutdown, options.communication, options.mode);
    const closed = Promise.all([...this.#ending, this.#listeners.close()]);
    await atMost(this.#ports.clock, options.graceMilliseconds ?? 3000, closed);
    this.#endTracking?.();
    this.#pipeline.stopTracking();
  }

  /** Where this speaker listens, with the ports that the system chose. */
  get listening(): readonly Endpoint[] {
    return this.#listeners.endpoints;
  }

  /** Listens there and nowhere else from now on; sessions and acceptors stay. Tries each, then throws the first `BGP_ERR_LISTEN`. */
  listen(targets: readonly ListenTarget[]): Promise<void> {
    return this.#listeners.change(targets);
  }

  /** Throws `BGP_ERR_CONFIG` for a bad field and `BGP_ERR_PEER_EXISTS` for an address that is configured already. */
  addPeer(config: PeerConfig | GroupedPeer): void {
    const settings = this.#checks.checker.peer(config);
    if (this.#dynamic.release(settings.address)) this.removePeer(settings.address);
    if (this.#peers.has(settings.address)) throw peerExists(settings.address);
    const peer = new Peer(this.#host, settings);
    this.#peers.set(settings.address, peer);
    if (this.#phase === 'running') peer.start();
  }

  /** Replaces the configuration of a peer, found by its address. Policies, description and times are taken over while the session
   * stays (`live`; times count from the next session on); anything else ends it with Cease / Other Configuration Change, and a new
   * one follows (`reset`). */
  updatePeer(config: PeerConfig | GroupedPeer): PeerChange {
    const settings = this.#checks.checker.peer(config);
    return this.#known(settings.address).change(settings, this.#phase === 'running');
  }

  /** Ends the session with Cease / Peer De-configured and forgets the peer, its routes included. */
  removePeer(address: string): void {
    const peer = this.#known(address);
    this.#peers.delete(peer.settings.address);
    this.#dynamic.release(peer.settings.address);
    this.#end(peer, CeaseError.PeerDeconfigured);
  }

  /**
   * Takes peers by prefix: they dial, we wait. Throws as `addPeer` does, and `BGP_ERR_SOCKET_FEATURE` when their protection,
   * for example a password, cannot be had.
   */
  addPeerRange(config: PeerRange): void {
    this.#dynamic.add(this.#checks.checker.range(config));
  }

  /** Ends the range and the sessions of its peers (Cease / Peer De-configured). */
  removePeerRange(prefix: string): void {
    this.#dynamic.remove(prefix);
  }

  /** How the peer at an address, or on an interface, is now: `speaker.peer('192.0.2.254')?.state`. Undefined when there is none. */
  peer(address: string): PeerStatus | undefined {
    return this.#peers.get(peerName(address))?.status();
  }

  /** How all peers are now, those of ranges included, in the order in which they were added. A copy: ask again for later. */
  peers(): readonly PeerStatus[] {
    return [...this.#peers.values()].map((peer) => peer.status());
  }

  /** Cease / Administrative Reset with a text, or the Cease that is given (`BGP_ERR_NOTIFICATION` where none may be); the session
   * comes back by itself. */
  resetPeer(address: string, options?: string | ResetOptions): void {
    this.#known(address).reset(options);
  }

  /**
   * Soft reset: asks an Established peer to send its routes again (`in`, RFC 2918), or sends ours again (`out`), all or some of its
   * families. With RFC 7313 on both sides what is not sent again is swept. Returns the families that it was possible for.
   */
  refreshPeer(address: string, direction: 'in' | 'out', families?: readonly FamilyName[]): readonly string[] {
    checkDirection(direction);
    const asked = this.#known(address).refresh(direction, familyList(families));
    return asked.map(({ name }) => name);
  }

  /** Originates prefixes: all of them, or none when it throws `BgpError` with the place and the value. A prefix that is
   * announced again takes the new attributes, and the new owner. */
  announce(announcement: Announcement | readonly Announcement[]): void {
    const list = announcementList(announcement, (one) => this.#pipeline.checkAnnouncement(one));
    for (const one of list) this.#pipeline.announce(one);
    this.#loop.wake();
  }

  /**
   * Announces, and resolves when it is known for each peer that is Established at the call what became of it. It never waits for
   * others: those get the routes when they come up.
   *
   * @example
   * const results = await speaker.announceAndWait({ prefixes: ['203.0.113.0/24'] }, { timeout: 5000 });
   */
  async announceAndWait(
    announcement: Announcement,
    options: AnnounceWaitOptions = {},
  ): Promise<readonly AnnounceResult[]> {
    const watch = announcementWatch(options, this.#pipeline, this.#loop, this.#ports.clock);
    this.announce(announcement);
    return watch(this.#peers.values(), this.#pipeline.locals.namesOf(announcement));
  }

  /** Ends what `announce` began. With `owner`, only prefixes that this owner has. Unknown ones are no mistake. */
  withdraw(prefixes: readonly RouteRef[], owner?: string): void {
    this.#pipeline.withdraw(prefixes, owner);
    this.#loop.wake();
  }

  /** Ends all that was announced with this owner: `speaker.withdrawOwner('vip')`. One that has nothing is no mistake. */
  withdrawOwner(owner: string): void {
    this.#pipeline.withdrawOwner(owner);
    this.#loop.wake();
  }

  /** What this speaker originates, all of it or of one owner. */
  announced(owner?: string): readonly OwnedRoute[] {
    return this.#pipeline.owned(owner);
  }

  /** Adds a sink, which gets the whole table first. Returns the function that removes it. */
  addRouteSink(sink: RouteSink, options: { readonly families?: readonly FamilyName[] } = {}): () => void {
    checkSink(sink, options);
    const remove = this.#pipeline.addSink(sink, familyList(options.families));
    this.#loop.wake();
    return remove;
  }

  /** The origin validator has other answers: routes of policies that ask it are judged anew. */
  revalidate(): void {
    this.#pipeline.revalidate();
    this.#loop.wake();
  }

  /**
   * Changes of the table as an async iterable: first the table as it stands, an in-sync mark, then changes as they happen, in
   * batches of newest states. A reader that is slow holds up nobody, and misses states that were overtaken, never the last one.
   * With a token of an earlier event (`since`) only what changed after it is told; when that is not known any more (65,536
   * destinations are), a `restart` event comes first and the whole table follows. `break`, the signal and `close` end it.
   *
   * @example
   * for await (const event of speaker.changes({ prefix: '203.0.113.0/24' })) {
   *   if (event.kind === 'routes') for (const { prefix, nextHops } of event.routes) console.log(prefix, nextHops);
   * }
   */
  changes(options: ChangesOptions = {}): AsyncIterableIterator<RouteEvent> {
    return this.#feed.open(options);
  }

  /** What `apply` would do. Throws what it would throw, changes nothing. */
  plan(wanted: WantedConfiguration): readonly PlanRow[] {
    return this.#planner.plan(wanted);
  }

  /**
   * Makes a whole configuration true: peers, ranges, announcements, policies by name; does what `plan` says and no more. Everything
   * is checked first: when it throws, nothing was changed. Returns the plan.
   *
   * @example
   * speaker.apply({
   *   peers: [{ address: '192.0.2.254', remoteAs: 64513, importPolicy: 'accept-all' }],
   *   announcements: [{ prefixes: ['203.0.113.0/24'], owner: 'vip' }],
   * });
   */
  apply(wanted: WantedConfiguration): readonly PlanRow[] {
    return this.#planner.apply(wanted);
  }

  /** The speaker as a whole, now: who it is, where it listens, how many peers it has and how many are up, sizes of its tables. */
  status(): SpeakerStatus {
    return {
      ...identityOf(this.#settings),
      ...{ listening: this.listening, startedAt: this.#startedAt },
      peers: countPeers(this.#peers.values()),
      ...this.#ownRestart.status(),
      ...this.#pipeline.totals(),
    };
  }

  /** The table: all paths of each prefix, the best one marked, with the reason. */
  rib(query: RouteQuery = {}): RoutePage {
    return this.#pipeline.rib(query);
  }

  /**
   * Why a destination is as it is: for each learned path the statement of import policy and its edits, the rule that each path won
   * or lost by, and with `peer` why that one is sent it. A text is a prefix of unicast, or an address: the longest prefix that covers
   * it. Others are named with their family, by `hex` or `value`, also as the text of `rib`. Undefined when the table has none.
   *
   * @example
   * const why = speaker.explain('203.0.113.0/24', '192.0.2.254');
   * console.log(why?.imports[0]?.statement, why?.decision[0]?.reason, why?.export?.reason);
   */
  explain(route: RouteRef, peer?: string): RouteExplanation | undefined {
    return explainTo(this.#pipeline, route, peer === undefined ? null : this.#known(peer));
  }

  /** What a peer sent, before import policy, with what became of it. Of a lost session: what graceful restart keeps. */
  received(address: string, query: RouteQuery = {}): RoutePage {
    const { tableIndex } = this.#known(address);
    return tableIndex === null ? { routes: [] } : this.#pipeline.received(tableIndex, query);
  }

  /** What was sent to a peer. Nothing unless Established. */
  advertised(address: string, query: RouteQuery = {}): RoutePage {
    const { index } = this.#known(address);
    return index === null ? { routes: [] } : this.#pipeline.advertised(index, query);
  }

  /** Stops a peer for good; `close` waits for its sockets. */
  #end(peer: Peer, subcode: number, communication?: string, mode: CloseOptions['mode'] = 'hard'): void {
    if (mode === 'graceful-restart') peer.stopForRestart(subcode, communication);
    else peer.stop(subcode, communication);
    const closed = peer.closed().finally(() => this.#ending.delete(closed));
    this.#ending.add(closed);
  }

  #known(address: string): Peer {
    return this.#peers.get(peerName(address)) ?? refuseUnknownPeer(address);
  }

  #inbound(transport: Transport, origin: InboundOrigin): void {
    if (this.#phase === 'starting') return void this.#early.add(transport);
    const address = canonicalAddress(transport.remote.address);
    const peer = peerAt(this.#peers, address) ?? this.#dynamic.take(address);
    if (peer !== undefined && this.#phase === 'running') return void peer.accept(transport, origin);
    const { local, remote } = transport;
    tell(this.#ports.log, 'info', 'connection.unknown', { remote: remote.address, local: local.address });
    this.#host.refusals.refuse(transport);
  }
}
