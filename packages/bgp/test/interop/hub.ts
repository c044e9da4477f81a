import {
  type Daemon,
  freePort,
  startBird,
  startFrr,
  startGobgp,
  startOpenbgpd,
  type Teardown,
} from '@peerage/test-fixtures';
import { BgpSpeaker } from '../../src/index.js';
import { nodePorts } from '../../src/node/index.js';
import { acceptAll } from '../../src/policy/defaults.js';
import type { PeerConfig, SpeakerConfig } from '../../src/speaker/settings/config.js';
import type { End } from './subject.js';

/** A speaker of ours on loopback, with an address of its own. */
export interface Ours extends End {
  readonly speaker: BgpSpeaker;
}

export async function startOurs(
  t: Teardown,
  address: string,
  as: number,
  config: Partial<SpeakerConfig> = {},
): Promise<Ours> {
  const port = await freePort(address);
  const speaker = new BgpSpeaker(
    { localAs: as, routerId: address, listen: [{ address, port }], ...config },
    nodePorts(),
  );
  t.teardown(() => speaker.close({ communication: 'the test is over' }));
  await speaker.start();
  return { address, port, as, speaker };
}

/** Configures `to` as a peer of `from`, or configures it anew. Next hops are no loopback addresses, which daemons take for martians. */
export function connect(
  from: Ours,
  to: End,
  more: Partial<PeerConfig> = {},
  how: 'add' | 'update' = 'add',
): void {
  from.speaker[how === 'add' ? 'addPeer' : 'updatePeer']({
    address: to.address,
    remoteAs: to.as,
    port: to.port,
    localAddress: from.address,
    connectRetryTime: 1,
    nextHop: { 'ipv4-unicast': `192.0.2.${from.address.split('.').at(-1)}` },
    importPolicy: acceptAll,
    exportPolicy: acceptAll,
    ...more,
  });
}

/** A neighbour of a daemon: lines of its own configuration language. */
export interface Neighbor extends End {
  /** FRR: `neighbor ADDRESS …` in the address family, without those two words; BIRD: in the protocol. */
  readonly lines?: readonly string[];
  /** BIRD: in the channel; GoBGP: behind the family. */
  readonly channel?: readonly string[];
  /** Seconds that the daemon offers; its own default otherwise. */
  readonly holdTime?: number;
}

export interface Hub extends End {
  readonly routerId: string;
  /** Destinations of its own; BIRD: what stands behind is of its language, `198.51.100.0/24 { igp_metric = 9; }`. */
  readonly networks: readonly string[];
  /** Destinations of its own that may not leave the AS. */
  readonly noExport?: readonly string[];
  readonly neighbors: readonly Neighbor[];
  /** FRR: more lines of `router bgp`. */
  readonly lines?: readonly string[];
  /** FRR: what stands in front of `router bgp`. */
  readonly before?: readonly string[];
  /** OpenBGPD: rules in front of those that let everything pass. */
  readonly rules?: readonly string[];
}

/** BIRD with IPv4 sessions to all neighbours; protocols are `n0`, `n1`, … */
export function birdHub(t: Teardown, hub: Hub): Promise<Daemon> {
  const protocols = hub.neighbors.map(
    (neighbor, i) => `protocol bgp n${i} {
  local ${hub.address} port ${hub.port} as ${hub.as};
  neighbor ${neighbor.address} port ${neighbor.port} as ${neighbor.as};
  multihop 2;
  strict bind on;
  connect delay time 1;
  connect retry time 1;
  error wait time 1, 2;
  ${neighbor.holdTime === undefined ? '' : `hold time ${neighbor.holdTime};`}
  ${(neighbor.lines ?? []).join('\n  ')}
  ipv4 { import all; export all; ${(neighbor.channel ?? []).join(' ')} };
}`,
  );
  const routes = [
    ...hub.networks.map((network) => network.replace(/^(\S+) ?(.*)/, 'route $1 blackhole $2;')),
    ...(hub.noExport ?? []).map(
      (network) => `route ${network} blackhole { bgp_community.add((65535, 65281)); };`,
    ),
  ].join(' ');
  return startBird(
    t,
    `router id ${hub.routerId};
debug protocols { states, events };
protocol static static4 { ipv4; ${routes} }
${protocols.join('\n')}
`,
  );
}

