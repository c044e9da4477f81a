import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { agentMetrics } from './agent-metrics.js';
import type { KeptMetric, MetricsView, ReadMetric } from './metric.js';
import { sessionMetrics } from './session-metrics.js';

const kept = {
  kube_router_controller_bgp_advertisements_received: {
    type: 'counter',
    help: 'Changes of best paths, own routes included',
    labels: [],
  },
  kube_router_controller_bgp_advertisements_sent: {
    type: 'counter',
    help: 'Prefixes announced and withdrawn by this node, by kind: pod-route, advertise-vip, withdraw-vip',
    labels: ['type'],
  },
  kube_router_controller_bgp_internal_peers_sync_time: {
    type: 'histogram',
    help: 'Seconds that setting up the BGP peers took',
    labels: [],
  },
  kube_router_controller_routes_sync_time: {
    type: 'histogram',
    help: 'Seconds that syncing the announcements took',
    labels: [],
  },
  kube_router_host_routes_sync_time: {
    type: 'histogram',
    help: "Seconds that an audit of the kernel's routes took",
    labels: [],
  },
  peerage_reconcile_duration_seconds: {
    type: 'histogram',
    help: 'Seconds that a run of a controller took',
    labels: ['controller'],
  },
  peerage_reconcile_changes_total: {
    type: 'counter',
    help: 'Changes that a controller made to the node',
    labels: ['controller'],
  },
  peerage_reconcile_errors_total: {
    type: 'counter',
    help: 'What a controller could not change, all runs together',
    labels: ['controller'],
  },
  peerage_node_events_total: {
    type: 'counter',
    help: 'Kubernetes Events about the node, by what came of them: sent, joined (told together with others), failed',
    labels: ['outcome'],
  },
} as const satisfies Readonly<Record<string, KeptMetric>>;

type KeptName = keyof typeof kept;
type NameOf<T extends KeptMetric['type']> = {
  [K in KeptName]: (typeof kept)[K]['type'] extends T ? K : never;
}[KeptName];
type LabelOf<K extends KeptName> = (typeof kept)[K]['labels'][number];

/** All metrics of the agent, by name. Those of kube-router bear its names where they mean the same. */
export const metricRows: Readonly<Record<string, ReadMetric | KeptMetric>> = {
  ...sessionMetrics,
  ...agentMetrics,
  ...kept,
};

/** The metrics page: what is counted as it happens, and what is read off `view` when somebody asks. */
export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #readView: () => MetricsView;
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  /** What the page that is being made is of: one look at the agent for all rows. */
  #view: MetricsView | null = null;

  constructor(readView: () => MetricsView) {
    this.#readView = readView;
    this.contentType = this.#registry.contentType;
    for (const [name, metric] of Object.entries(metricRows)) {
      if ('read' in metric) this.#addRead(name, metric);
      else this.#addKept(name, metric);
    }
  }

  count<K extends NameOf<'counter'>>(
    name: K,
    by: number,
    ...labels: readonly (LabelOf<K> extends never ? never : string)[]
  ): void {
    const counter = this.#counters.get(name);
    if (labels.length === 0) counter?.inc(by);
    else counter?.labels(...labels).inc(by);
  }

  /** `value` in the unit of the metric. */
  observe<K extends NameOf<'histogram'>>(
    name: K,
    value: number,
    ...labels: readonly (LabelOf<K> extends never ? never : string)[]
  ): void {
    const histogram = this.#histograms.get(name);
    if (labels.length === 0) histogram?.observe(value);
    else histogram?.labels(...labels).observe(value);
  }

  /** The page, in the text format of Prometheus. */
  async page(): Promise<string> {
    this.#view = this.#readView();
    return this.#registry.metrics();
  }

  #addKept(name: string, { type, help, labels }: KeptMetric): void {
    const options = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (type === 'counter') this.#counters.set(name, new Counter(options));
    else this.#histograms.set(name, new Histogram(options));
  }

  #addRead(name: string, { type, help, labels, read }: ReadMetric): void {
    const options = { name, help, labelNames: [...labels], registers: [this.#registry] };
    const samples = (): ReturnType<ReadMetric['read']> => (this.#view === null ? [] : read(this.#view));
    if (type === 'gauge') {
      new Gauge({
        ...options,
        collect() {
          this.reset();
          for (const [values, value] of samples()) this.labels(...values.map(String)).set(value);
        },
      });
      return;
    }
    new Counter({
      ...options,
      collect() {
        this.reset();
        for (const [values, value] of samples()) this.labels(...values.map(String)).inc(value);
      },
    });
  }
}
