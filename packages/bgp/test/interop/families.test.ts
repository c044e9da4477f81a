import { eventually, freePort, needs, proofsOf, proves, startFrr, startGobgp } from '@peerage/test-fixtures';
import t from 'tap';
import type { AnnouncedNlri, FamilyName } from '../../src/speaker/settings/config.js';
import { connect, type Ours, startOurs } from './hub.js';
import type { End } from './subject.js';

/** What GoBGP originates: its names of the family, what it is told, and what it and FRR say of it in the end. */
interface Case {
  readonly family: FamilyName;
  readonly config: string;
  readonly table: string;
  readonly routes: readonly string[];
  readonly shown: readonly RegExp[];
  readonly frr?: { readonly activate: string; readonly show: string; readonly shown: readonly RegExp[] };
}

const VPN = 'rd 65000:1 rt 65000:100';

const cases: readonly Case[] = [
  {
    family: 'vpnv4-unicast',
    config: 'l3vpn-ipv4-unicast',
    table: 'vpnv4',
    routes: [`10.1.0.0/24 label 100 ${VPN} nexthop 192.0.2.61`],
    shown: [/65000:1:10\.1\.0\.0\/24 .*\[100\].*192\.0\.2\.61.*65000:100/],
    frr: {
      activate: 'ipv4 vpn',
      show: 'show bgp ipv4 vpn 10.1.0.0/24',
      shown: [/entry for 65000:1:/, /192\.0\.2\.61/, /RT:65000:100/, /Remote label: 100/],
    },
  },
  {
    family: 'vpnv6-unicast',
    config: 'l3vpn-ipv6-unicast',
    table: 'vpnv6',
    routes: [`2001:db8:1::/64 label 101 ${VPN} nexthop 2001:db8::61`],
    shown: [/65000:1:2001:db8:1::\/64 .*\[101\].*2001:db8::61.*65000:100/],
    frr: {
      activate: 'ipv6 vpn',
      show: 'show bgp ipv6 vpn 2001:db8:1::/64',
      shown: [/entry for 65000:1:/, /2001:db8::61/, /Remote label: 101/],
    },
  },
  {
    family: 'ipv4-labeled-unicast',
    config: 'ipv4-labelled-unicast',
    table: 'ipv4-mpls',
    routes: ['10.2.0.0/24 200 nexthop 192.0.2.61'],
    shown: [/10\.2\.0\.0\/24 +\[200\] +192\.0\.2\.61/],
    frr: {
      activate: 'ipv4 labeled-unicast',
      show: 'show bgp ipv4 labeled-unicast 10.2.0.0/24',
      shown: [/192\.0\.2\.61/, /Remote label: 200/],
    },
  },
  {
    family: 'ipv6-labeled-unicast',
    config: 'ipv6-labelled-unicast',
    table: 'ipv6-mpls',
    routes: ['2001:db8:2::/64 201 nexthop 2001:db8::61'],
    shown: [/2001:db8:2::\/64 +\[201\] +2001:db8::61/],
  },
  {
    family: 'l2vpn-evpn',
    config: 'l2vpn-evpn',
    table: 'evpn',
    routes: [
      `a-d esi 0 etag 1 label 100 ${VPN} nexthop 192.0.2.61`,
      `macadv aa:bb:cc:dd:ee:01 10.3.0.1 etag 0 label 100 ${VPN} encap vxlan nexthop 192.0.2.61`,
      `multicast 192.0.2.61 etag 0 ${VPN} encap vxlan pmsi ingress-repl 100 192.0.2.61 nexthop 192.0.2.61`,
      `esi 192.0.2.61 esi 0 ${VPN} nexthop 192.0.2.61`,
      `prefix 10.4.0.0/24 etag 0 label 100 ${VPN} encap vxlan router-mac aa:bb:cc:dd:ee:ff nexthop 192.0.2.61`,
    ],
    shown: [
      /\[type:A-D\]\[rd:65000:1\].*\[100\]/,
      /\[type:macadv\].*\[mac:aa:bb:cc:dd:ee:01\]\[ip:10\.3\.0\.1\] \[100\].*192\.0\.2\.61.*VXLAN/,
      /\[type:multicast\]\[rd:65000:1\]\[etag:0\]\[ip:192\.0\.2\.61\].*Pmsi: type: ingress-repl, label: 100/,
      /\[type:esi\]\[rd:65000:1\]/,
      /\[type:Prefix\].*\[prefix:10\.4\.0\.0\/24\].*router's mac: aa:bb:cc:dd:ee:ff/,
    ],
    frr: {
      activate: 'l2vpn evpn',
      show: 'show bgp l2vpn evpn',
      shown: [
        /\[2\]:\[0\]:\[48\]:\[aa:bb:cc:dd:ee:01\]:\[32\]:\[10\.3\.0\.1\]/,
        /\[3\]:\[0\]:\[32\]:\[192\.0\.2\.61\]/,
        /\[5\]:\[0\]:\[24\]:\[10\.4\.0\.0\]/,
      ],
    },
  },
  {
    family: 'ipv4-flowspec',
    config: 'ipv4-flowspec',
    table: 'ipv4-flowspec',
    routes: ['match destination 10.5.0.0/24 protocol tcp destination-port ==25 then discard'],
    shown: [/\[destination: 10\.5\.0\.0\/24\]\[protocol: ==tcp\]\[destination-port: ==25\].*discard/],
    frr: {
      activate: 'ipv4 flowspec',
      show: 'show bgp ipv4 flowspec detail',
      shown: [/Destination Address 10\.5\.0\.0\/24/, /Destination Port = 25/, /FS:rate 0/],
    },
  },
  {
    family: 'ipv6-flowspec',
    config: 'ipv6-flowspec',
    table: 'ipv6-flowspec',
    routes: ['match destination 2001:db8:5::/64 then discard'],
    shown: [/\[destination: 2001:db8:5::\/64\/0\].*discard/],
  },
  {
    family: 'vpnv4-flowspec',
    config: 'l3vpn-ipv4-flowspec',
    table: 'ipv4-l3vpn-flowspec',
    routes: ['rd 65000:1 match destination 10.5.0.0/24 then discard'],
    shown: [/\[rd: 65000:1\]\[destination: 10\.5\.0\.0\/24\].*discard/],
  },
];

