// test-timeout: 120
import {
  type Daemon,
  eventually,
  freePort,
  needs,
  proofsOf,
  proves,
  startBird,
  startExabgp,
  type Teardown,
} from '@peerage/test-fixtures';
import t from 'tap';
import {
  birdPath,
  daemonPeer,
  frrAt,
  frrPath,
  type OurEnd,
  ourEnd,
  type Place,
  pathAt,
  place,
  statusAt,
  upAt,
} from './daemon-pair.js';
import { exabgpApi, exabgpRoute } from './exabgp.js';
import { connect, startOurs } from './hub.js';
import { relayed, relays } from './relays.js';

const patient = { timeout: 30_000 };
const [LEFT, RIGHT] = [4_200_000_001, 4_200_000_002];
const THEIRS = '198.51.100.0/24';

/**
 * Our ASes do not fit two octets, so that this side sees AS_TRANS in our OPEN. BIRD without AS4 takes no number over 65,535 for a
 * neighbour, and holds 23456 against the AS in our capability, which it reads all the same: it has to take any external AS.
 */
function bird(t: Teardown, at: Place, ends: readonly OurEnd[]): Promise<Daemon> {
  const peers = ends.map(
    ({ address, port }, i) => `protocol bgp peer${i} {
  local ${at.address} port ${at.port} as ${at.as};
  neighbor ${address} port ${port} external;
  multihop 2; strict bind on; passive on; enable as4 off; error wait time 1, 2;
  ipv4 { import all; export all; };
}`,
  );
  const routes = `protocol static s0 { ipv4; route ${THEIRS} blackhole; }`;
  return startBird(t, ['router id 198.51.100.1;', routes, ...peers, ''].join('\n'));
}

t.test(
  'our four-octet AS with a peer of two octets: AS_TRANS in OPEN, AS4_PATH both ways, whole at the other end (BIRD)',
  needs('command:bird', 'command:birdc'),
  async (t) => {
    proves(t, 'two-octet-peer', 'BIRD');
    const at = await place('127.0.0.131', 64_513);
    const left = await ourEnd(t, '127.0.0.132', LEFT, at);
    const right = await ourEnd(t, '127.0.0.133', RIGHT, at);
    const daemon = await bird(t, at, [left, right]);
    for (const end of [left, right]) {
      end.speaker.addPeer(daemonPeer(end));
      await end.speaker.start();
    }
    for (const end of [left, right]) await upAt(end);
    t.notOk(statusAt(left).capabilities.includes('four-octet-as'), 'the session has two octets');
    const announce = (end: OurEnd, prefix: string, ases: readonly number[]) =>
      end.speaker.announce({
        prefixes: [prefix],
        attributes: { asPath: [{ type: 'sequence', ases: [...ases] }] },
      });
    announce(left, '203.0.113.0/25', [70_000, 7, 4_200_000_009]);
    announce(right, '203.0.113.128/25', [64_600]);
    const asPath = (end: OurEnd, prefix: string) =>
      eventually(() => pathAt(end, prefix)?.attributes.asPath?.flatMap(({ ases }) => ases), patient);
    t.same(await asPath(right, '203.0.113.0/25'), [64_513, LEFT, 70_000, 7, 4_200_000_009]);
    t.same(await asPath(left, '203.0.113.128/25'), [64_513, RIGHT, 64_600]);
    t.same(await asPath(left, THEIRS), [64_513], 'what is short needs no AS4_PATH');
    t.equal(pathAt(right, '203.0.113.0/25')?.attributes.unknown, undefined, 'and none is left over');
    t.same(
      await eventually(() => birdPath(daemon, '203.0.113.0/25'), patient),
      [LEFT, 70_000, 7, 4_200_000_009],
      'BIRD has merged the two paths',
    );
  },
);

