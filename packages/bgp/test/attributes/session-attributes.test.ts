import fc from 'fast-check';
import t from 'tap';
import { canonicalize, encodeCanonical } from '../../src/attributes/canonical.js';
import type { PathAttributes } from '../../src/attributes/path-attributes.js';
import { encodeForSession } from '../../src/attributes/session-attributes.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { toHex } from '../../src/wire/hex.js';
import { anyAttributes } from './any-attributes.js';

function wireHex(attributes: PathAttributes, as4: boolean, nextHop4: Uint8Array | null): string {
  const block = new ByteWriter();
  encodeCanonical(attributes, block);
  const out = new ByteWriter();
  encodeForSession(block.bytes, 0, block.length, { as4, nextHop4 }, out);
  return toHex(out.view());
}

t.test('NEXT_HOP takes its place in code order', async (t) => {
  const nextHop = Uint8Array.of(192, 0, 2, 1);
  t.equal(wireHex({ med: 1 }, true, nextHop), '40010100' + '400200' + '400304c0000201' + '80040400000001');
  t.equal(wireHex({}, true, nextHop), '40010100' + '400200' + '400304c0000201');
  t.equal(wireHex({ med: 1 }, true, null), '40010100' + '400200' + '80040400000001');
});

t.test('AS_TRANS and AS4 attributes are used for old speakers, only where they are needed', async (t) => {
  const small = {
    asPath: [{ type: 'sequence', ases: [65000] }],
    aggregator: { as: 65000, address: '1.1.1.1' },
  } as const;
  t.equal(wireHex(small, false, null), '40010100' + '4002040201fde8' + 'c00706fde801010101');
  const big = {
    asPath: [{ type: 'sequence', ases: [100000, 5] }],
    aggregator: { as: 100000, address: '1.1.1.1' },
  } as const;
  t.equal(
    wireHex(big, false, null),
    '40010100' +
      '40020602025ba00005' +
      'c007065ba001010101' +
      'c0110a0202000186a000000005' +
      'c01208000186a001010101',
  );
  const confed = {
    asPath: [
      { type: 'confed-sequence', ases: [7] },
      { type: 'sequence', ases: [100000] },
    ],
  } as const;
  t.match(wireHex(confed, false, null), /c011060201000186a0$/, 'without confederation segments');
});

t.test('what an old speaker passes on comes back as the same attributes', async () => {
  fc.assert(
    fc.property(anyAttributes, fc.boolean(), (attributes, as4) => {
      // Segments that may be joined, and confederation segments behind others, cannot come back the same.
      const asPath = attributes.asPath?.filter((s) => s.type === 'sequence').slice(0, 1) ?? [];
      const block = new ByteWriter();
      encodeCanonical({ ...attributes, asPath }, block);
      const wire = new ByteWriter();
      encodeForSession(block.bytes, 0, block.length, { as4, nextHop4: Uint8Array.of(1, 2, 3, 4) }, wire);
      const again = new ByteWriter();
      canonicalize(wire.bytes, 0, wire.length, { as4, type: 'internal', localAs: 1, peerAs: 1 }, again);
      return toHex(again.view()) === toHex(block.view());
    }),
  );
});
