import { join } from 'node:path';
import type { ClusterSourceConfig, Config } from './config/config.js';
import type { ClusterSource } from './sources/cluster-source.js';
import { rememberedSource } from './sources/remembered-source.js';
import type { SourcePorts } from './sources/source-ports.js';
import { ClusterMemory } from './state/cluster-memory.js';

/** The source of an agent that runs: what comes over the network is remembered on disk, for a start without it. */
export async function openRememberedSource(config: Config, ports: SourcePorts): Promise<ClusterSource> {
  const source = await openSource(config.source, ports);
  if (config.source.kind === 'manifests') return source;
  const path = join(config.dataDirectory, `${config.nodeName}.cluster`);
  return rememberedSource(source, new ClusterMemory(path, () => ports.clock.wallTime()), ports);
}

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
