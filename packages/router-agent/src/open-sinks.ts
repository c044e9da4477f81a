import type { ClusterSourceConfig } from './config/config.js';
import type { AnnotationSink } from './sinks/annotation-sink.js';
import type { EventSink } from './sinks/event-sink.js';

/** What the agent writes to the cluster. */
export interface Sinks {
  /** Where annotations of the own Node are written. */
  readonly annotations: AnnotationSink;
  /** Where Events about it are written; null where there is no such place. */
  readonly events: EventSink | null;
}

/** The places beside the source that the configuration names. `wallTime` in milliseconds since 1970. */
export async function openSinks(config: ClusterSourceConfig, wallTime: () => number): Promise<Sinks> {
  switch (config.kind) {
    case 'manifests': {
      const { ManifestAnnotations } = await import('./sinks/manifest-annotations.js');
      return { annotations: new ManifestAnnotations(), events: null };
    }
    case 'kubernetes': {
      const { KubeAnnotations } = await import('./sinks/kube-annotations.js');
      const { KubeEvents } = await import('./sinks/kube-events.js');
      const access = { kubeconfig: config.kubeconfig, master: config.master };
      return { annotations: new KubeAnnotations(access), events: new KubeEvents(access, wallTime) };
    }
  }
}
