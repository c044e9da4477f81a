import t from 'tap';
import { encodeCanonical } from '../../src/attributes/canonical.js';
import { linkBandwidth } from '../../src/attributes/link-bandwidth.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';

function of(...extendedCommunities: string[]): number {
  const out = new ByteWriter();
  encodeCanonical({ extendedCommunities }, out);
  return linkBandwidth({ bytes: out.bytes, start: 0, end: out.length });
}

t.test('linkBandwidth reads octets a second, transitive or not', async (t) => {
  t.equal(of('4004fde84cee6b28'), 125_000_000, '1 Gbit/s');
  t.equal(of('0004fde84cee6b28'), 125_000_000);
  t.equal(of('0002fde800000001', '4004fde83f800000'), 1);
});

t.test('what is no bandwidth is 0', async (t) => {
  t.equal(of(), 0);
  t.equal(of('0002fde84cee6b28'), 0, 'a route target');
  t.equal(of('4104fde84cee6b28'), 0, 'another type');
  for (const word of ['00000000', '00000001', '7f800000', '7fc00000', 'bf800000'])
    t.equal(of(`4004fde8${word}`), 0, word);
});
