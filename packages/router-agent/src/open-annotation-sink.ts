import type { ClusterSourceConfig } from './config/config.js';
import type { AnnotationSink } from './sinks/annotation-sink.js';

/** Where annotations of the own Node are written, beside the source that the configuration names. */
export async function openAnnotationSink(config: ClusterSourceConfig): Promise<AnnotationSink> {
  switch (config.kind) {
    case 'manifests': {
      const { ManifestAnnotations } = await import('./sinks/manifest-annotations.js');
      return new ManifestAnnotations();
    }
    case 'kubernetes': {
      const { KubeAnnotations } = await import('./sinks/kube-annotations.js');
      return new KubeAnnotations({ kubeconfig: config.kubeconfig, master: config.master });
    }
  }
}
