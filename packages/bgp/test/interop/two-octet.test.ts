// test-timeout: 120
import { type Daemon, eventually, needs, startBird, type Teardown } from '@peerage/test-fixtures';
import t from 'tap';
import {
  birdPath,
  daemonPeer,
  type OurEnd,
  ourEnd,
  type Place,
  pathAt,
  place,
  statusAt,
  upAt,
} from './daemon-pair.js';

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
