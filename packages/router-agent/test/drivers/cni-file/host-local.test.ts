import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { commandPath, needs, tempDir } from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { completeCniConfig } from '../../../src/drivers/cni-file/complete-cni-config.js';

/** Addresses that the real `host-local` plugin gives from a completed single-plugin file. */
function addressesFrom(t: Test, podCidrs: readonly string[]): readonly string[] {
  const before = JSON.stringify({
    cniVersion: '0.4.0',
    name: 'kubernetes',
    type: 'bridge',
    ipam: { type: 'host-local', dataDir: join(tempDir(t), 'leases') },
  });
  const completed = completeCniConfig(before, 'conf', podCidrs);
  if (!completed.ok) throw new Error(completed.errors.join('; '));
  const plugin = commandPath('host-local') ?? 'host-local';
  const { status, stdout } = spawnSync(plugin, {
    input: completed.text,
    encoding: 'utf8',
    timeout: 10_000,
    env: {
      CNI_COMMAND: 'ADD',
      CNI_CONTAINERID: 'pod',
      CNI_NETNS: '/proc/self/ns/net',
      CNI_IFNAME: 'eth0',
      CNI_PATH: '/usr/lib/cni',
    },
  });
  if (status !== 0) throw new Error(stdout);
  return (JSON.parse(stdout) as { ips: { address: string }[] }).ips.map(({ address }) => address);
}

t.test(
  'host-local gives addresses from a completed file, of one family and of both',
  needs('command:host-local'),
  async (t) => {
    t.same(addressesFrom(t, ['10.48.1.0/24']), ['10.48.1.2/24']);
    t.same(addressesFrom(t, ['fd00:48:1::/64', '10.48.1.0/24']), ['10.48.1.2/24', 'fd00:48:1::2/64']);
  },
);
