import { eventually, freePort, needs, proofsOf, proves, startOpenbgpd } from '@peerage/test-fixtures';
import t from 'tap';
import { connect, type Ours, startOurs } from './hub.js';
import type { End } from './subject.js';

const FAMILIES = ['ipv4-unicast', 'vpnv4-unicast', 'vpnv6-unicast'] as const;
const [RD, TARGET] = ['65000:1', '0002fde800000064'];
const cases = [
  {
    family: 'vpnv4-unicast',
    value: { rd: RD, labels: [100], prefix: '10.1.0.0/24' },
    nextHop: '192.0.2.10',
    show: 'show rib vpnv4 detail',
  },
  {
    family: 'vpnv6-unicast',
    value: { rd: RD, labels: [101], prefix: '2001:db8:1::/64' },
    nextHop: '2001:db8::10',
    show: 'show rib vpnv6 detail',
  },
] as const;

const config = (at: End, ends: readonly Ours[]): string => `AS ${at.as}
router-id 198.51.100.2
listen on ${at.address} port ${at.port}
fib-update no
${ends
  .map(
    ({ address, as }) => `neighbor ${address} {
  remote-as ${as}
  local-address ${at.address}
  passive
  announce IPv4 unicast
  announce IPv4 vpn
  announce IPv6 vpn
  announce enhanced refresh yes
}`,
  )
  .join('\n')}
allow from any
allow to any
`;

t.test(
  'OpenBGPD takes VPN routes from one of ours and tells the other; of enhanced refreshes it understands none',
  needs('root', 'command:bgpctl'),
  async (t) => {
    proves(t, 'vpn', 'OpenBGPD');
    const left = await startOurs(t, '127.0.3.51', 64_601);
    const right = await startOurs(t, '127.0.3.52', 64_602);
    const at: End = { address: '127.0.3.53', port: await freePort('127.0.3.53'), as: 64_513 };
    const daemon = await startOpenbgpd(t, config(at, [left, right]));
    for (const { family, value, nextHop } of cases)
      left.speaker.announce({
        ...{ prefixes: [], nlri: [{ family, value }], nextHop },
        attributes: { extendedCommunities: [TARGET] },
      });
    for (const end of [left, right]) connect(end, at, { families: FAMILIES });
    for (const { family, value, nextHop, show } of cases) {
      const routes = () => right.speaker.rib({ family }).routes;
      const route = await eventually(() => routes()[0]);
      t.same(route.nlri, value, family);
      t.match(route.paths[0]?.attributes, {
        asPath: [{ type: 'sequence', ases: [at.as, left.as] }],
        extendedCommunities: [TARGET],
      });
      const shown = await daemon.query(show);
      t.match(shown, new RegExp(`rd ${RD} ${value.prefix}[\\s\\S]*Nexthop ${nextHop} `));
      t.match(shown, /rt 65000:100/);
    }

    // It asks, and refuses the marks of our answer: the family that it negotiated were not. Its routes stay where they are.
    const status = () => left.speaker.peer(at.address);
    t.match(await daemon.query(`show neighbor ${left.address}`), /Negotiated[\s\S]*Enhanced Route Refresh/);
    const sent = status()?.sent.routeRefresh ?? 0;
    await daemon.query(`neighbor ${left.address} refresh`);
    await eventually(() => status()?.sent.routeRefresh === sent + 2 * FAMILIES.length);
    await eventually(() => /route refresh: AID IPv4 vpn not negotiated/.test(daemon.log()));
    for (const { family, show } of cases) {
      t.match(await daemon.query(show), /rt 65000:100/);
      t.equal(right.speaker.rib({ family }).routes.length, 1);
    }
    t.match(status(), { state: 'established', flaps: 0 });
    // 7.7 looks for the RD of a withdrawal where its label stands, and finds nothing to withdraw: they go with the session.
    await left.speaker.close();
    for (const { family, show } of cases) {
      await eventually(() => right.speaker.rib({ family }).routes.length === 0);
      await eventually(async () => !(await daemon.query(show)).includes(RD));
    }
  },
);

proofsOf(t, import.meta.url);
