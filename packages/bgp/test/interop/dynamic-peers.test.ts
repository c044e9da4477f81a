import {
  type Daemon,
  type DaemonName,
  eventually,
  freePort,
  type LeftOut,
  needs,
  proofsOf,
  proves,
  startBird,
  startFrr,
  startGobgp,
  startOpenbgpd,
  type Teardown,
} from '@peerage/test-fixtures';
import t from 'tap';
import { acceptAll } from '../../src/policy/defaults.js';
import { birdHub, connect, frrHub, gobgpHub, type Hub, openbgpdHub, startOurs } from './hub.js';
import type { End } from './subject.js';

const [OURS, THEIRS] = ['203.0.113.0/24', '198.51.100.0/24'];
const RANGE = '127.0.2.0/24';
const AS = 64_512;

interface Case {
  readonly name: DaemonName;
  readonly required: LeftOut;
  hub(t: Teardown, hub: Hub): Promise<Daemon>;
  /** Takes every peer of the range. */
  range(t: Teardown, at: End): Promise<Daemon>;
  /** Shows the route that a peer of the range told. */
  readonly show: string;
}

const cases: readonly Case[] = [
  {
    name: 'FRR',
    required: needs('root', 'command:bgpd', 'command:vtysh'),
    hub: frrHub,
    show: `show bgp ipv4 unicast ${OURS}`,
    range: (t, at) =>
      startFrr(
        t,
        `router bgp ${at.as}
 bgp router-id 198.51.100.2
 no bgp ebgp-requires-policy
 bgp disable-ebgp-connected-route-check
 neighbor PODS peer-group
 neighbor PODS remote-as ${AS}
 bgp listen range ${RANGE} peer-group PODS
`,
        at,
      ),
  },
  {
    name: 'BIRD',
    required: needs('command:bird', 'command:birdc'),
    hub: birdHub,
    show: `show route ${OURS} all`,
    range: (t, at) =>
      startBird(
        t,
        `router id 198.51.100.2;
protocol bgp pods {
  local ${at.address} port ${at.port} as ${at.as};
  neighbor range ${RANGE} as ${AS};
  multihop 2;
  strict bind on;
  ipv4 { import all; export all; };
}
`,
      ),
  },
  {
    name: 'GoBGP',
    required: needs('command:gobgpd', 'command:gobgp'),
    hub: gobgpHub,
    show: `global rib ${OURS}`,
    range: (t, at) =>
      startGobgp(
        t,
        `[global.config]
  as = ${at.as}
  router-id = "198.51.100.2"
  port = ${at.port}
  local-address-list = ["${at.address}"]
[[peer-groups]]
  [peer-groups.config]
    peer-group-name = "pods"
    peer-as = ${AS}
  [peer-groups.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 2
  [[peer-groups.afi-safis]]
    [peer-groups.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
[[dynamic-neighbors]]
  [dynamic-neighbors.config]
    prefix = "${RANGE}"
    peer-group = "pods"
`,
      ),
  },
  {
    name: 'OpenBGPD',
    required: needs('root', 'command:bgpctl'),
    hub: openbgpdHub,
    show: `show rib detail ${OURS}`,
    range: (t, at) =>
      startOpenbgpd(
        t,
        `AS ${at.as}
router-id 198.51.100.2
listen on ${at.address} port ${at.port}
fib-update no
neighbor ${RANGE} {
  remote-as ${AS}
  passive
}
allow from any
allow to any
`,
      ),
  },
];

for (const [i, one] of cases.entries()) {
  t.test(`${one.name} dials, and is a peer of a range of ours`, one.required, async (t) => {
    proves(t, 'dynamic-peers', one.name, ['ours']);
    const address = `127.0.2.${1 + i}`;
    const us = await startOurs(t, `127.0.2.${11 + i}`, AS);
    us.speaker.addPeerRange({
      ...{ prefix: RANGE, remoteAs: 64_513, limit: 1, importPolicy: acceptAll, exportPolicy: acceptAll },
      nextHop: { 'ipv4-unicast': '192.0.2.1' },
    });
    us.speaker.announce({ prefixes: [OURS] });
    const at = { address, port: await freePort(address), as: 64_513 };
    const daemon = await one.hub(t, { ...at, routerId: '198.51.100.2', networks: [THEIRS], neighbors: [us] });
    await eventually(() => us.speaker.peer(address)?.state === 'established', { timeout: 30_000 });
    await eventually(() => us.speaker.rib({ prefix: THEIRS }).routes[0]?.paths[0]?.best);
    await eventually(async () => (await daemon.query(one.show)).includes('64512'));
    await daemon.kill();
    await eventually(() => us.speaker.peer(address) === undefined);
  });

  t.test(`${one.name} takes us for a peer of a range of its own`, one.required, async (t) => {
    proves(t, 'dynamic-peers', one.name, ['theirs']);
    const address = `127.0.2.${21 + i}`;
    const at = { address, port: await freePort(address), as: 64_513 };
    const us = await startOurs(t, `127.0.2.${31 + i}`, AS);
    us.speaker.announce({ prefixes: [OURS] });
    const daemon = await one.range(t, at);
    connect(us, at);
    await eventually(() => us.speaker.peer(address)?.state === 'established', { timeout: 30_000 });
    await eventually(async () => (await daemon.query(one.show).catch(() => '')).includes('64512'));
  });
}

proofsOf(t, import.meta.url);
