import { eventually, freePort, needs, proofsOf, proves } from '@peerage/test-fixtures';
import t from 'tap';
import type { RouteChanges } from '../../src/speaker/feeds/route-sink.js';
import { connect, frrHub, type Hub, startOurs } from './hub.js';

const PREFIX = '198.51.100.0/24';
/** 25,000,000 octets a second (200 megabit), as 4004, AS 64513, float. */
const TWO_HUNDRED_MEGABIT = '4004fc014bbebc20';

t.test(
  'link bandwidth that FRR tells becomes the weights that route sinks get',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    proves(t, 'link-bandwidth', 'FRR', ['theirs']);
    const us = await startOurs(t, '127.0.0.131', 64_512, { maximumPaths: 8, multipathExactAsPath: false });
    const other = await startOurs(t, '127.0.0.132', 64_513);
    const hub: Hub = {
      ...{
        address: '127.0.0.133',
        port: await freePort('127.0.0.133'),
        as: 64_514,
        routerId: '198.51.100.3',
      },
      networks: [PREFIX],
      neighbors: [{ ...us, lines: ['route-map BANDWIDTH out'] }],
      before: ['route-map BANDWIDTH permit 10', ' set extcommunity bandwidth 100'],
    };
    const frr = await frrHub(t, hub);
    let weights: number[] = [];
    us.speaker.addRouteSink({
      routes(changes: RouteChanges) {
        weights = Array.from({ length: changes.nextHopCount(0) }, (_, k) => changes.nextHopWeight(0, k));
      },
      inSync() {},
    });
    connect(us, hub);
    connect(us, other);
    connect(other, us);
    const attributes = { extendedCommunities: [TWO_HUNDRED_MEGABIT] };
    other.speaker.announce({ prefixes: [PREFIX], attributes });
    const path = await eventually(
      () => us.speaker.rib({ prefix: PREFIX }).routes[0]?.paths.find(({ peer }) => peer === hub.address),
      { timeout: 30_000 },
    );
    t.match(path.attributes.extendedCommunities, [/^[04]004fc02/], 'from AS 64514');
    await eventually(() => weights.length === 2, { timeout: 30_000 });
    t.strictSame(
      [...weights].sort((a, b) => a - b),
      [128, 256],
      '100 megabit of FRR, 200 of the other',
    );
    const shown = await frr.query(`show bgp ipv4 unicast neighbors ${us.address} advertised-routes`);
    t.match(shown, PREFIX);
  },
);

proofsOf(t, import.meta.url);
