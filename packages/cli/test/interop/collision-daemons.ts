import {
  type Daemon,
  type DaemonName,
  type Need,
  startBird,
  startFrr,
  type Teardown,
} from '@peerage/test-fixtures';

/** One of our speakers, as a daemon sees it. */
export interface Neighbor {
  readonly address: string;
  readonly port: number;
}

export interface DaemonPlan {
  readonly address: string;
  readonly port: number;
  readonly routerId: string;
  readonly neighbors: readonly Neighbor[];
}

export const SPEAKER_AS = 64512;
export const DAEMON_AS = 64513;

/** A daemon that dials each neighbour as soon as it may, and takes its dials too. */
export interface Collider {
  readonly name: DaemonName;
  readonly needs: readonly Need[];
  readonly address: string;
  start(t: Teardown, plan: DaemonPlan): Promise<Daemon>;
  /** Addresses of the neighbours with which it has a session, in its own words. */
  established(daemon: Daemon): Promise<ReadonlySet<string>>;
}

const frr: Collider = {
  name: 'FRR',
  needs: ['root', 'command:bgpd', 'command:vtysh'],
  address: '127.0.0.43',
  start: (t, { address, port, routerId, neighbors }) =>
    startFrr(
      t,
      `debug bgp neighbor-events
router bgp ${DAEMON_AS}
 bgp router-id ${routerId}
 no bgp ebgp-requires-policy
 bgp disable-ebgp-connected-route-check
${neighbors
  .map(
    (one) => ` neighbor ${one.address} remote-as ${SPEAKER_AS}
 neighbor ${one.address} port ${one.port}
 neighbor ${one.address} update-source ${address}
 neighbor ${one.address} timers connect 1
`,
  )
  .join('')}`,
      { address, port },
    ),
  async established(daemon) {
    const neighbors = JSON.parse(await daemon.query('show bgp neighbors json')) as Record<
      string,
      { readonly bgpState?: string }
    >;
    return new Set(Object.keys(neighbors).filter((one) => neighbors[one]?.bgpState === 'Established'));
  },
};

const bird: Collider = {
  name: 'BIRD',
  needs: ['root', 'command:bird', 'command:birdc'],
  address: '127.0.0.44',
  start: (t, { address, port, routerId, neighbors }) =>
    startBird(
      t,
      `router id ${routerId};
debug protocols { states, events };
${neighbors
  .map(
    (one) => `protocol bgp p${one.address.replaceAll('.', '_')} {
  local ${address} port ${port} as ${DAEMON_AS};
  neighbor ${one.address} port ${one.port} as ${SPEAKER_AS};
  multihop 2;
  strict bind on;
  connect delay time 1;
  connect retry time 1;
  error wait time 1, 1;
  ipv4 { import all; export none; };
}
`,
  )
  .join('')}`,
    ),
  async established(daemon) {
    const lines = (await daemon.query('show protocols')).split('\n');
    const up = lines.filter((line) => /^p[\d_]+ .*Established/.test(line));
    return new Set(up.map((line) => line.slice(1).split(' ')[0]!.replaceAll('_', '.')));
  },
};

export const colliders: readonly Collider[] = [frr, bird];
