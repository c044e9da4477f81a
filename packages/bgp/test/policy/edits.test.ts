import t from 'tap';
import { attributeTable } from '../../src/attributes/attribute-table.js';
import { decodeCanonical, encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { rewriteCanonical } from '../../src/attributes/rewrite.js';
import { type EditsDeclaration, routeEdits } from '../../src/policy/edits.js';
import { editsText } from '../../src/policy/edits-text.js';
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
  rewriteCanonical(block.bytes, 0, block.length, { ...plain, ...rest, edits, ownAs: 65_551 }, out);
  const { origin: _, asPath, ...more } = decodeCanonical(out.slice());
  return asPath?.length === 0 ? more : { ...more, ...(asPath && { asPath }) };
}

const seq = (...ases: number[]) => ({ type: 'sequence', ases }) as const;
const set = (...ases: number[]) => ({ type: 'set', ases }) as const;
const confed = (...ases: number[]) => ({ type: 'confed-sequence', ases }) as const;

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
    [{ asPath: [7, 8] }, { asPath: [seq(1, 2), set(3, 4)] }, { asPath: [seq(7, 8)] }],
    [{ asPath: [] }, { asPath: [seq(1)] }, {}],
    [{ asPath: ['self'], prepend: { as: 'self', count: 1 } }, {}, { asPath: [seq(65_551, 65_551)] }],
    [{ asPath: [7], removeAses: [7] }, { asPath: [seq(1)] }, {}],
    [{ asPath: [7] }, { asPath: [confed(65_001), seq(1)] }, { asPath: [confed(65_001), seq(7)] }],
    [
      { replaceAses: { ases: ['private', '5-6'], with: 'self' } },
      { asPath: [confed(64_513), seq(64_513, 4, 5), set(6, 65_535)] },
      { asPath: [confed(64_513), seq(65_551, 4, 65_551), set(65_551, 65_535)] },
    ],
    [
      { replaceAses: { ases: [1], with: 2 }, removeAses: [2] },
      { asPath: [seq(1, 2, 3)] },
      { asPath: [seq(3)] },
    ],
    [{ removeAses: ['private'] }, { asPath: [seq(64_512), seq(4_200_000_000, 3)] }, { asPath: [seq(3)] }],
    [
      { removeAses: ['private'], prependAses: [64_512] },
      { asPath: [seq(64_513)] },
      { asPath: [seq(64_512)] },
    ],
    [{ atomicAggregate: true }, {}, { atomicAggregate: true }],
    [{ atomicAggregate: false }, { atomicAggregate: true }, {}],
    [
      { aggregator: { as: 70_000, address: '192.0.2.1' } },
      { aggregator: { as: 1, address: '192.0.2.9' } },
      { aggregator: { as: 70_000, address: '192.0.2.1' } },
    ],
    [{ aggregator: null }, { aggregator: { as: 1, address: '192.0.2.9' } }, {}],
    [{ onlyToCustomer: 'self' }, {}, { onlyToCustomer: 65_551 }],
    [{ onlyToCustomer: 7 }, { onlyToCustomer: 3 }, { onlyToCustomer: 3 }],
    [
      { removeAttributes: [4, 8, 40, 200], addMed: 3, addCommunities: [9] },
      {
        med: 5,
        communities: [1],
        prefixSid: [{ type: 1, hex: '00000000000064' }],
        unknown: [
          { code: 200, flags: 0xc0, value: Uint8Array.of(1) },
          { code: 201, flags: 0xc0, value: Uint8Array.of(2) },
        ],
      },
      { med: 3, communities: [9], unknown: [{ code: 201, flags: 0xc0, value: Uint8Array.of(2) }] },
    ],
    [
      { setAttributes: [{ code: 40, value: '01000700000000000064' }] },
      { med: 5, prefixSid: [{ type: 1, hex: '00000000000001' }], onlyToCustomer: 3 },
      { med: 5, prefixSid: [{ type: 'label-index', value: { flags: 0, index: 100 } }], onlyToCustomer: 3 },
    ],
    [
      {
        setAttributes: [
          { code: 255, value: 'C0FFEE', flags: 0x80 },
          { code: 128, value: '0000fc0040010100' },
          { code: 29, value: '' },
          { code: 25, value: `0002${'20010db8'.padEnd(32, '0')}0007` },
          { code: 22, value: '0000000640' },
          { code: 11, value: '' },
        ],
        removeAttributes: [25],
        addMed: 2,
      },
      {
        pmsiTunnel: { flags: 1, tunnelType: 'none', label: 1, tunnelId: '' },
        ipv6ExtendedCommunities: ['00'.repeat(20)],
        largeCommunities: ['1:1:1'],
        unknown: [
          { code: 11, flags: 0xe0, value: Uint8Array.of(1) },
          { code: 201, flags: 0xc0, value: Uint8Array.of(2) },
        ],
      },
      {
        med: 2,
        pmsiTunnel: { flags: 0, tunnelType: 'none', label: 0x640, tunnelId: '' },
        ipv6ExtendedCommunities: [`0002${'20010db8'.padEnd(32, '0')}0007`],
        linkState: [],
        largeCommunities: ['1:1:1'],
        attributeSet: { originAs: 64_512, hex: '40010100' },
        unknown: [
          { code: 11, flags: 0xc0, value: new Uint8Array(0) },
          { code: 201, flags: 0xc0, value: Uint8Array.of(2) },
          { code: 255, flags: 0x80, value: Uint8Array.of(0xc0, 0xff, 0xee) },
        ],
      },
    ],
    [
      { setAttributes: [{ code: 200, value: '07'.repeat(300) }] },
      {},
      { unknown: [{ code: 200, flags: 0xc0, value: new Uint8Array(300).fill(7) }] },
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
    { prepend: { as: 'self', count: 2 } },
    { asPath: [5, 64_512] },
    { asPath: [], prependAses: [64_513] },
    { removeAses: ['private', 8] },
    { replaceAses: { ases: [5, 7], with: 6 }, prependAses: [5] },
    { replaceAses: { ases: ['5-6'], with: 'self' } },
    { atomicAggregate: true },
    { atomicAggregate: false },
    { aggregator: { as: 5, address: '192.0.2.5' } },
    { aggregator: null },
    { onlyToCustomer: 5 },
    { onlyToCustomer: 'self' },
    { removeAttributes: [4, 6, 7, 8, 16, 200] },
    { removeAttributes: [32, 200], addMed: 1 },
    { setAttributes: [{ code: 200, value: '02' }] },
    { setAttributes: [40, 200, 11].map((code) => ({ code, value: code === 40 ? '63000101' : '03' })) },
    { removeAttributes: [200, 11], setAttributes: [{ code: 11, value: '04' }] },
    { setAttributes: [] },
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
    asPath: [seq(7, 64_512, 8)],
    communities: [community(1, 1), community(2, 2), community(5, 5)],
    largeCommunities: ['1:9:9', '3:3:3'],
    extendedCommunities: ['0002000100000009', '8006000049742400'],
    aggregator: { as: 9, address: '192.0.2.9' },
    unknown: [{ code: 200, flags: 0xc0, value: Uint8Array.of(1) }],
  };
  for (const first of all) {
    for (const second of all) {
      const [one, two] = [routeEdits(first), routeEdits(second)];
      const wanted = edited(edited(attributes, one), two);
      t.same(edited(attributes, mergeEdits(one, two)), wanted, JSON.stringify([first, second]));
    }
  }
});

