import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { CniFileDriver } from '../../../src/drivers/cni-file/cni-file-driver.js';
import { diff } from '../../../src/reconcile/diff.js';

const never = new AbortController().signal;

async function pass(driver: CniFileDriver, path: string, podCidrs: readonly string[]) {
  const changes = diff(
    driver.kind,
    [{ path, podCidrs, mtu: null, hairpin: false, text: null }],
    await driver.read(never),
  );
  return { verbs: changes.map(({ verb }) => verb), failures: await driver.apply(changes, never) };
}

t.test(
  'CniFileDriver completes a file once, keeps its mode, and leaves nothing else in the folder',
  async (t) => {
    const folder = tempDir(t);
    const path = join(folder, '10-kuberouter.conflist');
    await writeFile(path, '{"plugins":[{"type":"bridge"}]}\n');
    await chmod(path, 0o640);
    const driver = new CniFileDriver(path);
    t.same(await pass(driver, path, ['10.48.1.0/24']), { verbs: ['replace'], failures: [] });
    t.match(await readFile(path, 'utf8'), '"subnet":"10.48.1.0/24"');
    t.equal((await stat(path)).mode & 0o777, 0o640);
    t.same(await readdir(folder), ['10-kuberouter.conflist']);
    t.same(await pass(driver, path, ['10.48.1.0/24']), { verbs: [], failures: [] });
    t.same(await pass(driver, path, ['10.48.2.0/24']), { verbs: ['replace'], failures: [] });
    t.notMatch(await readFile(path, 'utf8'), '10.48.1.0');
  },
);

t.test('CniFileDriver writes through a link', async (t) => {
  const folder = tempDir(t);
  await mkdir(join(folder, 'real'));
  await writeFile(join(folder, 'real', 'a.conf'), '{"type":"bridge"}');
  const path = join(folder, '10-kuberouter.conf');
  await symlink('real/a.conf', path);
  t.same((await pass(new CniFileDriver(path), path, ['10.48.1.0/24'])).failures, []);
  t.equal(await readlink(path), 'real/a.conf');
  t.match(await readFile(join(folder, 'real', 'a.conf'), 'utf8'), '10.48.1.0/24');
});

t.test('CniFileDriver tells of a file that is missing or wrong, and does not touch it', async (t) => {
  const path = join(tempDir(t), '10-kuberouter.conf');
  const driver = new CniFileDriver(path);
  const { verbs, failures } = await pass(driver, path, ['10.48.1.0/24']);
  t.same(verbs, ['create']);
  t.match(
    failures[0]?.message,
    /10-kuberouter\.conf does not exist; give --create-cni-file, put a CNI configuration/,
  );
  await writeFile(path, '{"type":');
  t.match(
    (await pass(driver, path, ['10.48.1.0/24'])).failures[0]?.message,
    /10-kuberouter\.conf: it is not JSON \(line 1, column 9\)/,
  );
  t.equal(await readFile(path, 'utf8'), '{"type":');
});

t.test('CniFileDriver makes the file where that was asked for, and lets pods reach themselves', async (t) => {
  for (const [name, plugins] of [
    ['10-kuberouter.conf', undefined],
    ['10-kuberouter.conflist', ['bridge', 'portmap']],
  ] as const) {
    const path = join(tempDir(t), name);
    const driver = new CniFileDriver(path, { create: true });
    t.same(await pass(driver, path, ['10.48.1.0/24']), { verbs: ['create'], failures: [] });
    const file = JSON.parse(await readFile(path, 'utf8'));
    t.same(
      file.plugins?.map(({ type }: { type: string }) => type),
      plugins,
    );
    const bridge = file.plugins?.[0] ?? file;
    t.match(bridge, { bridge: 'kube-bridge', hairpinMode: true, isDefaultGateway: true });
    t.same(bridge.ipam, { type: 'host-local', subnet: '10.48.1.0/24' });
    t.same(await pass(driver, path, ['10.48.1.0/24']), { verbs: [], failures: [] });
  }
});

t.test('CniFileDriver says that pods may reach themselves where the file does not say so', async (t) => {
  const path = join(tempDir(t), '10-kuberouter.conf');
  const driver = new CniFileDriver(path);
  const written = async (before: string): Promise<unknown> => {
    await writeFile(path, before);
    const wanted = { path, podCidrs: ['10.48.1.0/24'], mtu: null, hairpin: true, text: null };
    t.same(await driver.apply(diff(driver.kind, [wanted], await driver.read(never)), never), []);
    t.same(diff(driver.kind, [wanted], await driver.read(never)), []);
    return JSON.parse(await readFile(path, 'utf8')).hairpinMode;
  };
  t.equal(await written('{"type":"bridge"}'), true);
  t.equal(await written('{"type":"bridge","hairpinMode":false}'), false);
});
