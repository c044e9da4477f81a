import t from 'tap';
import { GOOD } from '../message/good-attributes.js';
import { bodyOf } from '../message/update-bodies.js';
import { message, OUR_AS, RawPeerLab } from './raw-peer.js';

// A malformed attribute must do what RFC 7606 says and no more: drop the attribute, withdraw the routes, or reset the
// session. What is expected stands here attribute by attribute, apart from the table that the reader uses.

type Outcome = 'accept' | 'discard' | 'withdraw' | 'reset';
type Kind = 'flags' | 'short' | 'long' | 'zero' | 'twice' | 'cut';
const KINDS: readonly Kind[] = ['flags', 'short', 'long', 'zero', 'twice', 'cut'];

type Row = readonly [code: number, name: string, ...(readonly [Outcome, Outcome, Outcome, Outcome, Outcome])];

/** Over an internal session, with routes: flags, one octet less, one more, none, and there twice. Cut off: see below. */
const ROWS: readonly Row[] = [
  // code, name, flags, short, long, zero, twice
  [1, 'ORIGIN', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [2, 'AS_PATH', 'withdraw', 'withdraw', 'withdraw', 'accept', 'discard'],
  [3, 'NEXT_HOP', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [4, 'MULTI_EXIT_DISC', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [5, 'LOCAL_PREF', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [6, 'ATOMIC_AGGREGATE', 'withdraw', 'accept', 'discard', 'accept', 'discard'],
  [7, 'AGGREGATOR', 'withdraw', 'discard', 'discard', 'discard', 'discard'],
  [8, 'COMMUNITIES', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [9, 'ORIGINATOR_ID', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [10, 'CLUSTER_LIST', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [14, 'MP_REACH_NLRI', 'withdraw', 'reset', 'reset', 'reset', 'reset'],
  [15, 'MP_UNREACH_NLRI', 'withdraw', 'reset', 'reset', 'reset', 'reset'],
  [16, 'EXTENDED_COMMUNITIES', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  // RFC 6793 §4.1: dropped whatever they hold, because the session has four octets.
  [17, 'AS4_PATH', 'discard', 'discard', 'discard', 'discard', 'discard'],
  [18, 'AS4_AGGREGATOR', 'discard', 'discard', 'discard', 'discard', 'discard'],
  [22, 'PMSI_TUNNEL', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [23, 'TUNNEL_ENCAPSULATION', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [25, 'IPV6_EXTENDED_COMMUNITIES', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [26, 'AIGP', 'discard', 'discard', 'discard', 'discard', 'discard'],
  [29, 'BGP-LS', 'withdraw', 'discard', 'discard', 'discard', 'discard'],
  [32, 'LARGE_COMMUNITY', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [35, 'ONLY_TO_CUSTOMER', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
  [40, 'PREFIX_SID', 'discard', 'discard', 'discard', 'discard', 'discard'],
  [128, 'ATTR_SET', 'withdraw', 'withdraw', 'withdraw', 'withdraw', 'discard'],
];

/** From an external peer these are dropped, whatever they hold (RFC 7606 §7.5, §7.9, §7.10; RFC 7311 §3.3). */
const INTERNAL_ONLY = new Set([5, 9, 10, 26]);
const MANDATORY = [1, 2, 3];
const PREFIX = '198.51.100.0/24';
const NLRI = '18c63364';
const OTHER_PREFIX = '2001:db8::/32';

function sized(good: string, octets: string): string {
  return good.slice(0, 4) + (octets.length / 2).toString(16).padStart(2, '0') + octets;
}

function damage(kind: Kind, good: string): string {
  const value = good.slice(6);
  switch (kind) {
    case 'flags':
      return (Number.parseInt(good.slice(0, 2), 16) ^ 0x80).toString(16).padStart(2, '0') + good.slice(2);
    case 'short':
      return sized(good, value.slice(0, -2));
    case 'long':
      return sized(good, `${value}ab`);
    case 'zero':
      return sized(good, '');
    case 'twice':
      return good + good;
    case 'cut':
      return good.slice(0, 4);
  }
}

/** The mandatory attributes, and the damaged one in its place; what is cut off stands at the end. */
function attributesWith(code: number, kind: Kind): string {
  const bad = damage(kind, GOOD[code]!);
  const others = MANDATORY.filter((c) => c !== code || kind === 'cut').map((c) => GOOD[c]!);
  return [...others, bad].join('');
}

/** RFC 7606 §4: a header that is cut off withdraws. Without routes nothing can be withdrawn: §5.2 has the session reset. */
function expectedOf(row: Row, kind: Kind, internal: boolean, withRoutes: boolean): Outcome {
  const [code, , ...cells] = row;
  const isDropped = !internal && INTERNAL_ONLY.has(code);
  const cell: Outcome = kind === 'cut' ? 'withdraw' : isDropped ? 'discard' : cells[KINDS.indexOf(kind)]!;
  if (cell !== 'withdraw' || withRoutes) return cell;
  // MP_REACH_NLRI with wrong flags still tells of routes, which are withdrawn; the one that is looked at is not among them.
  return code === 14 && kind === 'flags' ? 'discard' : 'reset';
}

function updateOf(attributes: string, nlri: string): Uint8Array {
  return message(2, bodyOf({ attributes, nlri }));
}

const good = (): string => MANDATORY.map((code) => GOOD[code]!).join('');

/** What became of the session and of the route that was there before. */
async function outcomeOf(world: RawPeerLab, update: Uint8Array, withRoutes: boolean): Promise<string> {
  if (world.state !== 'established') await world.up();
  await world.say(updateOf(good(), NLRI));
  if (!world.has(PREFIX)) throw new Error('the route is not there to begin with');
  const before = world.peer!.received.length;
  await world.say(update);
  const isUp = world.state === 'established';
  const notified = world.peer!.received.slice(before).find(({ type }) => type === 3);
  if (!isUp)
    return notified?.bytes[19] === 3 && !world.has(PREFIX) ? 'reset' : 'down without a NOTIFICATION 3/x';
  if (notified !== undefined) return 'a NOTIFICATION, and still up';
  if (!withRoutes) return world.has(PREFIX) ? 'kept' : 'withdrew what it did not announce';
  return world.has(PREFIX) ? 'kept' : 'withdraw';
}

const asSeen = (expected: Outcome): string =>
  expected === 'accept' || expected === 'discard' ? 'kept' : expected;

for (const internal of [true, false]) {
  for (const withRoutes of [true, false]) {
    const title = `every attribute, damaged in six ways, from an ${internal ? 'internal' : 'external'} peer, ${withRoutes ? 'with' : 'without'} routes`;
    t.test(title, async (t) => {
      const world = await new RawPeerLab(internal ? OUR_AS : 65_001).start();
      let cells = 0;
      for (const row of ROWS) {
        for (const kind of KINDS) {
          const [code, name] = row;
          const update = updateOf(attributesWith(code, kind), withRoutes ? NLRI : '');
          const expected = asSeen(expectedOf(row, kind, internal, withRoutes));
          t.equal(await outcomeOf(world, update, withRoutes), expected, `${name}: ${kind}`);
          cells++;
        }
      }
      t.equal(cells, ROWS.length * KINDS.length);
    });
  }
}

t.test('a dropped attribute is gone from the route, and the rest of the route stays', async (t) => {
  const world = await new RawPeerLab(65_001).start();
  await world.up();
  const attributes = `${good()}${GOOD[4]}${damage('long', GOOD[6]!)}${damage('short', GOOD[7]!)}${GOOD[5]}`;
  await world.say(updateOf(attributes, NLRI));
  const path = world.at.speaker.rib({ prefix: PREFIX }).routes[0]?.paths[0]?.attributes;
  t.same(Object.keys(path ?? {}).sort(), ['asPath', 'med', 'origin']);
});

t.test('the strongest of several outcomes wins, in whatever order they come', async (t) => {
  const faults: Readonly<Record<string, readonly [string, Outcome]>> = {
    discard: [damage('long', GOOD[6]!), 'discard'],
    withdraw: [damage('short', GOOD[4]!), 'withdraw'],
    'reset: well-known and unknown': ['40630101', 'reset'],
    'reset: MP_REACH_NLRI twice': [GOOD[14]! + GOOD[14]!, 'reset'],
  };
  const rank: readonly Outcome[] = ['accept', 'discard', 'withdraw', 'reset'];
  const world = await new RawPeerLab(65_001).start();
  for (const [first, [one, a]] of Object.entries(faults)) {
    for (const [second, [other, b]] of Object.entries(faults)) {
      if (first === second) continue;
      const strongest = rank.indexOf(a) > rank.indexOf(b) ? a : b;
      const seen = await outcomeOf(world, updateOf(good() + one + other, NLRI), true);
      t.equal(seen, asSeen(strongest), `${first}, then ${second}`);
    }
  }
});

t.test(
  'routes in MP_REACH_NLRI are withdrawn too, and those of MP_UNREACH_NLRI are withdrawn beside',
  async (t) => {
    const world = await new RawPeerLab(65_001).start();
    await world.up();
    const path = GOOD[1]! + GOOD[2]!;
    await world.say(updateOf(path + GOOD[14]!, ''), updateOf(good(), NLRI));
    t.ok(world.has(OTHER_PREFIX));
    await world.say(updateOf(path + GOOD[14]! + damage('short', GOOD[4]!), ''));
    t.notOk(world.has(OTHER_PREFIX), 'its MED was malformed');
    t.ok(world.has(PREFIX), 'another route has nothing to do with it');
    await world.say(updateOf(path + GOOD[14]!, ''));
    const unreach = '800f08000201' + '2020010db8';
    await world.say(updateOf(good() + unreach + damage('short', GOOD[4]!), NLRI));
    t.notOk(world.has(OTHER_PREFIX), 'MP_UNREACH_NLRI counts beside a malformed attribute');
    t.notOk(world.has(PREFIX));
    t.equal(world.state, 'established');
  },
);

t.test('octets that no family can be read from reset the session', async (t) => {
  const world = await new RawPeerLab(65_001).start();
  for (const nlri of ['21c6336401', '18c633', '20c6336401ff']) {
    t.equal(await outcomeOf(world, updateOf(good(), nlri), true), 'reset', nlri);
  }
});
