import t from 'tap';
import type { AttributeStore } from '../../src/rib/attribute-store.js';
import { type AttrId, type NextHopId, NO_FORM, NO_OUT, type TreatmentId } from '../../src/rib/ids.js';
import { Rib } from '../../src/rib/rib.js';
import type { Treatment } from '../../src/rib/treatment-table.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';

const local = { internal: false, routerId: 1, address: new Uint8Array(4) };

/** Passes on the first octets of a set, and one of its own behind. */
class Cut implements Treatment {
  readonly key: string;
  readonly octets: number;
  readonly tail: number;
  readonly nextHop: NextHopId;

  constructor(octets: number, tail: number, nextHop: NextHopId) {
    this.octets = octets;
    this.tail = tail;
    this.nextHop = nextHop;
    this.key = [octets, tail, nextHop].join();
  }

  write(attributes: AttributeStore, set: AttrId, out: ByteWriter): void {
    const start = attributes.start(set);
    out.copy(attributes.bytes(set), start, start + this.octets);
    out.u8(this.tail);
  }

  withNextHop(nextHop: NextHopId): Cut {
    return new Cut(this.octets, this.tail, nextHop);
  }
}

class World {
  readonly rib = new Rib([], local, { maximumPaths: 1, exactAsPath: true });
  readonly outs = this.rib.outs;
  readonly hop = this.address(1);

  set(...octets: number[]): AttrId {
    const set = this.rib.attributes.intern(Uint8Array.from(octets), 0, octets.length);
    this.rib.attributes.retain(set);
    return set;
  }

  address(last: number): NextHopId {
    return this.rib.nextHops.intern(Uint8Array.of(192, 0, 2, last), 0, 4);
  }

  cut(octets: number, tail: number, hop = this.hop): TreatmentId {
    return this.outs.treatments.intern(new Cut(octets, tail, hop));
  }

  written(out: number): string {
    const bytes = new ByteWriter();
    this.outs.write(out as never, bytes);
    return toHex(bytes.slice());
  }
}

t.test('a set is told apart by its treatment, and its first one takes no row', async (t) => {
  const w = new World();
  const set = w.set(1, 2, 3);
  const [two, one] = [w.cut(2, 9), w.cut(1, 8)];
  const main = w.outs.of(set, two);
  t.equal(w.outs.of(set, two), main);
  t.equal(w.outs.size, 0);
  const other = w.outs.of(set, one);
  t.not(other, main);
  t.equal(w.outs.of(set, one), other);
  t.equal(w.outs.size, 1);
  t.same([w.written(main), w.written(other)], ['010209', '0108']);
  t.same([w.outs.set(main), w.outs.set(other)], [set, set]);
  t.same([w.outs.nextHop(main), w.outs.nextHop(other)], [w.hop, w.hop]);
});

t.test('what is advertised is the same when octets, next hop and NLRI are, of whatever sets', async (t) => {
  const w = new World();
  const [a, b, c] = [w.set(1, 2, 3), w.set(1, 2, 4), w.set(1, 5, 3)];
  const { outs } = w;
  const two = w.cut(2, 9);
  t.ok(outs.isSame(outs.of(a, two), outs.of(b, two)), 'the third octet stays here');
  t.ok(outs.isSame(outs.of(b, two), outs.of(a, two)));
  t.notOk(outs.isSame(outs.of(a, two), outs.of(c, two)));
  t.notOk(outs.isSame(outs.of(a, two), NO_OUT));
  t.ok(outs.isSame(NO_OUT, NO_OUT));
  t.notOk(outs.isSame(outs.of(a, two), outs.of(b, w.cut(2, 9, w.address(2)))), 'another next hop');
  t.ok(outs.isSame(outs.of(a, w.cut(1, 2)), outs.of(c, w.cut(1, 2))));
  const form = w.rib.forms.intern(Uint8Array.of(7), 0, 1);
  const formed = outs.withForm(outs.of(a, two), form);
  t.notOk(outs.isSame(formed, outs.of(b, two)), 'other NLRI octets');
  t.ok(outs.isSame(formed, outs.withForm(outs.of(b, two), form)));
});

t.test('a comparison is not remembered beyond the life of a set', async (t) => {
  const w = new World();
  const { outs, rib } = w;
  const [a, b] = [w.set(1, 2, 3), w.set(1, 2, 4)];
  const two = w.cut(2, 9);
  outs.treatments.retain(two);
  t.ok(outs.isSame(outs.of(a, two), outs.of(b, two)));
  rib.attributes.release(b);
  rib.collect();
  const c = w.set(8, 8, 8);
  t.equal(c, b, 'the id was given out anew');
  t.notOk(outs.isSame(outs.of(a, two), outs.of(c, two)));
});

t.test('what is advertised differs by NLRI octets, and shares a base', async (t) => {
  const w = new World();
  const { outs } = w;
  const { forms } = w.rib;
  const set = w.set(1);
  const base = outs.of(set, w.cut(1, 1));
  const form = forms.intern(Uint8Array.of(1, 2, 3), 0, 3);
  const formed = outs.withForm(base, form);
  t.not(formed, base);
  t.equal(outs.withForm(formed, form), formed);
  t.equal(outs.withForm(formed, NO_FORM), base);
  t.same([outs.base(formed), outs.base(base)], [base, base]);
  t.same([outs.form(formed), outs.form(base)], [form, NO_FORM]);
  t.same([outs.set(formed), outs.nextHop(formed)], [set, w.hop]);
  const elsewhere = outs.withNextHop(formed, w.address(3));
  t.same([outs.form(elsewhere), outs.nextHop(elsewhere)], [form, w.address(3)]);
  t.equal(w.written(elsewhere), w.written(formed));
});

t.test('rows, treatments and next hops go when nobody refers to them', async (t) => {
  const w = new World();
  const { outs, rib } = w;
  const set = w.set(1, 2);
  const main = outs.of(set, w.cut(1, 1));
  const other = outs.withForm(outs.of(set, w.cut(1, 2)), rib.forms.intern(Uint8Array.of(1), 0, 1));
  outs.retain(main);
  outs.retain(other);
  w.cut(2, 2);
  rib.attributes.release(set);
  for (let n = 0; n < 3; n++) rib.collect();
  t.same([outs.size, outs.treatments.size, rib.attributes.size, rib.forms.size], [2, 2, 1, 1]);
  outs.release(other);
  for (let n = 0; n < 3; n++) rib.collect();
  t.same([outs.size, outs.treatments.size, rib.attributes.size, rib.forms.size], [0, 1, 1, 0]);
  outs.release(main);
  for (let n = 0; n < 3; n++) rib.collect();
  t.same([outs.treatments.size, rib.attributes.size, rib.nextHops.size], [0, 0, 0]);
});
