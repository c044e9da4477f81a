import fc from 'fast-check';
import t from 'tap';
import { encodeKeepalive } from '../../src/message/keepalive.js';
import { createOpen, encodeOpen } from '../../src/message/open.js';
import { type FamilyKey, IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import type { PipelinePeer } from '../../src/speaker/members/pipeline-peer.js';
import { ALL_PATHS } from '../../src/speaker/settings/path-options.js';
import { anyAttributes } from '../attributes/any-attributes.js';
import { FarEnd, pipeline, settle } from '../speaker/pipeline-fixture.js';
import { message, RAW_PEER, RawPeerLab } from './raw-peer.js';

// Messages must be filled to the last octet and never over it, path identifiers counted; what does not fit is withdrawn
// and told, never dropped in silence; OPEN and KEEPALIVE stay small whatever was negotiated.

const withIds: Partial<PipelinePeer> = {
  addPathSend: new Map<FamilyKey, number>([
    [IPV4_UNICAST.key, ALL_PATHS],
    [IPV6_UNICAST.key, ALL_PATHS],
  ]),
};

/** Sizes of all messages that an end was sent. */
function sizes(end: FarEnd): number[] {
  return end.blocks.flatMap((block) => {
    const found: number[] = [];
    for (let at = 0; at < block.length; at += found.at(-1)!)
      found.push((block[at + 16]! << 8) | block[at + 17]!);
    return found;
  });
}

const prefixesOf = (family: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) =>
    family === 4
      ? `10.${i >> 8}.${i & 255}.0/${24 - (i % 3)}`.replace(/\d+\.0\/2[23]$/, (tail) => masked(tail))
      : `2001:db8:${i.toString(16)}::/48`,
  ).filter((prefix, i, all) => all.indexOf(prefix) === i);

/** Host bits of the third octet cleared. */
function masked(tail: string): string {
  const [octet = '0', length = '24'] = tail.split(/\.0\//);
  return `${Number(octet) & (0xff << (24 - Number(length)))}.0/${length}`;
}

for (const [name, overrides] of [
  ['with one path', {}],
  ['with path identifiers', withIds],
] as const) {
  t.test(`every route arrives, in messages of at most 4096 octets, ${name}`, async (t) => {
    let fullest = 0;
    fc.assert(
      fc.property(
        anyAttributes,
        fc.integer({ min: 1, max: 1500 }),
        fc.constantFrom(4, 6),
        (any, count, family) => {
          const p = pipeline();
          const source = new FarEnd('10.0.0.1', 64_601).open(p);
          const one = new FarEnd('10.0.0.2', 64_602, overrides).open(p);
          const { med, atomicAggregate, aggregator, largeCommunities, extendedCommunities, unknown } = any;
          const rest = { med, atomicAggregate, aggregator, largeCommunities, extendedCommunities, unknown };
          const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
          const attributes = { ...given, asPath: [{ type: 'sequence' as const, ases: [64_601, 7] }] };
          const prefixes = prefixesOf(family, count);
          source.announce(p, prefixes, attributes);
          settle(p);
          const all = sizes(one);
          fullest = Math.max(fullest, ...all);
          const held = new Set([...one.held.keys()].map((key) => key.split('#')[0]));
          return (
            one.problems.length === 0 && all.every((size) => size <= 4096) && held.size === prefixes.length
          );
        },
      ),
      { numRuns: 60, seed: 844 },
    );
    t.ok(fullest > 4085, `the fullest had ${fullest} octets`);
  });
}

t.test('a message of exactly 4096 octets is sent, and taken', async (t) => {
  let exact = 0;
  for (let pad = 0; pad < 12; pad++) {
    const p = pipeline();
    const source = new FarEnd('10.0.0.1', 64_601).open(p);
    const to = new FarEnd('10.0.0.2', 64_602).open(p);
    const unknown = [{ code: 99, flags: 0xc0, value: new Uint8Array(pad) }];
    source.announce(p, prefixesOf(6, 900), {
      origin: 'igp',
      asPath: [{ type: 'sequence', ases: [64_601] }],
      unknown,
    });
    settle(p);
    t.same(to.problems, []);
    t.equal(to.held.size, 900);
    exact += sizes(to).filter((size) => size === 4096).length;
  }
  t.ok(exact > 0, `${exact} messages were full to the last octet`);
});

t.test('a route whose attributes do not fit is withdrawn there, kept elsewhere, and told', async (t) => {
  const p = pipeline();
  const source = new FarEnd('10.0.0.1', 64_601).open(p);
  const small = new FarEnd('10.0.0.2', 64_602).open(p);
  const large = new FarEnd('10.0.0.3', 64_603, { maxMessage: 65_535 }).open(p);
  const attributes = { origin: 'igp' as const, asPath: [{ type: 'sequence' as const, ases: [64_601] }] };
  source.announce(p, ['192.0.2.0/24', '198.51.100.0/24'], attributes);
  settle(p);
  t.equal(small.held.size, 2);
  // Taken whole from the wire, it has 4,095 octets; our AS in front makes it too large for one message to pass on.
  const unknown = [{ code: 99, flags: 0xc0, value: new Uint8Array(4_044) }];
  source.announce(p, ['192.0.2.0/24'], { ...attributes, unknown });
  settle(p);
  t.same([...small.held.keys()], ['198.51.100.0/24'], 'what it held is gone, not stale');
  t.notOk(small.held.has('192.0.2.0/24'));
  t.ok(large.held.has('192.0.2.0/24') || large.problems.length > 0, 'the peer of long messages has it');
  source.announce(p, ['192.0.2.0/24'], attributes);
  settle(p);
  t.equal(small.held.size, 2, 'and it comes back when it fits again');
});

const extended = { name: 'extended-message' } as const;
const unicast = { name: 'multiprotocol', family: IPV4_UNICAST } as const;

/** An UPDATE of 10.0.0.0/8 with so many octets in all. */
function updateOfSize(size: number): Uint8Array {
  const fixed = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9, 0x40, 3, 4, 192, 0, 2, 2];
  const padding = size - 19 - 4 - fixed.length - 4 - 2;
  const attributes = [...fixed, 0xd0, 99, padding >>> 8, padding & 255, ...new Uint8Array(padding)];
  return message(
    2,
    Uint8Array.of(0, 0, attributes.length >>> 8, attributes.length & 255, ...attributes, 8, 10),
  );
}

