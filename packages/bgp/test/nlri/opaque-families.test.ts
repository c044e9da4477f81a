import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { familyOf } from '../../src/net/family.js';
import { encodeNlri, opaqueFamilies, opaqueNlriCodec } from '../../src/nlri/opaque-families.js';
import { createNlriSpan, type OpaqueNlriCodec } from '../../src/nlri/opaque-nlri-codec.js';
import { rawNlriCodec } from '../../src/nlri/raw-nlri.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex, toHex } from '../../src/wire/hex.js';
import { anyNlri } from './any-nlri.js';

function encoded(codec: OpaqueNlriCodec, value: unknown): Uint8Array {
  const out = new ByteWriter(1);
  encodeNlri(codec, value, out);
  return out.slice();
}

/** What JSON makes of a value: the same, for what is decoded. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What reading says about octets between others: none of which it may depend on. */
function reading(codec: OpaqueNlriCodec, bytes: Uint8Array, addPath: boolean, around: number): string {
  const field = new Uint8Array(bytes.length + 16).fill(around);
  field.set(bytes, 8);
  const end = 8 + bytes.length;
  const span = createNlriSpan();
  const told: unknown[] = [];
  for (let at = 8; at < end; ) {
    const next = codec.read(field, at, end, addPath, span);
    if (next < 0) return JSON.stringify([...told, 'over the end']);
    if (next <= at || next > end || span.end !== next || span.start < at || span.start > next) {
      throw new Error(`read went from ${at} to ${next} of ${end}`);
    }
    const problem = codec.check(field, span.start, span.end);
    if (problem !== null) {
      told.push(problem);
    } else {
      const value = codec.decode(field, span.start, span.end);
      const key = new ByteWriter();
      codec.writeKey(field, span.start, span.end, key);
      told.push([span.pathId, value, codec.format(value), toHex(key.view())]);
    }
    at = next;
  }
  return JSON.stringify(told);
}

t.test('every family that is kept by its octets has arbitraries here', async (t) => {
  t.same(Object.keys(anyNlri).sort(), opaqueFamilies.map((family) => family.name).sort());
  for (const family of opaqueFamilies) t.equal(opaqueNlriCodec(family)?.family, family);
  t.equal(opaqueNlriCodec(familyOf(1, 1)), undefined);
  t.equal(opaqueNlriCodec(familyOf(99, 99)), undefined);
});

for (const family of opaqueFamilies) {
  const codec = opaqueNlriCodec(family)!;
  const values = anyNlri[family.name]!;
  const lists = fc.array(values, { minLength: 1, maxLength: 4 });

  t.test(`${family.name}: what is written is read back, alone and among others`, async () => {
    fc.assert(
      fc.property(lists, fc.boolean(), (list, addPath) => {
        const out = new ByteWriter(1);
        list.forEach((value, i) => {
          if (addPath) out.u32(i + 7);
          codec.encode(value, out);
        });
        const span = createNlriSpan();
        const back: unknown[] = [];
        for (let at = 0; at < out.length; ) {
          at = codec.read(out.bytes, at, out.length, addPath, span);
          if (at < 0) return false;
          const problem = codec.check(out.bytes, span.start, span.end);
          if (problem !== null) throw new Error(`${problem}: ${JSON.stringify(list)}`);
          if (span.pathId !== (addPath ? back.length + 7 : 0)) return false;
          back.push(codec.decode(out.bytes, span.start, span.end));
        }
        return isDeepStrictEqual(back, asJson(list)) && isDeepStrictEqual(asJson(back), back);
      }),
      { numRuns: 300, seed: 4760 },
    );
  });

  t.test(`${family.name}: cut off anywhere, it runs over the end`, async () => {
    fc.assert(
      fc.property(values, fc.boolean(), (value, addPath) => {
        const bytes = encoded(codec, value);
        const whole = addPath ? Uint8Array.from([0, 0, 0, 1, ...bytes]) : bytes;
        for (let end = 0; end < whole.length; end++) {
          if (codec.read(whole, 0, end, addPath, createNlriSpan()) >= 0) return false;
        }
        return true;
      }),
      { numRuns: 50, seed: 4760 },
    );
  });

  t.test(
    `${family.name}: whatever comes, nothing throws or looks beside it, and what passes goes round`,
    async () => {
      const damaged = fc
        .tuple(lists, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
        .map(([list, changes]) => {
          const bytes = Uint8Array.from(list.flatMap((value) => [...encoded(codec, value)]));
          for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
          return bytes;
        });
      const bodies = fc.oneof(damaged, fc.uint8Array({ maxLength: 120 }));
      fc.assert(
        fc.property(bodies, fc.boolean(), (bytes, addPath) => {
          if (reading(codec, bytes, addPath, 0x00) !== reading(codec, bytes, addPath, 0xff)) return false;
          const span = createNlriSpan();
          if (codec.read(bytes, 0, bytes.length, false, span) < 0) return true;
          if (codec.check(bytes, span.start, span.end) !== null) return true;
          const value = codec.decode(bytes, span.start, span.end);
          const again = encoded(codec, value);
          if (codec.check(again, 0, again.length) !== null) return false;
          return JSON.stringify(codec.decode(again, 0, again.length)) === JSON.stringify(value);
        }),
        { numRuns: 2_000, seed: 7606 },
      );
    },
  );
}

t.test('a family that nobody knows goes by its framing', async (t) => {
  const vpls = rawNlriCodec(familyOf(25, 65), { lengthAt: 0, lengthSize: 2, unit: 'octets' });
  const bytes = fromHex('00020102' + '0001ff')!;
  const span = createNlriSpan();
  t.equal(vpls.read(bytes, 0, bytes.length, false, span), 4);
  t.same(vpls.decode(bytes, span.start, span.end), { hex: '00020102' });
  t.equal(vpls.read(bytes, 4, bytes.length, false, span), 7);
  t.equal(vpls.format(vpls.decode(bytes, span.start, span.end)), '0001ff');
  t.equal(vpls.read(bytes, 0, 3, false, span), -1);
  t.same(encoded(vpls, { hex: '0001ff' }), fromHex('0001ff'));
  for (const hex of ['0002ff', '0001ffff', 'xyz', '00']) {
    t.throws(() => encoded(vpls, { hex }), { code: 'BGP_ERR_NLRI', path: 'nlri.hex' });
  }
  const bits = rawNlriCodec(familyOf(3, 99), { lengthAt: 0, lengthSize: 1, unit: 'bits' });
  t.equal(bits.read(fromHex('09ffff00')!, 0, 4, false, span), 3);
});
