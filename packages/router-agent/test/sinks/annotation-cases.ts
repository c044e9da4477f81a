import { eventually, type Teardown, tempDir } from '@peerage/test-fixtures';
import type { Test } from 'tap';
import { publicKeyAnnotation } from '../../src/desired/wireguard.js';
import { KubeAnnotations } from '../../src/sinks/kube-annotations.js';
import { kubernetesSource } from '../../src/sources/kube/kubernetes-source.js';
import { WireguardKeys } from '../../src/state/wireguard-keys.js';
import { TestCluster } from '../cluster.js';
import type { ApiServerUnderTest } from '../sources/kube/api-server-under-test.js';
import { documentedRules } from '../sources/kube/documented-rules.js';
import { QUICK } from '../sources/kube/kube-cases.js';
import { KubeWriter } from '../sources/kube/kube-writer.js';
import { sampleNode } from '../sources/sample-objects.js';

const patient = { timeout: 60_000, interval: 50 };

/** How keys become known through an API server, with the rights that are documented and no others. */
export function annotationCases(t: Test, open: (t: Teardown) => Promise<ApiServerUnderTest>): void {
  t.test('each node announces its key, and exchanges it', async (t) => {
    const server = await open(t);
    const writer = new KubeWriter(server.kubeconfig);
    for (const n of [1, 2]) await writer.apply(sampleNode(n));
    const base = await documentedRules();
    const access = { kubeconfig: await server.kubeconfigWithRules(base), master: null };
    const folder = tempDir(t);
    const cluster = new TestCluster(
      folder,
      (ports) => kubernetesSource(access, ports, QUICK),
      () => new KubeAnnotations(access),
    );
    t.teardown(() => cluster.stop());
    const flags = ['--overlay-encap=wireguard', '--overlay-type=full'];
    const one = await cluster.start('node-1', ['192.168.1.11/24'], flags);
    const two = await cluster.start('node-2', ['192.168.1.12/24'], flags);
    const announced = async (n: number): Promise<string | undefined> => {
      const { body } = await writer.send('GET', `/api/v1/nodes/node-${n}`);
      const { annotations } = body.metadata as { readonly annotations?: Record<string, string> };
      return annotations?.[publicKeyAnnotation];
    };
    const keysOf = (n: number): WireguardKeys => new WireguardKeys(cluster.dataDir(`node-${n}`));
    const inUse = async (n: number): Promise<string | undefined> =>
      (await keysOf(n).read()).current?.publicKey;
    const linkOf = async (n: number): Promise<string | undefined> => {
      const { overlayLinks } = (n === 1 ? one : two).kernel;
      const item = overlayLinks.get('peerage-wg');
      return item?.type === 'wireguard' ? item.publicKey : undefined;
    };

    await eventually(
      () =>
        one.agent.problems
          .list()
          .some(({ message }) =>
            message.includes('{"apiGroups":[""],"resources":["nodes"],"verbs":["patch"]}'),
          ),
      patient,
    );
    t.equal(await announced(1), undefined, 'without the right nothing is written');
    await server.kubeconfigWithRules([...base, ...(await documentedRules('rbac-wireguard.yaml'))]);
    for (const n of [1, 2]) {
      await eventually(
        async () => (await announced(n)) !== undefined && (await announced(n)) === (await inUse(n)),
        patient,
      );
      await eventually(async () => (await linkOf(n)) === (await inUse(n)), patient);
    }
    await eventually(() => one.routeTo('10.48.2.0/24').includes('peerage-wg'), patient);
    t.equal((await writer.send('GET', '/api/v1/nodes/node-1')).status, 200);

    const before = await inUse(1);
    await keysOf(1).makeNext();
    await eventually(
      async () => (await inUse(1)) !== before && (await linkOf(1)) === (await inUse(1)),
      patient,
    );
    t.equal(await announced(1), await inUse(1));
    t.equal((await keysOf(1).read()).next, null);
    const after = (await inUse(1)) ?? '';
    const known = async (): Promise<readonly string[]> =>
      (await two.wireguardPeers()).map(({ publicKey }) => publicKey);
    await eventually(async () => (await known()).join() === after, patient);
  });
}