/** What GoBGP cannot be told to originate: ours does. */
const announced: readonly (AnnouncedNlri & { readonly ask: string; readonly shown: RegExp })[] = [
  {
    family: 'ipv4-route-target',
    value: { length: 96, originAs: 64_600, target: '65000:100' },
    ask: 'global rib -a rtc',
    shown: /64600:65000:100/,
  },
  {
    family: 'bgp-ls',
    // A node of IS-IS level 2: AS 65000, router 0000.0000.0001 (RFC 9552 §5.2).
    hex: '0001001f' + '02' + '0000000000000000' + '01000012' + '020000040000fde8' + '02030006000000000001',
    ask: 'global rib summary -a ls', // its list of them ends in a panic
    shown: /Path: +1\b/,
  },
];

/** With `rtc`, GoBGP sends nothing that has no route target in question; who originates does without. */
function gobgpConfig(at: End, to: End, more: readonly string[] = []): string {
  const names = [...cases.map(({ config }) => config), ...more];
  return `[global.config]
  as = ${at.as}
  router-id = "${at.address}"
  port = ${at.port}
  local-address-list = ["${at.address}"]
[[neighbors]]
  [neighbors.config]
    neighbor-address = "${to.address}"
    peer-as = ${to.as}
  [neighbors.timers.config]
    connect-retry = 2
  [neighbors.transport.config]
    local-address = "${at.address}"
    remote-port = ${to.port}
    passive-mode = true
  [neighbors.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 2
${names.map((name) => `  [[neighbors.afi-safis]]\n    [neighbors.afi-safis.config]\n      afi-safi-name = "${name}"`).join('\n')}
`;
}

function frrConfig(at: End, to: End): string {
  const families = cases.flatMap(({ frr }) =>
    frr === undefined
      ? []
      : [` address-family ${frr.activate}`, `  neighbor ${to.address} activate`, ' exit-address-family'],
  );
  return `router bgp ${at.as}
 bgp router-id ${at.address}
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 bgp disable-ebgp-connected-route-check
 neighbor ${to.address} remote-as ${to.as}
 neighbor ${to.address} port ${to.port}
 neighbor ${to.address} update-source ${at.address}
 neighbor ${to.address} timers connect 1
 neighbor ${to.address} advertisement-interval 0
${families.join('\n')}
`;
}

const place = async (address: string, as: number): Promise<End> => ({
  address,
  port: await freePort(address),
  as,
});

const families = [...cases.map(({ family }) => family), ...announced.map(({ family }) => family)];

async function relay(): Promise<Ours> {
  return startOurs(t, '127.0.0.210', 64_512);
}

