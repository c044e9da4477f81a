import { eventually, freePort, needs, proofsOf, proves, startExabgp } from '@peerage/test-fixtures';
import t from 'tap';
import { exabgpApi, exabgpEvents, exabgpIsUp, exabgpRoute } from './exabgp.js';
import { connect, type Ours, startOurs } from './hub.js';

const AT = '127.0.1.41';
const DAEMON_AS = 4_200_000_001;
const [OURS, THEIRS, BROKEN, BIG] = [
  '203.0.113.0/24',
  '198.51.100.0/24',
  '198.51.101.0/24',
  '198.51.102.0/24',
];
const routeTarget = '0002fc5900000007';
/** 125,000 octets a second, which may not leave the AS. */
const linkBandwidth = '4004fc5947f42400';
/** Route target 2001:db8::1 with the number 9. */
const unknownCode = 199;
const unknownValue = Uint8Array.of(1, 2, 3);
/** 1,100 communities are 4,400 octets: one route that no plain message can carry. */
const many = Array.from({ length: 1_100 }, (_, i) => 64_601 * 65_536 + i);

/** A neighbour of ExaBGP: one of ours, and lines of its own. */
const neighbor = (ours: Ours, port: number, lines: readonly string[]): string => `neighbor ${ours.address} {
  router-id 198.51.100.2;
  local-address ${AT};
  local-as ${DAEMON_AS};
  peer-as ${ours.as};
  listen ${port};
  connect ${ours.port};
  passive true;
  ${exabgpApi}
  ${lines.join('\n  ')}
}
`;

t.test(
  'ExaBGP: hold time, capabilities, attributes, long messages, a broken attribute, refresh, shutdown text',
  needs('command:exabgp'),
  async (t) => {
    proves(
      t,
      [
        'hold-time',
        'four-octet-as',
        'capabilities',
        'extended-communities',
        'link-bandwidth',
        'unknown-attribute',
        'extended-message',
      ],
      'ExaBGP',
    );
    proves(t, ['malformed-attribute', 'route-refresh', 'shutdown-text'], 'ExaBGP', ['theirs']);
    const port = await freePort(AT);
    const us = await startOurs(t, '127.0.1.42', 4_200_000_002);
    const attributes =
      'extended-community [ target:64601:7 0x4004fc5947f42400 ] attribute [0xC7 0xC0 0x010203]';
    const daemon = await startExabgp(
      t,
      neighbor(us, port, [
        'hold-time 21;',
        'capability { route-refresh enable; extended-message enable; }',
        'family { ipv4 unicast; }',
        `announce { ipv4 { unicast ${THEIRS} next-hop ${AT} ${attributes}; } }`,
      ]),
    );
    const tell = (line: string): Promise<string> => daemon.query(`neighbor ${us.address} ${line}`);
    const path = (prefix: string) => us.speaker.rib({ prefix }).routes[0]?.paths[0];
    const status = () => us.speaker.peer(AT);
    us.speaker.announce({
      prefixes: [OURS],
      attributes: {
        extendedCommunities: [routeTarget, linkBandwidth],
        unknown: [{ code: unknownCode, flags: 0xc0, value: unknownValue }],
      },
    });
    connect(us, { address: AT, port, as: DAEMON_AS }, { holdTime: 60 });

    const learned = await eventually(() => path(THEIRS), { timeout: 30_000 });
    t.match(learned.attributes, {
      asPath: [{ type: 'sequence', ases: [DAEMON_AS] }],
      extendedCommunities: [routeTarget, linkBandwidth],
    });
    t.match(learned.attributes.unknown, [{ code: unknownCode, value: unknownValue }]);
    t.match(status(), { holdTime: 21, maxMessage: 65_535 });

    const route = await eventually(() => exabgpRoute(daemon.folder, OURS));
    t.match(route.update.attribute, {
      'as-path': [4_200_000_002],
      'extended-community': [{ string: /target:64601:7/ }, { value: Number }],
    });
    t.match(JSON.stringify(route.update.attribute), /"attribute-0xC7-0x[CE]0": ?"0x010203"/);
    const open = exabgpEvents(daemon.folder).find(({ type }) => type === 'open')?.neighbor?.open;
    t.equal(open?.hold_time, 60);
    const told = JSON.stringify(open?.capabilities);
    for (const name of [/4200000002/, /extended-message/, /route-refresh/]) t.match(told, name);

    us.speaker.announce({ prefixes: [BIG], attributes: { communities: many } });
    const big = await eventually(() => exabgpRoute(daemon.folder, BIG));
    t.equal(big.update.attribute?.community?.length, many.length);
    us.speaker.withdraw([BIG]);
    await eventually(() => exabgpRoute(daemon.folder, BIG) === undefined);
    const list = many.map((value) => `${value >>> 16}:${value & 0xffff}`).join(' ');
    await tell(`announce route ${BIG} next-hop ${AT} community [ ${list} ]`);
    await eventually(() => path(BIG)?.attributes.communities?.length === many.length);

    // ONLY_TO_CUSTOMER of three octets: RFC 9234 §5 takes the route for withdrawn.
    await tell(`announce route ${BROKEN} next-hop ${AT}`);
    await eventually(() => path(BROKEN));
    await tell(`announce route ${BROKEN} next-hop ${AT} attribute [0x23 0xC0 0x000000]`);
    await eventually(() => path(BROKEN) === undefined);
    t.ok(path(THEIRS), 'other routes stay');
    t.match(status(), { state: 'established', flaps: 0 });

    const updates = status()?.sent.update ?? 0;
    await tell('announce route-refresh ipv4 unicast');
    await eventually(() => status()?.received.routeRefresh === 1);
    await eventually(() => (status()?.sent.update ?? 0) > updates);

    await tell('teardown 2');
    const notification = await eventually(() => status()?.lastNotification);
    t.match(notification, {
      direction: 'received',
      code: 6,
      subcode: 2,
      communication: 'Administrative Shutdown',
    });
  },
);