t.test('what must not be removed is refused with the reason and the way out', async (t) => {
  const refused = (edits: unknown) => () => routeEdits(edits as EditsDeclaration);
  t.throws(refused({ removeAttributes: [2] }), { value: 2, message: /mandatory.*set asPath/ });
  t.throws(refused({ setAttributes: [{ code: 2, value: '' }] }), { value: 2, message: /: edit asPath/ });
  t.throws(refused({ setAttributes: [{ code: 8, value: '' }] }), { message: /edit setCommunities/ });
  t.throws(refused({ setAttributes: [{ code: 9, value: '' }] }), { message: /RFC 4456 §8/ });
  const double = { code: 200, value: '' };
  t.throws(refused({ setAttributes: [double, double] }), { value: 200, message: /each code once/ });
  const pmsi = { code: 22, value: '00' };
  t.throws(refused({ setAttributes: [pmsi] }), { value: '00', message: /well-formed PMSI_TUNNEL/ });
  t.throws(refused({ onlyToCustomer: null }), { message: /preserved unchanged \(RFC 9234 §5\)/ });
});

t.test('each known attribute has an edit, can be set by its octets, or is refused', async (t) => {
  const known = attributeTable.filter(({ code }) => {
    const value = { 22: '0000000000', 23: '00080000', 25: '00'.repeat(20), 128: '00000001' };
    const hex = new Map(Object.entries(value)).get(String(code)) ?? '63000101';
    try {
      routeEdits({ setAttributes: [{ code, value: code === 29 ? '' : hex }] });
      return true;
    } catch {
      return false;
    }
  });
  t.same(
    known.map((row) => row.code),
    [22, 23, 25, 29, 40, 128],
  );
});

