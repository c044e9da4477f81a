import fc from 'fast-check';
import t from 'tap';
import { canonicalize, decodeCanonical, encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { fromHex, toHex } from '../../src/wire/hex.js';
import { anyAttributes } from './any-attributes.js';

const canonicalHex = (hex: string, as4 = true): string => {
  const out = new ByteWriter();
  const bytes = fromHex(hex)!;
  canonicalize(bytes, 0, bytes.length, { as4, type: 'internal', localAs: 1, peerAs: 1 }, out);
  return toHex(out.view());
};

const encodedHex = (attributes: PathAttributes): string => {
  const out = new ByteWriter();
  encodeCanonical(attributes, out);
  return toHex(out.view());
};

/** Written once: value and canonical octets. */
const BLOCKS: readonly (readonly [string, PathAttributes])[] = [
  ['40010100400200', { origin: 'igp', asPath: [] }],
  [
    '400101024002060201000186a0800404fffffffe40050400000064400600',
    {
      origin: 'incomplete',
      asPath: [{ type: 'sequence', ases: [100000] }],
      med: 0xfffffffe,
      localPref: 100,
      atomicAggregate: true,
    },
  ],
  [
    '4001010140020a01020000000100000002c007080000fde80a000001c00808fde80001ffffff01',
    {
      origin: 'egp',
      asPath: [{ type: 'set', ases: [1, 2] }],
      aggregator: { as: 65000, address: '10.0.0.1' },
      communities: [0xfde80001, 0xffffff01],
    },
  ],
  [
    '4001010040020080090401020304800a080101010102020202c010080002fde800000064c0200c000000010000000200000003e0630201ff',
    {
      origin: 'igp',
      asPath: [],
      originatorId: '1.2.3.4',
      clusterList: ['1.1.1.1', '2.2.2.2'],
      extendedCommunities: ['0002fde800000064'],
      largeCommunities: ['1:2:3'],
      unknown: [{ code: 99, flags: 0xe0, value: Uint8Array.of(1, 0xff) }],
    },
  ],
];

t.test('canonical blocks are decoded and encoded, and are canonical already', async (t) => {
  for (const [hex, attributes] of BLOCKS) {
    t.same(decodeCanonical(fromHex(hex)!), attributes);
    t.equal(encodedHex(attributes), hex);
    t.equal(canonicalHex(hex), hex);
  }
});

t.test('the same routes give the same block, whatever the session and the order', async (t) => {
  const plain = '400101004002060201000000644005040000006400'.slice(0, -2);
  t.equal(canonicalHex(plain), plain);
  t.equal(
    canonicalHex('400504000000644002060201000000644001010040030401020304'),
    plain,
    'order and NEXT_HOP',
  );
  t.equal(canonicalHex('50010001005002000602010000006440050400000064'), plain, 'Extended Length');
  t.equal(canonicalHex('400101004002040201006440050400000064', false), plain, 'two-octet AS');
  t.equal(canonicalHex('4f0101004f02060201000000644f050400000064'), plain, 'unused bits');
});

t.test('AGGREGATOR decides whether AS4 attributes count (RFC 6793 §4.2.3)', async (t) => {
  const path = '400206020200015ba0';
  const as4 = 'c011060201000186a0c01208000186a001010101';
  const merged = '40020a020200000001000186a0';
  t.equal(
    canonicalHex(`40010100${path}c007065ba001010101${as4}`, false),
    `40010100${merged}c00708000186a001010101`,
  );
  const ignored = '40020a02020000000100005ba0';
  t.equal(
    canonicalHex(`40010100${path}c00706000501010101${as4}`, false),
    `40010100${ignored}c007080000000501010101`,
    'an old speaker has aggregated since',
  );
  t.equal(
    canonicalHex(`40010100${path}${as4}`, false),
    `40010100${merged}`,
    'without AGGREGATOR AS4_PATH counts',
  );
});

t.test('communities of all kinds are sorted without doubles', async (t) => {
  t.equal(canonicalHex('c0080c000000030000000100000003'), 'c008080000000100000003');
  t.equal(canonicalHex('c0101000020000000000020002000000000001'), 'c0101000020000000000010002000000000002');
});

t.test('Partial is kept for optional transitive attributes, and for them only', async (t) => {
  t.equal(canonicalHex('e00804000000016001010080040400000001'), '4001010080040400000001e0080400000001');
});

t.test(
  'attributes that cannot be encoded are refused with path and value, and nothing is written',
  async (t) => {
    const cases: [PathAttributes, string][] = [
      [{ med: -1 }, 'attributes.med'],
      [{ localPref: 4294967296 }, 'attributes.localPref'],
      [{ origin: 'x' as 'igp' }, 'attributes.origin'],
      [{ asPath: [{ type: 'sequence', ases: [1, 0] }] }, 'attributes.asPath[0].ases[1]'],
      [{ asPath: [{ type: 'sequence', ases: [] }] }, 'attributes.asPath[0].ases'],
      [{ asPath: [{ type: 'set', ases: Array(256).fill(1) }] }, 'attributes.asPath[0].ases'],
      [{ communities: [1, 2 ** 32] }, 'attributes.communities[1]'],
      [{ largeCommunities: ['1:2'] }, 'attributes.largeCommunities[0]'],
      [{ extendedCommunities: ['00'] }, 'attributes.extendedCommunities[0]'],
      [{ aggregator: { as: 0, address: '1.2.3.4' } }, 'attributes.aggregator.as'],
      [{ aggregator: { as: 1, address: '::1' } }, 'attributes.aggregator.address'],
      [{ originatorId: 'x' }, 'attributes.originatorId'],
      [{ clusterList: ['1.2.3'] }, 'attributes.clusterList[0]'],
      [{ unknown: [{ code: 8, flags: 0xc0, value: new Uint8Array(0) }] }, 'attributes.unknown[0].code'],
      [{ unknown: [{ code: 99, flags: 0x40, value: new Uint8Array(0) }] }, 'attributes.unknown[0].flags'],
    ];
    for (const [attributes, path] of cases) {
      const out = new ByteWriter();
      out.u8(1);
      t.throws(() => encodeCanonical(attributes, out), { code: 'BGP_ERR_ATTRIBUTE', path }, path);
      t.equal(out.length, 1);
    }
  },
);

t.test('a path of 600 ASes goes into segments of at most 255', async (t) => {
  const ases = Array.from({ length: 600 }, (_, i) => i + 1);
  const out = new ByteWriter();
  encodeCanonical({ asPath: [{ type: 'sequence', ases }] }, out);
  const { asPath } = decodeCanonical(out.slice());
  t.same(
    asPath?.map((segment) => segment.ases.length),
    [255, 255, 90],
  );
  t.same(
    asPath?.flatMap((segment) => segment.ases),
    ases,
  );
});

t.test('any attributes go round', async () => {
  fc.assert(
    fc.property(anyAttributes, (attributes) => {
      const hex = encodedHex(attributes);
      const again = encodedHex(decodeCanonical(fromHex(hex)!));
      return hex === again && canonicalHex(hex) === hex;
    }),
  );
});
