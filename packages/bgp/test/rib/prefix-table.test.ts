import t from 'tap';
import { createNlriKey } from '../../src/net/nlri-key.js';
import { parseInto } from '../../src/net/prefix.js';
import { ipv4Unicast } from '../../src/nlri/ipv4-unicast.js';
import { ipv6Unicast } from '../../src/nlri/ipv6-unicast.js';
import type { PrefixId } from '../../src/rib/ids.js';
import { prefixTable } from '../../src/rib/prefix-table.js';
import { seeded } from './seeded.js';

for (const codec of [ipv4Unicast, ipv6Unicast]) {
  t.test(
    `the ${codec.family.name} table finds what a Map finds, under random adds and releases`,
    async (t) => {
      const seed = Number(process.env.SEED ?? 1);
      const random = seeded(seed);
      const table = prefixTable(codec);
      const twin = new Map<string, PrefixId>();
      const key = createNlriKey();
      for (let step = 0; step < 60_000; step++) {
        // Neighbours, in all lengths: what a weak hash would put into one run. Growing and shrinking in waves.
        const n = random(6000);
        const length = 20 + random(5);
        const word = ((0x0a000000 + (n << 12)) & (-1 << (32 - length))) >>> 0;
        Object.assign(key, { pathId: 0, a: word, b: 0, c: 0, d: 0, length });
        const text = codec.format(key);
        const known = twin.get(text) ?? 0;
        if (table.find(key) !== known)
          throw new Error(`seed ${seed}, step ${step}: ${text} is not found as it should`);
        if (random(10) < (Math.floor(step / 15_000) % 2 === 0 ? 7 : 2)) {
          const id = table.add(key);
          if (known !== 0 && id !== known)
            throw new Error(`seed ${seed}, step ${step}: ${text} was added twice`);
          twin.set(text, id);
        } else if (known !== 0) {
          table.release(known);
          twin.delete(text);
        }
        if (table.size !== twin.size)
          throw new Error(`seed ${seed}, step ${step}: size ${table.size}, not ${twin.size}`);
      }
      for (const [text, id] of twin) {
        table.read(id, key);
        if (codec.format(key) !== text || !table.has(id))
          throw new Error(`seed ${seed}: ${text} reads as ${codec.format(key)}`);
      }
      t.equal(new Set(twin.values()).size, twin.size, 'ids are distinct');
      for (const id of twin.values()) table.release(id);
      t.equal(table.size, 0);
      t.equal(table.limit, 1, 'an empty table starts over');
    },
  );
}

t.test('the table tells prefixes apart that differ in length or in the last bit', async (t) => {
  const table = prefixTable(ipv6Unicast);
  const key = createNlriKey();
  const texts = ['::/0', '2001:db8::/32', '2001:db8::/33', '2001:db8::/128', '2001:db8::1/128'];
  const ids = texts.map((text) => {
    parseInto(text, key);
    return table.add(key);
  });
  t.equal(new Set(ids).size, texts.length);
  const v4 = prefixTable(ipv4Unicast);
  parseInto('255.255.255.255/32', key);
  const id = v4.add(key);
  parseInto('0.0.0.0/0', key);
  t.not(v4.add(key), id);
  v4.read(id, key);
  t.equal(key.a, 0xffffffff, 'words are unsigned');
});
