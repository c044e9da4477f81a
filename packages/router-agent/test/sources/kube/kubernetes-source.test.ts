import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import type { ClusterSource } from '../../../src/sources/cluster-source.js';
import { type KubernetesOptions, kubernetesSource } from '../../../src/sources/kube/kubernetes-source.js';
import { FakeApiServer } from '../../../src/testing/fake-api-server/fake-api-server.js';
import { realPorts } from '../real-ports.js';
import { sampleNode, sampleService, sampleSlice } from '../sample-objects.js';
import { untilInSync, untilSnapshot } from '../source-cases.js';
import { until } from '../until.js';
import { QUICK } from './kube-cases.js';
import { KubeWriter } from './kube-writer.js';

interface Setup {
  readonly fake: FakeApiServer;
  readonly writer: KubeWriter;
  readonly source: ClusterSource;
  readonly ports: ReturnType<typeof realPorts>;
  readonly kubeconfig: string;
}

async function setup(t: Test, options: Partial<KubernetesOptions> = {}): Promise<Setup> {
  const fake = new FakeApiServer();
  await fake.start();
  const folder = tempDir(t);
  const admin = join(folder, 'admin');
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(admin, fake.kubeconfig());
  await writeFile(kubeconfig, fake.kubeconfig());
  const ports = realPorts();
  const source = kubernetesSource({ kubeconfig, master: null }, ports, { ...QUICK, ...options });
  t.teardown(async () => {
    await source.close();
    await fake.stop();
  });
  const writer = new KubeWriter(admin);
  for (const object of [sampleNode(1), sampleService(1), sampleSlice(1, [1])]) await writer.apply(object);
  return { fake, writer, source, ports, kubeconfig };
}

t.test('watches that end or are cut go on at their position, without a new list', async (t) => {
  const { fake, writer, source } = await setup(t);
  await source.start();
  await untilInSync(source);
  for (const [round, how] of (['end', 'cut', 'end'] as const).entries()) {
    await until(
      () => fake.watchCount === 3,
      () => fake.watchCount,
    );
    fake.bookmark();
    fake.dropWatches(how);
    await writer.apply(sampleService(10 + round));
    await untilSnapshot(source, ({ services }) => services.has(`default/web-${10 + round}`));
  }
  const lists = fake.requests.filter((request) => request.startsWith('GET') && request.includes('limit='));
  t.equal(lists.length, 3, lists.join('\n'));
});

t.test('a watch that is silent is replaced, from the last bookmark', async (t) => {
  const { fake, source } = await setup(t, { silenceMilliseconds: 300 });
  await source.start();
  await untilInSync(source);
  const watches = (): readonly string[] =>
    fake.requests.filter((request) => request.includes('/nodes?watch=1'));
  await until(() => watches().length >= 3, watches);
  // A request is noted before its watch opens, and the silent one's end comes on another connection.
  await until(
    () => fake.watchCount === 3,
    () => fake.watchCount,
  );
  t.same(source.snapshot().problems, []);
  const version = (request: string | undefined) => /resourceVersion=(\d+)/.exec(request ?? '')?.[1];
  t.equal(version(watches()[0]), version(watches()[1]));
  t.match(watches()[0], /allowWatchBookmarks=true&timeoutSeconds=(3|4|5)\d\d$/);
});

t.test('without discovery.k8s.io the Endpoints are read', async (t) => {
  const { fake, writer, source } = await setup(t);
  fake.removeVersion('discovery.k8s.io/v1');
  fake.removeVersion('discovery.k8s.io/v1beta1');
  await writer.apply({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { namespace: 'default', name: 'web-1' },
    subsets: [
      {
        addresses: [{ ip: '10.48.1.9', nodeName: 'node-1' }, { ip: 'fd00::9' }],
        notReadyAddresses: [{ ip: '10.48.2.9', nodeName: 'node-2' }],
      },
    ],
  });
  await source.start();
  await untilSnapshot(source, ({ listed }) => listed.size === 3);
  t.match(source.snapshot().endpointSlices.get('default/web-1'), [
    {
      name: 'web-1-ipv4',
      addressType: 'IPv4',
      endpoints: [
        { addresses: ['10.48.1.9'], nodeName: 'node-1', ready: true },
        { addresses: ['10.48.2.9'], nodeName: 'node-2', ready: false, serving: false },
      ],
    },
    { name: 'web-1-ipv6', addressType: 'IPv6', endpoints: [{ addresses: ['fd00::9'], nodeName: null }] },
  ]);
  t.same([...source.snapshot().degraded], []);
});

t.test('slices of v1beta1 have their node among the topology labels', async (t) => {
  const { fake, writer, source } = await setup(t);
  fake.removeVersion('discovery.k8s.io/v1');
  await writer.apply({
    ...sampleSlice(1, []),
    apiVersion: 'discovery.k8s.io/v1beta1',
    endpoints: [
      {
        addresses: ['10.48.1.9'],
        topology: { 'kubernetes.io/hostname': 'node-1' },
        conditions: { ready: false },
      },
    ],
  });
  await source.start();
  await untilSnapshot(source, ({ listed }) => listed.size === 3);
  t.match(source.snapshot().endpointSlices.get('default/web-1')?.[0]?.endpoints, [
    { nodeName: 'node-1', ready: false },
  ]);
});

