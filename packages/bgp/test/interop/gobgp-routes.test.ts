import { eventually, freePort, needs, proofsOf, proves, startGobgp } from '@peerage/test-fixtures';
import t from 'tap';
import { connect, startOurs } from './hub.js';
import type { End } from './subject.js';

const FAMILIES = [
  'ipv4-unicast',
  'ipv4-mup',
  'ipv6-mup',
  'ipv4-sr-policy',
  'ipv4-encapsulation',
  'bgp-ls',
] as const;
/** GoBGP's names of them. */
const CONFIGURED = ['ipv4-unicast', 'ipv4-mup', 'ipv6-mup', 'ipv4-srpolicy', 'ipv4-encap', 'ls'];
const patient = { timeout: 30_000 };

const config = (at: End, ends: readonly End[]): string => `[global.config]
  as = ${at.as}
  router-id = "198.51.100.3"
  port = ${at.port}
  local-address-list = ["${at.address}"]
${ends.map((to) => neighbor(at, to)).join('')}`;

const neighbor = (at: End, to: End): string => `[[neighbors]]
  [neighbors.config]
    neighbor-address = "${to.address}"
    peer-as = ${to.as}
  [neighbors.transport.config]
    local-address = "${at.address}"
    remote-port = ${to.port}
    passive-mode = true
  [neighbors.ebgp-multihop.config]
    enabled = true
    multihop-ttl = 2
${CONFIGURED.map((name) => `  [[neighbors.afi-safis]]\n    [neighbors.afi-safis.config]\n      afi-safi-name = "${name}"`).join('\n')}
`;

interface FamilyState {
  readonly state: {
    readonly family: { readonly afi: number; readonly safi: number };
    readonly accepted?: number;
  };
}

