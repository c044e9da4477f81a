// test-timeout: 90
import {
  type DaemonName,
  eventually,
  freePort,
  needs,
  proofsOf,
  proves,
  startExabgp,
} from '@peerage/test-fixtures';
import t, { type Test } from 'tap';
import { parseCommunity } from '../../src/policy/community.js';
import { compilePolicies } from '../../src/policy/policies.js';
import { exabgpApi, exabgpRoute } from './exabgp.js';
import { connect, type Hub, type Ours, startOurs } from './hub.js';
import { relays } from './relays.js';
import type { End } from './subject.js';

const HOST = '198.51.100.7/32';
const LEAVING = '203.0.113.0/24';
const [OUR_HOST, OUR_LEAVING] = ['192.0.2.7/32', '192.0.2.128/25'];
const [blackhole, leaving] = [parseCommunity('blackhole'), parseCommunity('graceful-shutdown')];
const patient = { timeout: 30_000 };

const importPolicy = compilePolicies({
  policies: { in: [{ call: 'graceful-shutdown' }, { call: 'blackhole' }, { action: 'accept' }] },
}).get('in')!;

/** What each shows of the two communities on its command line. */
const shown: Readonly<Record<Exclude<DaemonName, 'ExaBGP'>, readonly [RegExp, RegExp]>> = {
  FRR: [/Community: blackhole/, /Community: graceful-shutdown/],
  BIRD: [/BGP\.community: \(65535,666\)/, /BGP\.community: \(65535,0\)/],
  GoBGP: [/Communities: (blackhole|65535:666)/i, /Communities: (graceful-shutdown|planned-shut|65535:0)/i],
  OpenBGPD: [/Communities: BLACKHOLE/, /Communities: GRACEFUL_SHUTDOWN/],
};

/** The two destinations of a daemon, in its language. */
const originates: Readonly<Record<Exclude<DaemonName, 'ExaBGP'>, (at: string) => Partial<Hub>>> = {
  FRR: () => ({
    networks: [`${HOST} route-map BLACKHOLE`, `${LEAVING} route-map LEAVING`],
    before: [
      'route-map BLACKHOLE permit 10',
      ' set community blackhole',
      'route-map LEAVING permit 10',
      ' set community graceful-shutdown',
    ],
  }),
  BIRD: () => ({
    networks: [
      `${HOST} { bgp_community.add((65535, 666)); }`,
      `${LEAVING} { bgp_community.add((65535, 0)); }`,
    ],
  }),
  GoBGP: () => ({ networks: [`${HOST} community 65535:666`, `${LEAVING} community 65535:0`] }),
  OpenBGPD: (at) => ({
    lines: [
      `network ${HOST} set { nexthop ${at} community BLACKHOLE }`,
      `network ${LEAVING} set { nexthop ${at} community GRACEFUL_SHUTDOWN }`,
    ],
  }),
};

const announceBoth = (us: Ours): void => {
  us.speaker.announce({ prefixes: [OUR_HOST], attributes: { communities: [blackhole] } });
  us.speaker.announce({ prefixes: [OUR_LEAVING], attributes: { communities: [leaving] } });
};

/** The policies did with the daemon's two destinations what they are to do. */
async function obeyed(t: Test, us: Ours): Promise<void> {
  const learned = (prefix: string) => us.speaker.rib({ prefix }).routes[0]?.paths[0]?.attributes;
  const dropped = await eventually(() => learned(HOST), patient);
  t.strictSame(dropped.communities, [blackhole, parseCommunity('no-export')]);
  const last = await eventually(() => learned(LEAVING), patient);
  t.match(last, { localPref: 0, communities: [leaving] });
}

for (const [i, relay] of relays.entries()) {
  const { name } = relay;
  t.test(
    `BLACKHOLE and GRACEFUL_SHUTDOWN of ${name} do what the ready-made policies say, and it hears ours`,
    relay.required,
    async (t) => {
      proves(t, ['blackhole', 'graceful-shutdown'], name);
      const us = await startOurs(t, `127.0.3.${11 + i}`, 64_512);
      const address = `127.0.3.${21 + i}`;
      const hub: Hub = {
        ...{ address, port: await freePort(address), as: 64_514, routerId: '198.51.100.3', networks: [] },
        neighbors: [us],
        ...originates[name](address),
      };
      const daemon = await relay.start(t, hub);
      announceBoth(us);
      connect(us, hub, { importPolicy });
      await obeyed(t, us);
      for (const [at, prefix] of [OUR_HOST, OUR_LEAVING].entries()) {
        const text = () => relay.shows(daemon, prefix).catch(() => '');
        await eventually(async () => shown[name][at]!.test(await text()), patient).catch(async () =>
          t.match(await text(), shown[name][at]!),
        );
      }
    },
  );
}

t.test(
  'BLACKHOLE and GRACEFUL_SHUTDOWN of ExaBGP do what the ready-made policies say, and it hears ours',
  needs('command:exabgp'),
  async (t) => {
    proves(t, ['blackhole', 'graceful-shutdown'], 'ExaBGP');
    const us = await startOurs(t, '127.0.3.15', 64_512);
    const at: End = { address: '127.0.3.25', port: await freePort('127.0.3.25'), as: 64_514 };
    const daemon = await startExabgp(
      t,
      `neighbor ${us.address} {
  router-id 198.51.100.3; local-address ${at.address}; local-as ${at.as}; peer-as ${us.as};
  listen ${at.port}; connect ${us.port}; passive true;
  family { ipv4 unicast; }
  ${exabgpApi}
  announce { ipv4 {
    unicast ${HOST} next-hop ${at.address} community [65535:666];
    unicast ${LEAVING} next-hop ${at.address} community [65535:0];
  } }
}
`,
    );
    announceBoth(us);
    connect(us, at, { importPolicy });
    await obeyed(t, us);
    for (const [prefix, community] of [
      [OUR_HOST, [65_535, 666]],
      [OUR_LEAVING, [65_535, 0]],
    ] as const) {
      const route = await eventually(() => exabgpRoute(daemon.folder, prefix), patient);
      t.same(route.update.attribute?.community, [community]);
    }
  },
);

proofsOf(t, import.meta.url);
