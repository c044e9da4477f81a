import { appendFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { manifestsSource } from '../../../src/sources/manifests/manifests-source.js';
import { realPorts } from '../real-ports.js';
import { type RawSample, sampleNode, sampleService, sampleSlice } from '../sample-objects.js';
import { type ClusterUnderTest, sourceCases, untilSnapshot } from '../source-cases.js';

const FAST = { settleMilliseconds: 20, placedMilliseconds: 5, pollMilliseconds: 200 };

const fileOf = ({ kind, metadata }: RawSample): string => `${kind.toLowerCase()}-${metadata.name}.yaml`;

async function openFolder(objects: readonly RawSample[]): Promise<ClusterUnderTest & { directory: string }> {
  const parent = await mkdtemp(join(tmpdir(), 'manifests-source-'));
  const directory = join(parent, 'cluster');
  await mkdir(directory);
  const apply = async (changed: readonly RawSample[]): Promise<void> => {
    await Promise.all(
      changed.map((object) => writeFile(join(directory, fileOf(object)), JSON.stringify(object))),
    );
  };
  await apply(objects);
  return {
    directory,
    source: manifestsSource(directory, realPorts(), FAST),
    apply,
    remove: (object) => rm(join(directory, fileOf(object))),
    close: () => rm(parent, { recursive: true }),
  };
}

sourceCases(t, openFolder);

async function withFolder(
  objects: readonly RawSample[],
  use: (cluster: Awaited<ReturnType<typeof openFolder>>) => Promise<void>,
): Promise<void> {
  const cluster = await openFolder(objects);
  try {
    await cluster.source.start();
    await untilSnapshot(cluster.source, ({ listed }) => listed.size === 3);
    await use(cluster);
  } finally {
    await cluster.source.close();
    await cluster.close();
  }
}

t.test('manifestsSource refuses a folder that is not there, and a file', async (t) => {
  await t.rejects(manifestsSource('/nowhere/at/all', realPorts()).start(), {
    code: 'AGENT_ERR_SOURCE',
    message: /--manifests=\/nowhere\/at\/all cannot be read/,
  });
  await t.rejects(manifestsSource('/etc/hostname', realPorts()).start(), { message: /must be a folder/ });
});

t.test('a folder that vanishes keeps what it held and is told, until it is back', async (t) => {
  await withFolder([sampleNode(1), sampleService(1)], async ({ source, directory }) => {
    await rename(directory, `${directory}.away`);
    await untilSnapshot(source, ({ problems }) => problems.length > 0);
    t.match(source.snapshot().problems[0]?.message, /cannot be read .*stays as it was/);
    t.equal(source.status().state, 'unreachable');
    t.equal(source.snapshot().services.size, 1);
    await rename(`${directory}.away`, directory);
    await untilSnapshot(source, ({ problems }) => problems.length === 0);
    t.equal(source.status().state, 'in-sync');
    await writeFile(join(directory, 'late.yaml'), JSON.stringify(sampleService(7)));
    await untilSnapshot(source, ({ services }) => services.has('default/web-7'));
  });
});

t.test('an empty folder in the place of the old one removes nothing', async (t) => {
  await withFolder([sampleNode(1)], async ({ source, directory }) => {
    await rename(directory, `${directory}.away`);
    await mkdir(directory);
    await untilSnapshot(source, ({ problems }) => problems.length > 0);
    await wait(500);
    t.equal(source.snapshot().nodes.size, 1);
    await writeFile(join(directory, 'new.yaml'), JSON.stringify(sampleNode(2)));
    await untilSnapshot(source, ({ nodes }) => nodes.size === 1 && nodes.has('node-2'));
    t.same(source.snapshot().problems, []);
  });
});

t.test('a file that is half written keeps its objects and the others go on', async (t) => {
  await withFolder([sampleNode(1), sampleService(1)], async ({ source, directory }) => {
    const file = join(directory, 'service-web-1.yaml');
    const whole = JSON.stringify(sampleService(1, { externalIPs: ['203.0.113.77'] }), null, 2);
    await writeFile(file, whole.slice(0, whole.length / 2));
    await untilSnapshot(source, ({ problems }) => problems.length === 1);
    t.match(source.snapshot().problems[0]?.place, /^manifests\/service-web-1\.yaml:\d+$/);
    t.same(source.snapshot().services.get('default/web-1')?.externalIps, ['203.0.113.2']);
    await writeFile(join(directory, 'node-2.yaml'), JSON.stringify(sampleNode(2)));
    await untilSnapshot(source, ({ nodes }) => nodes.has('node-2'));
    await writeFile(file, '');
    await untilSnapshot(
      source,
      ({ problems }) => problems[0]?.message.startsWith('the file is empty') === true,
    );
    t.ok(source.snapshot().services.has('default/web-1'));
    await writeFile(file, whole);
    await untilSnapshot(
      source,
      ({ services }) => services.get('default/web-1')?.externalIps[0] === '203.0.113.77',
    );
    t.same(source.snapshot().problems, []);
  });
});

t.test('a file that another takes the place of by rename is read', async (t) => {
  await withFolder([sampleService(1)], async ({ source, directory }) => {
    await writeFile(
      join(directory, '.new'),
      JSON.stringify(sampleService(1, { externalIPs: ['203.0.113.55'] })),
    );
    await rename(join(directory, '.new'), join(directory, 'service-web-1.yaml'));
    await untilSnapshot(
      source,
      ({ services }) => services.get('default/web-1')?.externalIps[0] === '203.0.113.55',
    );
    t.equal((await readdir(directory)).length, 1);
  });
});

t.test('a file that is written to again and again holds no other back', async (t) => {
  await withFolder([], async ({ source, directory }) => {
    const busy = setInterval(() => appendFileSync(join(directory, 'busy.yaml'), '# still writing\n'), 5);
    try {
      await writeFile(join(directory, 'node-1.yaml'), JSON.stringify(sampleNode(1)));
      await untilSnapshot(source, ({ nodes }) => nodes.has('node-1'));
      await rm(join(directory, 'node-1.yaml'));
      await untilSnapshot(source, ({ nodes }) => nodes.size === 0);
      t.pass('it came and went meanwhile');
    } finally {
      clearInterval(busy);
    }
  });
});

t.test('a link to nothing is no file, and what comes in its place is read', async (t) => {
  const cluster = await openFolder([sampleNode(1)]);
  await symlink('nowhere', join(cluster.directory, 'late.yaml'));
  await cluster.source.start();
  await untilSnapshot(cluster.source, ({ listed, nodes }) => listed.size === 3 && nodes.size === 1);
  await writeFile(join(cluster.directory, '.new'), JSON.stringify(sampleNode(2)));
  await rename(join(cluster.directory, '.new'), join(cluster.directory, 'late.yaml'));
  await untilSnapshot(cluster.source, ({ nodes }) => nodes.has('node-2'));
  t.same(cluster.source.snapshot().problems, []);
  await cluster.source.close();
  await cluster.close();
});

t.test('a folder mounted from a ConfigMap is followed through its links', async (t) => {
  await withFolder([], async ({ source, directory }) => {
    await mkdir(join(directory, '..one'));
    await writeFile(join(directory, '..one', 'a.yaml'), JSON.stringify(sampleNode(1)));
    await mkdir(join(directory, '..two'));
    await writeFile(join(directory, '..two', 'a.yaml'), JSON.stringify(sampleNode(2)));
    await symlink('..one', join(directory, '..data'));
    await symlink('..data/a.yaml', join(directory, 'a.yaml'));
    await untilSnapshot(source, ({ nodes }) => nodes.has('node-1'));
    await symlink('..two', join(directory, '..tmp'));
    await rename(join(directory, '..tmp'), join(directory, '..data'));
    await untilSnapshot(source, ({ nodes }) => nodes.has('node-2') && !nodes.has('node-1'));
    t.same(source.snapshot().problems, []);
  });
});

t.test('an object in two files is told with both places', async (t) => {
  await withFolder([sampleSlice(1, [1])], async ({ source, directory }) => {
    await writeFile(join(directory, 'z.yaml'), `---\n${JSON.stringify(sampleSlice(1, [2]))}`);
    await untilSnapshot(source, ({ problems }) => problems.length === 1);
    t.same(source.snapshot().problems, [
      {
        place: 'manifests/z.yaml:2',
        message:
          'endpointslices/default/web-1-a is in endpointslice-web-1-a.yaml:1 too, which holds; remove one of them',
      },
    ]);
    t.equal(source.snapshot().endpointSlices.get('default/web-1')?.[0]?.endpoints[0]?.nodeName, 'node-1');
  });
});

t.test('a file over the limit is not read', async (t) => {
  const cluster = await openFolder([sampleNode(1)]);
  const source = manifestsSource(cluster.directory, realPorts(), { ...FAST, largestFileBytes: 400 });
  await writeFile(join(cluster.directory, 'large.yaml'), `# ${'x'.repeat(399)}`);
  await source.start();
  await untilSnapshot(source, ({ problems, nodes }) => problems.length === 1 && nodes.size === 1);
  t.match(source.snapshot().problems[0]?.message, /401 bytes, and at most 400 are read/);
  await source.close();
  await cluster.close();
});
