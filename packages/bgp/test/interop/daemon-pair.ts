import {
  type Daemon,
  eventually,
  freePort,
  startBird,
  startFrr,
  type Teardown,
} from '@peerage/test-fixtures';
import { BgpSpeaker } from '../../src/index.js';
import { nodePorts } from '../../src/node/index.js';
import { acceptAll } from '../../src/policy/defaults.js';
import type { PeerConfig, SpeakerConfig } from '../../src/speaker/settings/config.js';
import type { PathStatus, PeerStatus } from '../../src/speaker/views/status.js';

/** One of our speakers beside a daemon. */
export interface OurEnd {
  readonly speaker: BgpSpeaker;
  readonly address: string;
  readonly port: number;
  readonly as: number;
  readonly daemon: Place;
}

export interface Place {
  readonly address: string;
  readonly port: number;
  readonly as: number;
}

export async function place(address: string, as: number): Promise<Place> {
  return { address, port: await freePort(address), as };
}

/** A speaker on a loopback address that is to peer with the daemon at `daemon`; not started. */
export async function ourEnd(
  t: Teardown,
  address: string,
  as: number,
  daemon: Place,
  config: Partial<SpeakerConfig> = {},
): Promise<OurEnd> {
  const port = await freePort(address);
  const routerId = `203.0.113.${address.split('.')[3]}`;
  const speaker = new BgpSpeaker(
    { localAs: as, routerId, listen: [{ address, port }], ...config },
    nodePorts(),
  );
  t.teardown(() => speaker.close());
  return { speaker, address, port, as, daemon };
}

/** The daemon as a peer of ours, dialled by us, exchanging everything. */
export function daemonPeer(end: OurEnd, more: Partial<PeerConfig> = {}): PeerConfig {
  return {
    address: end.daemon.address,
    remoteAs: end.daemon.as,
    port: end.daemon.port,
    localAddress: end.address,
    connectRetryTime: 1,
    idleHoldTime: 0.5,
    nextHop: { 'ipv4-unicast': `192.0.2.${end.address.split('.')[3]}` },
    importPolicy: acceptAll,
    exportPolicy: acceptAll,
    ...more,
  };
}

export function statusAt(end: OurEnd): PeerStatus {
  const status = end.speaker.peer(end.daemon.address);
  if (status === undefined) throw new Error(`${end.daemon.address} is no peer of ${end.address}`);
  return status;
}

export function upAt(end: OurEnd): Promise<unknown> {
  return eventually(() => statusAt(end).state === 'established', { timeout: 30_000 });
}

/** What the daemon told us of a prefix, best or not. */
export function pathAt(end: OurEnd, prefix: string): PathStatus | undefined {
  return end.speaker.rib({ prefix }).routes[0]?.paths.find((path) => path.peer === end.daemon.address);
}

/** FRR with IPv4 unicast; `lines` are of its `router bgp` block, `before` of what stands in front of it. */
export function frrAt(
  t: Teardown,
  at: Place,
  ends: readonly OurEnd[],
  lines: readonly string[] = [],
  before = '',
): Promise<Daemon> {
  const neighbors = ends.flatMap(({ address, port, as }) => [
    `neighbor ${address} remote-as ${as}`,
    `neighbor ${address} port ${port}`,
    `neighbor ${address} update-source ${at.address}`,
    `neighbor ${address} timers connect 1`,
    `neighbor ${address} passive`,
  ]);
  const head = [
    `router bgp ${at.as}`,
    `bgp router-id 198.51.100.${at.address.split('.')[3]}`,
    'no bgp ebgp-requires-policy',
    'no bgp network import-check',
    'bgp disable-ebgp-connected-route-check',
  ];
  return startFrr(
    t,
    [before, 'debug bgp neighbor-events', ...head, ...neighbors, ...lines, ''].join('\n'),
    at,
  );
}

/** BIRD with IPv4 unicast; `extra` are lines of each protocol, `before` what stands in front of them. */
export function birdAt(
  t: Teardown,
  at: Place,
  ends: readonly OurEnd[],
  extra = '',
  before = '',
): Promise<Daemon> {
  const protocols = ends.map(
    ({ address, port, as }) => `protocol bgp peer${address.split('.')[3]} {
  local ${at.address} port ${at.port} as ${at.as};
  neighbor ${address} port ${port} as ${as};
  multihop 2; strict bind on; passive on;
  error wait time 1, 2;
  ${extra.includes('ipv4 {') ? '' : 'ipv4 { import all; export all; };'}
  ${extra}
}`,
  );
  const id = `router id 198.51.100.${at.address.split('.')[3]};`;
  return startBird(t, [id, 'debug protocols { states, events };', before, ...protocols, ''].join('\n'));
}

/** AS path that FRR or BIRD learned for a prefix, undefined when it has no such route. */
export async function frrPath(frr: Daemon, prefix: string): Promise<readonly number[] | undefined> {
  const shown = JSON.parse(await frr.query(`show bgp ipv4 unicast ${prefix} json`)) as {
    paths?: readonly { aspath?: { segments?: readonly { list: readonly number[] }[] } }[];
  };
  const path = shown.paths?.[0];
  return path && (path.aspath?.segments ?? []).flatMap((segment) => segment.list);
}

export async function birdPath(bird: Daemon, prefix: string): Promise<readonly number[] | undefined> {
  const text = await bird.query(`show route for ${prefix} all`).catch(() => '');
  const path = /BGP\.as_path: ?(.*)/.exec(text)?.[1];
  return path?.trim().split(' ').filter(Boolean).map(Number);
}
