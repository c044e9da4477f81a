import fc from 'fast-check';
import type { AsPathSegment, PathAttributes } from '../../src/attributes/path-attributes.js';
import { familyAttributes } from './any-family-attributes.js';

const u32 = fc.nat(0xffffffff);
const as = fc.integer({ min: 1, max: 0xffffffff });
const quad = fc.ipV4();
const hex16 = fc
  .uint8Array({ minLength: 8, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

const segment: fc.Arbitrary<AsPathSegment> = fc.record({
  type: fc.constantFrom('sequence', 'set', 'confed-sequence', 'confed-set'),
  ases: fc.array(as, { minLength: 1, maxLength: 40 }),
});

/** Attributes of every kind that can be encoded. */
export const anyAttributes: fc.Arbitrary<PathAttributes> = fc.record(
  {
    origin: fc.constantFrom('igp', 'egp', 'incomplete'),
    asPath: fc.array(segment, { maxLength: 5 }),
    med: u32,
    localPref: u32,
    atomicAggregate: fc.constant(true),
    aggregator: fc.record({ as, address: quad }),
    communities: fc.array(u32, { maxLength: 100 }),
    originatorId: quad,
    clusterList: fc.array(quad, { maxLength: 5 }),
    extendedCommunities: fc.array(hex16, { maxLength: 40 }),
    largeCommunities: fc.array(
      fc.tuple(u32, u32, u32).map((parts) => parts.join(':')),
      { maxLength: 30 },
    ),
    ...familyAttributes,
    unknown: fc.uniqueArray(
      fc.record({
        code: fc.constantFrom(11, 24, 28, 33, 39, 99, 129, 254),
        flags: fc.constantFrom(0x80, 0xc0, 0xe0),
        value: fc.uint8Array({ maxLength: 300 }),
      }),
      { selector: (attribute) => attribute.code, maxLength: 3 },
    ),
  },
  { requiredKeys: ['origin', 'asPath'] },
) as fc.Arbitrary<PathAttributes>;