t.test(
  'an object that is wrong keeps its last good form, is told, and is forgotten with the object',
  async (t) => {
    const { writer, source } = await setup(t);
    await source.start();
    await untilInSync(source);
    await writer.apply(sampleService(1, { externalIPs: ['203.0.113.500'] }));
    await untilSnapshot(source, ({ problems }) => problems.length === 1);
    t.same(source.snapshot().problems, [
      {
        place: 'services/default/web-1',
        message: 'spec.externalIPs[0] must be an IP address, got "203.0.113.500"; its last good form is kept',
      },
    ]);
    t.same(source.snapshot().services.get('default/web-1')?.externalIps, ['203.0.113.2']);
    await writer.remove(sampleService(1));
    await untilSnapshot(
      source,
      ({ problems, services }) => problems.length === 0 && !services.has('default/web-1'),
    );
  },
);

t.test('a wrong token is told, and a new one in the file is taken', async (t) => {
  const { fake, source, kubeconfig } = await setup(t);
  await writeFile(kubeconfig, fake.kubeconfig('stale-token'));
  await source.start();
  await untilSnapshot(source, ({ problems }) => problems.length === 3);
  t.equal(source.status().state, 'unreachable');
  t.match(
    source.status().message,
    /answered 401 \(Unauthorized\); check the token or certificate in the kubeconfig/,
  );
  t.equal(source.status().lastContact, null);
  t.notMatch(JSON.stringify([source.snapshot().problems, source.status()]), 'stale-token');
  await writeFile(kubeconfig, fake.kubeconfig());
  await untilSnapshot(source, ({ listed, problems }) => listed.size === 3 && problems.length === 0);
});

t.test('429, 500 and 503 are waited out', async (t) => {
  const { fake, source } = await setup(t);
  fake.failNext({ status: 429, retryAfterSeconds: 1, count: 3 });
  const began = performance.now();
  await source.start();
  await untilSnapshot(source, ({ listed }) => listed.size === 3);
  t.ok(performance.now() - began >= 999, 'not before the server wants it');
  fake.failNext({ status: 503, message: 'etcd has no leader', count: 6 });
  fake.dropWatches('cut');
  await untilSnapshot(source, ({ problems }) =>
    problems.some(({ message }) => message.includes('answered 503 (etcd has no leader)')),
  );
  await untilSnapshot(source, ({ problems }) => problems.length === 0);
});

t.test('what is not Kubernetes is told and survived', async (t) => {
  const { fake, writer, source } = await setup(t);
  await source.start();
  await untilInSync(source);
  await until(
    () => fake.watchCount === 3,
    () => fake.watchCount,
  );
  fake.writeToWatches('<html>\n');
  await untilSnapshot(source, ({ problems }) =>
    problems.some(({ message }) => message.includes('"<html>" is not JSON')),
  );
  await untilSnapshot(source, ({ problems }) => problems.length === 0);
  fake.writeToWatches('{"type":"RENAMED","object":{}}\n');
  await writer.apply(sampleService(5));
  await untilSnapshot(
    source,
    ({ services, problems }) => services.has('default/web-5') && problems.length === 0,
  );
});

t.test('a line that comes in pieces is put together, also inside a character', async (t) => {
  const { writer, source } = await setup(t);
  await source.start();
  await untilInSync(source);
  const long = 'ü'.repeat(60_000);
  const service = sampleService(6);
  await writer.apply({ ...service, metadata: { ...service.metadata, annotations: { note: long } } });
  await untilSnapshot(source, ({ services }) => services.get('default/web-6')?.annotations.note === long);
  t.same(source.snapshot().problems, []);
});

t.test('a slow server is waited for', async (t) => {
  const { fake, source } = await setup(t);
  fake.slow(500);
  await source.start();
  await untilSnapshot(source, ({ listed }) => listed.size === 3);
  t.same(source.snapshot().problems, []);
});

t.test('an outage is logged once for each kind and each turn', async (t) => {
  const { fake, source, ports } = await setup(t);
  await source.start();
  await untilInSync(source);
  ports.logged.length = 0;
  await fake.stop();
  await untilSnapshot(source, ({ problems }) => problems.length === 3);
  await fake.start();
  await untilSnapshot(source, ({ problems }) => problems.length === 0);
  t.equal(ports.logged.filter((line) => line.startsWith('warn source.unreachable')).length, 3);
  t.equal(ports.logged.filter((line) => line.startsWith('info source.in-sync')).length, 3);
});

t.test('close ends all requests', async (t) => {
  const { fake, source } = await setup(t);
  await source.start();
  await untilInSync(source);
  await until(
    () => fake.watchCount === 3,
    () => fake.watchCount,
  );
  await source.close();
  await until(
    () => fake.watchCount === 0,
    () => fake.watchCount,
  );
  t.equal(source.snapshot().nodes.size, 1);
});
