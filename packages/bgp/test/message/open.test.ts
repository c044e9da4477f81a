import t from 'tap';
import { Framer } from '../../src/message/framer.js';
import {
  createOpen,
  decodeOpen,
  encodeOpen,
  type OpenMessage,
  vetOpen,
  vetOpenFields,
} from '../../src/message/open.js';
import { fromHex, toHex } from '../../src/wire/hex.js';
import { OPENS } from './messages.js';

for (const { name, hex, value } of OPENS) {
  t.test(`an OPEN ${name} is decoded, encoded, goes round, and comes octet by octet`, async (t) => {
    t.same(decodeOpen(fromHex(hex)!), { ok: true, value });
    t.equal(toHex(encodeOpen(value)), hex);
    const again = decodeOpen(encodeOpen(value));
    t.same(again.ok && toHex(encodeOpen(again.value)), hex);
    const framer = new Framer();
    for (const octet of fromHex(hex)!) framer.push(Uint8Array.of(octet));
    t.equal(framer.next(), 'message');
    t.same(decodeOpen(framer.bytes, framer.start, framer.end), { ok: true, value });
  });
}

const body = (hex: string): Uint8Array => {
  const bytes = fromHex(`${'ff'.repeat(16)}000001${hex}`)!;
  bytes[17] = bytes.length;
  return bytes;
};

t.test(
  'capabilities may come in many parameters, repeated, and in the extended form with any length octet',
  async (t) => {
    for (const parameters of [
      '0e' + '0206010400010001' + '0204' + '02000200',
      '06' + '0204' + '02004600',
      '02' + '0200',
    ]) {
      t.ok(decodeOpen(body(`04fde800b40a000001${parameters}`)).ok, parameters);
    }
    const extended = decodeOpen(body('04fde800b40a00000101ff0005020002' + '0200'));
    t.match(
      extended,
      { ok: true, value: { capabilities: [{ name: 'route-refresh' }] } },
      'RFC 9072 §2: the length is not asked',
    );
  },
);

t.test('decodeOpen refuses what is wrong with the subcode of RFC 4271 §6.2', async (t) => {
  const cases: [string, number, string][] = [
    ['03fde800b40a00000100', 1, '0004'],
    ['05fde800b40a00000100', 1, '0004'],
    ['04fde800b40a0000010401020000', 4, ''],
    ['04fde800b40a00000104' + '03020000', 4, ''],
    ['04fde800b40a00000105' + '02020200', 0, ''],
    ['04fde800b40a00000103' + '02020200', 0, ''],
    ['04fde800b40a00000104' + '02030200', 0, ''],
    ['04fde800b40a00000101' + '02', 0, ''],
    ['04fde800b40a000001ff' + 'ff00', 0, ''],
    ['04fde800b40a000001ff' + 'ff000402000102', 0, ''],
  ];
  for (const [hex, subcode, data] of cases) {
    const decoded = decodeOpen(body(hex));
    t.match(decoded, { ok: false, fault: { severity: 'reset', code: 2, subcode } }, hex);
    t.equal(!decoded.ok && toHex(decoded.fault.data), data);
  }
});

t.test('vetOpen judges AS, hold time and identifier, in this order', async (t) => {
  const open = (change: Partial<OpenMessage>): OpenMessage => ({
    ...createOpen({ localAs: 65001, holdTime: 90, routerId: 2, capabilities: [] }),
    ...change,
  });
  const expected = { localAs: 65000, localRouterId: 1, remoteAs: 65001 };
  t.equal(vetOpen(open({}), expected), null);
  t.match(vetOpen(open({}), { ...expected, remoteAs: 65002 }), { subcode: 2, message: /65002, got 65001/ });
  t.match(vetOpen(open({ as: 0 }), expected), { subcode: 2 });
  t.match(vetOpen(open({ as: 65009 }), expected), { subcode: 2 }, 'the field contradicts the capability');
  t.equal(vetOpen(open({ as: 23456 }), expected), null, 'AS_TRANS where it was not needed');
  t.match(vetOpen(open({ holdTime: 1 }), expected), { subcode: 6, message: /got 1/ });
  t.match(vetOpen(open({ holdTime: 2 }), expected), { subcode: 6 });
  t.equal(vetOpen(open({ holdTime: 3 }), expected), null);
  t.equal(vetOpen(open({ holdTime: 0 }), expected), null);
  t.match(vetOpen(open({ routerId: 0 }), expected), { subcode: 3 });
  t.equal(vetOpen(open({ routerId: 1 }), expected), null, 'RFC 6286: another AS may have our identifier');
  t.match(vetOpen(open({ routerId: 1 }), { ...expected, localAs: 65001 }), { subcode: 3 });
  t.match(vetOpen(open({ as: 0, holdTime: 1, routerId: 0 }), expected), { subcode: 2 }, 'the first counts');
  t.match(vetOpenFields(open({ holdTime: 2 })), { subcode: 6 });
});

t.test('createOpen says AS_TRANS for AS numbers of four octets', async (t) => {
  const capabilities = [{ name: 'four-octet-as', as: 4200000000 }] as const;
  t.match(createOpen({ localAs: 4200000000, holdTime: 9, routerId: 1, capabilities: [] }), {
    as: 23456,
    capabilities,
  });
  t.equal(createOpen({ localAs: 65000, holdTime: 9, routerId: 1, capabilities: [] }).as, 65000);
});

t.test('an OPEN over 4096 octets is not made', async (t) => {
  const big = { name: 'unknown', code: 200, value: new Uint8Array(255) } as const;
  const open = createOpen({ localAs: 1, holdTime: 9, routerId: 1, capabilities: Array(16).fill(big) });
  t.throws(() => encodeOpen(open), { code: 'BGP_ERR_MESSAGE_SIZE' });
  t.ok(encodeOpen({ ...open, capabilities: open.capabilities.slice(1) }).length <= 4096);
});
