import fc from 'fast-check';
import { IPv4, IPv6 } from 'ip-num';
import t from 'tap';
import { BgpError } from '../../src/errors.js';
import { addressToU32, formatAddress, isAddress, parseAddress, u32ToAddress } from '../../src/net/address.js';
import { toHex } from '../../src/wire/hex.js';

t.test('IPv6 text comes out as RFC 5952 wants it', async (t) => {
  const cases: [string, string][] = [
    ['2001:db8::1', '2001:0DB8:0:0:0:0:0:1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['1:0:0:2::3', '1:0:0:2:0:0:0:3'],
    ['2001:db8::1:0:0:1', '2001:db8:0:0:1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['64:ff9b::c000:201', '64:ff9b::192.0.2.1'],
  ];
  for (const [canonical, text] of cases) t.equal(formatAddress(parseAddress(text)), canonical);
});

t.test('what is no address is refused with the value in the message', async (t) => {
  const bad = [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.4 ',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
  ];
  bad.push(
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '::1%eth0',
    '1:',
    '::1.2.3',
    '1:2:3:4:5:6:7:1.2.3.4',
    '1::2:3:4:5:6:7:8',
  );
  for (const text of bad) {
    t.notOk(isAddress(text), text);
    t.throws(() => parseAddress(text), { code: 'BGP_ERR_ADDRESS' });
  }
});

t.test('every IPv6 address is read back, as another library reads it', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const text = formatAddress(bytes);
      if (toHex(parseAddress(text)) !== toHex(bytes)) return false;
      return new IPv6(text).getValue().toString(16).padStart(32, '0') === toHex(bytes);
    }),
  );
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const value = new IPv6(text).getValue().toString(16).padStart(32, '0');
      return toHex(parseAddress(text)) === value;
    }),
  );
});

t.test('dotted quads go to words and back', async (t) => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (word) => {
      const text = u32ToAddress(word);
      return addressToU32(text) === word && new IPv4(text).getValue() === BigInt(word);
    }),
  );
  t.throws(() => addressToU32('::1'), BgpError);
});
