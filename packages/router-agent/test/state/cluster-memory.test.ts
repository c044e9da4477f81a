import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { ClusterMemory } from '../../src/state/cluster-memory.js';
import { node, snapshot as snapshotOf } from '../desired/samples.js';

const own = node('node-1', ['192.168.1.11']);

t.test('what is saved is what is loaded, by this process or another', async (t) => {
  const path = join(tempDir(t), 'peerage', 'node-1.cluster');
  const memory = new ClusterMemory(path, () => 1_800_000_000_000);
  t.equal(await memory.load(), null, 'never');
  const snapshot = snapshotOf({ nodes: [own] });
  await memory.save(snapshot);
  const loaded = await new ClusterMemory(path, () => 0).load();
  t.equal(loaded?.savedAt, 1_800_000_000_000);
  t.same(loaded?.snapshot, { ...snapshot, problems: [] });
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(readdirSync(join(path, '..')), ['node-1.cluster'], 'no draft is left');
});

t.test('the file is not written again for the same cluster', async (t) => {
  const path = join(tempDir(t), 'node-1.cluster');
  let now = 1;
  const memory = new ClusterMemory(path, () => now);
  await memory.save(snapshotOf({ nodes: [own] }));
  const first = readFileSync(path, 'utf8');
  now = 2;
  await memory.save(snapshotOf({ nodes: [own] }));
  t.equal(readFileSync(path, 'utf8'), first);
  await memory.save(snapshotOf({ nodes: [{ ...own, unschedulable: true }] }));
  t.equal((await memory.load())?.savedAt, 2);
});

t.test('a file that is cut, changed or of another version is refused, and written over', async (t) => {
  const path = join(tempDir(t), 'node-1.cluster');
  const memory = new ClusterMemory(path, () => 1);
  const snapshot = snapshotOf({ nodes: [own] });
  await memory.save(snapshot);
  const good = readFileSync(path, 'utf8');
  const bad = [
    good.slice(0, -3),
    good.replace(own.name, 'node-9'),
    good.replace('cluster 1', 'cluster 2'),
    '',
    'null\n',
  ];
  for (const text of bad) {
    writeFileSync(path, text);
    const other = new ClusterMemory(path, () => 3);
    await t.rejects(other.load(), /node-1\.cluster is damaged or of another version/, text.slice(0, 30));
    await other.save(snapshot);
    t.equal((await other.load())?.savedAt, 3);
  }
});
