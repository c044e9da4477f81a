import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApiServer, type Teardown, tempDir } from '@peerage/test-fixtures';
import type { ApiServerUnderTest, Rules } from './api-server-under-test.js';
import { compactEtcd } from './compact-etcd.js';
import { KubeWriter } from './kube-writer.js';

/** A kube-apiserver with its etcd, which run until the test ends. */
export async function openRealServer(t: Teardown): Promise<ApiServerUnderTest> {
  const folder = tempDir(t);
  const server = await startApiServer({ folder });
  t.teardown(() => server.stop());
  return {
    kubeconfig: server.kubeconfig,
    stop: () => server.kill(),
    start: () => server.start(),
    // The watch cache remembers what etcd has forgotten: both have to lose it.
    async forgetHistory() {
      await compactEtcd(server.etcdUrl);
      await server.kill();
      await server.start();
    },
    async kubeconfigWithRules(rules) {
      const token = await agentToken(new KubeWriter(server.kubeconfig), rules);
      const path = join(folder, 'agent-kubeconfig');
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'agent',
        contexts: [{ name: 'agent', context: { cluster: 'agent', user: 'agent' } }],
        clusters: [
          { name: 'agent', cluster: { server: server.url, 'certificate-authority': server.certificates.ca } },
        ],
        users: [{ name: 'agent', user: { token } }],
      };
      await writeFile(path, JSON.stringify(config), { mode: 0o600 });
      return path;
    },
  };
}

/** A token of the service account, which has exactly these rules. */
async function agentToken(writer: KubeWriter, rules: Rules): Promise<string> {
  const rbac = 'rbac.authorization.k8s.io/v1';
  const account = { kind: 'ServiceAccount', name: 'kube-router', namespace: 'kube-system' };
  await writer.apply({
    apiVersion: 'v1',
    kind: account.kind,
    metadata: { name: account.name, namespace: account.namespace },
  });
  await writer.apply({ apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'kube-router' }, rules });
  await writer.apply({
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'kube-router' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'kube-router' },
    subjects: [account],
  });
  const { body } = await writer.send(
    'POST',
    '/api/v1/namespaces/kube-system/serviceaccounts/kube-router/token',
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    },
  );
  const token = (body.status as { readonly token?: string } | undefined)?.token;
  if (token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`);
  return token;
}
