import fc from 'fast-check';
import t from 'tap';
import { sortTail } from '../../src/attributes/sorted-records.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';

t.test('records are sorted without doubles, and what lies before them stays', async () => {
  const records = fc.constantFrom(4, 8, 12).chain((size) =>
    fc.record({
      size: fc.constant(size),
      list: fc.array(fc.uint8Array({ minLength: size, maxLength: size, max: 3 }), {
        minLength: 1,
        maxLength: 300,
      }),
    }),
  );
  fc.assert(
    fc.property(records, ({ size, list }) => {
      const out = new ByteWriter();
      out.u8(0xff);
      for (const record of list) out.copy(record);
      sortTail(out, 1, size);
      const wanted = [...new Set(list.map((record) => toHex(record)))].sort().join('');
      return toHex(out.view()) === `ff${wanted}`;
    }),
  );
});

t.test('16,000 communities in the worst order take less than a quarter of a second', async (t) => {
  const out = new ByteWriter();
  for (let i = 16_000; i > 0; i--) out.u32(i);
  const start = performance.now();
  sortTail(out, 0, 4);
  t.ok(performance.now() - start < 250);
  t.equal(toHex(out.bytes, 0, 4), '00000001');
});
