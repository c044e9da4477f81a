import type { AsPathSegment, Origin, PathAttributes } from '../../attributes/path-attributes.js';

/** What is told of the contributors of an aggregate without a set: counts, kept up to date by each change. */
export interface ContributorCounts {
  /** Attribute sets by ORIGIN: igp, egp, incomplete. */
  readonly origins: readonly [number, number, number];
  /** Attribute sets with an AS in their path. */
  readonly withPath: number;
}

/** Who aggregates, as AGGREGATOR says it. */
export interface AggregatorIdentity {
  readonly as: number;
  readonly address: string;
}

const ORIGINS: readonly Origin[] = ['igp', 'egp', 'incomplete'];
/** A segment counts its ASes in one octet. */
const MOST_ASES = 255;

/**
 * Attributes of an aggregate whose path is empty (RFC 4271 §9.2.2.2, RFC 9774 §3): the worst ORIGIN of the contributors, and
 * ATOMIC_AGGREGATE where ASes of theirs are left out.
 */
export function briefAttributes(counts: ContributorCounts, aggregator: AggregatorIdentity): PathAttributes {
  const worst = counts.origins[2] > 0 ? 2 : counts.origins[1] > 0 ? 1 : 0;
  return {
    origin: ORIGINS[worst]!,
    asPath: [],
    ...(counts.withPath > 0 && { atomicAggregate: true as const }),
    aggregator,
  };
}

/**
 * Attributes of an aggregate with an AS_SET (RFC 4271 §9.2.2.2): what all paths begin with as a sequence, their other ASes as a
 * set, member ASes of a confederation as AS_CONFED_SET; the communities of all, and ATOMIC_AGGREGATE where one has it.
 */
export function setAttributes(
  contributors: readonly PathAttributes[],
  counts: ContributorCounts,
  aggregator: AggregatorIdentity,
): PathAttributes {
  const paths = contributors.map(({ asPath = [] }) => asPath);
  const common = commonSequence(paths.map(leadingSequence));
  const others = new Set<number>();
  const members = new Set<number>();
  for (const path of paths) {
    let left = common.length;
    for (const { type, ases } of path) {
      const isMember = type === 'confed-sequence' || type === 'confed-set';
      for (const as of ases) {
        if (isMember) members.add(as);
        else if (left > 0 && type === 'sequence') left--;
        else others.add(as);
      }
    }
  }
  const communities = union(contributors.map((one) => one.communities ?? []));
  const largeCommunities = union(contributors.map((one) => one.largeCommunities ?? []));
  return {
    origin: briefAttributes(counts, aggregator).origin!,
    asPath: [
      ...segments('confed-set', [...members]),
      ...segments('sequence', common),
      ...segments('set', [...others]),
    ],
    ...(contributors.some((one) => one.atomicAggregate) && { atomicAggregate: true as const }),
    aggregator,
    ...(communities.length > 0 && { communities }),
    ...(largeCommunities.length > 0 && { largeCommunities }),
  };
}

/** The ASes of a path before its first set, without those of a confederation. */
function leadingSequence(path: readonly AsPathSegment[]): readonly number[] {
  const outside = path.filter(({ type }) => type === 'sequence' || type === 'set');
  const end = outside.findIndex(({ type }) => type === 'set');
  return outside.slice(0, end < 0 ? outside.length : end).flatMap(({ ases }) => ases);
}

function commonSequence(sequences: readonly (readonly number[])[]): readonly number[] {
  const [first = [], ...others] = sequences;
  const end = first.findIndex((as, i) => others.some((other) => other[i] !== as));
  return end < 0 ? first : first.slice(0, end);
}

function segments(type: AsPathSegment['type'], ases: readonly number[]): AsPathSegment[] {
  const sorted = type === 'sequence' ? ases : [...ases].sort((x, y) => x - y);
  const made: AsPathSegment[] = [];
  for (let at = 0; at < sorted.length; at += MOST_ASES)
    made.push({ type, ases: sorted.slice(at, at + MOST_ASES) });
  return made;
}

function union<T>(lists: readonly (readonly T[])[]): readonly T[] {
  return [...new Set(lists.flat())];
}
