import fc from 'fast-check';
import t from 'tap';
import { encodeCanonical } from '../../src/attributes/canonical.js';
import { encodeForSession } from '../../src/attributes/session-attributes.js';
import { Framer } from '../../src/message/framer.js';
import { type KeySource, UpdatePacker } from '../../src/message/update-packer.js';
import { type Family, familyOf, IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { wordMask } from '../../src/net/prefix.js';
import { createNlriKey, type NlriKey, nlriCodec } from '../../src/nlri/nlri.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';
import { INTERNAL, reader } from './update-bodies.js';

const sourceOf = (keys: readonly NlriKey[]): KeySource => {
  let i = 0;
  return {
    next(key) {
      if (i === keys.length) return false;
      Object.assign(key, keys[i++]);
      return true;
    },
  };
};

function wireAttributes(family: Family, size: number): ByteWriter {
  const block = new ByteWriter();
  const unknown = size === 0 ? [] : [{ code: 99, flags: 0xc0, value: new Uint8Array(size) }];
  encodeCanonical({ unknown }, block);
  const wire = new ByteWriter();
  const nextHop4 = family === IPV4_UNICAST ? Uint8Array.of(192, 0, 2, 1) : null;
  encodeForSession(block.bytes, 0, block.length, { as4: true, nextHop4 }, wire);
  return wire;
}

interface Packed {
  readonly messages: Uint8Array[];
  readonly announced: string[];
  readonly withdrawn: string[];
  readonly tooLarge: string[];
}

/** Reads back what was packed. */
function unpack(
  out: ByteWriter,
  family: Family,
  addPath: boolean,
  maxMessage: number,
): Omit<Packed, 'tooLarge'> {
  const framer = new Framer();
  framer.maxMessage = maxMessage;
  framer.push(out.view());
  const r = reader({ ...INTERNAL, addPath: () => addPath });
  const messages: Uint8Array[] = [];
  const announced: string[] = [];
  const withdrawn: string[] = [];
  const codec = nlriCodec(family)!;
  const key = createNlriKey();
  while (framer.next() === 'message') {
    messages.push(framer.bytes.slice(framer.start, framer.end));
    if (r.read(framer.bytes, framer.start + 19, framer.end) !== 'accept') throw new Error(r.fault?.message);
    const collect = (start: number, end: number, into: string[]): void => {
      for (let at = start; at < end; ) {
        at = codec.read(framer.bytes, at, end, addPath, key);
        into.push(`${key.pathId} ${codec.format(key)}`);
      }
    };
    const plain = family === IPV4_UNICAST;
    collect(plain ? r.nlriStart : r.reachNlriStart, plain ? r.nlriEnd : r.reachNlriEnd, announced);
    collect(
      plain ? r.withdrawnStart : r.unreachNlriStart,
      plain ? r.withdrawnEnd : r.unreachNlriEnd,
      withdrawn,
    );
  }
  if (framer.buffered !== 0 || framer.fault !== null)
    throw new Error(framer.fault?.message ?? 'octets are left');
  return { messages, announced, withdrawn };
}

const word = fc.nat(0xffffffff);
const anyKey = (v6: boolean) =>
  fc.tuple(fc.nat(v6 ? 128 : 32), word, word, word, word, word).map(([length, pathId, a, b, c, d]) => ({
    ...createNlriKey(),
    pathId,
    a: (a & wordMask(length)) >>> 0,
    b: v6 ? (b & wordMask(length - 32)) >>> 0 : 0,
    c: v6 ? (c & wordMask(length - 64)) >>> 0 : 0,
    d: v6 ? (d & wordMask(length - 96)) >>> 0 : 0,
    length,
  }));

const anyCase = fc.boolean().chain((v6) =>
  fc.record({
    family: fc.constant(v6 ? IPV6_UNICAST : IPV4_UNICAST),
    keys: fc.array(anyKey(v6), { maxLength: 900 }),
    addPath: fc.boolean(),
    size: fc.oneof(fc.constant(0), fc.integer({ min: 3900, max: 4100 })),
    maxMessage: fc.constantFrom(4096, 65535),
    nextHop: fc.constantFrom(16, 32),
  }),
);

t.test('every destination arrives or is reported, and no message passes its maximum', async () => {
  fc.assert(
    fc.property(anyCase, ({ family, keys, addPath, size, maxMessage, nextHop }) => {
      const packer = new UpdatePacker({ maxMessage, addPath: () => addPath });
      const wire = wireAttributes(family, size);
      const codec = nlriCodec(family)!;
      const out = new ByteWriter(1);
      const tooLarge: string[] = [];
      const hop = family === IPV4_UNICAST ? null : new Uint8Array(nextHop).fill(0x20);
      const count = packer.announce(out, family, wire.bytes, 0, wire.length, hop, sourceOf(keys), (key) => {
        tooLarge.push(`${key.pathId} ${codec.format(key)}`);
      });
      const { messages, announced } = unpack(out, family, addPath, maxMessage);
      const wanted = keys.map((key) => `${addPath ? key.pathId : 0} ${codec.format(key)}`);
      const reported = tooLarge.map((text) => (addPath ? text : `0 ${text.split(' ')[1]}`));
      return (
        count === messages.length &&
        messages.every((message) => message.length <= maxMessage) &&
        JSON.stringify([...announced, ...reported].sort()) === JSON.stringify(wanted.sort())
      );
    }),
    { numRuns: 60 },
  );
});

t.test('every withdrawal arrives', async () => {
  fc.assert(
    fc.property(anyCase, ({ family, keys, addPath, maxMessage }) => {
      const packer = new UpdatePacker({ maxMessage, addPath: () => addPath });
      const out = new ByteWriter(1);
      const count = packer.withdraw(out, family, sourceOf(keys));
      const { messages, withdrawn } = unpack(out, family, addPath, maxMessage);
      const wanted = keys.map((key) => `${addPath ? key.pathId : 0} ${nlriCodec(family)!.format(key)}`);
      const fits = messages.every((message) => message.length <= maxMessage);
      return fits && count === messages.length && JSON.stringify(withdrawn) === JSON.stringify(wanted);
    }),
    { numRuns: 60 },
  );
});

t.test('a message is filled to its last octet', async (t) => {
  for (const family of [IPV4_UNICAST, IPV6_UNICAST]) {
    const plain = family === IPV4_UNICAST;
    const hop = plain ? null : new Uint8Array(16);
    const key = { ...createNlriKey(), length: 32 };
    const overhead = 23 + (plain ? 0 : 9 + 16);
    const fixed = wireAttributes(family, 300).length - 300;
    // One prefix of 5 octets exactly fills the message; one octet more of attributes leaves no room for it.
    const size = 4096 - overhead - fixed - 5;
    for (const [more, messages] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const wire = wireAttributes(family, size + more);
      const out = new ByteWriter();
      const reported: number[] = [];
      const packer = new UpdatePacker({ maxMessage: 4096 });
      const n = packer.announce(out, family, wire.bytes, 0, wire.length, hop, sourceOf([key]), (k) => {
        reported.push(k.length);
      });
      t.equal(n, messages, family.name);
      t.equal(out.length, messages * 4096);
      t.same(reported, messages === 0 ? [32] : []);
    }
  }
});

t.test('a destination that does not fit does not hold up shorter ones', async (t) => {
  const wire = wireAttributes(IPV4_UNICAST, 4096 - 23 - (wireAttributes(IPV4_UNICAST, 300).length - 300) - 2);
  const key = createNlriKey();
  const reported: number[] = [];
  const out = new ByteWriter();
  const keys = [
    { ...key, length: 32 },
    { ...key, length: 8 },
    { ...key, length: 24 },
  ];
  const packer = new UpdatePacker({ maxMessage: 4096 });
  t.equal(
    packer.announce(out, IPV4_UNICAST, wire.bytes, 0, wire.length, null, sourceOf(keys), (k) =>
      reported.push(k.length),
    ),
    1,
  );
  t.same(reported, [32, 24]);
});

t.test('MP_REACH_NLRI comes first (RFC 7606 §5.1)', async (t) => {
  const wire = wireAttributes(IPV6_UNICAST, 0);
  const out = new ByteWriter();
  const packer = new UpdatePacker({ maxMessage: 4096 });
  packer.announce(
    out,
    IPV6_UNICAST,
    wire.bytes,
    0,
    wire.length,
    new Uint8Array(16),
    sourceOf([createNlriKey()]),
    () => {},
  );
  t.equal(toHex(out.bytes, 23, 25), '900e');
});

t.test('End-of-RIB markers are as RFC 4724 §2 has them', async (t) => {
  const out = new ByteWriter();
  const packer = new UpdatePacker({ maxMessage: 4096 });
  packer.endOfRib(out, IPV4_UNICAST);
  packer.endOfRib(out, IPV6_UNICAST);
  t.equal(
    toHex(out.view()),
    `${'ff'.repeat(16)}00170200000000${'ff'.repeat(16)}001e0200000007900f0003000201`,
  );
});

t.test('families that are not built are refused', async (t) => {
  const packer = new UpdatePacker({ maxMessage: 4096 });
  t.throws(() => packer.withdraw(new ByteWriter(), familyOf(25, 71), sourceOf([])), {
    code: 'BGP_ERR_FAMILY',
  });
});
