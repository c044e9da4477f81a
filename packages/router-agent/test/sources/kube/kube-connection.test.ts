import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { needs, tempDir } from '@peerage/test-fixtures';
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

t.test(
  'in a pod the environment and the service account say where the API server is, and who asks',
  needs('root'),
  async (t) => {
    const source = new URL('../../../src/sources/kube/kube-connection.ts', import.meta.url).href;
    const program = `const { KubeConnection } = await import('${source}');
      const connection = new KubeConnection({ kubeconfig: null, master: null });
      const { headers } = await connection.requestOptions();
      console.log(JSON.stringify([connection.server.href, headers.Authorization]));`;
    const files = '/run/secrets/kubernetes.io/serviceaccount';
    // A pod's files, in a mount namespace that only this program sees.
    const script = `mount -t tmpfs none /run && mkdir -p ${files} && printf 'a-token\\n' > ${files}/token &&
      printf default > ${files}/namespace && printf certificate > ${files}/ca.crt && exec "$@"`;
    const node = ['--import=tsx', '--conditions=@peerage/source', '--input-type=module', '--eval', program];
    const { stdout, stderr } = spawnSync(
      'unshare',
      ['--mount', 'sh', '-c', script, 'sh', process.execPath, ...node],
      {
        encoding: 'utf8',
        env: { ...process.env, KUBERNETES_SERVICE_HOST: '10.64.0.1', KUBERNETES_SERVICE_PORT: '443' },
      },
    );
    t.equal(stdout, '["https://10.64.0.1/","Bearer a-token"]\n', stderr);
  },
);

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
