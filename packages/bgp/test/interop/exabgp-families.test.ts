import { eventually, freePort, needs, proofsOf, proves, startExabgp } from '@peerage/test-fixtures';
import t from 'tap';
import { exabgpApi, exabgpEvents, exabgpIsUp } from './exabgp.js';
import { connect, type Ours, startOurs } from './hub.js';

const FAMILIES = ['ipv4-labeled-unicast', 'vpnv4-unicast', 'ipv4-flowspec'] as const;

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
  family { ipv4 unicast; ipv4 nlri-mpls; ipv4 mpls-vpn; ipv4 flow; }
  ${exabgpApi}
  ${lines}
}
`;

const routes = `static {
    route 10.3.0.0/16 next-hop 192.0.2.6;
    route 10.1.0.0/24 next-hop 192.0.2.6 label 100;
    route 10.2.0.0/24 rd 65000:1 next-hop 192.0.2.6 label 200 extended-community [ target:65000:100 ];
  }
  flow {
    route web { match { destination 10.3.0.0/24; protocol tcp; destination-port =80; } then { discard; } }
  }`;

t.test(
  'ExaBGP tells labelled, VPN and flowspec routes, and hears them through us as they were',
  needs('command:exabgp'),
  async (t) => {
    proves(t, ['labelled-unicast', 'vpn', 'flowspec'], 'ExaBGP');
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
    connect(us, { address: tells, port: ports[0], as: 64_601 }, options);
    connect(us, { address: hears, port: ports[1], as: 64_602 }, options);
    for (const family of FAMILIES)
      await eventually(() => us.speaker.rib({ family }).routes.length === 1, { timeout: 30_000 });
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
      /target:65000:100/,
      /"as-path":\[64512,64601\]/,
    ])
      await eventually(() => route.test(told()), { timeout: 30_000 }).catch(() => t.match(told(), route));
  },
);

proofsOf(t, import.meta.url);
