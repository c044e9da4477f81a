import { randomAttributes, seeded } from '../../../packages/bgp/bench/updates.js';
import { encodeCanonical } from '../../../packages/bgp/src/attributes/canonical.js';
import { UpdateReader } from '../../../packages/bgp/src/message/update-reader.js';
import { ByteWriter } from '../../../packages/bgp/src/wire/byte-writer.js';

export const SETS = 20_000;

/** Canonical blocks one after the other: block `i` is `bytes[starts[i], starts[i + 1])`. */
export interface Blocks {
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
}

/** Distinct attribute sets; the same for the same seed. */
export function canonicalBlocks(count: number, seed = 20): Blocks {
  const random = seeded(seed);
  const out = new ByteWriter(1 << 20);
  const starts = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) {
    encodeCanonical(randomAttributes(random), out);
    starts[i + 1] = out.length;
  }
  return { bytes: out.slice(), starts };
}

/** A reader as an external session has it. */
export function externalReader(): UpdateReader {
  return new UpdateReader({
    as4: true,
    type: 'external',
    localAs: 65_000,
    peerAs: 65_001,
    receives: () => true,
    addPath: () => false,
    maxMessage: 4096,
  });
}
