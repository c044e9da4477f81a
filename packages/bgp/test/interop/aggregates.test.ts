import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import { birdHub, connect, frrHub, type Hub, type Ours, startOurs } from './hub.js';

const WHOLE = '198.51.100.0/22';
const PARTS = ['198.51.100.0/24', '198.51.101.0/24'] as const;
const THEIR_WHOLE = '203.0.113.0/24';
const THEIR_PART = '203.0.113.128/25';

const learned = (at: Ours, prefix: string) =>
  at.speaker.rib({ prefix }).routes[0]?.paths.find(({ peer }) => peer !== 'local');

const daemons = [
  {
    name: 'FRR',
    host: 161,
    required: needs('root', 'command:bgpd', 'command:vtysh'),
    start: frrHub,
    show: (prefix: string) => `show bgp ipv4 unicast ${prefix}`,
    brief: [/^ {2}64512, \(aggregated by 64512 127\.0\.0\.161\)$/m, /atomic-aggregate/],
    set: /^ {2}64512 7 \{8,9\}/m,
  },
  {
    name: 'BIRD',
    host: 165,
    required: needs('command:bird', 'command:birdc'),
    start: birdHub,
    show: (prefix: string) => `show route ${prefix} all`,
    brief: [/as_path: 64512\n/, /atomic_aggr/, /aggregator: 127\.0\.0\.165 AS64512/],
    set: /as_path: 64512 7 \{8 9\}/,
  },
] as const;

for (const daemon of daemons) {
  t.test(
    `an aggregate of ours is what ${daemon.name} gets in place of its contributors`,
    daemon.required,
    async (t) => {
      proves(t, 'aggregates', daemon.name, ['ours']);
      const at = (n: number): string => `127.0.0.${daemon.host + n}`;
      const us = await startOurs(t, at(0), 64_512);
      const source = await startOurs(t, at(1), 7);
      const hub: Hub = {
        ...{ address: at(2), port: await freePort(at(2)), as: 64_514, routerId: '198.51.100.3' },
        networks: [],
        neighbors: [us],
      };
      const them = await daemon.start(t, hub);
      us.speaker.aggregates.add({ prefix: WHOLE, summaryOnly: true });
      connect(us, hub);
      connect(us, source);
      connect(source, us);
      for (const [i, prefix] of PARTS.entries())
        source.speaker.announce({
          prefixes: [prefix],
          attributes: { asPath: [{ type: 'sequence', ases: [8 + i] }] },
        });
      const shown = (prefix: string) => them.query(daemon.show(prefix)).catch(() => '');
      const holds = (prefix: string, what: RegExp) =>
        eventually(async () => what.test(await shown(prefix)), { timeout: 30_000 });
      for (const line of daemon.brief) await holds(WHOLE, line);
      await eventually(() => us.speaker.aggregates.list()[0]?.contributors === 2, { timeout: 30_000 });
      for (const part of PARTS) t.notMatch(await shown(part), /64512 7/);
      us.speaker.aggregates.add({ prefix: WHOLE, asSet: true });
      await holds(WHOLE, daemon.set);
      for (const part of PARTS) await holds(part, /64512 7/);
      source.speaker.withdraw(PARTS);
      await eventually(async () => !/64512/.test(await shown(WHOLE)), { timeout: 30_000 });
    },
  );
}

t.test(
  'an aggregate of FRR comes with AGGREGATOR, and without its contributors',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    proves(t, 'aggregates', 'FRR', ['theirs']);
    const us = await startOurs(t, '127.0.0.169', 64_512);
    const hub: Hub = {
      ...{
        address: '127.0.0.170',
        port: await freePort('127.0.0.170'),
        as: 64_514,
        routerId: '198.51.100.3',
      },
      networks: [THEIR_PART],
      neighbors: [us],
      lines: [
        'address-family ipv4 unicast',
        ` aggregate-address ${THEIR_WHOLE} summary-only`,
        'exit-address-family',
      ],
    };
    const frr = await frrHub(t, hub);
    connect(us, hub);
    const path = await eventually(() => learned(us, THEIR_WHOLE), { timeout: 30_000 });
    t.match(path.attributes, { aggregator: { as: 64_514, address: '198.51.100.3' } });
    t.equal(learned(us, THEIR_PART), undefined);
    t.match(await frr.query(`show bgp ipv4 unicast ${THEIR_PART}`), /suppressed/i);
  },
);

proofsOf(t, import.meta.url);
