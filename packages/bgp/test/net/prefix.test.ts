import fc from 'fast-check';
import t from 'tap';
import { IPV4_UNICAST, IPV6_UNICAST } from '../../src/net/family.js';
import { createNlriKey } from '../../src/net/nlri-key.js';
import {
  formatPrefix,
  keyBytes,
  parseInto,
  parsePrefix,
  prefixBits,
  wordMask,
} from '../../src/net/prefix.js';
import { nlriCodec } from '../../src/nlri/nlri.js';

t.test('prefixes of both families are read and shown', async (t) => {
  for (const text of [
    '0.0.0.0/0',
    '10.0.0.0/8',
    '192.0.2.1/32',
    '::/0',
    '2001:db8::/32',
    '2001:db8::1/128',
  ]) {
    t.equal(formatPrefix(parsePrefix(text)), text);
  }
  t.equal(prefixBits(IPV4_UNICAST), 32);
  t.equal(prefixBits(IPV6_UNICAST), 128);
});

t.test('host bits are an error that shows the right form', async (t) => {
  t.throws(() => parsePrefix('10.1.2.3/8'), {
    code: 'BGP_ERR_PREFIX',
    message: /10\.1\.2\.3\/8.*use 10\.0\.0\.0\/8/,
  });
  t.throws(() => parsePrefix('2001:db8::1/64'), { message: /use 2001:db8::\/64/ });
  t.throws(() => parsePrefix('2001:db8::1/127'), { message: /use 2001:db8::\/127/ });
});

t.test('what is no prefix is refused, with the way out', async (t) => {
  t.throws(() => parsePrefix('10.0.0.0'), { message: /an address alone is 10\.0\.0\.0\/32/ });
  for (const bad of [
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '::/129',
    '10.0.0/8',
    'x/1',
    '::1::/1',
  ]) {
    t.throws(() => parsePrefix(bad), { code: 'BGP_ERR_PREFIX' }, bad);
  }
});

t.test('keys of any prefix go to text and back', async () => {
  const word = fc.nat(0xffffffff);
  fc.assert(
    fc.property(fc.boolean(), fc.nat(128), word, word, word, word, (v6, bits, a, b, c, d) => {
      const family = v6 ? IPV6_UNICAST : IPV4_UNICAST;
      const length = v6 ? bits : bits % 33;
      const key = {
        ...createNlriKey(),
        a: (a & wordMask(length)) >>> 0,
        b: v6 ? (b & wordMask(length - 32)) >>> 0 : 0,
        c: v6 ? (c & wordMask(length - 64)) >>> 0 : 0,
        d: v6 ? (d & wordMask(length - 96)) >>> 0 : 0,
        length,
      };
      const again = createNlriKey();
      const text = nlriCodec(family)!.format(key);
      const same = parseInto(text, again) === family && JSON.stringify(again) === JSON.stringify(key);
      return same && Buffer.compare(parsePrefix(text).bytes, keyBytes(family, key)) === 0;
    }),
  );
});
