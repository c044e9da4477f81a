import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** Makes loading the Kubernetes client an error. */
const hook = `export async function resolve(name, context, next) {
  if (name === '@kubernetes/client-node') throw new Error('the Kubernetes client was loaded');
  return next(name, context);
}`;
const registration = `import { register } from 'node:module';
register('data:text/javascript,${encodeURIComponent(hook).replaceAll("'", '%27')}');`;

t.test('the Kubernetes client is loaded only when it is used', async (t) => {
  const imports = ['tsx', `data:text/javascript,${encodeURIComponent(registration)}`];
  const options = [...imports.map((name) => `--import=${name}`), '--conditions=@peerage/source'];
  const version = spawnSync(process.execPath, [...options, main, '--version'], { encoding: 'utf8' });
  t.match(version.stdout, /^peerage agent /, version.stderr);
  const source = new URL('../src/sources/kube/kubernetes-source.ts', import.meta.url).href;
  const loading = spawnSync(process.execPath, [...options, '--eval', `import('${source}')`], {
    encoding: 'utf8',
  });
  t.match(loading.stderr, /the Kubernetes client was loaded/, 'the test can fail');
});
