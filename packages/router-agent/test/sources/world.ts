import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Teardown, tempDir } from '@peerage/test-fixtures';
import type { ClusterSource } from '../../src/sources/cluster-source.js';
import { kubernetesSource } from '../../src/sources/kube/kubernetes-source.js';
import { manifestsSource } from '../../src/sources/manifests/manifests-source.js';
import type { SourcePorts } from '../../src/sources/source-ports.js';
import type { ApiServerUnderTest } from './kube/api-server-under-test.js';
import { documentedRules } from './kube/documented-rules.js';
import { QUICK } from './kube/kube-cases.js';
import { KubeWriter } from './kube/kube-writer.js';
import { StallingProxy } from './kube/stalling-proxy.js';
import type { RawSample } from './sample-objects.js';

/** Where a cluster's facts are kept, and what may happen to that place. */
export interface World {
  newSource(ports: SourcePorts): ClusterSource;
  put(objects: readonly RawSample[]): Promise<void>;
  remove(object: RawSample): Promise<void>;
  /** It cannot be read, until `back`. */
  away(): Promise<void>;
  back(): Promise<void>;
  /** It says nothing any more, without closing anything, until `heard`; null where there are no connections. */
  readonly silence: { silent(): void; heard(): void } | null;
  /** Forgets how it came to be as it is; null where there is no history. */
  readonly forgetHistory: (() => Promise<void>) | null;
}

/** A folder of manifests. */
export async function manifestsWorld(t: Teardown): Promise<World> {
  const directory = join(tempDir(t), 'cluster');
  await mkdir(directory);
  const fileOf = ({ kind, metadata }: RawSample): string => join(directory, `${kind}-${metadata.name}.json`);
  return {
    newSource: (ports) =>
      manifestsSource(directory, ports, { settleMilliseconds: 10, pollMilliseconds: 200 }),
    put: async (objects) => {
      await Promise.all(objects.map((object) => writeFile(fileOf(object), JSON.stringify(object))));
    },
    remove: (object) => rm(fileOf(object)),
    away: () => rename(directory, `${directory}.away`),
    back: () => rename(`${directory}.away`, directory),
    silence: null,
    forgetHistory: null,
  };
}

/** An API server, read through a proxy with the rights that `deploy/rbac.yaml` gives. */
export async function apiWorld(t: Teardown, server: ApiServerUnderTest): Promise<World> {
  const writer = new KubeWriter(server.kubeconfig);
  const text = await readFile(await server.kubeconfigWithRules(await documentedRules()), 'utf8');
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
  const proxy = await StallingProxy.open(port);
  t.teardown(() => proxy.close());
  const kubeconfig = join(tempDir(t), 'kubeconfig');
  await writeFile(kubeconfig, text.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${proxy.port}`));
  return {
    newSource: (ports) => kubernetesSource({ kubeconfig, master: null }, ports, QUICK),
    put: async (objects) => {
      for (let at = 0; at < objects.length; at += 20) {
        await Promise.all(objects.slice(at, at + 20).map((object) => writer.apply(object)));
      }
    },
    remove: (object) => writer.remove(object),
    away: () => server.stop(),
    back: () => server.start(),
    silence: { silent: () => proxy.stall(), heard: () => proxy.resume() },
    forgetHistory: () => server.forgetHistory(),
  };
}
