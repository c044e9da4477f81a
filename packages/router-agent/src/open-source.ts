import type { ClusterSourceConfig } from './config/config.js';
import type { ClusterSource } from './sources/cluster-source.js';
import { kubernetesSource } from './sources/kube/kubernetes-source.js';
import { manifestsSource } from './sources/manifests/manifests-source.js';
import type { SourcePorts } from './sources/source-ports.js';

/** The source that the configuration names. */
export function openSource(config: ClusterSourceConfig, ports: SourcePorts): ClusterSource {
  switch (config.kind) {
    case 'manifests':
      return manifestsSource(config.directory, ports);
    case 'kubernetes':
      return kubernetesSource({ kubeconfig: config.kubeconfig, master: config.master }, ports);
  }
}
