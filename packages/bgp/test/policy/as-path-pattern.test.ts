import fc from 'fast-check';
import t from 'tap';
import { SegmentType } from '../../src/iana/attribute-code.js';
import { asPathPattern } from '../../src/policy/as-path-pattern.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';

type Segment = readonly [type: number, ...ases: number[]];

function octetsOf(segments: readonly Segment[]): Uint8Array {
  const out = new ByteWriter();
  for (const [type, ...ases] of segments) {
    out.u8(type);
    out.u8(ases.length);
    for (const as of ases) out.u32(as);
  }
  return out.slice();
}

function matches(text: string, segments: readonly Segment[]): boolean {
  const octets = octetsOf(segments);
  return asPathPattern(text).matches(octets, 0, octets.length);
}

const path = (...ases: number[]): readonly Segment[] =>
  ases.length === 0 ? [] : [[SegmentType.Sequence, ...ases]];

t.test('a pattern fits whole ASes, anchored or anywhere', async (t) => {
  const rows: readonly [pattern: string, path: readonly number[], fits: boolean][] = [
    ['^64512 .* 64999$', [64512, 64999], true],
    ['^64512 .* 64999$', [64512, 1, 2, 64999], true],
    ['^64512 .* 64999$', [1, 64512, 64999], false],
    ['^64512 .* 64999$', [64512, 64999, 1], false],
    ['_65001_', [1, 65001, 2], true],
    ['_65001_', [165001, 650011], false],
    ['65001', [165001], false],
    ['^$', [], true],
    ['^$', [1], false],
    ['^65001_', [65001, 7], true],
    ['^65001_', [7, 65001], false],
    ['_65001$', [7, 65001], true],
    ['(^|_)65001(_|$)', [7, 65001, 8], true],
    ['^1 (2|3 4) 5$', [1, 3, 4, 5], true],
    ['^1 (2|3 4) 5$', [1, 3, 5], false],
    ['^64512-65534$', [65000], true],
    ['^64512-65534$', [65535], false],
    ['^[1 3-5]+$', [1, 3, 4, 5, 1], true],
    ['^[1 3-5]+$', [1, 2], false],
    ['^[^1 3-5]$', [2], true],
    ['^[^1 3-5]$', [4], false],
    ['^1{3}$', [1, 1, 1], true],
    ['^1{3}$', [1, 1], false],
    ['^1{2,}$', [1, 1, 1, 1], true],
    ['^1{1,2} 2$', [1, 1, 1, 2], false],
    ['^1? 2$', [2], true],
    ['^4294967295$', [4294967295], true],
    ['^.{2}$', [0, 4294967295], true],
    ['.', [], false],
  ];
  for (const [pattern, ases, fits] of rows) {
    t.equal(matches(pattern, path(...ases)), fits, `${pattern} on ${ases.join(' ')}`);
  }
});

t.test('a set is one place that any of its members fits; segments follow one another', async (t) => {
  const withSet: readonly Segment[] = [
    [SegmentType.Sequence, 1, 2],
    [SegmentType.Set, 7, 8],
    [SegmentType.Sequence, 9],
  ];
  t.ok(matches('^1 2 7 9$', withSet));
  t.ok(matches('^1 2 8 9$', withSet));
  t.notOk(matches('7 8', withSet));
  t.ok(matches('^.{4}$', withSet));
  t.ok(matches('2 3', [...path(1, 2), ...path(3, 4)]));
});

t.test('what is no pattern is refused with its place', async (t) => {
  for (const text of [
    '',
    '(',
    '1)',
    '[',
    '[]',
    '1{3,2}',
    '1{999}',
    '4294967296',
    'abc',
    '5-4',
    '((1{200}){200})',
  ]) {
    t.throws(
      () => asPathPattern(text, 'match.asPath'),
      { code: 'BGP_ERR_POLICY', path: 'match.asPath' },
      text,
    );
  }
});

/** A pattern both as we write it and as a regular expression over text in which each AS ends in a space. */
interface Twin {
  readonly ours: string;
  readonly regexp: string;
}

const leaf: fc.Arbitrary<Twin> = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map((as) => ({ ours: `${as}`, regexp: `(?:${as} )` })),
  fc.constant({ ours: '.', regexp: '(?:\\d )' }),
  fc.constant({ ours: '[^1 3-4]', regexp: '(?:[25] )' }),
  fc.constant({ ours: '2-3', regexp: '(?:[23] )' }),
);

const twin = fc.letrec<{ twin: Twin }>((tie) => ({
  twin: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc
      .tuple(tie('twin'), tie('twin'))
      .map(([a, b]) => ({ ours: `${a.ours} ${b.ours}`, regexp: a.regexp + b.regexp })),
    fc
      .tuple(tie('twin'), tie('twin'))
      .map(([a, b]) => ({ ours: `(${a.ours}|${b.ours})`, regexp: `(?:${a.regexp}|${b.regexp})` })),
    fc
      .tuple(tie('twin'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}'))
      .map(([a, times]) => ({ ours: `(${a.ours})${times}`, regexp: `(?:${a.regexp})${times}` })),
  ),
})).twin;

t.test('it agrees with a regular expression over text', async () => {
  fc.assert(
    fc.property(
      twin,
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 8 }),
      (pattern, atBegin, atEnd, ases) => {
        const ours = `${atBegin ? '^' : ''}(${pattern.ours})${atEnd ? '$' : ''}`;
        const begin = atBegin ? '^' : '(?:^|(?<= ))';
        const regexp = new RegExp(`${begin}(?:${pattern.regexp})${atEnd ? '$' : ''}`);
        const text = ases.map((as) => `${as} `).join('');
        return matches(ours, path(...ases)) === regexp.test(text);
      },
    ),
    { numRuns: 500 },
  );
});

t.test('a pattern of 4,096 parts is taken, one more is not', async (t) => {
  // The whole is a part, and each repeat of 255 is 255 of them.
  const parts = (count: number): string => Array.from({ length: count }, () => '1').join(' ');
  t.doesNotThrow(() => asPathPattern(parts(4_095)));
  t.throws(() => asPathPattern(parts(4_096)), { code: 'BGP_ERR_POLICY', allowed: /4096 parts/ });
});

t.test('more states than are remembered are found anew, with the same answers', async (t) => {
  // Which of the last twelve ASes was 1: two to the twelfth states.
  const pattern = asPathPattern('1 .{11}$');
  const regexp = /1.{11}$/;
  let seed = 7;
  const wrong: string[] = [];
  for (let n = 0; n < 6_000; n++) {
    const ases = Array.from({ length: 24 }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return 1 + ((seed >>> 16) & 1);
    });
    const bytes = octetsOf(path(...ases));
    if (pattern.matches(bytes, 0, bytes.length) !== regexp.test(ases.join(''))) wrong.push(ases.join(' '));
  }
  t.same(wrong, []);
});
