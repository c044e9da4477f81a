import fc from 'fast-check';
import t from 'tap';
import type { AttributeEdits } from '../../src/attributes/attribute-edits.js';
import { decodeCanonical, encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { type Rewrite, rewriteCanonical } from '../../src/attributes/rewrite.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';
import { anyAttributes } from './any-attributes.js';

const KEEP: Rewrite = {
  prepend: [],
  localPref: 'keep',
  med: 'keep',
  edits: null,
  markPartial: false,
  dropNonTransitiveUnknown: true,
  originatorId: null,
  prependCluster: null,
};

function blockOf(attributes: PathAttributes): ByteWriter {
  const out = new ByteWriter();
  encodeCanonical(attributes, out);
  return out;
}

function rewritten(attributes: PathAttributes, rewrite: Partial<Rewrite>): PathAttributes {
  const block = blockOf(attributes);
  const out = new ByteWriter(1);
  rewriteCanonical(block.bytes, 0, block.length, { ...KEEP, ...rewrite }, out);
  return decodeCanonical(out.slice());
}

const seq = (...ases: number[]) => ({ type: 'sequence', ases }) as const;
const edited = (attributes: PathAttributes, edits: AttributeEdits): PathAttributes =>
  rewritten(attributes, { edits });

t.test(
  'nothing asked, nothing changed, except that unknown non-transitive attributes stay behind',
  async () => {
    fc.assert(
      fc.property(anyAttributes, (attributes) => {
        const unknown = attributes.unknown?.filter((a) => (a.flags & 0x40) !== 0);
        const kept = blockOf(unknown === undefined ? attributes : { ...attributes, unknown });
        const block = blockOf(attributes);
        const out = new ByteWriter();
        rewriteCanonical(block.bytes, 0, block.length, KEEP, out);
        return toHex(out.view()) === toHex(kept.view());
      }),
    );
  },
);

const confed = (...ases: number[]) => ({ type: 'confed-sequence', ases }) as const;

t.test('a member AS goes into AS_CONFED_SEQUENCE, in front of what policy prepends', async (t) => {
  const path = (asPath: PathAttributes['asPath'], more: Partial<Rewrite> = {}) =>
    rewritten({ asPath: asPath ?? [] }, { memberAs: 65_000, ...more }).asPath;
  t.same(path([]), [confed(65_000)]);
  t.same(path([seq(3)]), [confed(65_000), seq(3)]);
  t.same(path([confed(65_001), seq(3)]), [confed(65_000, 65_001), seq(3)]);
  const set = { type: 'confed-set', ases: [65_001, 65_002] } as const;
  t.same(path([set, seq(3)]), [confed(65_000), set, seq(3)]);
  const edits = { prepend: { as: 9, count: 2 } };
  t.same(path([confed(65_001), set, seq(3)], { edits }), [confed(65_000, 65_001), set, seq(9, 9, 3)]);
  t.same(rewritten({ asPath: [confed(65_001), seq(3)] }, { edits }).asPath, [confed(65_001), seq(9, 9, 3)]);
});

t.test('ASes go in front of the first sequence, of 255 at most', async (t) => {
  t.same(rewritten({ asPath: [] }, { prepend: [1, 2] }).asPath, [seq(1, 2)]);
  t.same(rewritten({ asPath: [seq(3)] }, { prepend: [1, 2] }).asPath, [seq(1, 2, 3)]);
  t.same(rewritten({ asPath: [{ type: 'set', ases: [3] }] }, { prepend: [1] }).asPath, [
    seq(1),
    { type: 'set', ases: [3] },
  ]);
  const full = rewritten({ asPath: [seq(...Array(254).fill(9))] }, { prepend: [1, 2] }).asPath;
  t.same(
    full?.map((s) => s.ases.length),
    [1, 255],
  );
  t.same([full?.[0]?.ases[0], full?.[1]?.ases[0]], [1, 2], 'in their order');
  const many = rewritten(
    { asPath: [seq(7)] },
    { prepend: Array.from({ length: 600 }, (_, i) => i + 1) },
  ).asPath;
  t.same(
    many?.map((s) => s.ases.length),
    [91, 255, 255],
  );
  t.same(
    many?.flatMap((s) => s.ases),
    [...Array.from({ length: 600 }, (_, i) => i + 1), 7],
  );
});

t.test('the policy prepends in front of the session', async (t) => {
  t.same(rewritten({ asPath: [seq(3)] }, { prepend: [1], edits: { prepend: { as: 8, count: 2 } } }).asPath, [
    seq(8, 8, 1, 3),
  ]);
});

t.test('numbers are kept, removed or set, and the policy wins', async (t) => {
  const attributes = { asPath: [], med: 5, localPref: 6 };
  t.match(rewritten(attributes, { med: 'remove', localPref: 'remove' }), {
    med: undefined,
    localPref: undefined,
  });
  t.match(rewritten({ asPath: [] }, { med: 7, localPref: 8 }), { med: 7, localPref: 8 });
  t.match(rewritten(attributes, { med: 'remove', edits: { med: 1, localPref: null } }), {
    med: 1,
    localPref: undefined,
  });
  t.match(edited(attributes, { origin: 'incomplete' }), { origin: 'incomplete', med: 5 });
});

t.test('communities are added, removed and set, sorted without doubles', async (t) => {
  const attributes = { communities: [3, 5] };
  t.same(edited(attributes, { addCommunities: [4, 3] }).communities, [3, 4, 5]);
  t.same(edited(attributes, { removeCommunities: [3], addCommunities: [1] }).communities, [1, 5]);
  t.same(edited(attributes, { setCommunities: [9], addCommunities: [8] }).communities, [8, 9]);
  t.equal(
    edited(attributes, { removeCommunities: [3, 5] }).communities,
    undefined,
    'an empty list is no attribute',
  );
  t.equal(edited(attributes, { setCommunities: [] }).communities, undefined);
  t.same(edited({}, { addLargeCommunities: ['2:0:0', '1:0:0'] }).largeCommunities, ['1:0:0', '2:0:0']);
  t.throws(() => edited({}, { addCommunities: [-1] }), {
    code: 'BGP_ERR_ATTRIBUTE',
    path: 'attributes.addCommunities[0]',
  });
});

t.test('Partial is set on unknown transitive attributes when asked', async (t) => {
  const unknown = [{ code: 99, flags: 0xc0, value: Uint8Array.of(1) }];
  t.match(rewritten({ unknown }, { markPartial: true }).unknown, [{ code: 99, flags: 0xe0 }]);
  t.match(rewritten({ unknown }, {}).unknown, [{ flags: 0xc0 }]);
});

t.test('a reflector adds its marks once', async (t) => {
  const first = rewritten({}, { originatorId: 0x01010101, prependCluster: 0x0a000001 });
  t.match(first, { originatorId: '1.1.1.1', clusterList: ['10.0.0.1'] });
  t.match(rewritten(first, { originatorId: 0x02020202, prependCluster: 0x0a000002 }), {
    originatorId: '1.1.1.1',
    clusterList: ['10.0.0.2', '10.0.0.1'],
  });
});

t.test('marks of a reflector and confederation segments do not leave the AS', async (t) => {
  const inside = {
    originatorId: '1.1.1.1',
    clusterList: ['10.0.0.1'],
    asPath: [{ type: 'confed-sequence', ases: [65001] }, seq(3), { type: 'confed-set', ases: [65002] }],
  } as const;
  const outside = rewritten(inside, { external: true, prepend: [100] });
  t.same(outside, { origin: 'igp', asPath: [seq(100, 3)] });
});
