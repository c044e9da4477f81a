import type { BgpSpeaker, SpeakerConfig } from '@peerage/bgp';
import { type AgentParts, metricsViewOf, readinessOf } from './agent-parts.js';
import type { AgentPorts } from './agent-ports.js';
import type { Config } from './config/config.js';
import { advertisementsController } from './controllers/advertisements.js';
import { aggregatesController } from './controllers/aggregates.js';
import { ClusterWatch } from './controllers/cluster-changes.js';
import { ConcernWatch } from './controllers/concern-watch.js';
import { DrainProgress } from './controllers/drain-progress.js';
import type { Facts } from './controllers/facts.js';
import { concernsOf } from './controllers/host-changes.js';
import type { Overlay } from './controllers/overlay.js';
import { peersController } from './controllers/peers.js';
import { speakerController } from './controllers/speaker.js';
import type { AdvertisementRow } from './desired/advertisements.js';
import { AdvertisementDriver } from './drivers/advertisement-driver.js';
import { AggregateDriver } from './drivers/aggregate-driver.js';
import { OriginatedPrefixes } from './drivers/originated-prefixes.js';
import { PeerDriver } from './drivers/peer-driver.js';
import { PeerSelections } from './drivers/peer-selections.js';
import { SpeakerDriver } from './drivers/speaker-driver.js';
import { type FamilyView, LearnedRoutes } from './fib/learned-routes.js';
import { OverlayKernel } from './fib/overlay-kernel.js';
import { hostControllers } from './host-controllers.js';
import type { Problem } from './model/cluster.js';
import type { Snapshot } from './model/snapshot.js';
import { isWhole } from './model/snapshot.js';
import { type NodeOverlay, nodeOverlay } from './node-overlay.js';
import { countedAnnouncements } from './observe/counted-announcements.js';
import { Health } from './observe/health.js';
import { Metrics } from './observe/metrics.js';
import type { NodeEvents, ToldEvent } from './observe/node-events.js';
import { ProblemBoard } from './observe/problem-board.js';
import type { ReadinessCheck } from './observe/readiness.js';
import { Controller, type ControllerOptions, type RunOutcome } from './reconcile/controller.js';
import { KeptMark } from './state/kept-mark.js';
import { RestartMark } from './state/restart-mark.js';
import { tellChange, tellStart } from './told-changes.js';
import { nodeEventsTo, problemEvent, tellSessions } from './told-events.js';

export interface AgentOptions {
  readonly version: string;
  /** Milliseconds that leftovers of an earlier life are kept at most. Default 360,000. */
  readonly deferral?: number;
}

/** Seconds. */
const defaultDeferral = 360;
/** How long after its due time a loop may still be thought alive. */
const grace = 35_000;

/**
 * The agent of one node: facts from the source, controllers that compare and apply, the speaker, and the learned
 * routes. Decides nothing itself; it introduces these to one another.
 */
export class Agent {
  readonly metrics: Metrics;
  readonly health: Health;
  readonly problems: ProblemBoard;
  #config: Config;
  readonly #ports: AgentPorts;
  readonly #options: AgentOptions;
  readonly #controllers = new Map<string, Controller>();
  readonly #expected = new Map<string, () => number>();
  readonly #speakerDriver: SpeakerDriver;
  #learned: LearnedRoutes;
  readonly #overlay: Overlay;
  readonly #links: NodeOverlay;
  readonly #facts: Facts;
  readonly #drain: DrainProgress;
  readonly #mark: KeptMark;
  readonly #nodeEvents: NodeEvents | null;
  #rows: readonly AdvertisementRow[] = [];
  readonly #hostWatch: ConcernWatch;
  readonly #clusterWatch: ClusterWatch;
  #unsubscribe: (() => void) | null = null;
  #endHostWatch: (() => void) | null = null;
  #isStopping = false;
  /** After a restart peers wait until everything is announced: what End-of-RIB does not find is swept by them. */
  #peersHeldUntil = 0;
  #speakerSince = 0;
  #hasAnnounced = false;
  #heldTimer: { cancel(): void } | null = null;