t.test(
  'GoBGP originates, and another GoBGP and FRR get it through us as it was',
  needs('root', 'command:gobgpd', 'command:gobgp', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    const features = ['vpn', 'evpn', 'flowspec', 'labelled-unicast'] as const;
    proves(t, features, 'GoBGP');
    proves(t, 'route-target', 'GoBGP');
    proves(t, 'link-state', 'GoBGP', ['ours']);
    proves(t, ['mup', 'prefix-sid'], 'GoBGP', ['theirs']);
    proves(t, features, 'FRR', ['ours']);
    const us = await relay();
    const from = await place('127.0.0.211', 64_601);
    const to = await place('127.0.0.212', 64_602);
    const frrAt = await place('127.0.0.213', 64_603);
    const [source, target, frr] = await Promise.all([
      startGobgp(t, gobgpConfig(from, us, ['ipv6-mup'])),
      startGobgp(t, gobgpConfig(to, us, ['rtc', 'ls'])),
      startFrr(t, frrConfig(frrAt, us), frrAt),
    ]);
    // It announces no unicast routes that its flow specifications could be held against.
    connect(us, from, { families: [...families, 'ipv6-mup'], nextHop: {}, flowspecValidation: 'none' });
    connect(us, to, { families, nextHop: {} });
    connect(us, frrAt, {
      families: cases.flatMap(({ family, frr: has }) => (has === undefined ? [] : [family])),
      nextHop: {},
    });
    for (const { table, routes } of cases) {
      for (const route of routes) await source.query(`global rib add -a ${table} ${route}`);
    }
    for (const { ask, shown, ...nlri } of announced) {
      us.speaker.announce({ prefixes: [], nlri: [nlri], nextHop: '192.0.2.10' });
    }
    // RFC 4684: it negotiated the constraint, and is sent of VPNs what it asks for; the rest it has at once.
    await eventually(async () => /10\.2\.0\.0/.test(await target.query('global rib -a ipv4-mpls')), {
      timeout: 30_000,
    });
    await eventually(() => us.speaker.rib({ family: 'l2vpn-evpn' }).routes.length === 5, { timeout: 30_000 });
    for (const family of ['vpnv4-unicast', 'l2vpn-evpn']) {
      t.same(us.speaker.advertised(to.address, { family }).routes, [], `${family} waits for a route target`);
    }
    await target.query('vrf add red rd 65000:9 rt both 65000:100');
    for (const { table, shown, family, frr: other } of cases) {
      const text = await eventually(
        async () => {
          const answer = await target.query(`global rib -a ${table}`).catch(() => '');
          return shown.every((line) => line.test(answer)) ? answer : undefined;
        },
        { timeout: 30_000 },
      ).catch(async (error: unknown) => {
        const answer = await target.query(`global rib -a ${table}`);
        throw new Error(`${family} at GoBGP: ${answer}; its log: ${target.log().slice(-1000)}`, {
          cause: error,
        });
      });
      t.match(text, /64512 64601/, `${family} at GoBGP`);
      const ours = us.speaker.rib({ family }).routes;
      t.ok(ours.length > 0, `${family} in our table`);
      if (other === undefined) continue;
      const told = await eventually(
        async () => {
          const answer = await frr.query(other.show).catch(() => '');
          return other.shown.every((line) => line.test(answer)) ? answer : undefined;
        },
        { timeout: 30_000 },
      ).catch(async (error: unknown) => {
        throw new Error(`${family} at FRR: ${await frr.query(other.show)}`, { cause: error });
      });
      // Of flow specifications it does not tell the path.
      if (family !== 'ipv4-flowspec') t.match(told, /64512 64601/, `${family} at FRR`);
    }
    for (const { ask, shown, family } of announced) {
      await eventually(async () => shown.test(await target.query(ask)), {
        timeout: 30_000,
      });
      t.pass(`${family} of our own at GoBGP`);
    }
    // GoBGP 3.10 sends MUP, and misreads it where MP_REACH_NLRI is not the last attribute.
    await source.query(
      'global rib add -a ipv6-mup isd 2001:db8:6::/64 rd 65000:1 prefix 2001:db8:1:1::/64 locator-node-length 24 function-length 16 behavior ENDM_GTP6E rt 65000:100 nexthop 2001:db8::61',
    );
    const [mup] = await eventually(
      () => {
        const { routes } = us.speaker.rib({ family: 'ipv6-mup' });
        return routes.length > 0 ? routes : undefined;
      },
      { timeout: 30_000 },
    );
    t.match(mup, {
      prefix: 'isd rd 65000:1 2001:db8:6::/64',
      paths: [{ nextHop: '2001:db8::61', attributes: { prefixSid: [{ type: 'srv6-l3-service' }] } }],
    });
    for (const { table } of cases) await source.query(`global rib del all -a ${table}`);
    for (const { family, table } of cases) {
      await eventually(() => us.speaker.rib({ family }).routes.length === 0, { timeout: 30_000 });
      await eventually(async () => /not in table/.test(await target.query(`global rib -a ${table}`)), {
        timeout: 30_000,
      });
    }
    t.pass('withdrawn everywhere');
  },
);

proofsOf(t, import.meta.url);
