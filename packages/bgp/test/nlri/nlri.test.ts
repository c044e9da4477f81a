import fc from 'fast-check';
import t from 'tap';
import { familyOf, IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { createNlriKey, nlriCodec, supportedFamilies } from '../../src/nlri/nlri.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex, toHex } from '../../src/wire/hex.js';

/** Written once: text, octets without and with a path identifier of 0x01020304. */
const PREFIXES: readonly (readonly [typeof IPV4_UNICAST, string, string])[] = [
  [IPV4_UNICAST, '0.0.0.0/0', '00'],
  [IPV4_UNICAST, '128.0.0.0/1', '0180'],
  [IPV4_UNICAST, '10.0.0.0/8', '080a'],
  [IPV4_UNICAST, '10.128.0.0/9', '090a80'],
  [IPV4_UNICAST, '192.0.2.0/24', '18c00002'],
  [IPV4_UNICAST, '255.255.255.255/32', '20ffffffff'],
  [IPV6_UNICAST, '::/0', '00'],
  [IPV6_UNICAST, '2001:db8::/32', '2020010db8'],
  [IPV6_UNICAST, '2001:db8:8000::/33', '2120010db880'],
  [IPV6_UNICAST, '2001:db8::1/128', '8020010db8000000000000000000000001'],
];

t.test('prefixes are read, written and sized, with and without path identifiers', async (t) => {
  const key = createNlriKey();
  for (const [family, text, hex] of PREFIXES) {
    const codec = nlriCodec(family)!;
    for (const addPath of [false, true]) {
      const bytes = fromHex((addPath ? '01020304' : '') + hex)!;
      t.equal(codec.read(bytes, 0, bytes.length, addPath, key), bytes.length);
      t.equal(codec.format(key), text);
      t.equal(key.pathId, addPath ? 0x01020304 : 0);
      const out = new ByteWriter(1);
      codec.write(out, key, addPath);
      t.equal(toHex(out.view()), toHex(bytes));
      t.equal(codec.size(key, addPath), bytes.length);
      for (let end = 0; end < bytes.length; end++)
        t.equal(codec.read(bytes, 0, end, addPath, key), -1, 'cut off');
    }
  }
});

t.test('lengths over the address size are malformed', async (t) => {
  const key = createNlriKey();
  t.equal(nlriCodec(IPV4_UNICAST)!.read(fromHex('210000000000')!, 0, 6, false, key), -1);
  t.equal(nlriCodec(IPV6_UNICAST)!.read(new Uint8Array(40).fill(129), 0, 40, false, key), -1);
});

t.test('bits past the length are zeroed', async (t) => {
  const key = createNlriKey();
  nlriCodec(IPV4_UNICAST)!.read(fromHex('13ac1fff')!, 0, 4, false, key);
  t.equal(nlriCodec(IPV4_UNICAST)!.format(key), '172.31.224.0/19');
  nlriCodec(IPV6_UNICAST)!.read(fromHex('21ffffffffff')!, 0, 6, false, key);
  t.equal(nlriCodec(IPV6_UNICAST)!.format(key), 'ffff:ffff:8000::/33');
});

t.test('families that are not built have no codec', async (t) => {
  t.equal(nlriCodec(familyOf(25, 70)), undefined);
  t.same(
    supportedFamilies.map((family) => nlriCodec(family)?.family),
    supportedFamilies,
  );
});

t.test('what is written is read back, and never more than its size', async () => {
  const word = fc.nat(0xffffffff);
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.boolean(),
      fc.nat(128),
      word,
      word,
      word,
      word,
      word,
      (v6, addPath, n, p, a, b, c, d) => {
        const codec = nlriCodec(v6 ? IPV6_UNICAST : IPV4_UNICAST)!;
        const out = new ByteWriter();
        codec.write(out, { ...createNlriKey(), pathId: p, a, b, c, d, length: v6 ? n : n % 33 }, addPath);
        const once = createNlriKey();
        const end = codec.read(out.bytes, 0, out.length, addPath, once);
        const again = new ByteWriter();
        codec.write(again, once, addPath);
        const twice = createNlriKey();
        codec.read(again.bytes, 0, again.length, addPath, twice);
        return (
          end === out.length &&
          end === codec.size(once, addPath) &&
          JSON.stringify(once) === JSON.stringify(twice)
        );
      },
    ),
  );
});
