// test-timeout: 300
import {
  type Daemon,
  type DaemonName,
  eventually,
  freePort,
  type Need,
  needs,
  proofsOf,
  proves,
  startBird,
  startExabgp,
  startFrr,
  startGobgp,
  startOpenbgpd,
  type Teardown,
} from '@peerage/test-fixtures';
import t from 'tap';
import { type SpeakerProcess, startSpeaker } from '../commands/peerage.js';

const [KEPT, LOST, THEIRS] = ['203.0.113.0/24', '203.0.112.0/24', '198.51.100.0/24'];
const [SPEAKER_AS, DAEMON_AS] = [64_512, 64_513];
const RESTART_TIME = 120;
const patient = { timeout: 60_000 };

interface Place {
  readonly address: string;
  readonly port: number;
}

/** A daemon that waits for us to dial. */
interface Beside {
  readonly name: DaemonName;
  readonly needs: readonly Need[];
  readonly address: string;
  /** It keeps our routes while we are away, and says when it had our End-of-RIB. */
  readonly restarts?: {
    isUp(daemon: Daemon): Promise<boolean>;
    hasEndOfRib(daemon: Daemon): Promise<boolean>;
  };
  start(t: Teardown, at: Place, us: Place): Promise<Daemon>;
  /** What it has of a prefix of ours. */
  shows(daemon: Daemon, prefix: string): Promise<boolean>;
}

/** FRR's only neighbour, as it tells of it. */
interface FrrNeighbor {
  readonly bgpState?: string;
  readonly gracefulRestartInfo?: { readonly endOfRibRecv?: Readonly<Record<string, boolean>> };
}

async function frrNeighbor(daemon: Daemon): Promise<FrrNeighbor> {
  const all = JSON.parse(await daemon.query('show bgp neighbors json')) as Record<string, FrrNeighbor>;
  return Object.values(all)[0] ?? {};
}

const besides: readonly Beside[] = [
  {
    name: 'FRR',
    needs: ['root', 'command:bgpd', 'command:vtysh'],
    address: '127.0.7.2',
    start: (t, at, us) =>
      startFrr(
        t,
        `router bgp ${DAEMON_AS}
 bgp router-id 198.51.100.2
 no bgp ebgp-requires-policy
 no bgp network import-check
 bgp disable-ebgp-connected-route-check
 bgp graceful-restart
 bgp graceful-restart restart-time ${RESTART_TIME}
 bgp graceful-restart preserve-fw-state
 neighbor ${us.address} remote-as ${SPEAKER_AS}
 neighbor ${us.address} port ${us.port}
 neighbor ${us.address} update-source ${at.address}
 neighbor ${us.address} passive
 network ${THEIRS}
`,
        at,
      ),
    shows: async (daemon, prefix) =>
      (await daemon.query(`show bgp ipv4 unicast ${prefix} json`)).includes(`${SPEAKER_AS}`),
    restarts: {
      isUp: async (daemon) => (await frrNeighbor(daemon)).bgpState === 'Established',
      hasEndOfRib: async (daemon) =>
        Object.values((await frrNeighbor(daemon)).gracefulRestartInfo?.endOfRibRecv ?? {}).includes(true),
    },
  },
  {
    name: 'BIRD',
    needs: ['command:bird', 'command:birdc'],
    address: '127.0.7.3',
    start: (t, at, us) =>
      startBird(
        t,
        `router id 198.51.100.3;
debug protocols { states, events, packets };
protocol static { ipv4; route ${THEIRS} blackhole; }
protocol bgp speaker {
  local ${at.address} port ${at.port} as ${DAEMON_AS};
  neighbor ${us.address} port ${us.port} as ${SPEAKER_AS};
  multihop 2; strict bind on; passive on; error wait time 1, 2;
  graceful restart on; graceful restart time ${RESTART_TIME};
  ipv4 { import all; export all; };
}
`,
      ),
    shows: async (daemon, prefix) =>
      (await daemon.query(`show route ${prefix} all protocol speaker`).catch(() => '')).includes('as_path'),
    restarts: {
      isUp: async (daemon) => (await daemon.query('show protocols speaker')).includes('Established'),
      hasEndOfRib: async (daemon) => (daemon.log().match(/Got END-OF-RIB/g)?.length ?? 0) > 1,
    },
  },
  {
    name: 'GoBGP',
    needs: ['command:gobgpd', 'command:gobgp'],
    address: '127.0.7.4',
    async start(t, at, us) {
      const daemon = await startGobgp(
        t,
        `[global.config]
  as = ${DAEMON_AS}
  router-id = "198.51.100.4"
  port = ${at.port}
  local-address-list = ["${at.address}"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${us.address}"
    peer-as = ${SPEAKER_AS}
  [neighbors.timers.config]
    idle-hold-time-after-reset = 2
  [neighbors.transport.config]
    local-address = "${at.address}"
    passive-mode = true
  [neighbors.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 2
  [neighbors.graceful-restart.config]
    enabled = true
    restart-time = ${RESTART_TIME}
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true
`,
      );
      await daemon.query(`global rib add ${THEIRS} nexthop ${at.address}`);
      return daemon;
    },
    shows: async (daemon, prefix) =>
      (await daemon.query(`global rib ${prefix}`).catch(() => '')).includes(`${SPEAKER_AS}`),
    restarts: {
      isUp: async (daemon) => /Establ/.test(await daemon.query('neighbor')),
      // It tells of none, but only that sweeps what is stale.
      hasEndOfRib: async (daemon) => /Establ/.test(await daemon.query('neighbor')),
    },
  },
  {
    name: 'OpenBGPD',
    needs: ['root', 'command:bgpctl'],
    address: '127.0.7.5',
    start: (t, at, us) =>
      startOpenbgpd(
        t,
        `AS ${DAEMON_AS}
router-id 198.51.100.5
listen on ${at.address} port ${at.port}
fib-update no
network ${THEIRS} set nexthop ${at.address}
neighbor ${us.address} {
  remote-as ${SPEAKER_AS}
  local-address ${at.address}
  passive
}
allow from any
allow to any set nexthop no-modify
`,
      ),
    shows: async (daemon, prefix) => (await daemon.query(`show rib ${prefix}`)).includes(`${SPEAKER_AS}`),
  },
  {
    name: 'ExaBGP',
    needs: ['command:exabgp'],
    address: '127.0.7.6',
    start: (t, at, us) =>
      startExabgp(
        t,
        `neighbor ${us.address} {
  router-id 198.51.100.6;
  local-address ${at.address};
  local-as ${DAEMON_AS};
  peer-as ${SPEAKER_AS};
  listen ${at.port};
  passive true;
  family { ipv4 unicast; }
  announce { ipv4 { unicast ${THEIRS} next-hop ${at.address}; } }
}
`,
      ),
    // It keeps no table: what it has of us goes with the session.
    shows: async (daemon) =>
      (await daemon.query('show neighbor summary')).split('\n').some((line) => /established/.test(line)),
  },
];

