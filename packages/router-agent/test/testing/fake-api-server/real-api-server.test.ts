import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { needs, startApiServer, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { compactEtcd } from '../../sources/kube/compact-etcd.js';
import { apiServerClient } from './api-client-under-test.js';
import { apiServerCases } from './api-server-cases.js';

t.test(
  'a real kube-apiserver does what the fake does',
  needs('KUBE_APISERVER', 'command:etcd'),
  async (t) => {
    apiServerCases(t, async () => {
      const folder = tempDir(t);
      const server = await startApiServer({ folder });
      t.teardown(() => server.stop());
      const withUser = async (name: string, user: object): Promise<string> => {
        const config = JSON.parse(await readFile(server.kubeconfig, 'utf8')) as {
          users: { name: string; user: object }[];
        };
        config.users = [{ name: 'admin', user }];
        await writeFile(join(folder, name), JSON.stringify(config));
        return join(folder, name);
      };
      const kubeconfigs = {
        admin: server.kubeconfig,
        wrong: await withUser('wrong', { token: 'wrong' }),
        nobody: await withUser('nobody', {}),
      };
      return apiServerClient(kubeconfigs, async () => {
        await compactEtcd(server.etcdUrl);
        await server.kill();
        await server.start();
      });
    });
  },
);