  constructor(config: Config, ports: AgentPorts, options: AgentOptions) {
    this.#config = config;
    this.#ports = ports;
    this.#options = options;
    const { clock } = ports.speaker;
    this.problems = new ProblemBoard(ports.log, (problem) => this.#tell(problemEvent(problem)));
    this.health = new Health(() => clock.now());
    this.metrics = new Metrics(() => metricsViewOf(this.#parts()));
    this.#nodeEvents = nodeEventsTo(ports.events, config.nodeName, clock, this);
    this.#mark = new KeptMark(new RestartMark(config.restartMark, ports.machineTime), {
      setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
      failed: (reason) => {
        const message = `the mark for a graceful restart is not renewed, the next start may be a first one: ${reason}`;
        this.problems.tell('restart-mark', reason === null ? [] : [{ place: 'state/restart-mark', message }]);
      },
    });
    this.#speakerDriver = new SpeakerDriver(ports.speaker, {
      past: () => this.#past(),
      started: (speaker) => this.#speakerStarted(speaker),
      ending: (reason) => this.#speakerEnding(reason),
    });
    const current = (): Config => this.#config;
    this.#facts = {
      get config() {
        return current();
      },
      snapshot: () => ports.source.snapshot(),
      tellProblems: (controller, problems) => this.problems.tell(controller, problems),
      tellAdvertisements: (rows) => {
        this.#rows = rows;
      },
    };
    const concerns = () => new ConcernWatch(clock, (controller) => this.#wake(controller));
    this.#hostWatch = concerns();
    this.#clusterWatch = new ClusterWatch(config.nodeName, concerns());
    this.#drain = new DrainProgress({
      now: () => clock.now(),
      setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
      log: (level, event, fields) => ports.log.log(level, event, fields),
      wake: () => this.#wake('advertisements'),
      entered: () => this.#wake('aggregates'),
    });
    this.#links = nodeOverlay(
      this.#facts,
      ports,
      () => this.#learned.gateways(),
      () => this.#wake('overlay'),
    );
    this.#overlay = this.#links.overlay;
    this.#learned = this.#newLearnedRoutes();
    this.#overlay.onChange(() => this.#learned.audit('links to other nodes changed'));
  }

  /** The way of learned routes into the kernel, for one life of the speaker. */
  #newLearnedRoutes(): LearnedRoutes {
    const ports = this.#ports;
    const current = (): Config => this.#config;
    const { deferral = (current().gracefulRestart?.deferralTime ?? defaultDeferral) * 1000 } = this.#options;
    const routes = new OverlayKernel(ports.kernel.routes, this.#overlay);
    return new LearnedRoutes({
      kernel: {
        routes,
        interfaces: ports.kernel.interfaces,
        subscribe: (listener) =>
          ports.kernel.subscribe((event) => {
            if (event.kind === 'link' && this.#overlay.linkChanged(event.link.index)) this.#wake('overlay');
            listener(routes.event(event));
          }),
      },
      clock: ports.speaker.clock,
      get auditPeriod() {
        return current().injectedRoutesSyncPeriod * 1000;
      },
      deferral,
      events: {
        log: (level, event, fields) => ports.log.log(level, event, fields),
        received: (count) => this.metrics.count('kube_router_controller_bgp_advertisements_received', count),
        audited: (seconds) => this.metrics.observe('kube_router_host_routes_sync_time', seconds),
        beat: () => this.health.beat('learned-routes'),
        written: () => {
          if (this.#overlay.isStale) this.#wake('overlay');
        },
      },
    });
  }

  /** The speaker, once it is known what it should be and it listens. */
  get speaker(): BgpSpeaker | null {
    return this.#speakerDriver.speaker;
  }

  /** As it holds now. */
  get config(): Config {
    return this.#config;
  }

  get snapshot(): Snapshot {
    return this.#facts.snapshot();
  }

  /** What is announced and what is not, with reasons. */
  get advertisements(): readonly AdvertisementRow[] {
    return this.#rows;
  }

  kernelView(): readonly FamilyView[] {
    return this.#learned.view();
  }

  /** Begins to read the cluster and to keep the node as it says. Rejects when the source cannot begin at all. */
  async start(): Promise<void> {
    const { source, kernel } = this.#ports;
    if (this.#config.runRouter) {
      this.#expect('learned-routes', () => this.#config.injectedRoutesSyncPeriod * 1000 + grace);
      await this.#overlay.adopt();
      await this.#learned.start();
      for (const options of hostControllers(this.#facts, this.#ports, this.#links)) this.#add(options);
      this.#endHostWatch = kernel.watchHost((change) => this.#hostWatch.changed(concernsOf(change)));
      this.#add(speakerController(this.#facts, this.#speakerDriver));
    }
    this.#unsubscribe = source.onChange(() => this.#sourceChanged());
    await source.start();
    this.#sourceChanged();
  }

  /** Another configuration holds from now on; what cannot change while the agent runs must be as it was. */
  reconfigure(config: Config): void {
    this.#config = config;
    for (const [name, milliseconds] of this.#expected) this.health.expect(name, milliseconds());
    if (config.gracefulRestart === null) this.#mark.stop();
    else if (this.speaker !== null) this.#mark.keep();
    for (const controller of this.#controllers.values()) controller.signal();
  }

  /**
   * Ends all sessions: with graceful restart without a word, so that peers keep our routes, else with a text. The kernel's
   * routes stay, so that packets flow while the agent is away.
   */
  async stop(communication: string, graceMilliseconds: number): Promise<void> {
    if (this.#config.drainOnStop && this.speaker !== null)
      await this.#drain.leave(this.#config.drainDelay * 1000);
    this.#drain.cancel();
    this.#isStopping = true;
    this.#nodeEvents?.close();
    this.#unsubscribe?.();
    this.#endHostWatch?.();
    this.#hostWatch.stop();
    this.#clusterWatch.stop();
    this.#mark.stop();
    this.#heldTimer?.cancel();
    for (const controller of this.#controllers.values()) controller.stop();
    // First the learned routes: the end of the sessions withdraws them from the table, not from the kernel.
    await this.#learned.stop();
    const mode = this.#config.gracefulRestart === null ? 'hard' : 'graceful-restart';
    if (mode === 'graceful-restart' && this.speaker !== null) await this.#mark.renew();
    await this.#speakerDriver.close({ mode, communication, graceMilliseconds });
    await this.#ports.source.close();
  }

  /**
   * Whether this start is a restart: the last life ended so shortly ago that peers may still keep its routes. Only the families
   * whose routes it left in the kernel go on being forwarded.
   */
  async #past(): Promise<SpeakerConfig['restarting']> {
    const { gracefulRestart } = this.#config;
    if (gracefulRestart === null) return undefined;
    const age = await this.#mark.age();
    if (age === null || age >= gracefulRestart.time * 1000) return undefined;
    this.#holdPeers(gracefulRestart.time * 1000 - age);
    const forwarded = await this.#learned.adopted();
    this.#ports.log.log('info', 'agent.restarts', {
      awayMilliseconds: age,
      forwarded,
      message: `this is a graceful restart after ${(age / 1000).toFixed(1)} s; packets go on flowing for ${forwarded.join(' and ') || 'no family'}`,
    });
    return { forwarded, deferralTime: gracefulRestart.deferralTime };
  }

  /** What must hold before packets should be sent to this node, and whether it does. */
  readiness(): readonly ReadinessCheck[] {
    return readinessOf(this.#parts());
  }

  #parts(): AgentParts {
    return {
      version: this.#options.version,
      config: this.#config,
      snapshot: this.#ports.source.snapshot(),
      controllers: [...this.#controllers.values()],
      speaker: this.speaker,
      speakerSince: this.#speakerSince,
      learned: this.#learned,
      tunnels: this.#overlay.standing,
      problems: this.problems.counts(),
      isStopping: this.#isStopping,
      now: this.#ports.speaker.clock.now(),
      process: this.#ports.process(),
    };
  }

  #tell(event: ToldEvent | null): void {
    if (event !== null) this.#nodeEvents?.tell(event);
  }

  /** A loop has to turn within so many milliseconds, which may be others when the configuration is another one. */
  #expect(name: string, milliseconds: () => number): void {
    this.#expected.set(name, milliseconds);
    this.health.expect(name, milliseconds());
  }

  /** The world of that controller changed. */
  #wake(controller: string): void {
    this.#controllers.get(controller)?.signal();
  }

  #holdPeers(milliseconds: number): void {
    const { clock } = this.#ports.speaker;
    this.#peersHeldUntil = clock.now() + milliseconds;
    this.#heldTimer = clock.setTimer(milliseconds, () => this.#wake('peers'));
  }

  #speakerStarted(speaker: BgpSpeaker): void {
    const { log } = this.#ports;
    this.#speakerSince = this.#ports.speaker.clock.now();
    tellSessions(speaker, (event) => this.#tell(event));
    if (this.#config.gracefulRestart !== null && !this.#isStopping) this.#mark.keep();
    tellStart(speaker, log);
    this.#learned.attach(speaker);
    const originated = new OriginatedPrefixes();
    const selections = new PeerSelections();
    const announcing = new AdvertisementDriver(speaker, originated, selections);
    const peers = new PeerDriver(speaker, originated, selections, (change) => tellChange(change, log));
    // Announcements first, so that the first thing a peer hears is complete.
    const counted = countedAnnouncements(announcing, this.metrics);
    this.#add(advertisementsController(this.#facts, counted, this.#drain));
    this.#add(aggregatesController(this.#facts, new AggregateDriver(speaker.aggregates), this.#drain));
    this.#add(
      peersController(this.#facts, peers, {
        mayCome: () => this.#hasAnnounced || this.#ports.speaker.clock.now() >= this.#peersHeldUntil,
        settled: () => this.#learned.peersSettled(),
      }),
    );
  }

  /** Packets flow on by the routes that are there: the next life of learned routes takes them over, as after a restart. */
  async #speakerEnding(reason: string): Promise<void> {
    const message = `${reason}: every session ends, and begins anew with it`;
    this.#ports.log.log('warn', 'speaker.restarts', { reason, message });
    for (const name of ['advertisements', 'aggregates', 'peers']) {
      this.#controllers.get(name)?.stop();
      this.#controllers.delete(name);
    }
    this.#hasAnnounced = false;
    await this.#learned.stop();
    if (this.#isStopping) return;
    this.#learned = this.#newLearnedRoutes();
    await this.#learned.start();
  }

  #announced(): void {
    if (this.#hasAnnounced || !isWhole(this.#facts.snapshot())) return;
    this.#hasAnnounced = true;
    this.#wake('peers');
  }

  #sourceChanged(): void {
    const snapshot = this.#facts.snapshot();
    this.problems.tell('source', snapshot.problems);
    this.#clusterWatch.changed(snapshot, this.#controllers.keys());
  }

  #add(options: ControllerOptions): void {
    const { clock } = this.#ports.speaker;
    const controller = new Controller(options, {
      now: () => clock.now(),
      setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
      finished: (name, outcome, milliseconds) => this.#finished(name, outcome, milliseconds),
    });
    this.#controllers.set(options.name, controller);
    this.#expect(options.name, () => options.times.period + options.deadlineMilliseconds + grace);
    controller.signal();
  }

  #finished(name: string, outcome: RunOutcome, milliseconds: number): void {
    this.health.beat(name);
    const { metrics } = this;
    metrics.observe('peerage_reconcile_duration_seconds', milliseconds / 1000, name);
    metrics.count('peerage_reconcile_changes_total', outcome.changed, name);
    metrics.count('peerage_reconcile_errors_total', outcome.failures.length, name);
    if (name === 'peers') {
      metrics.observe('kube_router_controller_bgp_internal_peers_sync_time', milliseconds / 1000);
    }
    if (name === 'advertisements') {
      metrics.observe('kube_router_controller_routes_sync_time', milliseconds / 1000);
      if (outcome.failures.length === 0) this.#announced();
      this.#drain.applied();
    }
    this.problems.tell(
      `${name} controller`,
      outcome.failures.map((message): Problem => ({ place: name, message })),
    );
    if (outcome.changed > 0) {
      this.#ports.log.log('info', 'reconcile.changed', {
        controller: name,
        changed: outcome.changed,
        milliseconds: Math.round(milliseconds),
        message: `${name}: ${outcome.changed} ${outcome.changed === 1 ? 'change' : 'changes'} applied`,
      });
    }
  }
}