t.test(
  'we are killed: FRR, BIRD and GoBGP keep our routes until our next life says which are left, others drop them at once',
  needs(...besides.flatMap((one) => one.needs)),
  async (t) => {
    const us = { address: '127.0.7.1', port: await freePort('127.0.7.1') };
    const places = await Promise.all(
      besides.map(async ({ address }) => ({ address, port: await freePort(address) })),
    );
    const daemons = await Promise.all(besides.map((one, i) => one.start(t, places[i]!, us)));
    const life = (prefixes: readonly string[], isRestart: boolean): Promise<SpeakerProcess> =>
      startSpeaker(t, {
        localAs: SPEAKER_AS,
        routerId: '203.0.113.1',
        listenPort: us.port,
        listenAddresses: [us.address],
        ebgpRequiresPolicy: false,
        announce: [{ prefixes: [...prefixes] }],
        ...(isRestart && { restarting: { forwarded: ['ipv4-unicast' as const], deferralTime: 60 } }),
        neighbors: places.map(({ address, port }, i) => ({
          ...{ address, port, remoteAs: DAEMON_AS, localAddress: us.address, connectRetryTime: 1 },
          // Daemons take a loopback address for a martian.
          nextHop: { 'ipv4-unicast': '192.0.2.70' },
          ...(besides[i]?.restarts !== undefined && { gracefulRestart: { restartTime: RESTART_TIME } }),
        })),
      });
    const each = async (body: (one: Beside, daemon: Daemon) => Promise<unknown>): Promise<void> => {
      for (const [i, one] of besides.entries()) await body(one, daemons[i]!);
    };
    for (const { name, restarts } of besides) {
      proves(t, 'loss', name, ['ours']);
      if (restarts !== undefined) proves(t, 'graceful-restart', name, ['ours']);
    }

    const first = await life([KEPT, LOST], false);
    await each((one, daemon) => eventually(() => one.shows(daemon, LOST), patient));
    await each((one, daemon) => eventually(() => one.shows(daemon, KEPT), patient));
    first.child.kill('SIGKILL');
    await first.ended;
    await each(async ({ name, restarts, shows }, daemon) => {
      if (restarts === undefined) {
        await eventually(async () => !(await shows(daemon, KEPT)), patient);
        return;
      }
      await eventually(async () => !(await restarts.isUp(daemon)), patient);
      t.ok(await shows(daemon, KEPT), `${name} keeps it while we are away`);
      t.ok(await shows(daemon, LOST), `${name} cannot know yet`);
    });

    const second = await life([KEPT], true);
    await each(async ({ name, restarts, shows }, daemon) => {
      await eventually(() => shows(daemon, KEPT), patient);
      if (restarts === undefined) return;
      await eventually(() => restarts.hasEndOfRib(daemon), patient);
      await eventually(async () => !(await shows(daemon, LOST)), patient);
      t.ok(await shows(daemon, KEPT), `${name} has what we told again`);
    });
    for (const { address } of places) {
      const status = await second.control.neighbor(address);
      t.match(status, { state: 'established', establishedCount: 1, flaps: 0 }, address);
    }
  },
);

proofsOf(t, import.meta.url);
