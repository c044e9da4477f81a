import t from 'tap';
import { type FamilyKey, IPV4_UNICAST } from '../../../src/net/family.js';
import type { Pipeline } from '../../../src/speaker/pipeline/pipeline.js';
import { message, RAW_PEER, RawPeerLab } from '../../pitfalls/raw-peer.js';
import { FarEnd, path, pipeline, settle } from '../pipeline-fixture.js';

const limits = { paths: 1000, attributeBytes: 65_536 };
const prefix = (n: number): string => `10.${n >> 8}.${n & 255}.0/24`;

/** Announces until it is refused; how often it was not. */
function fill(p: Pipeline, most: number, announce: (n: number) => void): number {
  for (let n = 0; n < most; n++) {
    try {
      announce(n);
    } catch (error) {
      t.match(error, { message: /which is the limit/ });
      return n;
    }
    if (n % 100 === 0) settle(p);
  }
  return most;
}

t.test('as many paths as the limit are taken, one more is refused', async (t) => {
  const p = pipeline({ limits });
  const end = new FarEnd('10.0.0.1', 64_601).open(p);
  t.equal(
    fill(p, 5000, (n) => end.announce(p, [prefix(n)], path(64_601))),
    1000,
  );
  end.withdraw(p, [prefix(0)]);
  end.announce(p, [prefix(2000)], path(64_601));
  t.throws(() => end.announce(p, [prefix(2001)], path(64_601)), /1000 paths of ipv4-unicast/);
});

t.test('path identifiers without end for one prefix are paths', async (t) => {
  const p = pipeline({ limits });
  const end = new FarEnd('10.0.0.1', 64_601, {}, true).open(p);
  t.equal(
    fill(p, 5000, (n) => end.announce(p, [`10.0.0.0/8#${n + 1}`], path(64_601))),
    1000,
  );
});

t.test('attributes that are all distinct are taken up to their octets, and given back', async (t) => {
  const p = pipeline({ limits });
  const end = new FarEnd('10.0.0.1', 64_601).open(p);
  const unknown = (n: number) => [{ code: 99, flags: 0xc0, value: new Uint8Array(1000).fill(n & 255) }];
  const announce = (n: number): void =>
    end.announce(p, [prefix(n)], { ...path(64_601), med: n, unknown: unknown(n) });
  const taken = fill(p, 5000, announce);
  t.ok(taken > 50 && taken < 70, `${taken} sets of about 1,030 octets`);
  p.closePeer(end.index);
  settle(p);
  end.open(p);
  t.equal(fill(p, 5000, announce), taken, 'what the peer held is free again');
});

t.test('one prefix whose attributes change for ever takes no more memory than one', async (t) => {
  const p = pipeline({ limits });
  const end = new FarEnd('10.0.0.1', 64_601).open(p);
  const value = new Uint8Array(2000);
  t.equal(
    fill(p, 20_000, (n) => {
      end.announce(p, [prefix(0)], { ...path(64_601), med: n, unknown: [{ code: 99, flags: 0xc0, value }] });
      if (n % 10 === 0) settle(p);
    }),
    20_000,
  );
  t.ok(p.totals().attributeSets <= 12, `${p.totals().attributeSets} sets`);
});

/** An UPDATE of 65,535 octets: a route with unknown attributes, all of them distinct from those of other `n`. */
function largest(n: number): Uint8Array {
  const attributes = [0x40, 1, 1, 0, 0x40, 2, 6, 2, 1, 0, 0, 0xfd, 0xe9, 0x40, 3, 4, 192, 0, 2, 2];
  for (let code = 130; code < 190; code++) {
    attributes.push(
      0xd0,
      code,
      1084 >>> 8,
      1084 & 255,
      n >>> 8,
      n & 255,
      ...new Array<number>(1082).fill(code),
    );
  }
  const body = [
    0,
    0,
    attributes.length >>> 8,
    attributes.length & 255,
    ...attributes,
    24,
    10,
    n >>> 8,
    n & 255,
  ];
  return message(2, Uint8Array.from(body));
}

t.test(
  'a peer of long messages that fills the tables falls with 6/8; others stay, and its memory is free',
  async (t) => {
    const extended = { name: 'extended-message' } as const;
    const capabilities = [{ name: 'multiprotocol', family: IPV4_UNICAST } as const, extended];
    const tableLimits = { attributeBytes: 3_000_000 };
    const world = await new RawPeerLab(65_001, {}, { capabilities, speaker: { tableLimits } }).start();
    const other = world.lab.speaker(3, 65_003);
    world.lab.join(world.at, other, { passive: true });
    other.speaker.updatePeer({ ...{ address: '192.0.2.1', remoteAs: 65_000 }, passive: false });
    await world.lab.start(other);
    await world.up();
    t.ok(await world.lab.until(() => world.at.speaker.peer('192.0.2.3')?.state === 'established', 300_000));
    for (let n = 0; n < 100 && world.state === 'established'; n++) await world.say(largest(n));
    t.match(world.at.speaker.peer(RAW_PEER)?.lastNotification, { direction: 'sent', code: 6, subcode: 8 });
    t.match(world.at.speaker.peer(RAW_PEER)?.lastError?.message, /attribute sets take 3000000 octets/);
    await world.lab.clock.runFor(1000);
    t.equal(world.at.speaker.rib().routes.length, 0);
    t.equal(world.at.speaker.status().attributeSets, 0);
    t.equal(world.at.speaker.peer('192.0.2.3')?.state, 'established');
    await world.up();
    await world.say(largest(0));
    t.ok(world.has('10.0.0.0/24'), 'and it may come back');
  },
);

t.test('the largest OPEN, with as many capabilities as fit, costs its octets and nothing more', async (t) => {
  const many: number[] = [];
  while (many.length < 4060) many.push(200 + (many.length % 50), 0);
  const open = Uint8Array.of(
    ...[4, 0xfd, 0xe9, 0, 0, 192, 0, 2, 2, 255, 255],
    ...[(many.length + 3) >>> 8, (many.length + 3) & 255, 2, many.length >>> 8, many.length & 255],
    ...many,
  );
  const world = await new RawPeerLab(65_001).start();
  world.peer = await world.dial();
  await world.say(message(1, open), message(4, new Uint8Array(0)));
  t.equal(world.state, 'established');
  t.ok((world.at.speaker.peer(RAW_PEER)?.capabilities.length ?? 0) <= 50, 'each is told once');
});

t.test('path identifiers are counted where they were negotiated', async (t) => {
  const addPathSend = new Map<FamilyKey, number>([[IPV4_UNICAST.key, 64]]);
  const p = pipeline({ limits: { ...limits, paths: 50 } });
  const source = new FarEnd('10.0.0.1', 64_601, {}, true).open(p);
  const to = new FarEnd('10.0.0.2', 64_602, { addPathSend }).open(p);
  t.equal(
    fill(p, 500, (n) => source.announce(p, [`10.0.0.0/8#${n + 1}`], { ...path(64_601), med: n })),
    50,
  );
  settle(p);
  t.equal(to.held.size, 50);
  t.same(to.problems, []);
});