t.test('people read what the edits change', async (t) => {
  const text = (declared: EditsDeclaration) => editsText(routeEdits(declared));
  t.same(text({ asPath: [7, 'self'], removeAses: ['private'] }), [
    'AS path 7 self',
    'remove ASes 64512-65534 4200000000-4294967294',
  ]);
  t.same(text({ asPath: [], replaceAses: { ases: [5, '7-9'], with: 'self' } }), [
    'AS path empty',
    'replace ASes 5 7-9 by self',
  ]);
  t.same(text({ atomicAggregate: false, aggregator: { as: 5, address: '192.0.2.5' } }), [
    'no ATOMIC_AGGREGATE',
    'aggregator 5 192.0.2.5',
  ]);
  t.same(text({ atomicAggregate: true, aggregator: null }), ['set ATOMIC_AGGREGATE', 'no aggregator']);
  t.same(text({ onlyToCustomer: 'self', removeAttributes: [7, 200] }), [
    'remove attributes AGGREGATOR, 200',
    'only to customers self, where there is no OTC',
  ]);
  const list = [
    { code: 255, value: '00'.repeat(33), flags: 0x80 },
    { code: 40, value: '63000101' },
    { code: 201, value: '' },
  ];
  t.same(text({ setAttributes: list }), [
    'set attribute PREFIX_SID 63000101',
    'set attribute 201 without a value',
    `set non-transitive attribute 255 ${'00'.repeat(32)}… (33 octets)`,
  ]);
  t.same(text({ prepend: { as: 'self', count: 2 } }), ['prepend self × 2']);
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
    [{ prependAses: ['me'] }, 'edits.prependAses[0]'],
    [{ asPath: [1, -1] }, 'edits.asPath[1]'],
    [{ asPath: '1 2' }, 'edits.asPath'],
    [{ asPath: new Array(256).fill(1) }, 'edits.asPath'],
    [{ removeAses: [] }, 'edits.removeAses'],
    [{ removeAses: ['privat'] }, 'edits.removeAses[0]'],
    [{ replaceAses: { ases: [1], with: 0 } }, 'edits.replaceAses.with'],
    [{ replaceAses: { ases: ['9-1'], with: 1 } }, 'edits.replaceAses.ases[0]'],
    [{ replaceAses: { ases: [1], by: 1 } }, 'edits.replaceAses.by'],
    [{ atomicAggregate: null }, 'edits.atomicAggregate'],
    [{ aggregator: { as: 0, address: '192.0.2.1' } }, 'edits.aggregator.as'],
    [{ aggregator: { as: 1, address: '2001:db8::1' } }, 'edits.aggregator.address'],
    [{ onlyToCustomer: null }, 'edits.onlyToCustomer'],
    [{ onlyToCustomer: 0 }, 'edits.onlyToCustomer'],
    [{ removeAttributes: 7 }, 'edits.removeAttributes'],
    [{ removeAttributes: [256] }, 'edits.removeAttributes[0]'],
    ...[1, 2, 3, 5, 9, 10, 14, 15, 17, 18, 35].map((code): [unknown, string] => [
      { removeAttributes: [200, code] },
      'edits.removeAttributes[1]',
    ]),
    [{ setAttributes: { code: 200, value: '' } }, 'edits.setAttributes'],
    [{ setAttributes: [200] }, 'edits.setAttributes[0]'],
    [{ setAttributes: [{ code: 200, value: '', name: 'x' }] }, 'edits.setAttributes[0].name'],
    ...[0, 256, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 26, 32, 35].map(
      (code): [unknown, string] => [
        {
          setAttributes: [
            { code: 200, value: '' },
            { code, value: '00000001' },
          ],
        },
        'edits.setAttributes[1].code',
      ],
    ),
    ...[undefined, 1234, '123', '0x12', '00'.repeat(4001)].map((value): [unknown, string] => [
      { setAttributes: [{ code: 200, value }] },
      'edits.setAttributes[0].value',
    ]),
    ...[22, 23, 25, 40, 128].map((code): [unknown, string] => [
      { setAttributes: [{ code, value: '0102' }] },
      'edits.setAttributes[0].value',
    ]),
    [{ setAttributes: [{ code: 200, value: '', flags: 0x40 }] }, 'edits.setAttributes[0].flags'],
    [{ setAttributes: [{ code: 200, value: '', flags: 0xe0 }] }, 'edits.setAttributes[0].flags'],
    [{ setAttributes: [{ code: 40, value: '63000101', flags: 0x80 }] }, 'edits.setAttributes[0].flags'],
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
