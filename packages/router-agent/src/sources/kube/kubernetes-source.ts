import { allKinds, type Kind } from '../../model/cluster.js';
import type { Snapshot } from '../../model/snapshot.js';
import type { ClusterSource, SourceStatus } from '../cluster-source.js';
import { ClusterStore } from '../cluster-store.js';
import type { SourcePorts } from '../source-ports.js';
import { ApiClient } from './api-client.js';
import { KindWatcher } from './kind-watcher.js';
import { type KubeAccess, KubeConnection } from './kube-connection.js';
import { KUBE_RESOURCES, type KubeResource, rbacRule } from './kube-resource.js';
import { WATCH_DEFAULTS, type WatchOptions, type WatchReport } from './watch-machine.js';

export type KubernetesOptions = Omit<WatchOptions, 'variants'>;

/**
 * Reads the cluster from the Kubernetes API: each kind is listed in pages and watched. While the server is away, everything stays
 * as it was last seen; a kind that the server refuses is degraded alone.
 */
export function kubernetesSource(
  access: KubeAccess,
  ports: SourcePorts,
  options: Partial<KubernetesOptions> = {},
): ClusterSource {
  return new KubernetesSource(access, ports, { ...WATCH_DEFAULTS, ...options });
}

class KubernetesSource implements ClusterSource {
  readonly #access: KubeAccess;
  readonly #ports: SourcePorts;
  readonly #store: ClusterStore;
  readonly #options: KubernetesOptions;
  readonly #reports = new Map<Kind, WatchReport>();
  #watchers: readonly KindWatcher[] = [];
  #server = '';
  #lastContact: number | null = null;

  constructor(access: KubeAccess, ports: SourcePorts, options: KubernetesOptions) {
    this.#access = access;
    this.#ports = ports;
    this.#options = options;
    this.#store = new ClusterStore(ports.clock);
  }

  async start(): Promise<void> {
    // Made here first, so that a configuration that cannot work is our caller's error and not one more retry.
    const first = new KubeConnection(this.#access);
    await first.check(this.#access);
    this.#server = first.server.origin;
    let unused: KubeConnection | null = first;
    const client = new ApiClient(() => {
      const connection = unused ?? new KubeConnection(this.#access);
      unused = null;
      return connection;
    });
    this.#watchers = allKinds.map(
      (kind) =>
        new KindWatcher(kind, {
          client,
          store: this.#store,
          ports: this.#ports,
          options: this.#options,
          reported: (report, resource) => this.#reported(kind, report, resource),
          contacted: () => {
            this.#lastContact = this.#ports.clock.wallTime();
          },
        }),
    );
    for (const watcher of this.#watchers) watcher.start();
  }

  snapshot(): Snapshot {
    return this.#store.snapshot();
  }

  onChange(listener: () => void): () => void {
    return this.#store.onChange(listener);
  }

  status(): SourceStatus {
    const reports = [...this.#reports.values()];
    const away = reports.find((report) => report.state === 'unreachable');
    const base = { kind: 'kubernetes', lastContact: this.#lastContact } as const;
    if (away !== undefined)
      return { ...base, state: 'unreachable', message: `${this.#server}: ${away.failure.message}` };
    if (reports.length < allKinds.length)
      return { ...base, state: 'starting', message: `listing from ${this.#server}` };
    return { ...base, state: 'in-sync', message: `watching ${this.#server}` };
  }

  async close(): Promise<void> {
    for (const watcher of this.#watchers) watcher.stop();
  }

  #reported(kind: Kind, report: WatchReport, resource: KubeResource): void {
    const before = this.#reports.get(kind);
    this.#reports.set(kind, report);
    const place = `api:${(KUBE_RESOURCES[kind][0] ?? resource).plural}`;
    const message = report.state === 'in-sync' ? null : this.#explain(report, resource);
    this.#store.setProblems(place, message === null ? [] : [{ place, message }]);
    this.#store.setDegraded(kind, report.state === 'degraded' ? message : null);
    const changed = before?.state !== report.state;
    if (!changed) return;
    if (message === null) {
      const inSync = `${place} was listed and is watched`;
      this.#ports.log.log('info', 'source.in-sync', { place, server: this.#server, message: inSync });
    } else this.#ports.log.log('warn', `source.${report.state}`, { place, server: this.#server, message });
  }

  #explain(report: Exclude<WatchReport, { state: 'in-sync' }>, resource: KubeResource): string {
    const stays = 'what was read before stays as it was';
    const { failure } = report;
    if (report.state === 'unreachable') return `${failure.message}; ${stays}, and it is tried again`;
    if (failure.reason === 'missing')
      return `${failure.message}; ${stays}; the server has none of the collections that hold this kind`;
    return `${failure.message}; ${stays}; add this rule to the agent's ClusterRole: ${rbacRule(resource)}`;
  }
}
