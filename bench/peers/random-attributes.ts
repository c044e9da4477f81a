import type { PathAttributes, Random } from '@peerage/bgp';

/** An optional transitive attribute without a meaning: it must be passed on as it is (RFC 4271 §9). */
export const UNASSIGNED_ATTRIBUTE = 213;

/**
 * Attributes as a full table has them: 2 to 8 ASes, one path in ten prepended, numbers of two and of four octets; 60 % with
 * communities, 15 % with MED, 8 % with large communities, 4 % aggregated, 1 in 200 with an attribute that nobody knows.
 */
export function randomAttributes(random: Random, feederAs: number): PathAttributes {
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const chance = (percent: number): boolean => random.next() * 100 < percent;
  const ases = [feederAs];
  const hops = 2 + Math.min(below(4) + below(3) + below(2), 6);
  // A few large networks carry most of the paths.
  for (let i = 1; i < hops - 1; i++) ases.push(i === 1 ? 1_000 + 37 * below(20) : 5_000 + 13 * below(700));
  const origin = chance(70) ? 30_000 + below(20_000) : 196_608 + below(200_000);
  const repeated = chance(10) ? 1 + below(3) : 0;
  for (let i = 0; i <= repeated; i++) ases.push(origin);
  const isAggregate = chance(4);
  const drawn = below(100);
  return {
    origin: drawn < 90 ? 'igp' : drawn < 91 ? 'egp' : 'incomplete',
    asPath: [{ type: 'sequence', ases }],
    ...(chance(15) && { med: below(500) }),
    ...(isAggregate && { aggregator: { as: origin, address: `11.0.${below(256)}.${below(256)}` } }),
    ...(isAggregate && chance(50) && { atomicAggregate: true as const }),
    ...(chance(60) && {
      communities: distinct(1 + below(5), () => (1_000 + 37 * below(20)) * 65_536 + below(4_000)),
    }),
    ...(chance(8) && { largeCommunities: [`${196_608 + below(1_000)}:${below(10)}:${below(100)}`] }),
    ...(chance(0.5) && {
      unknown: [
        { code: UNASSIGNED_ATTRIBUTE, flags: 0xc0, value: Uint8Array.of(below(256), below(256), 0, 1) },
      ],
    }),
  };
}

/** The same route later in its life: 0 is as it began, every other version has its own community, and a path of its own length. */
export function versioned(attributes: PathAttributes, version: number, feederAs: number): PathAttributes {
  if (version === 0) return attributes;
  const longer = Array.from({ length: version % 3 }, () => feederAs);
  const ases = [...longer, ...(attributes.asPath?.[0]?.ases ?? [])];
  const communities = [...(attributes.communities ?? []), 64_000 * 65_536 + version].sort((a, b) => a - b);
  return { ...attributes, asPath: [{ type: 'sequence', ases }], communities };
}

/** What the decision process looks at, up to ORIGIN (RFC 4271 §9.1.2.2 a, b): the lower one is better. */
export function rankOf(attributes: PathAttributes): number {
  const length = attributes.asPath?.reduce((sum, segment) => sum + segment.ases.length, 0) ?? 0;
  return 3 * length + ['igp', 'egp', 'incomplete'].indexOf(attributes.origin ?? 'igp');
}

function distinct(count: number, draw: () => number): number[] {
  return [...new Set(Array.from({ length: count }, draw))].sort((a, b) => a - b);
}
