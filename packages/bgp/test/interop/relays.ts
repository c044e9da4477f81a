import {
  type Daemon,
  type DaemonName,
  eventually,
  freePort,
  type LeftOut,
  needs,
  type Teardown,
} from '@peerage/test-fixtures';
import type { PeerConfig, SpeakerConfig } from '../../src/speaker/settings/config.js';
import type { PeerStatus } from '../../src/speaker/views/status.js';
import {
  birdHub,
  connect,
  frrHub,
  gobgpHub,
  type Hub,
  type Neighbor,
  type Ours,
  openbgpdHub,
  startOurs,
} from './hub.js';

/** A daemon with a table of its own, which tells one of our speakers what another told it. */
export interface Relay {
  readonly name: Exclude<DaemonName, 'ExaBGP'>;
  readonly required: LeftOut;
  start(t: Teardown, hub: Hub): Promise<Daemon>;
  /** All that its command line says of a prefix, or nothing. */
  shows(daemon: Daemon, prefix: string): Promise<string>;
}

export const relays: readonly Relay[] = [
  {
    name: 'FRR',
    required: needs('root', 'command:bgpd', 'command:vtysh'),
    start: frrHub,
    shows: (daemon, prefix) => daemon.query(`show bgp ipv4 unicast ${prefix}`),
  },
  {
    name: 'BIRD',
    required: needs('command:bird', 'command:birdc'),
    start: birdHub,
    shows: (daemon, prefix) => daemon.query(`show route ${prefix} all`),
  },
  {
    name: 'GoBGP',
    required: needs('command:gobgpd', 'command:gobgp'),
    start: gobgpHub,
    shows: (daemon, prefix) => daemon.query(`global rib ${prefix}`),
  },
  {
    name: 'OpenBGPD',
    required: needs('root', 'command:bgpctl'),
    start: openbgpdHub,
    shows: (daemon, prefix) => daemon.query(`show rib detail ${prefix}`),
  },
];

/** Two speakers of ours with a daemon between them. */
export interface Relayed {
  readonly left: Ours;
  readonly right: Ours;
  readonly hub: Hub;
  readonly daemon: Daemon;
  shows(prefix: string): Promise<string>;
  /** How one of ours sees the daemon. */
  status(at: Ours): PeerStatus;
  /** Both sessions are up. */
  up(): Promise<void>;
}

export interface RelayedOptions {
  /** Last octets of the addresses in 127.0.1.0/24 of daemon, left and right. */
  readonly at: readonly [number, number, number];
  readonly ases?: readonly [number, number, number];
  readonly left?: Partial<Neighbor>;
  readonly right?: Partial<Neighbor>;
  readonly hub?: Partial<Hub>;
  /** How ours take the daemon. */
  readonly leftPeer?: Partial<PeerConfig>;
  readonly rightPeer?: Partial<PeerConfig>;
  /** Of both of ours. */
  readonly speaker?: Partial<SpeakerConfig>;
}

/** Starts all three; the sessions are dialled from both sides. */
export async function relayed(t: Teardown, relay: Relay, options: RelayedOptions): Promise<Relayed> {
  const [at, leftAt, rightAt] = options.at.map((octet) => `127.0.1.${octet}`) as [string, string, string];
  const [as, leftAs, rightAs] = options.ases ?? [64_513, 64_601, 64_602];
  const left = await startOurs(t, leftAt, leftAs, options.speaker);
  const right = await startOurs(t, rightAt, rightAs, options.speaker);
  const hub: Hub = {
    ...{ address: at, port: await freePort(at), as, routerId: '198.51.100.2', networks: [] },
    neighbors: [
      { ...left, ...options.left },
      { ...right, ...options.right },
    ],
    ...options.hub,
  };
  const daemon = await relay.start(t, hub);
  connect(left, hub, options.leftPeer);
  connect(right, hub, options.rightPeer);
  const status = (end: Ours): PeerStatus => {
    const found = end.speaker.peer(at);
    if (found === undefined) throw new Error(`${at} is no peer of ${end.address}`);
    return found;
  };
  return {
    ...{ left, right, hub, daemon, status },
    async up() {
      for (const end of [left, right])
        await eventually(() => status(end).state === 'established', { timeout: 30_000 });
    },
    shows: (prefix) => relay.shows(daemon, prefix).catch(() => ''),
  };
}
