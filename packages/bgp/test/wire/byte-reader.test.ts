import t from 'tap';
import { ByteReader } from '../../src/wire/byte-reader.js';

t.test('numbers are read in network order, large ones unsigned', async (t) => {
  const reader = new ByteReader(Uint8Array.of(1, 2, 3, 0xff, 0xff, 0xff, 0xfe, 4, 5, 6));
  t.equal(reader.u8(), 1);
  t.equal(reader.u16(), 0x0203);
  t.equal(reader.u32(), 0xfffffffe);
  t.equal(reader.u24(), 0x040506);
  t.notOk(reader.overrun);
  t.equal(reader.remaining, 0);
});

t.test('reading past the end latches overrun and gives zeros', async (t) => {
  const reader = new ByteReader(Uint8Array.of(1, 2, 3), 1, 3);
  t.equal(reader.u32(), 0x02030000);
  t.ok(reader.overrun);
  t.equal(reader.take(4).length, 0);
  t.ok(reader.overrun, 'it stays');
});
