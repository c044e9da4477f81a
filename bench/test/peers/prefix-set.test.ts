import { seededRandom } from '@peerage/bgp/testing';
import t from 'tap';
import { PrefixSet, randomPrefixes } from '../../peers/prefix-set.js';

t.test('a prefix is found by address and length, and is in the set once', async (t) => {
  const set = new PrefixSet(3);
  t.equal(set.add(0x14000000, 16), true);
  t.equal(set.add(0x14000000, 24), true);
  t.equal(set.add(0x14000000, 16), false);
  t.same([set.find(0x14000000, 16), set.find(0x14000000, 24), set.find(0x14000000, 20)], [0, 1, -1]);
  t.equal(set.format(1), '20.0.0.0/24');
});

t.test(
  'random prefixes are distinct, without bits past their length, mostly /24, and the same for one seed',
  async (t) => {
    const set = randomPrefixes(5000, seededRandom(7));
    const again = randomPrefixes(5000, seededRandom(7));
    const octets = ({ addresses }: PrefixSet) => Buffer.from(addresses.buffer);
    t.ok(octets(set).equals(octets(again)));
    t.notOk(octets(set).equals(octets(randomPrefixes(5000, seededRandom(8)))));
    const texts = new Set(Array.from({ length: 5000 }, (_, number) => set.format(number)));
    t.equal(texts.size, 5000);
    const share = set.lengths.filter((length) => length === 24).length / 5000;
    t.ok(share > 0.5 && share < 0.7, `${share} are /24`);
    for (let i = 0; i < 5000; i++) {
      if (set.addresses[i]! % 2 ** (32 - set.lengths[i]!) !== 0) t.fail(set.format(i));
      if (set.addresses[i]! >>> 24 === 198) t.fail('where the peers are');
    }
  },
);
