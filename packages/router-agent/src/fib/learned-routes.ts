import type { BgpSpeaker, Clock, RouteChanges, RouteSink, Timer } from '@peerage/bgp';
import type { NetlinkEvent } from '@peerage/linux';
import type { RefusedRoute } from './batch.js';
import { Fib, type InterfaceResolver, type SkippedRoute } from './fib.js';
import { leftoverVerdict } from './leftovers.js';
import { ProgressWatch } from './peer-progress.js';
import type { RouteKernel } from './route-kernel.js';
import { RouteWriter, unwrittenRoutes } from './route-writer.js';

/** What happened to learned routes, for the log and the metrics. */
export interface LearnedRouteEvents {
  log(level: 'info' | 'warn' | 'error', event: string, fields: Readonly<Record<string, unknown>>): void;
  /** So many best paths changed. */
  received(count: number): void;
  audited(seconds: number): void;
  /** The loop of the writer turned. */
  beat(): void;
  /** Everything that waited was written: what routes need may have changed. */
  written?(): void;
}

export interface LearnedRoutesOptions {
  readonly kernel: {
    readonly routes: RouteKernel;
    readonly interfaces: InterfaceResolver & { refresh(): Promise<void> };
    subscribe(listener: (event: NetlinkEvent) => void): () => void;
  };
  readonly clock: Clock;
  readonly events: LearnedRouteEvents;
  /** Milliseconds between audits. It may be another one when it is asked again. */
  readonly auditPeriod: number;
  /** Milliseconds after which leftovers go, although not every peer has spoken. */
  readonly deferral: number;
}

/** Learned routes of one family, for `show`. */
export interface FamilyView {
  readonly family: 'ipv4-unicast' | 'ipv6-unicast';
  readonly wanted: number;
  readonly acknowledged: number;
  readonly failed: readonly { readonly prefix: string; readonly message: string }[];
}

const verdictPeriod = 1_000;
/** How long the speaker must have had no news for the fib before leftovers go. */
const quietTime = 1_000;
const shownPrefixes = 5;
const listedFailures = 1_000;

