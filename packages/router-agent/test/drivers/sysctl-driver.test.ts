import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { SysctlDriver } from '../../src/drivers/sysctl-driver.js';
import { SysctlRestoreDriver } from '../../src/drivers/sysctl-restore-driver.js';
import { reconcile } from '../../src/reconcile/reconcile.js';
import { FoundSettings } from '../../src/state/found-settings.js';

t.test('a setting is written when it differs; one the kernel does not have fails alone', async (t) => {
  const root = tempDir(t);
  mkdirSync(join(root, 'net/ipv4'), { recursive: true });
  writeFileSync(join(root, 'net/ipv4/ip_forward'), '0\n');
  const driver = new SysctlDriver(['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'], null, root);
  const wanted = [
    { path: 'net/ipv6/conf/all/forwarding', value: '1' },
    { path: 'net/ipv4/ip_forward', value: '1' },
  ];
  const { signal } = new AbortController();
  const outcome = await reconcile(driver, wanted, signal);
  t.equal(outcome.changed, 1);
  t.match(outcome.failures, [/create sysctl net\/ipv6\/conf\/all\/forwarding: ENOENT/]);
  t.equal(readFileSync(join(root, 'net/ipv4/ip_forward'), 'utf8'), '1');
  t.match(await reconcile(driver, wanted.slice(1), signal), { changed: 0, failures: [] });
});

t.test('what was found is put back, unless somebody else has changed it since', async (t) => {
  const folder = tempDir(t);
  const root = join(folder, 'sys');
  mkdirSync(root);
  const [own, others, later] = ['own', 'others', 'later'];
  const set = (name: string, value: string): void => writeFileSync(join(root, name), `${value}\n`);
  const get = (name: string): string => readFileSync(join(root, name), 'utf8').trim();
  for (const name of [own, others]) set(name, '0');
  let boot = 'first';
  const records = (): FoundSettings =>
    new FoundSettings(join(folder, 'data', 'sysctls.json'), async () => boot);
  const { signal } = new AbortController();
  const pass = (...names: readonly string[]) =>
    reconcile(
      new SysctlDriver(names, records(), root),
      names.map((path) => ({ path, value: '1' })),
      signal,
    );
  const restore = () => reconcile(new SysctlRestoreDriver(records(), root), [], signal);

  t.same(await restore(), { changed: 0, failures: [] }, 'nothing was changed yet');
  t.same(await pass(own, others), { changed: 2, failures: [] });
  set(own, '2');
  await pass(own);
  set(others, '7');
  t.same(await restore(), { changed: 2, failures: [] });
  t.same([get(own), get(others)], ['0', '7'], 'the first value that was found, and the one of somebody else');
  t.same(await restore(), { changed: 0, failures: [] });

  await t.test('a reboot has put it back by itself', async (t) => {
    await pass(own);
    boot = 'second';
    set(own, '1');
    t.same(await restore(), { changed: 0, failures: [] });
    t.equal(get(own), '1');
  });

  await t.test('a setting that went, and a file that is not ours', async (t) => {
    set(later, '0');
    await pass(later);
    rmSync(join(root, later));
    t.same(await restore(), { changed: 1, failures: [] });
    writeFileSync(join(folder, 'data', 'sysctls.json'), '{"boot":1}');
    await t.rejects(restore(), /sysctls.json must hold the settings .* remove the file/);
  });
});

t.test('what cannot be noted is set all the same, told, and noted later', async (t) => {
  const folder = tempDir(t);
  const root = join(folder, 'sys');
  mkdirSync(root);
  writeFileSync(join(root, 'own'), '0\n');
  const path = join(folder, 'data', 'sysctls.json');
  const records = new FoundSettings(path, async () => 'boot');
  const driver = new SysctlDriver(['own'], records, root);
  const { signal } = new AbortController();
  const pass = () => reconcile(driver, [{ path: 'own', value: '1' }], signal);
  const inTheWay = join(folder, 'data', 'sysctls.json.new', 'folder');
  mkdirSync(inTheWay, { recursive: true });
  for (let n = 0; n < 2; n++) {
    t.match((await pass()).failures, [/sysctls\.json cannot be written/]);
    t.equal(readFileSync(join(root, 'own'), 'utf8'), '1');
  }
  rmSync(join(folder, 'data', 'sysctls.json.new'), { recursive: true });
  t.same((await pass()).failures, []);
  t.same(await records.list(), [{ path: 'own', found: '0', written: '1' }]);
  t.same(await pass(), { changed: 0, failures: [] });
});
