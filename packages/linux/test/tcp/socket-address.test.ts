import t from 'tap';
import { encodeMd5Key } from '../../src/tcp/md5-key.js';
import { encodeSocketAddress, mapToIpv6 } from '../../src/tcp/socket-address.js';
import { bytesOf, hexOf } from '../netlink/hex.js';

const indexOf = (name: string): number => (name === 'eth0' ? 7 : 0);
const encoded = (address: string, port = 179): string =>
  hexOf(encodeSocketAddress(address, port, indexOf).bytes);
const vector = (text: string): string => hexOf(bytesOf(text));

t.test('IPv4 and IPv6 addresses are encoded as the kernel takes them', async (t) => {
  t.equal(encoded('192.0.2.1'), vector('0200 00b3 c0000201 00000000 00000000'));
  const six = (address: string, scope = '00000000'): string =>
    vector(`0a00 00b3 00000000 ${address} ${scope}`);
  t.equal(encoded('::'), six('00000000000000000000000000000000'));
  t.equal(encoded('::1'), six('00000000000000000000000000000001'));
  t.equal(encoded('2001:db8::'), six('20010db8000000000000000000000000'));
  t.equal(encoded('2001:db8:1:2:3:4:5:6'), six('20010db8000100020003000400050006'));
  t.equal(encoded('2001:db8::4:5:6'), six('20010db8000000000000000400050006'));
  t.equal(encoded(mapToIpv6('192.0.2.1')), six('00000000000000000000ffffc0000201'));
  t.equal(encoded('64:ff9b:0:0:0:0:192.0.2.1'), six('0064ff9b0000000000000000c0000201'));
  t.equal(encoded('fe80::1%eth0'), six('fe800000000000000000000000000001', '07000000'));
  t.equal(encoded('fe80::1%12'), six('fe800000000000000000000000000001', '0c000000'));
});

t.test('what is no address, port or scope throws, with the value', async (t) => {
  t.throws(() => encoded('192.0.2'), {
    code: 'LINUX_ERR_ARGUMENT',
    message: '"192.0.2" is not an IP address',
  });
  t.throws(() => encoded('[::1]'), { message: '"[::1]" is not an IP address' });
  t.throws(() => encoded('::1', 65536), { message: 'a port is 0 to 65535, got 65536' });
  t.throws(() => encoded('fe80::1%eth9'), { message: '"fe80::1%eth9": there is no interface eth9' });
});

t.test('an MD5 key is encoded with its peer, prefix and length', async (t) => {
  const peer = encodeSocketAddress('192.0.2.1', 0, indexOf);
  const key = Uint8Array.of(0x61, 0x62, 0x63);
  const option = (middle: string, digits: string): string => {
    return vector(`0200 0000 c0000201 ${'00'.repeat(120)} ${middle} 00000000 ${digits.padEnd(160, '0')}`);
  };
  t.equal(hexOf(encodeMd5Key(peer, null, key)), option('00 00 0300', '616263'));
  t.equal(hexOf(encodeMd5Key(peer, 24, key)), option('01 18 0300', '616263'));
  t.equal(hexOf(encodeMd5Key(peer, null, null)), option('00 00 0000', ''));
});

t.test('a key has 1 to 80 octets', async (t) => {
  const peer = encodeSocketAddress('192.0.2.1', 0, indexOf);
  for (const length of [1, 80]) t.equal(encodeMd5Key(peer, null, new Uint8Array(length)).length, 216);
  for (const length of [0, 81]) {
    t.throws(() => encodeMd5Key(peer, null, new Uint8Array(length)), {
      message: new RegExp(`got ${length}`),
    });
  }
});
