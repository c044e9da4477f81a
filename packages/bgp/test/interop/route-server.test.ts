import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { birdHub, connect, frrHub, gobgpHub, type Hub, openbgpdHub, startOurs } from './hub.js';

const OURS = '203.0.113.0/24';
const THEIRS = '198.51.100.0/24';

const daemons = [
  {
    name: 'BIRD',
    required: needs('command:bird', 'command:birdc'),
    address: '127.0.0.36',
    start: birdHub,
    lines: [],
    takes: {},
    serves: { lines: ['rs client;'] },
    show: `show route ${OURS} all protocol n0`,
    shows: [/BGP\.as_path: 64601\s*$/m, /BGP\.next_hop: 192\.0\.2\.23/],
  },
  {
    name: 'FRR',
    required: needs('root', 'command:bgpd', 'command:vtysh'),
    address: '127.0.0.37',
    start: frrHub,
    lines: ['no bgp enforce-first-as'],
    takes: {},
    serves: { lines: ['route-server-client'] },
    show: `show bgp ipv4 unicast ${OURS} json`,
    shows: [/"string":\s*"64601"/, /"ip":\s*"192\.0\.2\.23"/],
  },
  {
    name: 'GoBGP',
    required: needs('command:gobgpd', 'command:gobgp'),
    address: '127.0.0.38',
    start: gobgpHub,
    lines: [],
    takes: {},
    serves: { lines: ['[neighbors.route-server.config]', '  route-server-client = true'] },
    show: `global rib ${OURS}`,
    shows: [/192\.0\.2\.23 +64601 /],
  },
  {
    name: 'OpenBGPD',
    required: needs('root', 'command:bgpctl'),
    address: '127.0.0.39',
    start: openbgpdHub,
    lines: [],
    takes: { lines: ['enforce neighbor-as no'] },
    serves: { lines: ['transparent-as yes', 'multihop 2'] },
    show: `show rib detail ${OURS}`,
    shows: [/^ +64601$/m, /Nexthop 192\.0\.2\.23/],
  },
] as const;

for (const daemon of daemons) {
  t.test(`we are the route server of ${daemon.name}`, daemon.required, async (t) => {
    proves(t, 'route-server', daemon.name, ['ours']);
    const us = await startOurs(t, '127.0.0.22', 64512);
    const other = await startOurs(t, '127.0.0.23', 64601);
    const hub: Hub = {
      ...{ address: daemon.address, port: await freePort(daemon.address), as: 64513 },
      routerId: '198.51.100.2',
      networks: [THEIRS],
      lines: daemon.lines,
      neighbors: [{ ...us, ...daemon.takes }],
    };
    const them = await daemon.start(t, hub);
    connect(us, hub, { routeServerClient: true });
    connect(us, other, { routeServerClient: true });
    connect(other, us);
    other.speaker.announce({ prefixes: [OURS] });
    const path = await eventually(() => other.speaker.rib({ prefix: THEIRS }).routes[0]?.paths[0], {
      timeout: 30_000,
    });
    t.strictSame(path.attributes.asPath, [{ type: 'sequence', ases: [64513] }]);
    await eventually(async () => daemon.shows[0].test(await them.query(daemon.show).catch(() => '')));
    const text = await them.query(daemon.show);
    for (const line of daemon.shows) t.match(text, line);
  });

  t.test(`${daemon.name} is the route server of ours`, daemon.required, async (t) => {
    proves(t, 'route-server', daemon.name, ['theirs']);
    const a = await startOurs(t, '127.0.0.24', 64601);
    const b = await startOurs(t, '127.0.0.25', 64602);
    const hub: Hub = {
      ...{ address: daemon.address, port: await freePort(daemon.address), as: 64513 },
      routerId: '198.51.100.2',
      networks: [],
      neighbors: [
        { ...a, ...daemon.serves },
        { ...b, ...daemon.serves },
      ],
    };
    await daemon.start(t, hub);
    connect(a, hub);
    connect(b, hub);
    a.speaker.announce({ prefixes: [OURS] });
    const path = await eventually(() => b.speaker.rib({ prefix: OURS }).routes[0]?.paths[0], {
      timeout: 30_000,
    });
    t.match(path, {
      nextHop: '192.0.2.24',
      attributes: { asPath: [{ type: 'sequence', ases: [64601] }] },
    });
  });
}

proofsOf(t, import.meta.url);
