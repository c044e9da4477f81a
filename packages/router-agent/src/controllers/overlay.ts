import {
  type DesiredOverlay,
  desiredOverlay,
  type OverlayWay,
  overlayWays,
  type Underlay,
} from '../desired/overlay.js';
import type { OwnNode } from '../desired/own-node.js';
import type { HopWay, HopWays } from '../items/hop-ways.js';
import { formatIp, parseIp } from '../items/ip.js';
import type { Driver } from '../items/item.js';
import type { OverlayLinkItem } from '../items/overlay-link.js';
import type { FouPortItem, PolicyRouteItem, RuleItem, VxlanPeerItem } from '../items/policy-routing.js';
import type { WireguardPeerItem } from '../items/wireguard.js';
import type { Problem } from '../model/cluster.js';
import type { ControllerOptions, RunOutcome } from '../reconcile/controller.js';
import { type Layer, layer, reconcileLayers } from '../reconcile/layers.js';
import type { LoopTimes } from '../reconcile/loop-machine.js';
import { type Facts, knownOwnNode, nothingToDo, syncTimes } from './facts.js';

/** What the overlay is made of in the kernel, by kind. */
export interface OverlayDrivers {
  readonly fouPorts: Driver<FouPortItem>;
  readonly links: Driver<OverlayLinkItem>;
  readonly vxlanPeers: Driver<VxlanPeerItem>;
  readonly wireguardPeers: Driver<WireguardPeerItem>;
  readonly routes: Driver<PolicyRouteItem>;
  readonly rules: Driver<RuleItem>;
}

export interface OverlaySurroundings {
  readonly drivers: OverlayDrivers;
  readonly underlay: Underlay & { refresh(): Promise<void> };
  /** Gateways that routes need; null while that is not known, and then nothing is unmade. */
  gateways(): ReadonlySet<string> | null;
  /** Public key of this node, for WireGuard; null while there is none. */
  publicKey(): string | null;
}

interface KnownWay {
  readonly way: OverlayWay;
  readonly source: Uint8Array;
  /** The link's number; null while it is not there. */
  readonly link: number | null;
}

/**
 * The links to other nodes: each is there as long as some route has the node as its next hop, and no longer. It is made before the first
 * such route is written, by `make`, and unmade by a later run, when no route needs it any more.
 */
export class Overlay implements HopWays {
  readonly #facts: Facts;
  readonly #surroundings: OverlaySurroundings;
  readonly #listeners = new Set<() => void>();
  #ways: ReadonlyMap<string, KnownWay> = new Map();
  #byLink: ReadonlyMap<number, Uint8Array> = new Map();
  #failures: readonly string[] = [];
  #isKnown = false;
  #known: (() => void) | null = null;
  readonly #ready: Promise<void>;
  /** Passes are made one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(facts: Facts, surroundings: OverlaySurroundings) {
    this.#facts = facts;
    this.#surroundings = surroundings;
    this.#ready = new Promise((resolve) => {
      this.#known = resolve;
    });
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  get some(): boolean {
    return this.#ways.size > 0 || this.#byLink.size > 0;
  }

  /** Takes in the links that an earlier life left, so that their routes are known for what they are. */
  async adopt(): Promise<void> {
    const links = await this.#surroundings.drivers.links.read(AbortSignal.timeout(deadlineMilliseconds));
    this.#byLink = otherEnds(links);
  }

  wayTo(gateway: Uint8Array): HopWay | 'missing' | null {
    const known = this.#ways.get(formatIp(gateway));
    if (known === undefined) return null;
    if (known.link === null) return 'missing';
    return { link: known.link, named: known.way.named, source: known.source };
  }

  gatewayOf(link: number): Uint8Array | null {
    return this.#byLink.get(link) ?? null;
  }

