import type { ClusterSourceConfig } from './config/config.js';
import type { ClusterSource } from './sources/cluster-source.js';
import type { SourcePorts } from './sources/source-ports.js';

/** The source that the configuration names. Only its own code is loaded: the Kubernetes client alone takes 0.4 s. */
export async function openSource(config: ClusterSourceConfig, ports: SourcePorts): Promise<ClusterSource> {
  switch (config.kind) {
    case 'manifests': {
      const { manifestsSource } = await import('./sources/manifests/manifests-source.js');
      return manifestsSource(config.directory, ports);
    }
    case 'kubernetes': {
      const { kubernetesSource } = await import('./sources/kube/kubernetes-source.js');
      return kubernetesSource({ kubeconfig: config.kubeconfig, master: config.master }, ports);
    }
  }
}
