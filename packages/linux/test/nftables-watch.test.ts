import { randomBytes } from 'node:crypto';
import { eventually, needs } from '@peerage/test-fixtures';
import t from 'tap';
import { watchNftables } from '../src/index.js';
import { createNamespace, deleteNamespace, exec } from '../src/netns/namespace.js';

t.test('whoever changes a table of nftables, it is told', needs('root', 'command:nft'), async (t) => {
  const namespace = `nw-${randomBytes(3).toString('hex')}`;
  await createNamespace(namespace);
  t.teardown(() => deleteNamespace(namespace));
  const told: string[] = [];
  const watch = await watchNftables(
    ({ family, table }) => told.push(`${family} ${table}`),
    () => told.push('lost'),
    { namespace },
  );
  t.teardown(() => watch.close());
  const nft = async (line: string, tables: readonly string[]): Promise<void> => {
    told.length = 0;
    await exec(namespace, ['nft', line]);
    await eventually(() => tables.every((table) => told.includes(table)), { timeout: 5_000 });
    t.same([...new Set(told)].sort(), [...tables].sort(), line);
  };
  await nft('add table inet one', ['inet one']);
  await nft('add chain inet one c { type filter hook forward priority 0; }', ['inet one']);
  await nft('add rule inet one c counter drop', ['inet one']);
  await nft('add table ip two; add table ip6 two', ['ip two', 'ip6 two']);
  await nft('add set ip two s { type ipv4_addr; elements = { 192.0.2.1 } }', ['ip two']);
  await nft('delete element ip two s { 192.0.2.1 }', ['ip two']);
  await nft('flush ruleset', ['inet one', 'ip two', 'ip6 two']);
});
