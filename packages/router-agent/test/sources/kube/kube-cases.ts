import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { tempDir } from '@peerage/test-fixtures';
import type { Test } from 'tap';
import type { ClusterSource } from '../../../src/sources/cluster-source.js';
import { type KubernetesOptions, kubernetesSource } from '../../../src/sources/kube/kubernetes-source.js';
import { realPorts } from '../real-ports.js';
import { type RawSample, sampleNode, sampleService, sampleSlice } from '../sample-objects.js';
import { sourceCases, untilInSync, untilSnapshot } from '../source-cases.js';
import type { ApiServerUnderTest, Rules } from './api-server-under-test.js';
import { KubeWriter } from './kube-writer.js';
import { StallingProxy } from './stalling-proxy.js';

/** Waits short enough for a test. Silence is still far longer than a healthy answer takes. */
export const QUICK: Partial<KubernetesOptions> = {
  pageSize: 100,
  answerMilliseconds: 2000,
  silenceMilliseconds: 1500,
  firstWaitMilliseconds: 50,
  longestWaitMilliseconds: 500,
  deniedWaitMilliseconds: 300,
};

/**
 * What the Kubernetes source does with any API server: the fake and the real one. Between the cases every object is removed.
 * `outage` is how long the server is away.
 */
export function kubeCases(
  t: Test,
  open: () => Promise<ApiServerUnderTest>,
  outage: number,
  rules: () => Promise<Rules>,
): void {
  let server: ApiServerUnderTest;
  let writer: KubeWriter;
  t.before(async () => {
    server = await open();
    writer = new KubeWriter(server.kubeconfig);
  });

  const clear = async (): Promise<void> => {
    for (const [path, apiVersion, kind] of [
      ['/api/v1/nodes', 'v1', 'Node'],
      ['/api/v1/services', 'v1', 'Service'],
      ['/apis/discovery.k8s.io/v1/endpointslices', 'discovery.k8s.io/v1', 'EndpointSlice'],
    ] as const) {
      const { body } = await writer.send('GET', path);
      const items = (body.items ?? []) as readonly RawSample[];
      const ours = items.filter(({ metadata }) => metadata.name !== 'kubernetes');
      for (const { metadata } of ours) await writer.remove({ apiVersion, kind, metadata });
    }
  };
  const applyAll = async (objects: readonly RawSample[]): Promise<void> => {
    for (let at = 0; at < objects.length; at += 20) {
      await Promise.all(objects.slice(at, at + 20).map((object) => writer.apply(object)));
    }
  };
  const running = async (
    use: (source: ClusterSource) => Promise<void>,
    kubeconfig = server.kubeconfig,
  ): Promise<void> => {
    const source = kubernetesSource({ kubeconfig, master: null }, realPorts(), QUICK);
    await source.start();
    try {
      await untilSnapshot(source, ({ listed }) => listed.size === 3, 20_000);
      await use(source);
    } finally {
      await source.close();
      await clear();
    }
  };

  t.test('like every source', async (t) => {
    sourceCases(t, async (objects) => {
      await applyAll(objects);
      return {
        source: kubernetesSource({ kubeconfig: server.kubeconfig, master: null }, realPorts(), QUICK),
        apply: applyAll,
        remove: (object) => writer.remove(object),
        close: clear,
      };
    });
  });

  t.test('a list of several pages is put together', async (t) => {
    await applyAll(Array.from({ length: 250 }, (_, n) => sampleService(n)));
    await running(async (source) => {
      t.ok(source.snapshot().services.size >= 250);
    });
  });

  t.test('a server that stops loses nothing, and what changed meanwhile comes after', async (t) => {
    await applyAll([sampleNode(1), sampleService(1), sampleSlice(1, [1])]);
    await running(async (source) => {
      await server.stop();
      await untilSnapshot(source, ({ problems }) => problems.length > 0);
      t.equal(source.status().state, 'unreachable');
      await wait(outage);
      t.equal(source.snapshot().nodes.size, 1);
      t.ok(source.snapshot().services.has('default/web-1'));
      t.ok(source.snapshot().endpointSlices.has('default/web-1'));
      await server.start();
      await applyAll([sampleService(2)]);
      await untilSnapshot(
        source,
        ({ services, problems }) => services.has('default/web-2') && problems.length === 0,
        30_000,
      );
      t.equal(source.status().state, 'in-sync');
    });
  });

  /** Gives a source that reaches the server through a proxy. */
  const proxied = async (
    t: Test,
    use: (source: ClusterSource, proxy: StallingProxy) => Promise<void>,
  ): Promise<void> => {
    const text = await readFile(server.kubeconfig, 'utf8');
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
    const proxy = await StallingProxy.open(port);
    const kubeconfig = join(tempDir(t), 'kubeconfig');
    await writeFile(kubeconfig, text.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${proxy.port}`));
    try {
      await running((source) => use(source, proxy), kubeconfig);
    } finally {
      await proxy.close();
    }
  };

  t.test('a server that goes silent without a FIN loses nothing, and is found again', async (t) => {
    await applyAll([sampleNode(1), sampleService(1)]);
    await proxied(t, async (source, proxy) => {
      proxy.stall();
      await applyAll([sampleService(2)]);
      await untilSnapshot(source, ({ problems }) => problems.length === 3, 20_000);
      t.match(source.status().message, /did not answer within 2 s/);
      await wait(outage);
      t.ok(source.snapshot().services.has('default/web-1'));
      t.equal(source.snapshot().nodes.size, 1);
      proxy.resume();
      await untilSnapshot(
        source,
        ({ services, problems }) => services.has('default/web-2') && problems.length === 0,
        30_000,
      );
    });
  });

  t.test('changes whose history was compacted are found by a new list', async (t) => {
    await applyAll([sampleNode(1), sampleService(1), sampleService(2)]);
    await proxied(t, async (source, proxy) => {
      proxy.stall();
      await untilSnapshot(source, ({ problems }) => problems.length === 3, 20_000);
      await writer.remove(sampleService(1));
      await applyAll([sampleService(3)]);
      await server.forgetHistory();
      t.ok(source.snapshot().services.has('default/web-1'));
      proxy.resume();
      await untilSnapshot(
        source,
        ({ services, problems }) =>
          services.has('default/web-3') && !services.has('default/web-1') && problems.length === 0,
        60_000,
      );
      t.ok(source.snapshot().services.has('default/web-2'));
    });
  });

  t.test('a service account with exactly the documented rules reads everything', async (t) => {
    await applyAll([sampleNode(1), sampleService(1), sampleSlice(1, [1])]);
    const kubeconfig = await server.kubeconfigWithRules(await rules());
    await running(async (source) => {
      t.same([...source.snapshot().degraded], []);
      t.same(source.snapshot().problems, []);
      t.ok(source.snapshot().endpointSlices.has('default/web-1'));
      await applyAll([sampleService(2)]);
      await untilSnapshot(source, ({ services }) => services.has('default/web-2'));
    }, kubeconfig);
  });

  t.test('a rule that is missing degrades its kind alone, and is named as it must be added', async (t) => {
    await applyAll([sampleNode(1), sampleService(1), sampleSlice(1, [1])]);
    const some = (await rules()).filter(({ resources }) => !resources.includes('endpointslices'));
    const kubeconfig = await server.kubeconfigWithRules(some);
    const source = kubernetesSource({ kubeconfig, master: null }, realPorts(), QUICK);
    await source.start();
    try {
      await untilSnapshot(source, ({ degraded, listed }) => degraded.size === 1 && listed.size === 2);
      t.match(
        source.snapshot().degraded.get('EndpointSlice'),
        '{"apiGroups":["discovery.k8s.io"],"resources":["endpointslices"],"verbs":["get","list","watch"]}',
      );
      t.match(source.snapshot().problems, [
        {
          place: 'api:endpointslices',
          message: /answered 403 \(endpointslices\.discovery\.k8s\.io is forbidden/,
        },
      ]);
      t.equal(source.snapshot().services.has('default/web-1'), true);
      await untilInSync(source);
      await server.kubeconfigWithRules(await rules());
      await untilSnapshot(
        source,
        ({ degraded, endpointSlices }) => degraded.size === 0 && endpointSlices.has('default/web-1'),
        20_000,
      );
      t.same(source.snapshot().problems, []);
    } finally {
      await source.close();
      await clear();
    }
  });
}
