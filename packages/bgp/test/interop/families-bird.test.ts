import { eventually, freePort, needs, proofsOf, proves, startBird } from '@peerage/test-fixtures';
import t from 'tap';
import type { FamilyName } from '../../src/speaker/settings/config.js';
import { connect, startOurs } from './hub.js';
import type { End } from './subject.js';

interface Case {
  readonly family: FamilyName;
  /** Declarations of a table, and of a static protocol that fills it. */
  readonly origin: string;
  readonly tables: string;
  readonly channel: string;
  readonly show: string;
  readonly shown: RegExp;
}

const cases: readonly Case[] = [
  {
    family: 'ipv4-flowspec',
    tables: 'flow4 table f4;',
    origin:
      'protocol static sf4 { flow4 { table f4; }; route flow4 { dst 10.5.0.0/24; proto = 6; dport = 25; }; }',
    channel: 'flow4 { table f4; import all; export all; };',
    show: 'show route table f4 all',
    shown: /flow4 \{ dst 10\.5\.0\.0\/24; proto 6; dport 25; \}/,
  },
  {
    family: 'ipv6-flowspec',
    tables: 'flow6 table f6;',
    origin: 'protocol static sf6 { flow6 { table f6; }; route flow6 { dst 2001:db8:5::/64; }; }',
    channel: 'flow6 { table f6; import all; export all; };',
    show: 'show route table f6 all',
    shown: /flow6 \{ dst 2001:db8:5::\/64; \}/,
  },
  {
    family: 'ipv4-multicast',
    tables: 'ipv4 table m4;',
    origin: 'protocol static sm4 { ipv4 { table m4; }; route 10.6.0.0/24 blackhole; }',
    channel: 'ipv4 multicast { table m4; import all; export all; };',
    show: 'show route table m4 all',
    shown: /10\.6\.0\.0\/24/,
  },
  {
    family: 'ipv6-multicast',
    tables: 'ipv6 table m6;',
    origin: 'protocol static sm6 { ipv6 { table m6; }; route 2001:db8:6::/64 blackhole; }',
    channel: 'ipv6 multicast { table m6; import all; export all; next hop address 2001:db8:ff::6; };',
    show: 'show route table m6 all',
    shown: /2001:db8:6::\/64/,
  },
  {
    family: 'ipv4-labeled-unicast',
    tables: 'ipv4 table l4;',
    origin: 'protocol static sl4 { ipv4 { table l4; }; route 10.8.0.0/24 blackhole; }',
    channel: 'ipv4 mpls { table l4; import all; export all; };',
    show: 'show route table l4 all',
    shown: /10\.8\.0\.0\/24[\s\S]*BGP\.mpls_label_stack: 3/,
  },
  {
    family: 'ipv6-labeled-unicast',
    tables: 'ipv6 table l6;',
    origin: 'protocol static sl6 { ipv6 { table l6; }; route 2001:db8:8::/64 blackhole; }',
    channel: 'ipv6 mpls { table l6; import all; export all; next hop address 2001:db8:ff::6; };',
    show: 'show route table l6 all',
    shown: /2001:db8:8::\/64[\s\S]*BGP\.mpls_label_stack: 3/,
  },
  {
    family: 'vpnv6-unicast',
    tables: 'vpn6 table v6;',
    origin: 'protocol static sv6 { vpn6 { table v6; }; route 65000:1 2001:db8:7::/64 blackhole; }',
    channel: 'vpn6 mpls { table v6; import all; export all; next hop address 2001:db8:ff::6; };',
    show: 'show route table v6 all',
    shown: /65000:1 2001:db8:7::\/64/,
  },
  {
    family: 'vpnv4-unicast',
    tables: 'vpn4 table v4;',
    origin: 'protocol static sv4 { vpn4 { table v4; }; route 65000:1 10.7.0.0/24 blackhole; }',
    channel: 'vpn4 mpls { table v4; import all; export all; };',
    show: 'show route table v4 all',
    shown: /65000:1 10\.7\.0\.0\/24/,
  },
];

function birdConfig(at: End, to: End, originates: boolean): string {
  return `router id ${at.address};
debug protocols { states, events };

${cases.map(({ tables, origin }) => `${tables}\n${originates ? origin : ''}`).join('\n')}
protocol bgp relay {
  local ${at.address} port ${at.port} as ${at.as};
  neighbor ${to.address} port ${to.port} as ${to.as};
  multihop 2; strict bind on; passive on;
  error wait time 1, 2;
  ${cases.map(({ channel }) => channel).join('\n  ')}
}
`;
}

const place = async (address: string, as: number): Promise<End> => ({
  address,
  port: await freePort(address),
  as,
});

t.test(
  'BIRD originates, and another BIRD gets it through us as it was',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    proves(t, ['flowspec', 'multicast', 'vpn', 'labelled-unicast'], 'BIRD');
    const us = await startOurs(t, '127.0.0.220', 64_512);
    const from = await place('127.0.0.221', 64_601);
    const to = await place('127.0.0.222', 64_602);
    const [source, target] = await Promise.all([
      startBird(t, birdConfig(from, us, true)),
      startBird(t, birdConfig(to, us, false)),
    ]);
    const families = cases.map(({ family }) => family);
    const nextHop = { 'ipv4-multicast': '192.0.2.220', 'ipv6-multicast': '2001:db8:ff::1' };
    // It announces no unicast routes that its flow specifications could be held against.
    connect(us, from, { families, nextHop, flowspecValidation: 'none' });
    connect(us, to, { families, nextHop });
    for (const { family, show, shown } of cases) {
      const text = await eventually(
        async () => {
          const answer = await target.query(show).catch(() => '');
          return shown.test(answer) ? answer : undefined;
        },
        { timeout: 30_000 },
      ).catch(async (error: unknown) => {
        throw new Error(
          `${family}: ${await target.query(show)}; ${target.log().slice(-800)}; at its source: ${await source.query(show)}; ${source.log().slice(-600)}`,
          {
            cause: error,
          },
        );
      });
      t.match(text, /BGP\.as_path: 64512 64601/, family);
    }
    for (const name of ['sf4', 'sf6', 'sm4', 'sm6', 'sl4', 'sl6', 'sv4', 'sv6'])
      await source.query(`disable ${name}`);
    for (const { show, shown, family } of cases) {
      await eventually(async () => !shown.test(await target.query(show).catch(() => '')), {
        timeout: 30_000,
      });
      t.same(us.speaker.rib({ family }).routes, [], `${family} is withdrawn`);
    }
  },
);

proofsOf(t, import.meta.url);
