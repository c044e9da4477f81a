import fc from 'fast-check';
import t from 'tap';
import { builtFamilies } from '../../src/nlri/family-codecs.js';
import { encodeNlri, type NlriValue, opaqueFamilies } from '../../src/nlri/opaque-families.js';
import { ByteWriter } from '../../src/wire/byte-writer.js';
import { damaged, rawError } from '../mistakes.js';
import { anyNlri } from './any-nlri.js';

for (const family of opaqueFamilies) {
  t.test(
    `whatever stands in a value of ${family.name}, its place and what may stand there are named`,
    async (t) => {
      const codec = builtFamilies.opaque(family)!;
      // Flow specifications have the most places by far.
      const numRuns = family.safi === 133 || family.safi === 134 ? 2 : 10;
      const raw = new Set<string>();
      for (const value of fc.sample(anyNlri[family.name]!, { numRuns, seed: 3 })) {
        for (const [junk, place] of damaged(value)) {
          const out = new ByteWriter();
          const error = rawError(() => encodeNlri(codec, junk as NlriValue, out));
          if (error !== null) raw.add(`${place}: ${error}`);
        }
      }
      t.same([...raw], []);
    },
  );
}
