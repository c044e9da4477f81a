import t from 'tap';
import { encodeCanonical } from '../../src/attributes/canonical.js';
import { AttributeStore } from '../../src/rib/attribute-store.js';
import type { AttrId } from '../../src/rib/ids.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { seeded } from './seeded.js';

/** Distinct blocks by number, of very different lengths. */
function block(n: number): Uint8Array {
  const bytes = new Uint8Array(8 + ((n * 7919) % 900));
  bytes.fill(n & 255);
  bytes.set([n >>> 24, n >>> 16, n >>> 8, n]);
  return bytes;
}

function stored(store: AttributeStore, id: AttrId): Uint8Array {
  return store.bytes(id).slice(store.start(id), store.end(id));
}

t.test('sets are interned, counted and freed as a naive twin does it, and survive compaction', async (t) => {
  const seed = Number(process.env.SEED ?? 1);
  const random = seeded(seed);
  const store = new AttributeStore();
  const refs = new Map<number, number>();
  const ids = new Map<number, AttrId>();
  let most = 0;
  for (let step = 0; step < 60_000; step++) {
    const n = random(4000);
    const count = refs.get(n) ?? 0;
    const isGrowing = Math.floor(step / 15_000) % 2 === 0;
    if (random(10) < (isGrowing ? 7 : 2)) {
      const bytes = block(n);
      const id = store.intern(bytes, 0, bytes.length);
      if (count > 0 && ids.get(n) !== id) throw new Error(`seed ${seed}, step ${step}: ${n} has two ids`);
      store.retain(id);
      ids.set(n, id);
      refs.set(n, count + 1);
    } else if (count > 0) {
      store.release(ids.get(n)!);
      if (count === 1) refs.delete(n);
      else refs.set(n, count - 1);
    }
    if (random(40) === 0) {
      store.collect();
      if (store.size !== refs.size)
        throw new Error(`seed ${seed}, step ${step}: ${store.size} sets, not ${refs.size}`);
    }
    most = Math.max(most, store.heldBytes);
  }
  for (const [n, count] of refs) {
    const id = ids.get(n)!;
    if (store.references(id) !== count)
      throw new Error(`seed ${seed}: ${n} has ${store.references(id)} references`);
    if (Buffer.compare(stored(store, id), block(n)) !== 0)
      throw new Error(`seed ${seed}: the bytes of ${n} changed`);
    for (let i = 0; i < count; i++) store.release(id);
  }
  while (store.collect());
  t.equal(store.size, 0);
  t.ok(
    store.heldBytes <= 2 * 262_144 && most > 1_000_000,
    `${store.heldBytes} of ${most} octets are still held`,
  );
});

t.test('half of the sets gone gives half of the memory back', async (t) => {
  const store = new AttributeStore();
  const ids: AttrId[] = [];
  for (let n = 0; n < 10_000; n++) {
    const bytes = block(n);
    ids.push(store.intern(bytes, 0, bytes.length));
    store.retain(ids[n]!);
  }
  const full = store.heldBytes;
  for (let n = 0; n < 10_000; n++) if (n % 3 !== 0) store.release(ids[n]!);
  while (store.collect());
  t.ok(store.heldBytes < full * 0.5, `${store.heldBytes} of ${full}`);
  for (let n = 0; n < 10_000; n += 300) t.same(stored(store, ids[n]!), block(n));
});

t.test(
  'a set without references lives until collect, and its id is told apart from its next life',
  async (t) => {
    const store = new AttributeStore();
    const a = store.intern(block(1), 0, 20);
    const serial = store.serial(a);
    store.retain(a);
    store.release(a);
    t.equal(store.intern(block(1), 0, 20), a, 'revived');
    store.collect();
    t.equal(store.size, 0);
    t.not(store.serial(a), serial, 'a freed id is nobody');
    const b = store.intern(block(2), 0, 20);
    t.equal(b, a, 'ids are used again at once');
    t.not(store.serial(b), serial);
  },
);

t.test('decision columns hold what the set says', async (t) => {
  const store = new AttributeStore();
  const out = new ByteWriter();
  const asPath = [{ type: 'sequence', ases: [4_200_000_000, 2, 3] }] as const;
  encodeCanonical({ origin: 'egp', asPath, med: 0xffffffff, localPref: 7, originatorId: '255.0.0.1' }, out);
  const id = store.intern(out.bytes, 0, out.length);
  store.prepare(id);
  t.strictSame(
    [
      store.origin(id),
      store.asPathLength(id),
      store.neighborAs(id),
      store.med(id),
      store.localPref(id),
      store.originatorId(id),
    ],
    [1, 3, 4_200_000_000, 0xffffffff, 7, 0xff000001],
  );
});
