import {
  eventually,
  freePort,
  type InteropFeature,
  needs,
  proofsOf,
  proves,
  startFrr,
} from '@peerage/test-fixtures';
import t from 'tap';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import type { AnnouncedNlri } from '../../src/speaker/settings/config.js';
import type { PathStatus } from '../../src/speaker/views/status.js';
import { connect, type Ours, startOurs } from './hub.js';
import type { End } from './subject.js';

/** A route that one of ours tells FRR, and how FRR and our other one have it. */
interface Case {
  readonly feature: InteropFeature;
  /** FRR's name of the family. */
  readonly activate: string;
  readonly nlri: AnnouncedNlri;
  readonly attributes?: PathAttributes;
  readonly show: string;
  readonly shown: RegExp;
  /** Attributes at the far end, where they are not as they were sent. */
  readonly relayed?: Record<string, unknown>;
}

const routeTarget = { extendedCommunities: ['0002fde800000064'] };
const vxlan = { tunnelType: 'vxlan', tlvs: [{ type: 'color', value: { flags: 0, color: 77 } }] };
const labelIndex = { type: 'label-index', value: { flags: 0, index: 300 } };
const sid = (behavior: number): Record<string, unknown> => ({
  type: 'sid-information',
  value: { sid: '2001:db8:5:3::', flags: 0, behavior, tlvs: [] },
});
const service = { type: 'srv6-l3-service', value: { tlvs: [sid(19)] } };

const cases: readonly Case[] = [
  {
    feature: 'multicast',
    activate: 'ipv4 multicast',
    nlri: { family: 'ipv4-multicast', value: '10.6.0.0/24' },
    show: 'show bgp ipv4 multicast 10.6.0.0/24',
    shown: /192\.0\.2\.10 from/,
  },
  {
    feature: 'multicast',
    activate: 'ipv6 multicast',
    nlri: { family: 'ipv6-multicast', value: '2001:db8:6::/64' },
    show: 'show bgp ipv6 multicast 2001:db8:6::/64',
    shown: /2001:db8::10 from/,
  },
  {
    feature: 'labelled-unicast',
    activate: 'ipv4 labeled-unicast',
    nlri: { family: 'ipv4-labeled-unicast', value: { labels: [200], prefix: '10.2.0.0/24' } },
    attributes: { prefixSid: [labelIndex] },
    show: 'show bgp ipv4 labeled-unicast 10.2.0.0/24',
    shown: /Remote label: 200\s+Label Index: 300/,
  },
  {
    feature: 'vpn',
    activate: 'ipv4 vpn',
    nlri: { family: 'vpnv4-unicast', value: { rd: '65000:1', labels: [100], prefix: '10.1.0.0/24' } },
    attributes: { ...routeTarget, tunnelEncapsulation: [vxlan], prefixSid: [service] },
    show: 'show bgp ipv4 vpn 10.1.0.0/24',
    shown: /RT:65000:100\s+Remote label: 100\s+Remote SID: 2001:db8:5:3::/,
    // FRR 8.4 knows no behaviours: it writes 65535 (any), and a structure without lengths.
    relayed: {
      prefixSid: [{ type: 'srv6-l3-service', value: { tlvs: [{ value: { sid: '2001:db8:5:3::' } }] } }],
    },
  },
  {
    feature: 'vpn',
    activate: 'ipv6 vpn',
    nlri: { family: 'vpnv6-unicast', value: { rd: '65000:1', labels: [101], prefix: '2001:db8:1::/64' } },
    attributes: routeTarget,
    show: 'show bgp ipv6 vpn 2001:db8:1::/64',
    shown: /Remote label: 101/,
  },
  {
    feature: 'evpn',
    activate: 'l2vpn evpn',
    nlri: {
      family: 'l2vpn-evpn',
      value: { type: 'inclusive-multicast', rd: '65000:1', ethernetTag: 0, originator: '192.0.2.77' },
    },
    attributes: routeTarget,
    show: 'show bgp l2vpn evpn',
    shown: /\[3\]:\[0\]:\[32\]:\[192\.0\.2\.77\]/,
  },
  {
    feature: 'flowspec',
    activate: 'ipv4 flowspec',
    // Destination 10.5.0.0/24, protocol 6.
    nlri: { family: 'ipv4-flowspec', hex: '0801180a0500038106' },
    show: 'show bgp ipv4 flowspec detail',
    shown: /Destination Address 10\.5\.0\.0\/24\s+IP Protocol = 6/,
  },
];

