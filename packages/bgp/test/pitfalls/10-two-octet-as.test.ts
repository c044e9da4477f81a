import { eventually, needs } from '@peerage/test-fixtures';
import t from 'tap';
import {
  birdAt,
  birdPath,
  daemonPeer,
  ourEnd,
  pathAt,
  place,
  statusAt,
  upAt,
} from '../interop/daemon-pair.js';

const withBird = needs('command:bird', 'command:birdc');
const LARGE = 4_200_000_001;
const ours = '203.0.113.0/24';

t.test(
  'a large AS passes a peer of two octets, both ways, and is whole at the other end',
  withBird,
  async (t) => {
    const at = await place('127.0.0.101', 64_513);
    const left = await ourEnd(t, '127.0.0.102', 64_601, at);
    const right = await ourEnd(t, '127.0.0.103', 64_602, at);
    const bird = await birdAt(t, at, [left, right], 'enable as4 off;');
    for (const end of [left, right]) {
      end.speaker.addPeer(daemonPeer(end));
      await end.speaker.start();
      await upAt(end);
    }
    const ases = [70_000, 7, LARGE];
    const aggregator = { as: LARGE, address: '192.0.2.9' };
    left.speaker.announce({
      prefixes: [ours],
      attributes: { asPath: [{ type: 'sequence', ases }], aggregator },
    });
    const path = await eventually(() => pathAt(right, ours), { timeout: 20_000 });
    t.same(path.attributes.asPath, [{ type: 'sequence', ases: [64_513, 64_601, ...ases] }]);
    t.same(path.attributes.aggregator, aggregator, 'the aggregator too');
    t.same(path.attributes.unknown, undefined, 'nothing of AS4_PATH is left over');
    t.same(await birdPath(bird, ours), [64_601, ...ases], 'BIRD has merged AS4_PATH as well');
    t.notOk(statusAt(left).capabilities.includes('four-octet-as'), 'the session itself has two octets');
  },
);

t.test('where all ASes fit two octets, no AS_TRANS appears', withBird, async (t) => {
  const at = await place('127.0.0.106', 64_513);
  const end = await ourEnd(t, '127.0.0.107', 64_601, at);
  const bird = await birdAt(t, at, [end], 'enable as4 off;');
  end.speaker.addPeer(daemonPeer(end));
  end.speaker.announce({ prefixes: [ours] });
  await end.speaker.start();
  t.same(await eventually(() => birdPath(bird, ours), { timeout: 20_000 }), [64_601]);
  t.notMatch(await bird.query(`show route for ${ours} all`), /23456|as4/);
});