t.test('messages over 4096 octets are taken only where both sides offered them (RFC 8654)', async (t) => {
  for (const [theirs, size, expected] of [
    [true, 65_535, 'established'],
    [true, 4096, 'established'],
    [false, 4096, 'established'],
    [false, 4097, 'down'],
  ] as const) {
    const capabilities = theirs ? [unicast, extended] : [unicast];
    const world = await new RawPeerLab(65_001, {}, { capabilities }).start();
    const peer = await world.up();
    await world.say(updateOfSize(size));
    const state = world.state === 'established' ? 'established' : 'down';
    t.equal(state, expected, `${size} octets, ${theirs ? 'offered' : 'not offered'} by the peer`);
    if (expected === 'established') t.ok(world.has('10.0.0.0/8'));
    else t.match(await peer.expectOpen().then(() => peer.expectNotification()), { code: 1, subcode: 2 });
  }
});

t.test('OPEN and KEEPALIVE stay within 4096 octets, and longer ones are refused even then', async (t) => {
  t.equal(encodeKeepalive().length, 19);
  const many = Array.from(
    { length: 30 },
    (_, i) => ({ name: 'unknown', code: 200, value: new Uint8Array(130 + i) }) as const,
  );
  const open = createOpen({ localAs: 64_512, holdTime: 90, routerId: 1, capabilities: many });
  t.throws(() => encodeOpen(open), { code: 'BGP_ERR_MESSAGE_SIZE', message: /4096/ });
  const world = await new RawPeerLab(65_001, {}, { capabilities: [unicast, extended] }).start();
  await world.up();
  await world.say(message(4, new Uint8Array(1)));
  t.match(world.at.speaker.peer(RAW_PEER)?.lastNotification, { code: 1, subcode: 2 });
  world.peer = await world.dial();
  await world.say(message(1, new Uint8Array(4096)));
  t.match(world.at.speaker.peer(RAW_PEER)?.lastNotification, { code: 1, subcode: 2 });
});
