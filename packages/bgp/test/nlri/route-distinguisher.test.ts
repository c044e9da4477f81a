import t from 'tap';
import { formatRouteDistinguisher, writeRouteDistinguisher } from '../../src/nlri/route-distinguisher.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex, toHex } from '../../src/wire/hex.js';

t.test('all three types of route distinguisher, and those that are none of them', async (t) => {
  for (const [hex, text] of [
    ['0000fde800000064', '65000:100'],
    ['0001c00002010064', '192.0.2.1:100'],
    ['0002fa56ea000064', '4200000000:100'],
    ['0002000000640064', '2:100:100'],
    ['ffff000102030405', '0xffff000102030405'],
    ['0000000000000000', '0:0'],
  ] as const) {
    t.equal(formatRouteDistinguisher(fromHex(`ff${hex}`)!, 1), text);
    const out = new ByteWriter();
    writeRouteDistinguisher('rd', text, out);
    t.equal(toHex(out.view()), hex);
  }
});

t.test('text that is none is refused', async (t) => {
  for (const text of [
    '',
    '1',
    ':1',
    '1:',
    '1:2:3:4',
    '70000:70000',
    '1.2.3.4:70000',
    '1.2.3:1',
    '3:1:1',
    '0x00',
    7,
  ]) {
    t.throws(() => writeRouteDistinguisher('rd', text, new ByteWriter()), {
      code: 'BGP_ERR_NLRI',
      path: 'rd',
    });
  }
});