  reason(gateway: Uint8Array): string {
    const way = this.#ways.get(formatIp(gateway))?.way;
    if (way !== undefined && way.lacks !== null)
      return `there is no tunnel to node ${way.node}: ${way.lacks}`;
    const [failure] = this.#failures;
    return `the link ${way?.link ?? ''} to node ${way?.node ?? ''} is not there${failure === undefined ? '' : `: ${failure}`}`;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async make(gateways: readonly Uint8Array[]): Promise<void> {
    const signal = AbortSignal.timeout(deadlineMilliseconds);
    await this.#alone(() => this.#pass(new Set(gateways.map(formatIp)), false, signal));
  }

  /** A link came, changed or went: it may be one of ours. */
  linkChanged(index: number): boolean {
    if (![...this.#ways.values()].some(({ link }) => link === index)) return false;
    this.#ways = new Map(
      [...this.#ways].map(([key, known]) => [key, known.link === index ? { ...known, link: null } : known]),
    );
    this.#tell();
    return true;
  }

  /** Whether other links are needed than those that stand. */
  get isStale(): boolean {
    const gateways = this.#surroundings.gateways();
    if (gateways === null) return false;
    for (const [endpoint, { way, link }] of this.#ways) {
      const isNeeded = gateways.has(endpoint);
      if (isNeeded ? link === null && way.lacks === null : link !== null) return true;
    }
    return false;
  }

  /** How many links to other nodes stand. */
  get standing(): number {
    return [...this.#ways.values()].filter(({ link }) => link !== null).length;
  }

  /** The controller that keeps all of it as it should be. */
  controller(): ControllerOptions {
    return {
      name,
      times: overlayTimes(this.#facts),
      deadlineMilliseconds,
      run: (signal) => this.#alone(() => this.#pass(new Set(), true, signal)),
    };
  }

  #alone<T>(pass: () => Promise<T>): Promise<T> {
    const next = this.#last.then(pass);
    this.#last = next.catch(() => {});
    return next;
  }

  async #pass(more: ReadonlySet<string>, mayUnmake: boolean, signal: AbortSignal): Promise<RunOutcome> {
    const { config } = this.#facts;
    const own = knownOwnNode(this.#facts, name);
    const snapshot = this.#facts.snapshot();
    if (own === null || !snapshot.listed.has('Node')) return nothingToDo;
    const { underlay, drivers } = this.#surroundings;
    await underlay.refresh();
    const ways = overlayWays(snapshot, own, config, underlay);
    const publicKey = this.#surroundings.publicKey();
    // Without a key nothing can be made, and what stands is not unmade for want of it.
    if (config.enableOverlay && config.overlayEncap === 'wireguard' && publicKey === null) {
      this.#facts.tellProblems(name, lackingNodes(ways));
      await this.#learn(ways, own, signal);
      this.#knowsNow();
      return nothingToDo;
    }
    const gateways = this.#surroundings.gateways();
    const inUse = new Set([...(gateways ?? []), ...more]);
    const desired = desiredOverlay(ways, inUse, { snapshot, own, config, underlay, publicKey });
    this.#facts.tellProblems(name, [...lackingNodes(ways), ...desired.problems]);
    const mayDelete = mayUnmake && gateways !== null;
    const outcome = await reconcileLayers(layersOf(desired, drivers), signal, { mayDelete });
    this.#failures = outcome.failures;
    await this.#learn(ways, own, signal);
    this.#knowsNow();
    return outcome;
  }

  #knowsNow(): void {
    this.#isKnown = true;
    this.#known?.();
  }

  /** Takes in which links stand now. */
  async #learn(ways: readonly OverlayWay[], own: OwnNode, signal: AbortSignal): Promise<void> {
    const links = await this.#surroundings.drivers.links.read(signal);
    const numbers = new Map(links.map(({ name, index }) => [name, index ?? null]));
    const known = ways.map((way): [string, KnownWay] => {
      const source = parseIp(own.addresses.best[way.family] ?? way.local) ?? new Uint8Array(0);
      return [
        way.endpoint,
        { way, source, link: way.lacks === null ? (numbers.get(way.link) ?? null) : null },
      ];
    });
    const before = describe(this.#ways);
    this.#ways = new Map(known);
    this.#byLink = otherEnds(links);
    if (describe(this.#ways) !== before) this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function otherEnds(links: readonly OverlayLinkItem[]): ReadonlyMap<number, Uint8Array> {
  return new Map(
    links.flatMap((link) => {
      const remote = link.type === 'tunnel' ? parseIp(link.remote) : null;
      return remote === null || link.index === undefined ? [] : [[link.index, remote] as const];
    }),
  );
}

const name = 'overlay';
const deadlineMilliseconds = 30_000;
/** The kernel does not tell when somebody changes a WireGuard link. */
const wireguardPeriod = 5_000;

function overlayTimes(facts: Facts): LoopTimes {
  const times = syncTimes(facts);
  return {
    ...times,
    get period() {
      const { overlayEncap } = facts.config;
      return overlayEncap === 'wireguard' ? Math.min(times.period, wireguardPeriod) : times.period;
    },
  };
}

function lackingNodes(ways: readonly OverlayWay[]): readonly Problem[] {
  const byNode = new Map(ways.map(({ node, lacks }) => [node, lacks]));
  return [...byNode].flatMap(([node, lacks]) =>
    lacks === null ? [] : [{ place: `nodes/${node}`, message: `there is no tunnel to it: ${lacks}` }],
  );
}

function layersOf(desired: DesiredOverlay, drivers: OverlayDrivers): readonly Layer[] {
  return [
    layer(drivers.fouPorts, desired.fouPorts),
    layer(drivers.links, desired.links),
    layer(drivers.vxlanPeers, desired.vxlanPeers),
    layer(drivers.wireguardPeers, desired.wireguardPeers),
    layer(drivers.routes, desired.routes),
    layer(drivers.rules, desired.rules),
  ];
}

function describe(ways: ReadonlyMap<string, KnownWay>): string {
  return [...ways]
    .map(([endpoint, { way, link, source }]) => `${endpoint} ${way.link} ${link} ${source.join('.')}`)
    .sort()
    .join('\n');
}