/** FRR with IPv4 sessions to all neighbours. */
export function frrHub(t: Teardown, hub: Hub): Promise<Daemon> {
  const sessions = hub.neighbors.flatMap(({ address, as, port, holdTime }) => [
    ` neighbor ${address} remote-as ${as}`,
    ` neighbor ${address} port ${port}`,
    ` neighbor ${address} update-source ${hub.address}`,
    ` neighbor ${address} timers connect 1`,
    ` neighbor ${address} advertisement-interval 0`,
    holdTime === undefined ? '!' : ` neighbor ${address} timers ${Math.floor(holdTime / 3)} ${holdTime}`,
  ]);
  const activated = hub.neighbors.flatMap(({ address, lines = [] }) =>
    ['activate', ...lines].map((line) => `  neighbor ${address} ${line}`),
  );
  return startFrr(
    t,
    `${(hub.before ?? []).join('\n')}
route-map NO_EXPORT permit 10
 set community no-export
router bgp ${hub.as}
 bgp router-id ${hub.routerId}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 bgp disable-ebgp-connected-route-check
${(hub.lines ?? []).map((line) => ` ${line}`).join('\n')}
${sessions.join('\n')}
 address-family ipv4 unicast
${[
  ...hub.networks.map((network) => `  network ${network}`),
  ...(hub.noExport ?? []).map((network) => `  network ${network} route-map NO_EXPORT`),
].join('\n')}
${activated.join('\n')}
 exit-address-family
`,
    hub,
  );
}

/** GoBGP with IPv4 sessions to all neighbours; `lines` of a neighbour are TOML behind its `config`, those of the hub its global ones. */
export async function gobgpHub(t: Teardown, hub: Hub): Promise<Daemon> {
  const neighbors = hub.neighbors.map(
    ({ address, as, port, holdTime = 90, lines = [], channel = [] }) => `[[neighbors]]
  [neighbors.config]
    neighbor-address = "${address}"
    peer-as = ${as}
  [neighbors.timers.config]
    connect-retry = 2
    idle-hold-time-after-reset = 2
    hold-time = ${holdTime}
  [neighbors.transport.config]
    local-address = "${hub.address}"
    remote-port = ${port}
  [neighbors.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 2
  ${lines.join('\n  ')}
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
    ${channel.join('\n    ')}
`,
  );
  const daemon = await startGobgp(
    t,
    `[global.config]
  as = ${hub.as}
  router-id = "${hub.routerId}"
  port = ${hub.port}
  local-address-list = ["${hub.address}"]
${(hub.lines ?? []).join('\n')}
${neighbors.join('')}`,
  );
  const add = (network: string, more: string): Promise<string> =>
    daemon.query(`global rib add ${network} nexthop ${hub.address}${more}`);
  for (const network of hub.networks) await add(network, '');
  for (const network of hub.noExport ?? []) await add(network, ' community no-export');
  return daemon;
}

/** OpenBGPD with IPv4 sessions to all neighbours; `lines` of a neighbour are in its block, those of the hub before all. */
export function openbgpdHub(t: Teardown, hub: Hub): Promise<Daemon> {
  const neighbors = hub.neighbors.map(
    ({ address, as, port, holdTime = 90, lines = [] }) => `neighbor ${address} {
  remote-as ${as}
  local-address ${hub.address}
  port ${port}
  announce IPv4 unicast
  holdtime ${holdTime}
  ${lines.join('\n  ')}
}`,
  );
  return startOpenbgpd(
    t,
    `AS ${hub.as}
router-id ${hub.routerId}
listen on ${hub.address} port ${hub.port}
fib-update no
connect-retry 1
${(hub.lines ?? []).join('\n')}
${[
  ...hub.networks.map((network) => `network ${network} set nexthop ${hub.address}`),
  ...(hub.noExport ?? []).map(
    (network) => `network ${network} set { nexthop ${hub.address} community NO_EXPORT }`,
  ),
].join('\n')}
${neighbors.join('\n')}
${(hub.rules ?? []).join('\n')}
allow from any
allow to any set nexthop no-modify
`,
  );
}
