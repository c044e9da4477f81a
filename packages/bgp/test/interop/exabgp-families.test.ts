import { eventually, freePort, needs, proofsOf, proves, startExabgp } from '@peerage/test-fixtures';
import t from 'tap';
import { exabgpApi, exabgpEvents, exabgpIsUp } from './exabgp.js';
import { connect, type Ours, startOurs } from './hub.js';

/** What the first ExaBGP tells of. */
const RELAYED = ['ipv4-labeled-unicast', 'vpnv4-unicast', 'ipv4-flowspec'] as const;
/** What it takes, and cannot be made to tell. */
const FAMILIES = [...RELAYED, 'ipv4-multicast', 'l2vpn-evpn', 'bgp-ls'] as const;

/** One of two neighbours of the same ExaBGP: the first tells, the second hears through us. */
const neighbor = (
  at: string,
  port: number,
  as: number,
  ours: Ours,
  lines: string,
): string => `neighbor ${ours.address} {
  router-id 198.51.100.${as % 100};
  local-address ${at}; local-as ${as}; peer-as ${ours.as};
  listen ${port}; connect ${ours.port}; passive true;
  family { ipv4 unicast; ipv4 multicast; ipv4 nlri-mpls; ipv4 mpls-vpn; ipv4 flow; l2vpn evpn; bgp-ls bgp-ls; }
  ${exabgpApi}
  ${lines}
}
`;

/** Route target 2001:db8::1 with the number 9. */
const ipv6RouteTarget = '000220010db80000000000000000000000010009';
/** VXLAN with the color 77. */
const tunnel = '0008000a0408030b00000000004d';

const routes = `static {
    route 10.3.0.0/16 next-hop 192.0.2.6;
    route 10.1.0.0/24 next-hop 192.0.2.6 label 100 bgp-prefix-sid [ 300 ] attribute [0x17 0xC0 0x${tunnel}] attribute [0x19 0xC0 0x${ipv6RouteTarget}];
    route 10.2.0.0/24 rd 65000:1 next-hop 192.0.2.6 label 200 extended-community [ target:65000:100 ];
  }
  flow {
    route web { match { destination 10.3.0.0/24; protocol tcp; destination-port =80; } then { discard; } }
  }`;

t.test(
  'ExaBGP tells labelled, VPN and flowspec routes, and hears them through us as they were; multicast, EVPN and BGP-LS from us',
  needs('command:exabgp'),
  async (t) => {
    proves(t, ['labelled-unicast', 'vpn', 'flowspec', 'prefix-sid'], 'ExaBGP');
    proves(t, ['multicast', 'evpn', 'link-state'], 'ExaBGP', ['ours']);
    proves(t, ['encapsulation', 'ipv6-extended-communities'], 'ExaBGP');
    const [tells, hears] = ['127.0.1.161', '127.0.1.162'];
    const us = await startOurs(t, '127.0.1.163', 64_512);
    const ports = [await freePort(tells), await freePort(hears)] as const;
    await startExabgp(t, neighbor(tells, ports[0], 64_601, us, routes));
    const listener = await startExabgp(t, neighbor(hears, ports[1], 64_602, us, ''));
    // Its flow specification passes for the unicast route that covers it (RFC 9117).
    const options = {
      families: [...FAMILIES, 'ipv4-unicast'],
      nextHop: { 'ipv4-unicast': '192.0.2.163' },
      flowspecValidation: 'strict',
    } as const;
    for (const nlri of [
      { family: 'ipv4-multicast', value: '10.4.0.0/24' },
      {
        family: 'l2vpn-evpn',
        value: { type: 'inclusive-multicast', rd: '65000:1', ethernetTag: 0, originator: '192.0.2.77' },
      },
      {
        family: 'bgp-ls',
        // A node of IS-IS level 2: AS 65000, router 0000.0000.0001 (RFC 9552 §5.2).
        hex: `0001001f02${'0'.repeat(16)}01000012020000040000fde802030006000000000001`,
      },
    ] as const)
      us.speaker.announce({ prefixes: [], nlri: [nlri], nextHop: '192.0.2.10' });
    connect(us, { address: tells, port: ports[0], as: 64_601 }, options);
    connect(us, { address: hears, port: ports[1], as: 64_602 }, options);
    for (const family of RELAYED)
      await eventually(() => us.speaker.rib({ family }).routes.length === 1, { timeout: 30_000 });
    t.match(us.speaker.rib({ family: 'ipv4-labeled-unicast' }).routes[0]?.paths[0]?.attributes, {
      prefixSid: [{ type: 'label-index', value: { index: 300 } }],
      tunnelEncapsulation: [
        { tunnelType: 'vxlan', tlvs: [{ type: 'color', value: { flags: 0, color: 77 } }] },
      ],
      ipv6ExtendedCommunities: [ipv6RouteTarget],
    });
    await eventually(() => exabgpIsUp(listener.folder));
    const told = (): string =>
      exabgpEvents(listener.folder)
        .map((event) => JSON.stringify(event.neighbor?.message?.update ?? {}))
        .filter((text) => text.includes('announce'))
        .join('\n');
    for (const route of [
      /"nlri":"10\.1\.0\.0\/24","label":\[\[?100/,
      /"nlri":"10\.2\.0\.0\/24","label":\[\[?200.*"rd":"65000:1"/,
      /"destination-ipv4":\["10\.3\.0\.0\/24"\],"protocol":\["=tcp"\],"destination-port":\["=80"\]/,
      /"ipv4 multicast":\{"192\.0\.2\.10":\[\{"nlri":"10\.4\.0\.0\/24"\}\]\}/,
      /target:65000:100/,
      /"as-path":\[64512,64601\]/,
      /"bgp-prefix-sid":\{"sr-label-index":300\}/,
      /"attribute-0x17-0x[CE]0":"0x0008000a0408030b00000000004d"/,
      // It leaves out the zeros in front.
      /"attribute-0x19-0xC0":"0x220010DB80+10009"/,
      /"Inclusive Multicast Ethernet Tag","rd":"65000:1".*"ip":"192\.0\.2\.77"/,
      /"bgpls-node".*"autonomous-system":65000/,
    ])
      await eventually(() => route.test(told()), { timeout: 30_000 }).catch(() => t.match(told(), route));
  },
);

proofsOf(t, import.meta.url);
