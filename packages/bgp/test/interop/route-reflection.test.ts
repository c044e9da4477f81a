import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import type { PathStatus } from '../../src/speaker/views/status.js';
import { birdHub, connect, frrHub, gobgpHub, type Hub, type Ours, openbgpdHub, startOurs } from './hub.js';

const AS = 64512;
const OURS = '203.0.113.0/24';
const THEIRS = '198.51.100.0/24';

const daemons = [
  {
    name: 'BIRD',
    required: needs('command:bird', 'command:birdc'),
    address: '127.0.0.32',
    start: birdHub,
    client: { lines: ['rr client;'] },
    show: `show route ${OURS} all protocol n0`,
    shows: [/BGP\.originator_id: 127\.0\.0\.13/, /BGP\.cluster_list: 0\.0\.1\.2/, /next_hop: 192\.0\.2\.13/],
  },
  {
    name: 'FRR',
    required: needs('root', 'command:bgpd', 'command:vtysh'),
    address: '127.0.0.33',
    start: frrHub,
    client: { lines: ['route-reflector-client'] },
    show: `show bgp ipv4 unicast ${OURS} json`,
    shows: [/"originatorId":"127\.0\.0\.13"/, /"list":\["?0\.0\.1\.2"?\]/, /"ip":"192\.0\.2\.13"/],
  },
  {
    name: 'GoBGP',
    required: needs('command:gobgpd', 'command:gobgp'),
    address: '127.0.0.34',
    start: gobgpHub,
    client: {
      lines: [
        '[neighbors.route-reflector.config]',
        '  route-reflector-client = true',
        '  route-reflector-cluster-id = "198.51.100.2"',
      ],
    },
    show: `global rib ${OURS}`,
    shows: [/Originator: 127\.0\.0\.13/, /ClusterList: \[0\.0\.1\.2\]/, /192\.0\.2\.13/],
  },
  {
    name: 'OpenBGPD',
    required: needs('root', 'command:bgpctl'),
    address: '127.0.0.35',
    start: openbgpdHub,
    client: { lines: ['route-reflector'] },
    show: `show rib detail ${OURS}`,
    shows: [/Originator Id: 127\.0\.0\.13/, /Cluster Id List: +0\.0\.1\.2/, /Nexthop 192\.0\.2\.13/],
  },
] as const;

const learned = (at: Ours, prefix: string): PathStatus | undefined =>
  at.speaker.rib({ prefix }).routes[0]?.paths[0];

for (const daemon of daemons) {
  t.test(`${daemon.name} is a client of ours`, daemon.required, async (t) => {
    proves(t, 'reflection', daemon.name, ['ours']);
    const us = await startOurs(t, '127.0.0.12', AS, { clusterId: 258 });
    const source = await startOurs(t, '127.0.0.13', AS);
    const hub: Hub = {
      ...{ address: daemon.address, port: await freePort(daemon.address), as: AS, routerId: '198.51.100.2' },
      networks: [THEIRS],
      neighbors: [us],
    };
    const them = await daemon.start(t, hub);
    connect(us, hub, { routeReflectorClient: true });
    connect(us, source, { routeReflectorClient: true });
    connect(source, us);
    source.speaker.announce({ prefixes: [OURS] });

    const path = await eventually(() => learned(source, THEIRS), { timeout: 30_000 });
    t.match(path.attributes, { originatorId: '198.51.100.2', clusterList: ['0.0.1.2'] });
    const text = await eventually(async () => {
      const answer = (await them.query(daemon.show).catch(() => '')).replace(/\s*([{}[\]:,"])\s*/g, '$1');
      return /originator/i.test(answer) ? answer : undefined;
    });
    const told = daemon.name === 'FRR' ? text : await them.query(daemon.show);
    for (const line of daemon.shows) t.match(told, line);

    source.speaker.withdraw([OURS]);
    await eventually(async () => !/originator/i.test(await them.query(daemon.show).catch(() => '')));
  });

  t.test(`${daemon.name} is the reflector, we are its clients`, daemon.required, async (t) => {
    proves(t, 'reflection', daemon.name, ['theirs']);
    const a = await startOurs(t, '127.0.0.14', AS);
    const b = await startOurs(t, '127.0.0.15', AS);
    const hub: Hub = {
      ...{ address: daemon.address, port: await freePort(daemon.address), as: AS, routerId: '198.51.100.2' },
      networks: [],
      neighbors: [
        { ...a, ...daemon.client },
        { ...b, ...daemon.client },
      ],
    };
    await daemon.start(t, hub);
    connect(a, hub);
    connect(b, hub);
    a.speaker.announce({ prefixes: [OURS] });
    const path = await eventually(() => learned(b, OURS), { timeout: 30_000 });
    t.match(path, {
      nextHop: '192.0.2.14',
      attributes: { originatorId: '127.0.0.14', clusterList: ['198.51.100.2'] },
    });
    a.speaker.withdraw([OURS]);
    await eventually(() => learned(b, OURS) === undefined);
  });
}

proofsOf(t, import.meta.url);
