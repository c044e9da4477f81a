import { eventually, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { TestCluster } from './cluster.js';
import { sampleNode } from './sources/sample-objects.js';

const quick = { interval: 20 };

t.test('the end and the return of a session are told, its first start and our own end are not', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  for (const n of [1, 2]) cluster.put(sampleNode(n));
  const one = await cluster.start('node-1', ['192.168.1.11/24']);
  const two = await cluster.start('node-2', ['192.168.1.12/24']);
  await eventually(() => one.session('192.168.1.12') === 'established', quick);
  two.speaker().resetPeer('192.168.1.11', 'maintenance');
  await eventually(() => one.told.length >= 2, quick);
  t.match(one.told.toSorted(), [
    /^Normal BgpSessionUp: the BGP session with 192\.168\.1\.12 \(AS 64512\) is Established again$/,
    /^Warning BgpSessionDown: the BGP session with 192\.168\.1\.12 \(AS 64512\) ended: .*maintenance/,
  ]);
});

t.test('a bad object of the cluster is told, once, with its place', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  const node = sampleNode(1);
  const bad: object = { annotations: { 'kube-router.io/peer.ips': '192.168.1.500' } };
  cluster.put({ ...node, metadata: { ...node.metadata, ...bad } });
  const one = await cluster.start('node-1', ['192.168.1.11/24']);
  await eventually(() => one.told.length > 0, quick);
  t.match(one.told, [/^Warning InvalidObject: nodes\/node-1: annotation kube-router\.io\/peer\.ips: /]);
});
