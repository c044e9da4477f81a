import t from 'tap';
import { showSegments } from '../../src/attributes/as-path.js';
import { mergeAs4Path } from '../../src/attributes/merge-as-path.js';
import type { AsPathSegment } from '../../src/attributes/path-attributes.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';

const seq = (...ases: number[]): AsPathSegment => ({ type: 'sequence', ases });
const set = (...ases: number[]): AsPathSegment => ({ type: 'set', ases });
const confed = (...ases: number[]): AsPathSegment => ({ type: 'confed-sequence', ases });
const TYPES = ['', 'set', 'sequence', 'confed-sequence', 'confed-set'];

function merge(path: readonly AsPathSegment[], as4: readonly AsPathSegment[]): AsPathSegment[] {
  const bytes = new ByteWriter();
  for (const { type, ases } of path) {
    bytes.u8(TYPES.indexOf(type));
    bytes.u8(ases.length);
    for (const as of ases) bytes.u16(as);
  }
  const as4Start = bytes.length;
  for (const { type, ases } of as4) {
    bytes.u8(TYPES.indexOf(type));
    bytes.u8(ases.length);
    for (const as of ases) bytes.u32(as);
  }
  const out = new ByteWriter();
  mergeAs4Path(bytes.bytes, 0, as4Start, as4Start, bytes.length, out);
  return showSegments(out.bytes, 0, out.length, true);
}

/** RFC 6793 §4.2.3, with the cases that FRR reconciles. */
t.test('an AS4_PATH replaces the tail of AS_PATH', async (t) => {
  const big = 100000;
  t.same(merge([seq(1, 23456)], [seq(big)]), [seq(1, big)], 'leading hops of old speakers are kept');
  t.same(merge([seq(23456, 2)], [seq(big, 2)]), [seq(big, 2)], 'as many as AS_PATH');
  t.same(merge([seq(1, 2)], [seq(big, 2, 3)]), [seq(1, 2)], 'a longer one is ignored');
  t.same(merge([seq(1, 2)], []), [seq(1, 2)], 'an empty one is ignored');
  t.same(merge([seq(1, 2), set(3, 4)], [seq(big), set(3, 4)]), [seq(1, big), set(3, 4)], 'a set counts one');
  t.same(merge([seq(1), set(2, 3), seq(23456)], [seq(big)]), [seq(1), set(2, 3), seq(big)]);
  t.same(merge([set(1, 2), seq(23456, 4)], [seq(big, 4)]), [set(1, 2), seq(big, 4)]);
  t.same(
    merge([confed(1, 2), seq(3, 23456)], [seq(big)]),
    [confed(1, 2), seq(3, big)],
    'leading confederation',
  );
  t.same(
    merge([seq(1, 23456)], [confed(9), seq(big)]),
    [seq(1, big)],
    'confederation segments in AS4_PATH are dropped',
  );
});

t.test('two sequences that meet stay apart when one segment cannot hold them', async (t) => {
  const merged = merge([seq(...Array(255).fill(1))], [seq(...Array(200).fill(100000))]);
  t.same(
    merged.map((s) => s.ases.length),
    [255],
  );
  const long = merge(
    [seq(...Array(200).fill(1)), seq(...Array(200).fill(23456))],
    [seq(...Array(200).fill(100000))],
  );
  t.same(
    long.map((s) => s.ases.length),
    [200, 200],
  );
});
