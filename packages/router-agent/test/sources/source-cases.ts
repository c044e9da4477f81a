import type { Test } from 'tap';
import type { Snapshot } from '../../src/model/snapshot.js';
import type { ClusterSource } from '../../src/sources/cluster-source.js';
import { type RawSample, sampleNode, sampleService, sampleSlice } from './sample-objects.js';
import { until } from './until.js';

/** A cluster that a test can change, and a source that reads it. */
export interface ClusterUnderTest {
  readonly source: ClusterSource;
  /** Creates the objects, or replaces them. */
  apply(objects: readonly RawSample[]): Promise<void>;
  remove(object: RawSample): Promise<void>;
  close(): Promise<void>;
}

/** Waits until the source's snapshot is as expected. */
export function untilSnapshot(
  source: ClusterSource,
  isSo: (snapshot: Snapshot) => boolean,
  milliseconds?: number,
): Promise<void> {
  const describe = (): unknown => {
    const { nodes, services, endpointSlices, problems, listed } = source.snapshot();
    return {
      status: source.status(),
      nodes: nodes.size,
      services: services.size,
      slices: endpointSlices.size,
      listed: [...listed],
      problems,
    };
  };
  return until(() => isSo(source.snapshot()), describe, milliseconds);
}

/** Waits until the source says that it is in sync; a watch opens a little after the list is there. */
export function untilInSync(source: ClusterSource): Promise<void> {
  return until(
    () => source.status().state === 'in-sync',
    () => source.status(),
  );
}

/** What every source does, whatever it reads from. `open` gives a cluster that holds `objects`, and a source not yet started. */
export function sourceCases(
  t: Test,
  open: (objects: readonly RawSample[]) => Promise<ClusterUnderTest>,
): void {
  const withCluster = async (
    objects: readonly RawSample[],
    use: (cluster: ClusterUnderTest) => Promise<void>,
  ): Promise<void> => {
    const cluster = await open(objects);
    try {
      await cluster.source.start();
      await untilSnapshot(cluster.source, ({ listed }) => listed.size === 3, 20_000);
      await use(cluster);
    } finally {
      await cluster.source.close();
      await cluster.close();
    }
  };

  t.test('the first listing has nodes, services and slices in our words', async (t) => {
    await withCluster([sampleNode(1), sampleService(1), sampleSlice(1, [1])], async ({ source }) => {
      const { nodes, services, endpointSlices } = source.snapshot();
      t.match(nodes.get('node-1'), {
        name: 'node-1',
        podCidrs: ['10.48.1.0/24'],
        addresses: [
          { type: 'InternalIP', address: '192.168.1.11' },
          { type: 'Hostname', address: 'node-1' },
        ],
        annotations: { 'kube-router.io/node.asn': '64512' },
        unschedulable: false,
      });
      t.match(services.get('default/web-1'), {
        type: 'LoadBalancer',
        clusterIps: ['10.64.1.2'],
        externalIps: ['203.0.113.2'],
        loadBalancerIngress: [{ ip: '198.51.100.2', ipMode: 'VIP' }],
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Cluster',
        ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }],
      });
      t.match(endpointSlices.get('default/web-1'), [
        {
          addressType: 'IPv4',
          endpoints: [
            { addresses: ['10.48.1.11'], nodeName: 'node-1', ready: true, serving: true, terminating: false },
          ],
        },
      ]);
      await untilInSync(source);
      t.not(source.status().lastContact, null);
      t.same(source.snapshot().problems, []);
    });
  });

  t.test('objects that are added, changed and removed are followed, and listeners told', async (t) => {
    await withCluster([sampleNode(1)], async ({ source, apply, remove }) => {
      let told: Snapshot | null = null;
      const stop = source.onChange(() => {
        told = source.snapshot();
      });
      await apply([sampleNode(2), sampleService(2), sampleSlice(2, [1, 2])]);
      await untilSnapshot(
        source,
        ({ nodes, services, endpointSlices }) =>
          nodes.size === 2 && services.has('default/web-2') && endpointSlices.has('default/web-2'),
      );
      const before = source.snapshot();
      await apply([sampleSlice(2, [2]), sampleService(2, { externalIPs: ['203.0.113.99'] })]);
      await untilSnapshot(
        source,
        ({ services, endpointSlices }) =>
          services.get('default/web-2')?.externalIps[0] === '203.0.113.99' &&
          endpointSlices.get('default/web-2')?.[0]?.endpoints.length === 1,
      );
      t.equal(
        before.services.get('default/web-2')?.externalIps[0],
        '203.0.113.3',
        'an older snapshot stays as it was',
      );
      await remove(sampleService(2));
      await remove(sampleSlice(2, []));
      await remove(sampleNode(2));
      await untilSnapshot(
        source,
        ({ nodes, services, endpointSlices }) =>
          nodes.size === 1 && !services.has('default/web-2') && !endpointSlices.has('default/web-2'),
      );
      await until(
        () => told === source.snapshot(),
        () => told,
      );
      stop();
      await apply([sampleNode(3)]);
      await untilSnapshot(source, ({ nodes }) => nodes.size === 2);
      t.not(told, source.snapshot(), 'a listener that left is not told');
    });
  });

  t.test('500 services that come in one go are all there, and told in few calls', async (t) => {
    await withCluster([sampleNode(1)], async ({ source, apply }) => {
      let calls = 0;
      source.onChange(() => calls++);
      const began = performance.now();
      const objects = Array.from({ length: 500 }, (_, n) => sampleService(n));
      await apply(objects);
      await untilSnapshot(
        source,
        ({ services }) => objects.every(({ metadata }) => services.has(`default/${metadata.name}`)),
        60_000,
      );
      t.ok(calls <= 2 + (performance.now() - began) / 50, `${calls} calls`);
      t.equal(source.snapshot().services.get('default/web-499')?.clusterIps[0], '10.64.2.250');
    });
  });
}
