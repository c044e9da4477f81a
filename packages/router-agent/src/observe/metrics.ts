import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is told of a BGP peer. */
export interface PeerMetric {
  readonly address: string;
  readonly type: 'internal' | 'external';
  readonly remoteAs: number;
  readonly state: string;
}

/** Numbers that are read when somebody asks for them. */
export interface MetricSources {
  peers(): readonly PeerMetric[];
  /** Routes in the kernel that are ours, and how often one was written and deleted since start. */
  routes(): { readonly synced: number; readonly added: number; readonly removed: number };
}

export interface MetricOptions {
  readonly version: string;
  readonly unimplementedFlags: readonly string[];
  readonly sources: MetricSources;
}

const prefix = 'kube_router_';

/** The metrics of the agent, under kube-router's names where they mean the same. */
export class Metrics {
  readonly registry = new Registry();
  readonly peersSyncTime: Histogram;
  readonly routesSyncTime: Histogram;
  readonly hostRoutesSyncTime: Histogram;
  /** Best-path changes of both families, own routes included. */
  readonly advertisementsReceived: Counter;
  readonly advertisementsSent: Counter<'type'>;

  constructor({ version, unimplementedFlags, sources }: MetricOptions) {
    const registers = [this.registry];
    const histogram = (name: string, help: string) =>
      new Histogram({ name: `${prefix}${name}`, help, registers });
    this.peersSyncTime = histogram(
      'controller_bgp_internal_peers_sync_time',
      'Seconds that setting up the BGP peers took',
    );
    this.routesSyncTime = histogram(
      'controller_routes_sync_time',
      'Seconds that syncing the announcements took',
    );
    this.hostRoutesSyncTime = histogram(
      'host_routes_sync_time',
      "Seconds that an audit of the kernel's routes took",
    );
    this.advertisementsReceived = new Counter({
      name: `${prefix}controller_bgp_advertisements_received`,
      help: 'Changes of best paths, own routes included',
      registers,
    });
    this.advertisementsSent = new Counter({
      name: `${prefix}controller_bgp_advertisements_sent`,
      help: 'Prefixes announced and withdrawn by this node, by kind',
      labelNames: ['type'],
      registers,
    });
    new Gauge({
      name: `${prefix}build_info`,
      help: 'Version of the agent; always 1',
      labelNames: ['goversion', 'version'],
      registers,
    }).set({ goversion: `node ${process.versions.node}`, version }, 1);
    peerInfo(registers, sources);
    hostRoutes(registers, sources);
    const flags = new Gauge({
      name: 'peerage_unimplemented_flag',
      help: 'Flags that were given and have no effect yet; 1 each',
      labelNames: ['flag'],
      registers,
    });
    for (const flag of unimplementedFlags) flags.set({ flag }, 1);
  }
}

function peerInfo(registers: Registry[], sources: MetricSources): void {
  new Gauge({
    name: `${prefix}bgp_peer_info`,
    help: 'BGP peers with the state of their session; 1 each',
    labelNames: ['address', 'type', 'asn', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { address, type, remoteAs, state } of sources.peers()) {
        this.set({ address, type, asn: String(remoteAs), state }, 1);
      }
    },
  });
}

function hostRoutes(registers: Registry[], sources: MetricSources): void {
  new Gauge({
    name: `${prefix}host_routes_synced`,
    help: "Learned routes that stand in the kernel's main table",
    registers,
    collect() {
      this.set(sources.routes().synced);
    },
  });
  const total = (name: string, help: string, read: () => number) =>
    new Counter({
      name: `${prefix}${name}`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  total('host_routes_added', 'Routes written to the kernel since start', () => sources.routes().added);
  total('host_routes_removed', 'Routes deleted from the kernel since start', () => sources.routes().removed);
}
