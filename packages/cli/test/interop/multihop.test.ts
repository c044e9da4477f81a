// test-timeout: 120
import {
  type Daemon,
  type DaemonName,
  eventually,
  type Need,
  needs,
  proofsOf,
  proves,
  startBird,
  startExabgp,
  startGobgp,
  startOpenbgpd,
  type Teardown,
} from '@peerage/test-fixtures';
import t from 'tap';
import { startSpeaker } from '../commands/peerage.js';
import { DAEMON_AS, SPEAKER_AS } from './collision-daemons.js';
import { addAddresses, ip, namespace } from './namespace.js';

const [OUR_PORT, THEIR_PORT] = [1790, 1179];

/** One session over a router: the other side never dials. */
interface Row {
  readonly dials: 'speaker' | 'daemon';
  readonly ours: string;
  readonly theirs: string;
}

interface FarDaemon {
  readonly name: DaemonName;
  readonly needs: readonly Need[];
  start(t: Teardown, rows: readonly Row[], within: string): Promise<Daemon>;
  /** How many sessions it has, in its own words. */
  established(daemon: Daemon): Promise<number>;
}

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

const daemons: readonly FarDaemon[] = [
  {
    name: 'BIRD',
    needs: ['command:bird', 'command:birdc'],
    start: (t, rows, within) =>
      startBird(
        t,
        `router id 198.51.100.1;\n${rows
          .map(
            ({ ours, theirs, dials }) => `protocol bgp {
  local ${theirs} port ${THEIR_PORT} as ${DAEMON_AS};
  neighbor ${ours} port ${OUR_PORT} as ${SPEAKER_AS};
  multihop 2; strict bind on; passive ${dials === 'speaker' ? 'on' : 'off'};
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 { import all; export none; };
}
`,
          )
          .join('')}`,
        { namespace: within },
      ),
    established: async (daemon) => count(await daemon.query('show protocols'), /Established/g),
  },
  {
    name: 'GoBGP',
    needs: ['command:gobgpd', 'command:gobgp'],
    start: (t, rows, within) =>
      startGobgp(
        t,
        `[global.config]
  as = ${DAEMON_AS}
  router-id = "198.51.100.2"
  port = ${THEIR_PORT}
  local-address-list = [${rows.map(({ theirs }) => `"${theirs}"`).join(', ')}]
${rows
  .map(
    ({ ours, theirs, dials }) => `[[neighbors]]
  [neighbors.config]
    neighbor-address = "${ours}"
    peer-as = ${SPEAKER_AS}
  [neighbors.timers.config]
    connect-retry = 2
    idle-hold-time-after-reset = 2
  [neighbors.transport.config]
    local-address = "${theirs}"
    remote-port = ${OUR_PORT}
    passive-mode = ${dials === 'speaker'}
  [neighbors.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 2
`,
  )
  .join('')}`,
        { namespace: within },
      ),
    established: async (daemon) => count(await daemon.query('neighbor'), /Establ/g),
  },
  {
    name: 'OpenBGPD',
    needs: ['command:bgpctl'],
    start: (t, rows, within) =>
      startOpenbgpd(
        t,
        `AS ${DAEMON_AS}
router-id 198.51.100.3
${rows.map(({ theirs }) => `listen on ${theirs} port ${THEIR_PORT}`).join('\n')}
fib-update no
connect-retry 1
${rows
  .map(
    ({ ours, theirs, dials }) => `neighbor ${ours} {
  remote-as ${SPEAKER_AS}
  local-address ${theirs}
  port ${OUR_PORT}
  multihop 2
  ${dials === 'speaker' ? 'passive' : ''}
}
`,
  )
  .join('')}
allow from any
`,
        { namespace: within },
      ),
    established: async (daemon) => count(await daemon.query('-j show neighbor'), /"state": "Established"/g),
  },
  {
    name: 'ExaBGP',
    needs: ['command:exabgp'],
    start: (t, rows, within) =>
      startExabgp(
        t,
        rows
          .map(
            ({ ours, theirs, dials }) => `neighbor ${ours} {
  router-id 198.51.100.4;
  local-address ${theirs};
  local-as ${DAEMON_AS};
  peer-as ${SPEAKER_AS};
  outgoing-ttl 2;
  ${dials === 'speaker' ? `listen ${THEIR_PORT}; passive true;` : `connect ${OUR_PORT}; passive false;`}
  family { ipv4 unicast; }
}
`,
          )
          .join(''),
        { namespace: within },
      ),
    established: async (daemon) => count(await daemon.query('show neighbor summary'), /established/g),
  },
];

/** Ours – router – far, each with the addresses of its side. */
async function network(t: Teardown, rows: readonly Row[]): Promise<{ ours: string; far: string }> {
  const [ours, router, far] = [await namespace(t), await namespace(t), await namespace(t)];
  await ip(`link add eth0 netns ${ours} type veth peer name near netns ${router}`);
  await ip(`link add eth0 netns ${far} type veth peer name beyond netns ${router}`);
  const sides = [
    [ours, 'eth0', rows.map((row) => `${row.ours}/24`)],
    [far, 'eth0', rows.map((row) => `${row.theirs}/24`)],
    [router, 'near', ['198.18.1.254/24']],
    [router, 'beyond', ['198.18.2.254/24']],
  ] as const;
  for (const [within, device, addresses] of sides) {
    await addAddresses(within, device, addresses);
    await ip(`-n ${within} link set ${device} up`);
  }
  await ip(`netns exec ${router} sysctl -qw net.ipv4.ip_forward=1`);
  await ip(`-n ${ours} route add default via 198.18.1.254`);
  await ip(`-n ${far} route add default via 198.18.2.254`);
  return { ours, far };
}

t.test(
  'sessions over a router with BIRD, GoBGP, OpenBGPD and ExaBGP, whoever dials',
  needs('root', 'command:ip', 'command:sysctl', ...daemons.flatMap((daemon) => daemon.needs)),
  async (t) => {
    for (const { name } of daemons) proves(t, 'multihop', name);
    const rowsOf = daemons.map((_, d) =>
      (['speaker', 'daemon'] as const).map((dials, i) => ({
        ...{ dials, ours: `198.18.1.${1 + d * 2 + i}`, theirs: `198.18.2.${1 + d * 2 + i}` },
      })),
    );
    const rows = rowsOf.flat();
    const { ours, far } = await network(t, rows);
    const speaker = await startSpeaker(
      t,
      {
        localAs: SPEAKER_AS,
        routerId: '192.0.2.1',
        listenPort: OUR_PORT,
        ebgpRequiresPolicy: false,
        neighbors: rows.map((row) => ({
          ...{ address: row.theirs, localAddress: row.ours, port: THEIR_PORT, remoteAs: DAEMON_AS },
          ...{ passive: row.dials === 'daemon', connectRetryTime: 1, multihopTtl: 2 },
        })),
      },
      { namespace: ours },
    );
    const started = await Promise.all(daemons.map((daemon, d) => daemon.start(t, rowsOf[d] ?? [], far)));
    for (const { theirs } of rows)
      await eventually(async () => (await speaker.control.neighbor(theirs)).state === 'established');
    for (const [d, { name, established }] of daemons.entries()) {
      await eventually(async () => (await established(started[d]!)) === 2);
      t.pass(`${name} has both`);
    }
  },
);

proofsOf(t, import.meta.url);