t.test(
  'GoBGP and we exchange sessions of MUP and AIGP; tunnels, SRv6 services, SR policies and BGP-LS pass from us through it to us',
  needs('command:gobgpd', 'command:gobgp'),
  async (t) => {
    proves(t, ['mup', 'aigp', 'encapsulation', 'prefix-sid', 'sr-policy', 'link-state'], 'GoBGP');
    const us = await startOurs(t, '127.0.3.31', 64_512);
    const other = await startOurs(t, '127.0.3.33', 64_513);
    const at: End = { address: '127.0.3.32', port: await freePort('127.0.3.32'), as: 64_601 };
    const gobgp = await startGobgp(t, config(at, [us, other]));
    const nextHop = { 'ipv4-unicast': '192.0.2.1' };
    connect(us, at, { families: FAMILIES, aigp: true, nextHop });
    // What GoBGP 3.10 makes of a session of MUP on its way to others is cut off.
    connect(other, at, { families: FAMILIES.filter((name) => !name.endsWith('mup')), nextHop });
    const tunnel = {
      tunnelType: 'vxlan',
      tlvs: [
        { type: 'color', value: { flags: 0, color: 77 } },
        { type: 'egress-endpoint', value: '192.0.2.77' },
      ],
    };
    const sid = {
      type: 'sid-information',
      value: { sid: '2001:db8:5:3::', flags: 0, behavior: 19, tlvs: [] },
    };
    const preference = { type: 'preference', value: { flags: 0, preference: 200 } };
    us.speaker.announce({
      prefixes: ['10.77.0.0/24'],
      attributes: {
        aigp: '77',
        tunnelEncapsulation: [tunnel],
        prefixSid: [{ type: 'srv6-l3-service', value: { tlvs: [sid] } }],
      },
    });
    const announced = [
      { family: 'ipv4-encapsulation', hex: '20c000024d' },
      {
        family: 'ipv4-mup',
        value: { ...session('10.79.0.1/32', '192.0.2.79'), teid: 79 },
      },
      {
        family: 'bgp-ls',
        // A node of IS-IS level 2: AS 65000, router 0000.0000.0001 (RFC 9552 §5.2).
        hex: `0001001f02${'0'.repeat(16)}01000012020000040000fde802030006000000000001`,
      },
    ] as const;
    for (const nlri of announced) us.speaker.announce({ prefixes: [], nlri: [nlri], nextHop: '192.0.2.10' });
    us.speaker.announce({
      prefixes: [],
      nlri: [{ family: 'ipv4-sr-policy', value: { distinguisher: 1, color: 100, endpoint: '192.0.2.9' } }],
      nextHop: '192.0.2.10',
      attributes: { tunnelEncapsulation: [{ tunnelType: 'sr-policy', tlvs: [preference] }] },
    });
    for (const route of [
      '10.1.0.0/24 nexthop 192.0.2.61 aigp metric 42',
      '-a ipv4-mup t1st 10.3.0.1/32 rd 65000:1 rt 65000:100 teid 12345 qfi 9 endpoint 192.0.2.7 nexthop 192.0.2.61',
      '-a ipv6-mup t1st 2001:db8:1::1/128 rd 65000:1 rt 65000:100 teid 12345 qfi 9 endpoint 2001:db8::7 nexthop 2001:db8::61',
    ])
      await gobgp.query(`global rib add ${route}`);

    const learned = (family: (typeof FAMILIES)[number]) =>
      us.speaker.rib({ family }).routes.find(({ paths }) => paths.some(({ peer }) => peer === at.address));
    const metric = await eventually(() => learned('ipv4-unicast'), patient);
    t.match(metric, { prefix: '10.1.0.0/24', paths: [{ attributes: { aigp: '42' } }] });
    const session4 = await eventually(() => learned('ipv4-mup'), patient);
    t.match(session4, { nlri: session('10.3.0.1/32', '192.0.2.7'), paths: [{ nextHop: '192.0.2.61' }] });
    const session6 = await eventually(() => learned('ipv6-mup'), patient);
    t.match(session6, { nlri: session('2001:db8:1::1/128', '2001:db8::7') });

    for (const [ask, lines] of [
      ['-a ipv4-mup', [/type:t1st\]\[rd:65000:1\]\[prefix:10\.79\.0\.1\/32\] 79 +9 +192\.0\.2\.79/]],
      ['-a ipv4-encap', [/192\.0\.2\.77 +192\.0\.2\.10 +64512/]],
      [
        '10.77.0.0/24',
        [/Aigp: \[\{Metric: 77\}\]/, /TunnelEncap: .*vxlan.*77/i, /Prefix SID.*2001:db8:5:3::/],
      ],
    ] as const) {
      const shown = () => gobgp.query(`global rib ${ask}`).catch(() => '');
      for (const line of lines)
        await eventually(async () => line.test(await shown()), patient).catch(async () =>
          t.match(await shown(), line),
        );
    }
    // Its command line lists no SR policies: it counts what it took.
    const SR_POLICY = 73;
    await eventually(async () => {
      const text = await gobgp.query(`-j neighbor ${us.address}`);
      const { afi_safis: all } = JSON.parse(text) as { readonly afi_safis: readonly FamilyState[] };
      return all.find(({ state }) => state.family.safi === SR_POLICY)?.state.accepted === 1;
    }, patient);
    // It can be told none of these; what it got from us it tells the other one of ours.
    const relayed = async (family: (typeof FAMILIES)[number], prefix: RegExp) => {
      const routes = () => other.speaker.rib({ family }).routes;
      const route = await eventually(() => routes().find((one) => prefix.test(one.prefix)), patient);
      const { asPath, ...attributes } = route.paths[0]?.attributes ?? {};
      t.same(asPath, [{ type: 'sequence', ases: [at.as, us.as] }], family);
      return attributes;
    };
    t.match(await relayed('ipv4-unicast', /^10\.77\./), {
      tunnelEncapsulation: [tunnel],
      prefixSid: [{ type: 'srv6-l3-service', value: { tlvs: [sid] } }],
    });
    t.match(await relayed('ipv4-sr-policy', /color 100 endpoint 192\.0\.2\.9/), {
      tunnelEncapsulation: [{ tunnelType: 'sr-policy', tlvs: [preference] }],
    });
    await relayed('ipv4-encapsulation', /^192\.0\.2\.77/);
    await relayed('bgp-ls', /^node isis-level-2/);
    t.match(us.speaker.peer(at.address), { state: 'established', flaps: 0, establishedCount: 1 });
  },
);

function session(prefix: string, endpoint: string) {
  return { type: 'session-1', rd: '65000:1', prefix, teid: 12_345, qfi: 9, endpoint } as const;
}

proofsOf(t, import.meta.url);