/** What FRR has of its own. */
const networks: Readonly<Record<string, string>> = {
  'ipv4 multicast': '10.66.0.0/24',
  'ipv4 vpn': '10.11.0.0/24 rd 65000:9 label 77',
};

function family(name: string, ends: readonly Ours[]): string {
  const own = networks[name];
  // It has no labels of its own to give without zebra, and passes on what it got where the next hop stays.
  const labelled = name === 'ipv4 labeled-unicast' ? ['attribute-unchanged next-hop'] : [];
  return [
    ` address-family ${name}`,
    ...(own === undefined ? [] : [`  network ${own}`]),
    ...ends.flatMap(({ address }) =>
      ['activate', ...labelled].map((line) => `  neighbor ${address} ${line}`),
    ),
    ' exit-address-family',
  ].join('\n');
}

const config = (at: End, ends: readonly Ours[]): string => `router bgp ${at.as}
 bgp router-id 198.51.100.2
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 bgp disable-ebgp-connected-route-check
${ends
  .flatMap(({ address, as, port }) => [
    ` neighbor ${address} remote-as ${as}`,
    ` neighbor ${address} port ${port}`,
    ` neighbor ${address} update-source ${at.address}`,
    ` neighbor ${address} timers connect 1`,
    ` neighbor ${address} advertisement-interval 0`,
  ])
  .join('\n')}
${cases.map(({ activate }) => family(activate, ends)).join('\n')}
`;

t.test(
  'FRR takes routes of seven families from one of ours and tells the other, tunnels and SIDs with them',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    const features = [...new Set(cases.map(({ feature }) => feature))];
    proves(t, [...features, 'encapsulation', 'prefix-sid'], 'FRR');
    const left = await startOurs(t, '127.0.3.41', 64_601);
    const right = await startOurs(t, '127.0.3.42', 64_602);
    const at: End = { address: '127.0.3.43', port: await freePort('127.0.3.43'), as: 64_513 };
    const frr = await startFrr(t, config(at, [left, right]), at);
    const nlris = cases.map(({ nlri }) => nlri);
    for (const { nlri, attributes } of cases)
      left.speaker.announce({
        ...{ prefixes: [], nlri: [nlri], owner: 'routes' },
        nextHop: nlri.family.includes('v6') ? '2001:db8::10' : '192.0.2.10',
        ...(attributes !== undefined && { attributes }),
      });
    for (const end of [left, right])
      connect(end, at, {
        families: nlris.map(({ family }) => family),
        nextHop: { 'ipv4-multicast': '192.0.2.42', 'ipv6-multicast': '2001:db8::42' },
        // It announces no unicast routes that its flow specifications could be held against.
        flowspecValidation: 'none',
      });
    for (const { show, shown } of cases) {
      await eventually(async () => shown.test(await frr.query(show))).catch(async () =>
        t.match(await frr.query(show), shown),
      );
    }
    const learned = (nlri: AnnouncedNlri, own: boolean): PathStatus | undefined =>
      right.speaker
        .rib({ family: nlri.family })
        .routes.flatMap(({ paths }) => paths)
        .find(({ attributes }) => (attributes.asPath?.[0]?.ases.length === 1) === own);
    for (const { nlri, attributes = {}, relayed = {} } of cases) {
      const path = await eventually(() => learned(nlri, false));
      const wanted = { ...attributes, ...relayed, asPath: [{ type: 'sequence', ases: [at.as, left.as] }] };
      t.match(path.attributes, wanted, nlri.family);
    }
    for (const family of ['ipv4-multicast', 'vpnv4-unicast'] as const) {
      const path = await eventually(() => learned({ family }, true));
      t.match(path.attributes.asPath, [{ ases: [at.as] }], `${family} of its own`);
    }
    left.speaker.withdrawOwner('routes');
    for (const nlri of nlris) await eventually(() => learned(nlri, false) === undefined);
    for (const { show, shown } of cases)
      await eventually(async () => !shown.test(await frr.query(show).catch(() => '')));
    t.match(right.speaker.peer(at.address), { state: 'established', flaps: 0 });
  },
);

proofsOf(t, import.meta.url);
