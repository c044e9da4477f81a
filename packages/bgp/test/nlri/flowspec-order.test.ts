import fc from 'fast-check';
import t from 'tap';
import { parseFamily } from '../../src/net/family.js';
import { builtFamilies } from '../../src/nlri/family-codecs.js';
import type { Flowspec } from '../../src/nlri/flowspec.js';
import { compareFlowspecs } from '../../src/nlri/flowspec-order.js';
import { encodeNlri } from '../../src/nlri/opaque-families.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { anyNlri } from './any-nlri.js';

const v4 = parseFamily('ipv4-flowspec');
const v6 = parseFamily('ipv6-flowspec');

function octets(family: typeof v4, value: Flowspec): Uint8Array {
  const out = new ByteWriter();
  encodeNlri(builtFamilies.opaque(family)!, value, out);
  return out.slice();
}

const to = (prefix: string, offset?: number) =>
  ({ type: 'destination-prefix', prefix, ...(offset !== undefined && { offset }) }) as const;
const from = (prefix: string) => ({ type: 'source-prefix', prefix }) as const;
/** In order: each goes before all that follow. */
const ordered: readonly Flowspec[] = [
  { components: [to('10.0.0.0/8'), from('10.0.0.0/8')] },
  { components: [to('10.0.0.0/8')] },
  { components: [to('192.0.2.128/25')] },
  { components: [to('192.0.2.0/24'), from('192.0.2.0/24')] },
  { components: [to('192.0.2.0/24'), from('0.0.0.0/0')] },
  { components: [to('192.0.2.0/24')] },
  { components: [to('192.0.3.0/24')] },
  { components: [to('0.0.0.0/0')] },
  { components: [from('10.0.0.0/8')] },
];

t.test('flow specifications are matched in the order of RFC 8955', async (t) => {
  const rules = ordered.map((value) => octets(v4, value));
  for (const [i, a] of rules.entries()) {
    for (const [k, b] of rules.entries()) {
      t.equal(Math.sign(compareFlowspecs(v4, a, b)), Math.sign(i - k), `${i} and ${k}`);
    }
  }
  const pattern = (offset: number) => octets(v6, { components: [to('::1234:5600:0:0/104', offset)] });
  t.ok(compareFlowspecs(v6, pattern(64), pattern(72)) < 0, 'the lower offset');
});

t.test('the order is one: antisymmetric, transitive, and 0 for equal ones only', async () => {
  for (const family of [v4, v6]) {
    const any = (anyNlri[family.name] as fc.Arbitrary<Flowspec>).map((value) => octets(family, value));
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        const ab = Math.sign(compareFlowspecs(family, a, b));
        if (ab !== -Math.sign(compareFlowspecs(family, b, a)) && ab !== 0) return false;
        if (compareFlowspecs(family, a, a) !== 0) return false;
        const sorted = [a, b, c].sort((x, y) => compareFlowspecs(family, x, y));
        return compareFlowspecs(family, sorted[0]!, sorted[2]!) <= 0;
      }),
      { numRuns: 300 },
    );
  }
});
