import { eventually, needs } from '@peerage/test-fixtures';
import t from 'tap';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { KEEPALIVE } from '../../src/message/keepalive.js';
import { createOpen, encodeOpen } from '../../src/message/open.js';
import { IPV4_UNICAST } from '../../src/net/family.js';
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
import { bodyOf } from '../message/update-bodies.js';
import { message, OUR_AS, RAW_PEER, RawPeerLab } from './raw-peer.js';

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

const UNICAST = { name: 'multiprotocol', family: IPV4_UNICAST } as const;

/** A peer of two or four octets; `as` is what its OPEN says, `configured` what we expect. */
async function peerOf(as: number, isOld: boolean, configured = as): Promise<RawPeerLab> {
  const world = await new RawPeerLab(configured).start();
  world.peer = await world.dial();
  const open = createOpen({ localAs: as, holdTime: 0, routerId: 7, capabilities: [UNICAST] });
  await world.say(encodeOpen(isOld ? { ...open, capabilities: [UNICAST] } : open), KEEPALIVE);
  return world;
}

const hex = (value: number, octets: number): string => value.toString(16).padStart(2 * octets, '0');
const attribute = (flags: string, code: number, value: string): string =>
  `${flags}${hex(code, 1)}${hex(value.length / 2, 1)}${value}`;
const segment = (octets: 2 | 4, ases: readonly number[], type = 2): string =>
  hex(type, 1) + hex(ases.length, 1) + ases.map((as) => hex(as, octets)).join('');

interface Told {
  readonly path: string;
  readonly as4Path?: string;
  readonly aggregator?: string;
  readonly as4Aggregator?: string;
}

/** The attributes of 10.0.0.0/8, as the peer told it. */
async function taken(world: RawPeerLab, told: Told): Promise<PathAttributes | undefined> {
  const attributes = [
    '40010100',
    attribute('40', 2, told.path),
    '400304c0000202',
    told.aggregator === undefined ? '' : attribute('c0', 7, told.aggregator),
    told.as4Path === undefined ? '' : attribute('c0', 17, told.as4Path),
    told.as4Aggregator === undefined ? '' : attribute('c0', 18, told.as4Aggregator),
  ].join('');
  await world.say(message(2, bodyOf({ attributes, nlri: '080a' })));
  t.equal(world.state, 'established');
  return world.at.speaker.rib({ prefix: '10.0.0.0/8' }).routes[0]?.paths[0]?.attributes;
}

const TRANS = 23_456;
const sequence = (...ases: number[]) => ({ type: 'sequence', ases });

t.test(
  'a peer of two octets is told by AS_TRANS what it cannot write, and is taken at its word',
  async (t) => {
    const world = await peerOf(65_001, true);
    t.equal(world.state, 'established');
    t.notOk(world.at.speaker.peer(RAW_PEER)?.capabilities.includes('four-octet-as'));
    t.equal(
      (await peerOf(70_000, false)).state,
      'established',
      'AS_TRANS in the field, the AS in the capability',
    );
    for (const [as, isOld, configured] of [
      [70_000, true, 70_000],
      [65_001, true, 65_002],
      [70_001, false, 70_000],
    ] as const) {
      const other = await peerOf(as, isOld, configured);
      t.match(other.at.speaker.peer(RAW_PEER)?.lastNotification, { direction: 'sent', code: 2, subcode: 2 });
    }
  },
);

t.test('AS_PATH and AS4_PATH are put together by their lengths, never by counting AS_TRANS', async (t) => {
  const old = await peerOf(65_001, true);
  const path = async (told: Told) => (await taken(old, told))?.asPath;
  const two = (...ases: number[]): string => segment(2, ases);
  const four = (...ases: number[]): string => segment(4, ases);
  t.same(await path({ path: two(65_001, TRANS, 7), as4Path: four(70_000, 7) }), [
    sequence(65_001, 70_000, 7),
  ]);
  t.same(
    await path({ path: two(65_001, TRANS, TRANS, 7), as4Path: four(70_000, 7) }),
    [sequence(65_001, TRANS, 70_000, 7)],
    'an AS_TRANS that is nobody else stays',
  );
  t.same(
    await path({ path: two(65_001, 7), as4Path: four(65_001, 70_000, 7) }),
    [sequence(65_001, 7)],
    'longer',
  );
  t.same(await path({ path: two(65_001, TRANS) }), [sequence(65_001, TRANS)], 'none');
  t.same(
    await path({ path: two(65_001, TRANS), as4Path: segment(4, [9, 9], 3) + four(70_000) }),
    [sequence(65_001, 70_000)],
    'confederation segments do not count',
  );
});

t.test('AS4_AGGREGATOR counts where AGGREGATOR says AS_TRANS; else AS4_PATH is ignored too', async (t) => {
  const old = await peerOf(65_001, true);
  const path = segment(2, [65_001, TRANS]);
  const as4Path = segment(4, [70_000]);
  const as4Aggregator = `${hex(70_000, 4)}c0000209`;
  const merged = await taken(old, { path, as4Path, as4Aggregator, aggregator: `${hex(TRANS, 2)}c0000209` });
  t.match(merged, { asPath: [sequence(65_001, 70_000)], aggregator: { as: 70_000, address: '192.0.2.9' } });
  const ignored = await taken(old, { path, as4Path, as4Aggregator, aggregator: `${hex(65_009, 2)}c0000209` });
  t.match(ignored, { asPath: [sequence(65_001, TRANS)], aggregator: { as: 65_009 } });
});

t.test('AS4_PATH and AS4_AGGREGATOR from a peer of four octets are dropped', async (t) => {
  const young = await peerOf(65_001, false);
  const attributes = await taken(young, {
    path: segment(4, [65_001, 7]),
    as4Path: segment(4, [65_001, 70_000]),
    as4Aggregator: `${hex(70_000, 4)}c0000209`,
  });
  t.same(attributes?.asPath, [sequence(65_001, 7)]);
  t.equal(attributes?.aggregator, undefined);
  t.equal(attributes?.unknown, undefined);
});

t.test(
  'to a peer of two octets AS_TRANS and AS4_PATH are written, and only where they are needed',
  async (t) => {
    const old = await peerOf(65_001, true);
    const sent = async (ases: readonly number[]): Promise<string> => {
      old.at.speaker.announce({
        prefixes: ['198.51.100.0/24'],
        attributes: { asPath: [{ type: 'sequence', ases }] },
      });
      await old.lab.clock.runFor(1_000);
      return Buffer.from(old.peer!.received.at(-1)!.bytes).toString('hex');
    };
    const small = await sent([7]);
    t.ok(small.includes(attribute('40', 2, segment(2, [OUR_AS, 7]))), small);
    t.notOk(small.includes('c011'), 'no AS4_PATH');
    const large = await sent([70_000, 7]);
    t.ok(large.includes(attribute('40', 2, segment(2, [OUR_AS, TRANS, 7]))), large);
    t.ok(large.includes(attribute('c0', 17, segment(4, [OUR_AS, 70_000, 7]))), large);
  },
);
