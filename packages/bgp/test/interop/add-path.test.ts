import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import type { PathStatus } from '../../src/speaker/views/status.js';
import { birdHub, connect, frrHub, gobgpHub, type Hub, type Ours, openbgpdHub, startOurs } from './hub.js';

const PREFIX = '203.0.113.0/24';

const daemons = [
  {
    name: 'BIRD',
    required: needs('command:bird', 'command:birdc'),
    address: '127.0.0.34',
    start: birdHub,
    both: { channel: ['add paths on;'] },
    show: `show route ${PREFIX} all protocol n0`,
    /** First ASes behind ours of what it learned from us. */
    learned: (text: string) => [...text.matchAll(/as_path: 64512 (\d+)/g)].map((m) => Number(m[1])).sort(),
  },
  {
    name: 'FRR',
    required: needs('root', 'command:bgpd', 'command:vtysh'),
    address: '127.0.0.35',
    start: frrHub,
    both: { lines: ['addpath-tx-all-paths'] },
    show: `show bgp ipv4 unicast ${PREFIX} json`,
    learned: (text: string) => [...text.matchAll(/"string":"64512 (\d+)"/g)].map((m) => Number(m[1])).sort(),
  },
  {
    name: 'GoBGP',
    required: needs('command:gobgpd', 'command:gobgp'),
    address: '127.0.0.36',
    start: gobgpHub,
    both: {
      channel: ['[neighbors.afi-safis.add-paths.config]', '  receive = true', '  send-max = 8'],
    },
    show: `global rib ${PREFIX}`,
    learned: (text: string) => [...text.matchAll(/ 64512 (\d+) /g)].map((m) => Number(m[1])).sort(),
  },
  {
    name: 'OpenBGPD',
    required: needs('root', 'command:bgpctl'),
    address: '127.0.0.37',
    start: openbgpdHub,
    both: { lines: ['announce add-path recv yes', 'announce add-path send all'] },
    show: `show rib detail ${PREFIX}`,
    learned: (text: string) => [...text.matchAll(/^ +64512 (\d+)$/gm)].map((m) => Number(m[1])).sort(),
  },
] as const;

const pathsOf = (at: Ours): readonly PathStatus[] =>
  at.speaker.rib({ prefix: PREFIX }).routes[0]?.paths ?? [];

for (const daemon of daemons) {
  t.test(`${daemon.name} takes all our paths, and gives up those that go`, daemon.required, async (t) => {
    proves(t, 'add-path', daemon.name, ['ours']);
    const us = await startOurs(t, '127.0.0.16', 64512);
    const a = await startOurs(t, '127.0.0.17', 64601);
    const b = await startOurs(t, '127.0.0.18', 64602);
    const hub: Hub = {
      ...{ address: daemon.address, port: await freePort(daemon.address), as: 64513 },
      routerId: '198.51.100.2',
      networks: [],
      neighbors: [{ ...us, ...daemon.both }],
    };
    const them = await daemon.start(t, hub);
    for (const source of [a, b]) {
      connect(us, source);
      connect(source, us);
      source.speaker.announce({ prefixes: [PREFIX] });
    }
    connect(us, hub, { addPath: { send: 'all' } });
    const held = async (): Promise<string> =>
      daemon.learned(await them.query(daemon.show).catch(() => '')).join();
    await eventually(async () => (await held()) === '64601,64602', { timeout: 30_000 });
    const [sent] = us.speaker.advertised(hub.address, { prefix: PREFIX }).routes;
    t.equal(new Set(sent?.paths.map((path) => path.pathId)).size, 2);
    t.match(us.speaker.peer(hub.address)?.families, [{ addPath: 'send', advertised: 2 }]);

    a.speaker.withdraw([PREFIX]);
    await eventually(async () => (await held()) === '64602');
    a.speaker.announce({ prefixes: [PREFIX] });
    await eventually(async () => (await held()) === '64601,64602');
    b.speaker.withdraw([PREFIX]);
    await eventually(async () => (await held()) === '64601');
    a.speaker.withdraw([PREFIX]);
    await eventually(async () => (await held()) === '');
    t.equal(us.speaker.peer(hub.address)?.flaps, 0);
  });

  t.test(
    `${daemon.name} sends us all its paths, and withdraws them one by one`,
    daemon.required,
    async (t) => {
      proves(t, 'add-path', daemon.name, ['theirs']);
      const us = await startOurs(t, '127.0.0.19', 64512);
      const a = await startOurs(t, '127.0.0.20', 64601);
      const b = await startOurs(t, '127.0.0.21', 64602);
      const hub: Hub = {
        ...{ address: daemon.address, port: await freePort(daemon.address), as: 64513 },
        routerId: '198.51.100.2',
        networks: [],
        neighbors: [{ ...us, ...daemon.both }, a, b],
      };
      await daemon.start(t, hub);
      connect(us, hub, { addPath: { receive: true } });
      for (const source of [a, b]) {
        connect(source, hub);
        source.speaker.announce({ prefixes: [PREFIX] });
      }
      const paths = await eventually(() => (pathsOf(us).length === 2 ? pathsOf(us) : undefined), {
        timeout: 30_000,
      });
      const asPaths = paths.map((path) => path.attributes.asPath?.[0]?.ases.join(' ')).sort();
      t.strictSame(asPaths, ['64513 64601', '64513 64602']);
      t.equal(new Set(paths.map((path) => path.pathId)).size, 2);
      t.match(us.speaker.peer(hub.address)?.families, [{ addPath: 'receive', received: 2 }]);

      a.speaker.withdraw([PREFIX]);
      await eventually(() => pathsOf(us).length === 1);
      t.strictSame(pathsOf(us)[0]?.attributes.asPath?.[0]?.ases, [64513, 64602]);
      b.speaker.withdraw([PREFIX]);
      await eventually(() => pathsOf(us).length === 0);
    },
  );
}

proofsOf(t, import.meta.url);
