import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { attributeRow } from '../../src/attributes/attribute-table.js';
import { decodeCanonical, encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { rewriteCanonical } from '../../src/attributes/rewrite.js';
import { createSummary, SummaryFlag, summarize } from '../../src/attributes/summary.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex, toHex } from '../../src/wire/hex.js';
import { familyAttributes } from './any-family-attributes.js';

const CONTEXT = { as4: true, type: 'internal', localAs: 1, peerAs: 1 } as const;
const OPTIONS = { as4: true, addPath: false };

/** Written once: the attribute, what it decodes to, and what is shown of it where that is another thing. */
const KNOWN: readonly (readonly [hex: string, attributes: PathAttributes, shown?: unknown])[] = [
  [
    '801a0b01000bffffffffffffffff',
    { aigp: '18446744073709551615' },
    [{ type: 'aigp', value: '18446744073709551615' }],
  ],
  ['c023040000fde9', { onlyToCustomer: 65001 }],
  [
    'c016090006' + '002774' + 'c0000201',
    { pmsiTunnel: { flags: 0, tunnelType: 'ingress-replication', label: 10100, tunnelId: '192.0.2.1' } },
  ],
  [
    'c017140008' + '0010' + '060a000000000001c0000201' + '08021' + '2b5',
    {
      tunnelEncapsulation: [
        {
          tunnelType: 'vxlan',
          tlvs: [
            { type: 'egress-endpoint', value: '192.0.2.1' },
            { type: 'udp-port', value: 4789 },
          ],
        },
      ],
    },
  ],
  [
    'c01728000f00240c060000000000c880001900090600000000000101060000006400000106000000650000',
    {
      tunnelEncapsulation: [
        {
          tunnelType: 'sr-policy',
          tlvs: [
            { type: 'preference', value: { flags: 0, preference: 200 } },
            {
              type: 'segment-list',
              value: {
                segments: [
                  { type: 'weight', value: { flags: 0, weight: 1 } },
                  { type: 'label', value: { flags: 0, label: 0x640000 } },
                  { type: 'label', value: { flags: 0, label: 0x650000 } },
                ],
              },
            },
          ],
        },
      ],
    },
  ],
  [
    'c01914' + '0002' + '20010db8000000000000000000000001' + '0064',
    { ipv6ExtendedCommunities: ['000220010db80000000000000000000000010064'] },
    [
      {
        type: 'route-target',
        value: '[2001:db8::1]:100',
        transitive: true,
        hex: '000220010db80000000000000000000000010064',
      },
    ],
  ],
  [
    '801d120402000272310447000300000a0fff0001aa',
    {
      linkState: [
        { type: 'node-name', value: 'r1' },
        { type: 'igp-metric', value: 10 },
        { type: 4095, hex: 'aa' },
      ],
    },
  ],
  [
    'c0280a' + '01000700' + '0000' + '0000000a',
    { prefixSid: [{ type: 'label-index', value: { flags: 0, index: 10 } }] },
  ],
  [
    'c02825' +
      '05002200' +
      '01001e00' +
      '20010000000500030000000000000000' +
      '00' +
      '0013' +
      '00' +
      '010006281810001040',
    {
      prefixSid: [
        {
          type: 'srv6-l3-service',
          value: {
            tlvs: [
              {
                type: 'sid-information',
                value: {
                  sid: '2001:0:5:3::',
                  flags: 0,
                  behavior: 19,
                  tlvs: [
                    {
                      type: 'sid-structure',
                      value: {
                        block: 40,
                        node: 24,
                        function: 16,
                        argument: 0,
                        transpositionLength: 16,
                        transpositionOffset: 64,
                      },
                    },
                  ],
                },
              },
            ],
          },
        },
      ],
    },
  ],
  ['c080080000fde840010100', { attributeSet: { originAs: 65000, hex: '40010100' } }],
];

for (const [hex, attributes, shown] of KNOWN) {
  const row = attributeRow(Number.parseInt(hex.slice(2, 4), 16))!;
  t.test(`${row.name}: ${hex}`, async (t) => {
    const bytes = fromHex(hex)!;
    t.equal(row.check(bytes, 3, bytes.length, CONTEXT), 0);
    t.same(decodeCanonical(bytes), attributes);
    t.same(row.show(bytes, 3, bytes.length, OPTIONS), shown ?? Object.values(attributes)[0]);
    const out = new ByteWriter();
    encodeCanonical(attributes, out);
    t.ok(toHex(out.view()).endsWith(hex), toHex(out.view()));
  });
}

t.test('attributes of other families go round, field by field', async () => {
  for (const [name, arbitrary] of Object.entries(familyAttributes)) {
    fc.assert(
      fc.property(arbitrary as fc.Arbitrary<unknown>, (value) => {
        const out = new ByteWriter();
        encodeCanonical({ [name]: value } as PathAttributes, out);
        const back: Readonly<Record<string, unknown>> = { ...decodeCanonical(out.bytes, 0, out.length) };
        const empty = Array.isArray(value) && value.length === 0;
        return empty
          ? back[name] === undefined
          : isDeepStrictEqual(JSON.parse(JSON.stringify(back[name])), JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300, seed: 9012 },
    );
  }
});

t.test(
  'whatever comes in their values, nothing throws or looks beside it, and what passes goes round',
  async () => {
    const codes = [22, 23, 25, 26, 29, 35, 40, 128];
    const good = fc.record(familyAttributes as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] });
    const values = fc
      .tuple(good, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
      .map(([attributes, changes]) => {
        const out = new ByteWriter();
        encodeCanonical(attributes as PathAttributes, out);
        // ORIGIN and an empty AS_PATH come first.
        const bytes = out.bytes.slice(7 + 3, out.length);
        if (bytes.length > 0) for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
        return bytes;
      });
    const between = (value: Uint8Array, around: number): Uint8Array => {
      const bytes = new Uint8Array(value.length + 16).fill(around);
      bytes.set(value, 8);
      return bytes;
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.oneof(values, fc.uint8Array({ maxLength: 80 })),
        (code, value) => {
          const row = attributeRow(code)!;
          const told = [0x00, 0xff].map((around) => {
            const bytes = between(value, around);
            const end = 8 + value.length;
            const subcode = row.check(bytes, 8, end, CONTEXT);
            if (subcode !== 0) return JSON.stringify([subcode, row.severityOf?.(bytes, 8, end)]);
            const draft = {};
            row.decode?.(bytes, 8, end, draft);
            const out = new ByteWriter();
            const again = row.encode?.(draft, out) === true;
            if (again && row.check(out.bytes, 0, out.length, CONTEXT) !== 0)
              throw new Error('we write what we refuse');
            const second = {};
            if (again) row.decode?.(out.bytes, 0, out.length, second);
            if (again && !isDeepStrictEqual(draft, second)) throw new Error('it comes back as another value');
            return JSON.stringify([draft, row.show(bytes, 8, end, OPTIONS)]);
          });
          return told[0] === told[1];
        },
      ),
      { numRuns: 20_000, seed: 7606 },
    );
  },
);

t.test('AIGP is summarized, and stays within the AS', async (t) => {
  const block = new ByteWriter();
  encodeCanonical({ aigp: '4294967298', onlyToCustomer: 65001, linkState: [] }, block);
  const summary = createSummary();
  summarize(block.bytes, 0, block.length, summary);
  t.equal(summary.aigp, 4294967298);
  t.equal(summary.flags & SummaryFlag.HasAigp, SummaryFlag.HasAigp);
  t.equal(summary.flags & SummaryFlag.HasUnknown, 0, 'all of them are understood');
  const rewritten = (external: boolean): PathAttributes => {
    const out = new ByteWriter();
    rewriteCanonical(
      block.bytes,
      0,
      block.length,
      {
        prepend: [],
        localPref: 'keep',
        med: 'keep',
        edits: null,
        markPartial: true,
        dropNonTransitiveUnknown: true,
        originatorId: null,
        prependCluster: null,
        external,
      },
      out,
    );
    return decodeCanonical(out.bytes, 0, out.length);
  };
  t.equal(rewritten(false).aigp, '4294967298');
  t.equal(rewritten(true).aigp, undefined);
  t.equal(rewritten(true).onlyToCustomer, 65001);
  t.same(rewritten(true).linkState, []);
});

t.test('what cannot be sent is refused by its field', async (t) => {
  for (const [attributes, path] of [
    [{ aigp: '-1' }, 'attributes.aigp'],
    [{ aigp: '18446744073709551616' }, 'attributes.aigp'],
    [{ onlyToCustomer: -1 }, 'attributes.onlyToCustomer'],
    [{ ipv6ExtendedCommunities: ['00'] }, 'attributes.ipv6ExtendedCommunities[0]'],
    [
      { pmsiTunnel: { flags: 0, tunnelType: 'x', label: 0, tunnelId: '' } },
      'attributes.pmsiTunnel.tunnelType',
    ],
    [{ pmsiTunnel: { flags: 0, tunnelType: 6, label: 0, tunnelId: 'ff' } }, 'attributes.pmsiTunnel.tunnelId'],
    [{ pmsiTunnel: { flags: 256, tunnelType: 0, label: 0, tunnelId: '' } }, 'attributes.pmsiTunnel.flags'],
    [
      { tunnelEncapsulation: [{ tunnelType: 'x', tlvs: [] }] },
      'attributes.tunnelEncapsulation[0].tunnelType',
    ],
    [
      { tunnelEncapsulation: [{ tunnelType: 8, tlvs: [{ type: 'udp-port', value: 70000 }] }] },
      'attributes.tunnelEncapsulation[0].tlvs[0].value',
    ],
    [{ linkState: [{ type: 'node-name', value: 1 }] }, 'attributes.linkState[0].value'],
    [{ prefixSid: [{ type: 'x', value: 1 }] }, 'attributes.prefixSid[0].type'],
    [{ attributeSet: { originAs: 1, hex: '4001' } }, 'attributes.attributeSet.hex'],
  ] as const) {
    t.throws(
      () => encodeCanonical(attributes as PathAttributes, new ByteWriter()),
      { code: 'BGP_ERR_ATTRIBUTE', path },
      path,
    );
  }
});