t.test('ExaBGP: several paths of a prefix, both ways', needs('command:exabgp'), async (t) => {
  proves(t, 'add-path', 'ExaBGP');
  const port = await freePort(AT);
  const us = await startOurs(t, '127.0.1.43', 64_512);
  const sources = [await startOurs(t, '127.0.1.44', 64_601), await startOurs(t, '127.0.1.45', 64_602)];
  const paths = [1, 2].map(
    (id) => `unicast ${THEIRS} path-information 0.0.0.${id} next-hop ${AT} med ${id};`,
  );
  const daemon = await startExabgp(
    t,
    neighbor(us, port, [
      'capability { add-path send/receive; }',
      'family { ipv4 unicast; }',
      'add-path { ipv4 unicast; }',
      `announce { ipv4 { ${paths.join(' ')} } }`,
    ]),
  );
  for (const source of sources) {
    connect(us, source);
    connect(source, us);
    source.speaker.announce({ prefixes: [OURS] });
  }
  connect(us, { address: AT, port, as: DAEMON_AS }, { addPath: { receive: true, send: 'all' } });
  const received = await eventually(
    () => {
      const all = us.speaker.rib({ prefix: THEIRS }).routes[0]?.paths ?? [];
      return all.length === 2 ? all : undefined;
    },
    { timeout: 30_000 },
  );
  t.same(received.map((path) => path.attributes.med).sort(), [1, 2]);
  await eventually(() => exabgpIsUp(daemon.folder));
  const told = (): string[] =>
    exabgpEvents(daemon.folder)
      .flatMap(({ neighbor: one }) => Object.values(one?.message?.update?.announce ?? {}))
      .flatMap((byNextHop) => Object.values(byNextHop).flat())
      .filter(({ nlri }) => nlri === OURS)
      .map((route) => JSON.stringify(route));
  await eventually(() => new Set(told()).size === 2);
  await daemon.query(
    `neighbor ${us.address} withdraw route ${THEIRS} path-information 0.0.0.1 next-hop ${AT} med 1`,
  );
  await eventually(() => us.speaker.rib({ prefix: THEIRS }).routes[0]?.paths.length === 1);
});

t.test('ExaBGP: IPv4 routes with IPv6 next hops, both ways', needs('command:exabgp'), async (t) => {
  proves(t, 'extended-next-hop', 'ExaBGP');
  const port = await freePort(AT);
  const us = await startOurs(t, '127.0.1.46', 64_512);
  const daemon = await startExabgp(
    t,
    neighbor(us, port, [
      'capability { nexthop true; }',
      'family { ipv4 unicast; ipv6 unicast; }',
      'nexthop { ipv4 unicast ipv6; }',
      `announce { ipv4 { unicast ${THEIRS} next-hop 2001:db8:ff::6; } }`,
    ]),
  );
  us.speaker.announce({ prefixes: [OURS] });
  connect(
    us,
    { address: AT, port, as: DAEMON_AS },
    {
      families: ['ipv4-unicast', 'ipv6-unicast'],
      extendedNextHop: true,
      nextHop: { 'ipv4-unicast': '2001:db8:ff::1', 'ipv6-unicast': '2001:db8:ff::1' },
    },
  );
  const path = await eventually(() => us.speaker.rib({ prefix: THEIRS }).routes[0]?.paths[0], {
    timeout: 30_000,
  });
  t.equal(path.nextHop, '2001:db8:ff::6');
  const route = await eventually(() => exabgpRoute(daemon.folder, OURS), { timeout: 30_000 });
  t.equal(route.nextHop, '2001:db8:ff::1');
});

t.test(
  'ExaBGP: AIGP on an internal session, and our OPEN waits for its own',
  needs('command:exabgp'),
  async (t) => {
    proves(t, 'aigp', 'ExaBGP', ['theirs']);
    proves(t, 'delay-open', 'ExaBGP', ['ours']);
    const port = await freePort(AT);
    const us = await startOurs(t, '127.0.1.47', DAEMON_AS);
    const daemon = await startExabgp(
      t,
      neighbor(us, port, [
        'family { ipv4 unicast; }',
        `announce { ipv4 { unicast ${THEIRS} next-hop ${AT} aigp 42; } }`,
      ]),
    );
    us.speaker.announce({ prefixes: [OURS], attributes: { aigp: '5' } });
    // An OPEN that did not follow the daemon's would come after twice the time that is waited for here.
    connect(us, { address: AT, port, as: DAEMON_AS }, { delayOpenTime: 120 });
    const path = await eventually(() => us.speaker.rib({ prefix: THEIRS }).routes[0]?.paths[0]);
    t.match(path.attributes, { aigp: /^42$/, localPref: 100 });
    const route = await eventually(() => exabgpRoute(daemon.folder, OURS));
    t.notOk('aigp' in (route.update.attribute ?? {}), '4.2 takes the route and leaves AIGP behind');
    t.match(us.speaker.peer(AT), { state: 'established', flaps: 0 });
  },
);

proofsOf(t, import.meta.url);