t.test(
  'a peer of two octets between two of ours: AS4_PATH both ways (OpenBGPD)',
  needs('root', 'command:bgpctl'),
  async (t) => {
    proves(t, 'two-octet-peer', 'OpenBGPD');
    const relay = relays.find(({ name }) => name === 'OpenBGPD')!;
    const narrow = { lines: ['announce as-4byte no'] };
    const { left, right, status, shows, up } = await relayed(t, relay, {
      at: [131, 132, 133],
      left: narrow,
      right: narrow,
    });
    const ases = [70_000, 7, 4_200_000_009];
    left.speaker.announce({
      prefixes: ['203.0.113.0/24'],
      attributes: { asPath: [{ type: 'sequence', ases }] },
    });
    await up();
    t.notOk(status(left).capabilities.includes('four-octet-as'));
    const path = await eventually(
      () => right.speaker.rib({ prefix: '203.0.113.0/24' }).routes[0]?.paths[0],
      patient,
    );
    t.same(path.attributes.asPath, [{ type: 'sequence', ases: [64_513, 64_601, ...ases] }]);
    t.match(await shows('203.0.113.0/24'), ['64601', ...ases].join(' '));
  },
);

t.test('a peer of two octets merges our AS4_PATH (ExaBGP)', needs('command:exabgp'), async (t) => {
  proves(t, 'two-octet-peer', 'ExaBGP');
  const at = '127.0.1.134';
  const port = await freePort(at);
  const us = await startOurs(t, '127.0.1.135', 64_601);
  const daemon = await startExabgp(
    t,
    `neighbor ${us.address} {
  router-id 198.51.100.2; local-address ${at}; local-as 64513; peer-as ${us.as};
  listen ${port}; connect ${us.port}; passive true;
  capability { asn4 disable; }
  family { ipv4 unicast; }
  ${exabgpApi}
  announce { ipv4 { unicast ${THEIRS} next-hop ${at} as-path [ 64513 70000 4200000009 ]; } }
}
`,
  );
  const ases = [70_000, 7, 4_200_000_009];
  us.speaker.announce({ prefixes: ['203.0.113.0/24'], attributes: { asPath: [{ type: 'sequence', ases }] } });
  connect(us, { address: at, port, as: 64_513 });
  const path = await eventually(() => us.speaker.rib({ prefix: THEIRS }).routes[0]?.paths[0], patient);
  t.same(path.attributes.asPath, [{ type: 'sequence', ases: [64_513, 70_000, 4_200_000_009] }]);
  const route = await eventually(() => exabgpRoute(daemon.folder, '203.0.113.0/24'), patient);
  t.same(route.update.attribute?.['as-path'], [64_601, ...ases]);
});

t.test(
  'FRR without capabilities reads ours all the same, and leaves our AS4_PATH where it is',
  needs('root', 'command:bgpd', 'command:vtysh'),
  async (t) => {
    const at = await place('127.0.0.136', 64_513);
    const end = await ourEnd(t, '127.0.0.137', LEFT, at);
    const lines = [`neighbor ${end.address} dont-capability-negotiate`, `network ${THEIRS}`];
    const frr = await frrAt(t, at, [end], lines, 'debug bgp as4');
    end.speaker.announce({
      prefixes: ['203.0.113.0/24'],
      attributes: { asPath: [{ type: 'sequence', ases: [70_000, 7] }] },
    });
    end.speaker.addPeer(daemonPeer(end));
    await end.speaker.start();
    const path = await eventually(() => pathAt(end, THEIRS), patient);
    t.same(path.attributes.asPath, [{ type: 'sequence', ases: [64_513] }]);
    t.notOk(statusAt(end).capabilities.includes('four-octet-as'), 'the session has two octets');
    // RFC 6793 §4.2.2 has us send AS4_PATH to whoever tells no capability. FRR 8.4 asks only what we told.
    const AS_TRANS = 23_456;
    t.same(await eventually(() => frrPath(frr, '203.0.113.0/24'), patient), [AS_TRANS, AS_TRANS, 7]);
    t.match(frr.log(), /AS4 capable peer, yet it sent AS4_PATH/);
    t.match(await frr.query('show bgp neighbors'), /4 Byte AS: received/);
  },
);

proofsOf(t, import.meta.url);
