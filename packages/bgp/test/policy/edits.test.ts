import t from 'tap';
import { decodeCanonical, encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { rewriteCanonical } from '../../src/attributes/rewrite.js';
import { type EditsDeclaration, routeEdits } from '../../src/policy/edits.js';
import { mergeEdits } from '../../src/policy/merge-edits.js';
import type { RouteEdits } from '../../src/policy/policy.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';

/** What the edits make of attributes, written out and read back. */
function edited(attributes: PathAttributes, edits: RouteEdits): PathAttributes {
  const block = new ByteWriter();
  encodeCanonical(attributes, block);
  const out = new ByteWriter();
  const plain = { prepend: [], markPartial: false, dropNonTransitiveUnknown: true } as const;
  const rest = { localPref: 'keep', med: 'keep', originatorId: null, prependCluster: null } as const;
  rewriteCanonical(block.bytes, 0, block.length, { ...plain, ...rest, edits }, out);
  const { origin: _, asPath, ...more } = decodeCanonical(out.slice());
  return asPath?.length === 0 ? more : { ...more, ...(asPath && { asPath }) };
}

const community = (as: number, value: number): number => as * 65536 + value;

t.test('declared edits do what they say', async (t) => {
  const rows: readonly [edits: EditsDeclaration, before: PathAttributes, after: PathAttributes][] = [
    [{ addMed: 10 }, { med: 5 }, { med: 15 }],
    [{ addMed: 10 }, {}, { med: 10 }],
    [{ addMed: -10 }, { med: 5 }, { med: 0 }],
    [{ addMed: 10 }, { med: 0xffffffff }, { med: 0xffffffff }],
    [{ addLocalPref: -20 }, {}, { localPref: 80 }],
    [{ addLocalPref: 5 }, { localPref: 200 }, { localPref: 205 }],
    [{ med: null }, { med: 5 }, {}],
    [{ aigp: 7 }, {}, { aigp: '7' }],
    [{ aigp: 7 }, { aigp: '5' }, { aigp: '7' }],
    [{ aigp: null }, { aigp: '5' }, {}],
    [{ prependAses: [1, 2] }, {}, { asPath: [{ type: 'sequence', ases: [1, 2] }] }],
    [
      { prepend: { as: 9, count: 2 }, prependAses: [1] },
      { asPath: [{ type: 'sequence', ases: [7] }] },
      { asPath: [{ type: 'sequence', ases: [1, 9, 9, 7] }] },
    ],
    [
      { removeCommunities: ['64512:*', 'no-export'], addCommunities: ['1:1'] },
      { communities: [community(64512, 1), community(64512, 2), community(7, 7), 0xffffff01] },
      { communities: [community(1, 1), community(7, 7)] },
    ],
    [{ removeCommunities: ['*:*'] }, { communities: [1, 2] }, {}],
    [{ setCommunities: [] }, { communities: [1, 2] }, {}],
    [
      { removeLargeCommunities: ['64512:*:*'], addLargeCommunities: ['1:2:3'] },
      { largeCommunities: ['64512:1:1', '64513:1:1'] },
      { largeCommunities: ['1:2:3', '64513:1:1'] },
    ],
    [{ setLargeCommunities: ['9:9:9'] }, { largeCommunities: ['1:1:1'] }, { largeCommunities: ['9:9:9'] }],
    [
      {
        removeExtendedCommunities: ['rt:*'],
        addExtendedCommunities: ['rt:64512:100', 'rt:70000:1', 'soo:192.0.2.1:5'],
      },
      { extendedCommunities: ['0002fc0000000001', '8006000049742400'] },
      {
        extendedCommunities: ['0002fc0000000064', '0103c00002010005', '0202000111700001', '8006000049742400'],
      },
    ],
    [{ setExtendedCommunities: [] }, { extendedCommunities: ['0002fc0000000001'] }, {}],
  ];
  for (const [edits, before, after] of rows)
    t.same(edited(before, routeEdits(edits)), after, JSON.stringify(edits));
});

t.test('edits of two statements do what both do one after the other', async (t) => {
  const all: readonly EditsDeclaration[] = [
    { med: 100 },
    { addMed: 7 },
    { med: null },
    { addLocalPref: 5 },
    { localPref: 50 },
    { prepend: { as: 5, count: 2 } },
    { prepend: { as: 6, count: 1 } },
    { prependAses: [8, 9] },
    { addCommunities: ['1:1', '2:2'] },
    { removeCommunities: ['1:*'] },
    { removeCommunities: ['2:2'], addCommunities: ['3:3'] },
    { setCommunities: ['1:7', '4:4'] },
    { addLargeCommunities: ['1:1:1'] },
    { removeLargeCommunities: ['1:*:*'] },
    { setLargeCommunities: ['1:5:5', '2:5:5'] },
    { addExtendedCommunities: ['rt:1:1'] },
    { removeExtendedCommunities: ['rt:*'] },
    { setExtendedCommunities: ['soo:1:1'] },
  ];
  const attributes: PathAttributes = {
    med: 20,
    localPref: 300,
    asPath: [{ type: 'sequence', ases: [7] }],
    communities: [community(1, 1), community(2, 2), community(5, 5)],
    largeCommunities: ['1:9:9', '3:3:3'],
    extendedCommunities: ['0002000100000009', '8006000049742400'],
  };
  for (const first of all) {
    for (const second of all) {
      const [one, two] = [routeEdits(first), routeEdits(second)];
      const wanted = edited(edited(attributes, one), two);
      t.same(edited(attributes, mergeEdits(one, two)), wanted, JSON.stringify([first, second]));
    }
  }
});

t.test('errors name the place, the value and what is allowed', async (t) => {
  const rows: readonly [edits: unknown, path: string][] = [
    [{ origin: 'x' }, 'edits.origin'],
    [{ med: -1 }, 'edits.med'],
    [{ med: 1, addMed: 1 }, 'edits.addMed'],
    [{ addLocalPref: 0.5 }, 'edits.addLocalPref'],
    [{ prepend: { as: 0, count: 1 } }, 'edits.prepend.as'],
    [{ prepend: { as: 1, count: 0 } }, 'edits.prepend.count'],
    [{ prependAses: [1, 0] }, 'edits.prependAses[1]'],
    [{ addCommunities: ['1:*'] }, 'edits.addCommunities[0]'],
    [{ setLargeCommunities: ['1:2:*'] }, 'edits.setLargeCommunities[0]'],
    [{ addExtendedCommunities: ['rt:1:*'] }, 'edits.addExtendedCommunities[0]'],
    [{ nextHop: 'me' }, 'edits.nextHop'],
    [{ colour: 1 }, 'edits.colour'],
  ];
  for (const [edits, path] of rows) {
    t.throws(() => routeEdits(edits as EditsDeclaration), { code: 'BGP_ERR_POLICY', path }, path);
  }
});
