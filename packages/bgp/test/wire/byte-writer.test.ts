import t from 'tap';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';

t.test('numbers are written in network order', async (t) => {
  const out = new ByteWriter(1);
  out.u8(0x1ff);
  out.u16(0x0203);
  out.u32(0xfffefdfc);
  t.equal(toHex(out.view()), 'ff0203fffefdfc');
});

t.test('a reserved hole is patched later', async (t) => {
  const out = new ByteWriter();
  const at = out.reserve(2);
  out.u8(7);
  out.patch16(at, 0xabcd);
  t.equal(toHex(out.view()), 'abcd07');
});

t.test('copy takes short and long runs across growth', async (t) => {
  const source = Uint8Array.from({ length: 600 }, (_, i) => i & 0xff);
  const out = new ByteWriter(8);
  out.copy(source, 1, 3);
  out.copy(source, 0, 600);
  t.equal(out.length, 602);
  t.same(out.slice(), Uint8Array.from([1, 2, ...source]));
});

t.test('reset keeps the buffer, and slice survives it', async (t) => {
  const out = new ByteWriter(16);
  out.u32(1);
  const { bytes } = out;
  const copy = out.slice();
  out.reset();
  out.u32(2);
  t.equal(out.bytes, bytes, 'nothing was allocated');
  t.equal(toHex(copy), '00000001');
});

t.test('equals compares what was written, not what the buffers hold behind it', async (t) => {
  const [one, other] = [new ByteWriter(16), new ByteWriter(4)];
  one.u32(1);
  other.u16(0);
  t.notOk(one.equals(other));
  other.u16(1);
  t.ok(one.equals(other));
  one.reset();
  one.u16(0);
  t.notOk(one.equals(other));
  t.notOk(other.equals(one));
});
