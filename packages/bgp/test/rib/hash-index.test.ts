import t from 'tap';
import { mix32 } from '../../src/rib/hash.js';
import { HashIndex, isTagged } from '../../src/rib/hash-index.js';

/** Ids are found by their own value as key. */
function indexOf(): { readonly index: HashIndex; find(id: number): boolean } {
  const index = new HashIndex(mix32);
  const find = (id: number): boolean => {
    const hash = mix32(id);
    const slots = index.segment(hash);
    const mask = slots.length - 1;
    for (let at = hash & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const slot = slots[at]!;
      if (isTagged(slot, hash, index.idMask) && (slot & index.idMask) === id) return true;
    }
    return false;
  };
  return { index, find };
}

t.test('ids are found while they are in, over growing and shrinking', async (t) => {
  const { index, find } = indexOf();
  for (let id = 1; id <= 20_000; id++) index.insert(mix32(id), id);
  t.equal(index.size, 20_000);
  for (let id = 1; id <= 20_000; id += 2) index.remove(mix32(id), id);
  const wrong = [];
  for (let id = 1; id <= 20_001; id++) if (find(id) !== (id <= 20_000 && id % 2 === 0)) wrong.push(id);
  t.same(wrong, []);
});

t.test('ids of up to 31 bits take their bits from the tags, and all that were in stay', async (t) => {
  const { index, find } = indexOf();
  const ids = [1, 77, 0x003f_ffff, 0x0040_0000, 0x0200_0001, 0x1fff_ffff, 0x7fff_fffe];
  for (const id of ids) {
    index.insert(mix32(id), id);
    t.strictSame(
      ids.filter((other) => !find(other)),
      ids.slice(ids.indexOf(id) + 1),
    );
  }
  for (const id of ids) index.remove(mix32(id), id);
  t.equal(index.size, 0);
  t.strictSame(ids.filter(find), []);
});
