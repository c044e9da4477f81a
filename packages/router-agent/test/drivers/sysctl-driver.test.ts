import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { SysctlDriver } from '../../src/drivers/sysctl-driver.js';
import { reconcile } from '../../src/reconcile/reconcile.js';

t.test('a setting is written when it differs; one the kernel does not have fails alone', async (t) => {
  const root = tempDir(t);
  mkdirSync(join(root, 'net/ipv4'), { recursive: true });
  writeFileSync(join(root, 'net/ipv4/ip_forward'), '0\n');
  const driver = new SysctlDriver(['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'], root);
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
