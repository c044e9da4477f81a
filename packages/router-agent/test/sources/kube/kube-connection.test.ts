import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { KubeConnection } from '../../../src/sources/kube/kube-connection.js';

const GOOD = {
  'current-context': 'c',
  contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
  clusters: [{ name: 'k', cluster: { server: 'https://192.0.2.1:6443' } }],
  users: [{ name: 'u', user: { token: 'S3cretToken' } }],
};

t.test(
  'a kubeconfig that cannot work is refused with the place and the way out, without its secrets',
  async (t) => {
    const kubeconfig = join(tempDir(t), 'kubeconfig');
    const refused = async (text: string): Promise<string> => {
      await writeFile(kubeconfig, text);
      try {
        return `accepted ${new KubeConnection({ kubeconfig, master: null }).server}`;
      } catch (error) {
        t.match(error, { code: 'AGENT_ERR_SOURCE' });
        t.notMatch(String(error), 'S3cretToken');
        return error instanceof Error ? error.message : '';
      }
    };
    t.match(
      await refused('users: [{token: S3cretToken}\n - x: ['),
      /--kubeconfig=.*kubeconfig is not a kubeconfig \(/,
    );
    t.match(
      await refused(JSON.stringify({ ...GOOD, 'current-context': 'x' })),
      /current-context among its contexts, got "x"; set one with kubectl config use-context/,
    );
    t.match(
      await refused(JSON.stringify({ ...GOOD, clusters: [] })),
      /names the cluster "k", which is not in the file; add it/,
    );
    t.match(
      await refused(JSON.stringify({ ...GOOD, users: [] })),
      /names the user "u", which is not in the file; add it/,
    );
    const badServer = { ...GOOD, clusters: [{ name: 'k', cluster: { server: '192.0.2.1:6443' } }] };
    t.match(
      await refused(JSON.stringify(badServer)),
      /server must be a URL such as https:\/\/192\.0\.2\.1:6443, got "192\.0\.2\.1:6443"/,
    );
    t.match(await refused(JSON.stringify(GOOD)), /^accepted https:\/\/192\.0\.2\.1:6443\/$/);
  },
);

t.test('a kubeconfig that is missing is told with its path', async (t) => {
  t.throws(() => new KubeConnection({ kubeconfig: '/nowhere/kubeconfig', master: null }), {
    code: 'AGENT_ERR_SOURCE',
    message: /--kubeconfig=\/nowhere\/kubeconfig cannot be read \(ENOENT/,
  });
});

t.test('with nothing given outside a pod, all three ways are named', async (t) => {
  t.throws(() => new KubeConnection({ kubeconfig: null, master: null }), {
    message: /none of --kubeconfig=FILE, --master=URL and --manifests=FOLDER is given/,
  });
});

t.test('the address of --master takes the place of the one in the file', async (t) => {
  const kubeconfig = join(tempDir(t), 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(GOOD));
  const connection = new KubeConnection({ kubeconfig, master: 'https://192.0.2.9:443' });
  t.equal(connection.server.host, '192.0.2.9');
  t.match((await connection.requestOptions()).headers, { Authorization: 'Bearer S3cretToken' });
  t.equal(new KubeConnection({ kubeconfig: null, master: 'http://127.0.0.1:8080' }).server.port, '8080');
});

t.test('a token file beside the kubeconfig is read', async (t) => {
  const folder = tempDir(t);
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(join(folder, 'token'), 'from-a-file\n');
  await writeFile(
    kubeconfig,
    JSON.stringify({ ...GOOD, users: [{ name: 'u', user: { tokenFile: 'token' } }] }),
  );
  const { headers } = await new KubeConnection({ kubeconfig, master: null }).requestOptions();
  t.match(headers, { Authorization: 'Bearer from-a-file' });
});

t.test('a certificate that is not where the kubeconfig says is told', async (t) => {
  const kubeconfig = join(tempDir(t), 'kubeconfig');
  const clusters = [
    { name: 'k', cluster: { server: 'https://192.0.2.1:6443', 'certificate-authority': 'ca.pem' } },
  ];
  await writeFile(kubeconfig, JSON.stringify({ ...GOOD, clusters }));
  await t.rejects(new KubeConnection({ kubeconfig, master: null }).check({ kubeconfig, master: null }), {
    code: 'AGENT_ERR_SOURCE',
    message: /--kubeconfig=.*kubeconfig names a file that cannot be read \(ENOENT.*ca\.pem/,
  });
});
