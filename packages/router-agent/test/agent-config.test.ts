import { acceptAll, BgpSpeaker } from '@peerage/bgp';
import { seededRandom } from '@peerage/bgp/testing';
import { eventually, tempDir } from '@peerage/test-fixtures';
import t from 'tap';
import { emptyFileConfig, type FileConfig } from '../src/config/file-config.js';
import { TestCluster } from './cluster.js';
import { configOf } from './config-of.js';
import { sampleNode } from './sources/sample-objects.js';

const quick = { interval: 10 };
const place = '/etc/peerage/agent.yaml:1';
const everyone = { for: {}, place };

t.test('a changed configuration holds at once, and resets what BGP asks to be reset', async (t) => {
  const cluster = new TestCluster(tempDir(t));
  t.teardown(() => cluster.stop());
  cluster.put(sampleNode(1));
  const sockets = cluster.network.host('192.168.1.254');
  const router = new BgpSpeaker(
    { localAs: 64513, routerId: '192.168.1.254', listen: [{ port: 179 }] },
    { sockets, clock: cluster.clock, random: seededRandom(3) },
  );
  router.addPeer({
    address: '192.168.1.11',
    remoteAs: 64512,
    importPolicy: acceptAll,
    exportPolicy: acceptAll,
    idleHoldTime: 0.1,
    connectRetryTime: 0.2,
  });
  await router.start();
  t.teardown(() => router.close({ graceMilliseconds: 100 }));

  const { agent, events, session } = await cluster.start('node-1', ['192.168.1.11/24']);
  await eventually(() => agent.speaker !== null, quick);
  const wanted = (file: Partial<FileConfig>, flags: readonly string[] = []) =>
    agent.reconfigure({ ...configOf('node-1', flags), file: { ...emptyFileConfig, ...file } });
  const neighbor = { address: '192.168.1.254', remoteAs: 64513, ...everyone };
  const quickly = { idleHoldTime: 0.1, connectRetryTime: 0.2 };

  wanted({ neighbors: [{ ...neighbor, settings: quickly }] });
  await eventually(() => session('192.168.1.254') === 'established', quick);
  const heard = () =>
    router
      .rib()
      .routes.map(({ prefix, paths: [path] }) => `${prefix} ${path?.attributes.med ?? ''}`)
      .sort();
  await eventually(() => heard().length === 1, quick);
  t.same(heard(), ['10.48.1.0/24 ']);

  const file: Partial<FileConfig> = {
    neighbors: [{ ...neighbor, settings: { ...quickly, holdTime: 30 } }],
    announcements: [{ prefixes: ['203.0.113.0/24'], attributes: { med: 7 }, mesh: false, ...everyone }],
    aggregates: [
      {
        prefix: '10.48.0.0/12',
        asSet: false,
        summaryOnly: true,
        discard: false,
        attributes: {},
        mesh: false,
        ...everyone,
      },
    ],
  };
  wanted(file);
  await eventually(() => heard().join() === '10.48.0.0/12 ,203.0.113.0/24 7', quick);
  const { establishedCount } = agent.speaker?.peer('192.168.1.254') ?? {};
  t.equal(establishedCount, 1, 'the session is the one of before');
  t.match(
    events.filter(({ event }) => event === 'peer.changed').map(({ fields }) => fields),
    [{ peer: '192.168.1.254', fields: ['holdTime'], reset: false, message: /its session stays/ }],
  );

  wanted({ ...file, neighbors: [{ ...neighbor, settings: { ...quickly, multihopTtl: 5 } }] });
  await eventually(() => (agent.speaker?.peer('192.168.1.254')?.establishedCount ?? 0) === 2, quick);
  t.match(events.filter(({ event }) => event === 'peer.changed').at(-1)?.fields, {
    reset: true,
    message: /multihopTtl.* changed; its session had agreed on that, and begins anew/,
  });
  await eventually(() => heard().length === 2, quick);

  wanted({}, ['--advertise-pod-cidr=false']);
  await eventually(() => session('192.168.1.254') === undefined, quick);
  await eventually(() => heard().length === 0, quick);
});
