import {
  eventually,
  needs,
  proofsOf,
  proves,
  startBird,
  startFrr,
  startGobgp,
  type Teardown,
} from '@peerage/test-fixtures';
import t from 'tap';
import { BgpSpeaker } from '../../src/index.js';
import { nodePorts } from '../../src/node/index.js';
import { acceptAll } from '../../src/policy/defaults.js';
import type { PeerConfig } from '../../src/speaker/settings/config.js';
import type { PathStatus } from '../../src/speaker/views/status.js';
import { type Cable, layCable } from './cable.js';

const ours = '203.0.113.0/24';
const theirs = '198.51.100.0/24';

/** A speaker that dials the daemon at the other end over IPv6, for routes of IPv4. */
async function speakerOn(t: Teardown, cable: Cable, more: Partial<PeerConfig> = {}): Promise<BgpSpeaker> {
  const speaker = new BgpSpeaker({ localAs: 64512, routerId: '203.0.113.1' }, nodePorts());
  t.teardown(() => speaker.close());
  speaker.addPeer({
    address: cable.theirs,
    remoteAs: 64513,
    port: 1790,
    localAddress: cable.ours,
    connectRetryTime: 1,
    idleHoldTime: 0.5,
    families: ['ipv4-unicast', 'ipv6-unicast'],
    extendedNextHop: true,
    importPolicy: acceptAll,
    exportPolicy: acceptAll,
    ...more,
  });
  speaker.announce({ prefixes: [ours] });
  await speaker.start();
  return speaker;
}

interface Matcher {
  match(found: unknown, wanted: unknown): unknown;
}

async function learned(t: Matcher, speaker: BgpSpeaker, cable: Cable): Promise<PathStatus> {
  const find = () =>
    speaker.rib({ prefix: theirs }).routes[0]?.paths.find(({ peer }) => peer === cable.theirs);
  const path = await eventually(find, { timeout: 30_000 });
  const family = speaker.peer(cable.theirs)?.families[0];
  t.match(family, { family: 'ipv4-unicast', negotiated: true, extendedNextHop: true });
  return path;
}

t.test(
  'RFC 8950: IPv4 routes with IPv6 next hops go both ways with FRR',
  needs('root', 'command:ip', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    proves(t, 'extended-next-hop', 'FRR');
    proves(t, 'extended-next-hop', 'FRR');
    const cable = await layCable(t);
    const frr = await startFrr(
      t,
      `router bgp 64513
 bgp router-id 198.51.100.2
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 neighbor ${cable.ours} remote-as 64512
 neighbor ${cable.ours} passive
 neighbor ${cable.ours} capability extended-nexthop
 address-family ipv4 unicast
  network ${theirs}
  neighbor ${cable.ours} activate
 exit-address-family
`,
      { namespace: cable.namespace, address: '::', port: 1790 },
    );
    const speaker = await speakerOn(t, cable);
    const path = await learned(t, speaker, cable);
    t.equal(path.nextHop, cable.theirs);
    const shown = await eventually(async () => {
      const text = await frr.query(`show bgp ipv4 unicast ${ours} json`);
      return text.includes('64512') && text;
    });
    t.match(shown, cable.ours);
    const neighbor = await frr.query(`show bgp neighbors ${cable.ours} json`);
    t.match(neighbor, /"extendedNexthop":"advertisedAndReceived"/);
  },
);

t.test(
  'RFC 8950: IPv4 routes with IPv6 next hops go both ways with BIRD',
  needs('root', 'command:ip', 'command:bird', 'command:birdc'),
  async (t) => {
    proves(t, 'extended-next-hop', 'BIRD');
    proves(t, 'extended-next-hop', 'BIRD');
    const cable = await layCable(t);
    const bird = await startBird(
      t,
      `router id 198.51.100.2;
protocol static mine { ipv4; route ${theirs} blackhole; }
protocol bgp ours {
  local ${cable.theirs} port 1790 as 64513;
  neighbor ${cable.ours} as 64512;
  passive on; error wait time 1, 2;
  ipv4 { import all; export all; extended next hop on; };
}
`,
      { namespace: cable.namespace },
    );
    const speaker = await speakerOn(t, cable, { linkLocalNextHop: true });
    const path = await learned(t, speaker, cable);
    t.equal(path.nextHop, cable.theirs);
    const shown = await eventually(async () => {
      const text = await bird.query(`show route for ${ours} all`);
      return text.includes('BGP.next_hop') && text;
    });
    t.match(shown, `BGP.next_hop: ${cable.ours} ${cable.ourLinkLocal}`);
    await gone(speaker, () => bird.query(`show route for ${ours}`).catch(() => ''));
  },
);

t.test(
  'RFC 8950: IPv4 routes with IPv6 next hops go both ways with GoBGP',
  needs('root', 'command:ip', 'command:gobgpd', 'command:gobgp'),
  async (t) => {
    proves(t, 'extended-next-hop', 'GoBGP');
    proves(t, 'extended-next-hop', 'GoBGP');
    const cable = await layCable(t);
    const gobgp = await startGobgp(
      t,
      `[global.config]
  as = 64513
  router-id = "198.51.100.2"
  port = 1790
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${cable.ours}"
    peer-as = 64512
  [neighbors.transport.config]
    local-address = "${cable.theirs}"
    passive-mode = true
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
`,
      { namespace: cable.namespace },
    );
    await gobgp.query(`global rib add ${theirs} -a ipv4`);
    const speaker = await speakerOn(t, cable);
    const path = await learned(t, speaker, cable);
    t.equal(path.nextHop, cable.theirs);
    const shown = await eventually(async () => {
      const text = await gobgp.query('global rib -a ipv4');
      return text.includes(ours) && text;
    });
    t.match(shown, cable.ours);
  },
);

/** Our withdrawal of an IPv6 next hop's route reaches the daemon. */
async function gone(speaker: BgpSpeaker, show: () => Promise<string>): Promise<void> {
  speaker.withdraw([ours]);
  await eventually(async () => !(await show()).includes(ours));
}

proofsOf(t, import.meta.url);

proofsOf(t, import.meta.url);
