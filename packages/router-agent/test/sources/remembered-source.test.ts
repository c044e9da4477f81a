import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { isWhole } from '../../src/model/snapshot.js';
import { rememberedSource } from '../../src/sources/remembered-source.js';
import { ClusterMemory } from '../../src/state/cluster-memory.js';
import { openFakeServer } from './kube/fake-server.js';
import { realPorts } from './real-ports.js';
import { sampleNode, sampleService, sampleSlice } from './sample-objects.js';
import { apiWorld } from './world.js';

const times = { patience: 200, saveAfter: 20, retryAfter: 50 };

t.test('a source that starts while the API server is away knows the cluster of before', async (t) => {
  const world = await apiWorld(t, await openFakeServer(t));
  await world.put([sampleNode(1), sampleNode(2), sampleService(1), sampleSlice(1, [1, 2])]);
  const path = join(tempDir(t), 'node-1.cluster');
  const open = () => {
    const ports = realPorts();
    const memory = new ClusterMemory(path, ports.clock.wallTime);
    return { source: rememberedSource(world.newSource(ports), memory, ports, times), logged: ports.logged };
  };
  const first = open();
  await first.source.start();
  await eventually(() => isWhole(first.source.snapshot()));
  await first.source.close();
  const seen = first.source.snapshot();

  await world.away();
  const second = open();
  t.teardown(() => second.source.close());
  await second.source.start();
  t.notOk(isWhole(second.source.snapshot()), 'it waits for the server first');
  await eventually(() => isWhole(second.source.snapshot()));
  const recalled = second.source.snapshot();
  t.same(recalled.nodes, seen.nodes);
  t.same(recalled.services, seen.services);
  t.same(recalled.endpointSlices, seen.endpointSlices);
  t.match(recalled.problems.at(-1), { place: 'state/cluster', message: /taken to be as it was at 20/ });
  t.match(second.logged.join('\n'), /warn source\.recalled/);

  await world.back();
  await world.remove(sampleService(1));
  await eventually(() => second.source.snapshot().services.size === 0);
  await eventually(() => second.source.snapshot().problems.length === 0);
  t.match(second.logged.join('\n'), /info source\.caught-up/);
});

t.test('a source with a folder that cannot be written says so and goes on', async (t) => {
  const world = await apiWorld(t, await openFakeServer(t));
  await world.put([sampleNode(1)]);
  const file = join(tempDir(t), 'not-a-folder');
  writeFileSync(file, '');
  const ports = realPorts();
  const memory = new ClusterMemory(join(file, 'node-1.cluster'), ports.clock.wallTime);
  const source = rememberedSource(world.newSource(ports), memory, ports, times);
  t.teardown(() => source.close());
  await source.start();
  const told = (): string =>
    source
      .snapshot()
      .problems.map(({ message }) => message)
      .join();
  await eventually(() => told().includes('the cluster cannot be saved'));
  t.match(told(), /not-a-folder.*give --data-dir a folder/);
  t.ok(isWhole(source.snapshot()));
  // Nothing changes in the cluster, and it is saved all the same.
  rmSync(file);
  await eventually(() => told() === '');
  t.match(await memory.load(), { snapshot: { nodes: source.snapshot().nodes } });
});