/** The way of learned routes from the speaker into the kernel, with all its timers. */
export class LearnedRoutes {
  readonly fib: Fib;
  readonly #writer: RouteWriter;
  readonly #options: LearnedRoutesOptions;
  readonly #progress = new ProgressWatch();
  readonly #startedAt: number;
  #speaker: BgpSpeaker | null = null;
  #unsubscribe: (() => void) | null = null;
  #detach: (() => void) | null = null;
  #verdictTimer: Timer | null = null;
  #adoption: (() => void) | null = null;
  readonly #adopted = new Promise<void>((resolve) => {
    this.#adoption = resolve;
  });
  #looked = false;
  #peersKnown = false;
  #released = false;
  #stopped = false;
  #lastChange = 0;
  /** When the first came of what waits to be written. */
  #waitingSince: number | null = null;
  #skipped: SkippedRoute[] = [];
  #skippedCount = 0;

  constructor(options: LearnedRoutesOptions) {
    this.#options = options;
    const { kernel, clock, events } = options;
    this.#startedAt = clock.now();
    this.fib = new Fib(
      kernel.interfaces,
      () => this.#writer.changed(),
      (route) => this.#skip(route),
    );
    this.#writer = new RouteWriter(
      this.fib,
      {
        kernel: kernel.routes,
        now: () => clock.now(),
        setTimer: (milliseconds, callback) => clock.setTimer(milliseconds, callback),
        events: {
          refused: (routes) => this.#refused(routes),
          foreign: (prefixes) =>
            events.log('warn', 'route.foreign', {
              count: prefixes.length,
              prefixes: prefixes.slice(0, shownPrefixes),
              message: `${summary(prefixes)}: a route of somebody else stands there and is left alone; ours is written when it goes`,
            }),
          audited: (audit) => this.#audited(audit),
          failed: (error) =>
            events.log('error', 'kernel.unavailable', {
              message: `routes cannot be read or written, trying again: ${error.message}`,
            }),
          idle: () => {
            this.#waitingSince = null;
            events.beat();
            events.written?.();
          },
        },
      },
      options,
    );
  }

  /** Begins with an audit; from here on the kernel is kept as the fib says. */
  async start(): Promise<void> {
    const { kernel, clock } = this.#options;
    this.#unsubscribe = kernel.subscribe((event) => this.#kernelEvent(event));
    await this.#refreshInterfaces();
    this.#writer.start();
    this.#verdictTimer = clock.setTimer(verdictPeriod, () => this.#judgeLeftovers());
  }

  /** Families of which an earlier life left routes in the kernel; waits until they were looked for. */
  async adopted(): Promise<readonly FamilyView['family'][]> {
    await this.#adopted;
    return this.view().flatMap(({ family, acknowledged }) => (acknowledged > 0 ? [family] : []));
  }

  /** The speaker is there: its routes go to the kernel from now on. */
  attach(speaker: BgpSpeaker): void {
    this.#speaker = speaker;
    const sink: RouteSink = {
      routes: (changes: RouteChanges) => {
        this.#lastChange = this.#options.clock.now();
        this.#waitingSince ??= this.#lastChange;
        this.#options.events.received(changes.length);
        this.fib.routes(changes);
      },
      inSync: (family) => this.fib.inSync(family),
    };
    this.#detach = speaker.addRouteSink(sink);
  }

  /** Gateways that routes need, now or still. Null as long as it is not known what an earlier life left. */
  gateways(): ReadonlySet<string> | null {
    return this.#looked ? this.fib.gateways() : null;
  }

  /** Compares the kernel with what was learned, soon. */
  audit(reason: string): void {
    this.#writer.audit(reason);
  }

  /** All peers that the cluster and the flags name were set up. */
  peersSettled(): void {
    this.#peersKnown = true;
  }

  /** Stops writing. What is in the kernel stays there, so that packets flow on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#verdictTimer?.cancel();
    this.#unsubscribe?.();
    this.#detach?.();
    await this.#writer.stop();
  }

  /** Milliseconds since which writes wait; null when all is written. */
  get waitingFor(): number | null {
    return this.#waitingSince === null ? null : this.#options.clock.now() - this.#waitingSince;
  }

  view(): readonly FamilyView[] {
    return this.fib.families.map((family) => ({
      family: family.family === 4 ? 'ipv4-unicast' : 'ipv6-unicast',
      wanted: family.wantedCount,
      acknowledged: family.ackedCount,
      failed: unwrittenRoutes(family, listedFailures).map(({ prefix, reason }) => ({
        prefix,
        message: reason,
      })),
    }));
  }

  /** How many routes of each family should stand, do stand, and were found other than they had been left. */
  counts(): readonly {
    readonly family: FamilyView['family'];
    readonly wanted: number;
    readonly acknowledged: number;
    readonly drifted: number;
  }[] {
    return this.fib.families.map((family) => ({
      family: family.family === 4 ? 'ipv4-unicast' : 'ipv6-unicast',
      wanted: family.wantedCount,
      acknowledged: family.ackedCount,
      drifted: family.counters.drifted,
    }));
  }

  /** Running totals over both families. */
  totals(): { readonly synced: number; readonly added: number; readonly removed: number } {
    const sum = (read: (family: (typeof this.fib.families)[number]) => number) =>
      this.fib.families.reduce((total, family) => total + read(family), 0);
    return {
      synced: sum((family) => family.ackedCount),
      added: sum((family) => family.counters.added + family.counters.replaced),
      removed: sum((family) => family.counters.removed),
    };
  }

  #kernelEvent(event: NetlinkEvent): void {
    if (event.kind === 'link' || event.kind === 'address') void this.#refreshInterfaces();
    this.#writer.kernelEvent(event);
  }

  async #refreshInterfaces(): Promise<void> {
    try {
      await this.#options.kernel.interfaces.refresh();
    } catch (error) {
      if (this.#stopped) return;
      const message = `interfaces cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      this.#options.events.log('error', 'kernel.unavailable', { message });
    }
  }

  #judgeLeftovers(): void {
    if (this.#released || this.#stopped) return;
    const { clock, deferral, events } = this.#options;
    const now = clock.now();
    if (now - this.#startedAt < deferral && this.#someAreAway()) {
      this.#verdictTimer = clock.setTimer(verdictPeriod, () => this.#judgeLeftovers());
      return;
    }
    const peers = this.#speaker === null ? [] : this.#progress.look(this.#speaker.peers(), now);
    const peersKnown = this.#peersKnown && this.#speaker !== null;
    const verdict = leftoverVerdict({ peersKnown, peers, runningFor: now - this.#startedAt, deferral });
    const digested = this.fib.complete && this.fib.pending === 0 && now - this.#lastChange >= quietTime;
    if (verdict.mayGo && digested) {
      this.#released = true;
      events.log('info', 'leftovers.released', {
        message: `routes of an earlier life that nobody announces are deleted: ${verdict.reason}`,
      });
      this.#writer.releaseLeftovers();
      return;
    }
    this.#verdictTimer = clock.setTimer(verdictPeriod, () => this.#judgeLeftovers());
  }

  /** Without a look at each peer, of which there may be a thousand. */
  #someAreAway(): boolean {
    if (this.#speaker === null) return true;
    const { configured, established } = this.#speaker.status().peers;
    return established < configured;
  }

  #audited(audit: { reason: string; drifted: number; milliseconds: number }): void {
    const { events } = this.#options;
    this.#looked = true;
    this.#adoption?.();
    events.audited(audit.milliseconds / 1000);
    events.beat();
    if (audit.drifted === 0) return;
    events.log('warn', 'routes.drifted', {
      ...audit,
      message: `${audit.drifted} routes in the kernel were not as we had left them; they are put right`,
    });
  }

  #refused(routes: readonly RefusedRoute[]): void {
    const prefixes = routes.map((route) => route.prefix);
    this.#options.events.log('warn', 'route.refused', {
      count: routes.length,
      routes: routes.slice(0, shownPrefixes),
      message: `the kernel refused ${summary(prefixes)} (${routes[0]?.reason}); tried again when links or addresses change`,
    });
  }

  /** Skipped routes are told together, once the speaker's turn is over. */
  #skip(route: SkippedRoute): void {
    if (this.#skippedCount++ === 0) this.#options.clock.nextTurn(() => this.#tellSkipped());
    if (this.#skipped.length < shownPrefixes) this.#skipped.push(route);
  }

  #tellSkipped(): void {
    const [first] = this.#skipped;
    this.#options.events.log('warn', 'route.skipped', {
      count: this.#skippedCount,
      routes: this.#skipped,
      message: `${this.#skippedCount} next hops cannot be used (${first?.prefix}: ${first?.reason})`,
    });
    this.#skipped = [];
    this.#skippedCount = 0;
  }
}

function summary(prefixes: readonly string[]): string {
  const shown = prefixes.slice(0, shownPrefixes).join(', ');
  const more = prefixes.length - shownPrefixes;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
