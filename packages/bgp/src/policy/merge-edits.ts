import { type AsOrSelf, ruledAs } from '../attributes/as-path-edits.js';
import type { RawAttribute } from '../attributes/raw-attribute.js';
import { matchesAnyRecord, type RecordEdits } from '../attributes/record-pattern.js';
import { AttributeCode } from '../iana/attribute-code.js';
import { joined } from './edits.js';
import type { RouteEdits } from './policy.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * What two statements change together, the second after the first: single values of the later one win, and attributes that it
 * sets, additions to numbers add up, ASes are prepended to what the first prepended, and communities, ASes and attributes are
 * removed from what the first one left. Our own AS, written as `self`, is meant: it stays where the first put it.
 */
export function mergeEdits(before: RouteEdits, second: RouteEdits): RouteEdits {
  const first = withoutRemoved(before, second);
  const merged: Mutable<RouteEdits> = { ...first, ...second };
  // OTC that the first one set is preserved as any other (RFC 9234 §5).
  if (first.onlyToCustomer !== undefined) merged.onlyToCustomer = first.onlyToCustomer;
  if (first.removeAttributes && second.removeAttributes) {
    merged.removeAttributes = [...new Set([...first.removeAttributes, ...second.removeAttributes])];
  }
  if (first.setAttributes && second.setAttributes) {
    merged.setAttributes = mergeAttributes(first.setAttributes, second.setAttributes);
  }
  mergeNumber(merged, first, second, 'med', 'addMed');
  mergeNumber(merged, first, second, 'localPref', 'addLocalPref');
  mergePaths(merged, first, second);
  mergeCommunities(merged, first, second);
  if (first.addLargeCommunities && second.addLargeCommunities) {
    merged.addLargeCommunities = [...first.addLargeCommunities, ...second.addLargeCommunities];
  }
  for (const [kind, size] of recordKinds) {
    const [before, after] = [first[kind], second[kind]];
    if (before !== undefined && after !== undefined) merged[kind] = mergeRecords(before, after, size);
  }
  return Object.freeze(merged);
}

/** The fields that are about an attribute which the second takes away. */
const removable: ReadonlyMap<number, readonly (keyof RouteEdits)[]> = new Map([
  [AttributeCode.Med, ['med', 'addMed']],
  [AttributeCode.AtomicAggregate, ['atomicAggregate']],
  [AttributeCode.Aggregator, ['aggregator']],
  [
    AttributeCode.Communities,
    ['addCommunities', 'removeCommunities', 'removeCommunityPatterns', 'setCommunities'],
  ],
  [AttributeCode.ExtendedCommunities, ['extendedCommunities']],
  [AttributeCode.Aigp, ['aigp']],
  [AttributeCode.LargeCommunities, ['addLargeCommunities', 'largeCommunities']],
]);

function withoutRemoved(first: RouteEdits, { removeAttributes }: RouteEdits): RouteEdits {
  if (removeAttributes === undefined) return first;
  const left: Mutable<RouteEdits> = { ...first };
  for (const code of removeAttributes) {
    for (const field of removable.get(code) ?? []) delete left[field];
  }
  if (first.setAttributes !== undefined) {
    left.setAttributes = first.setAttributes.filter(({ code }) => !removeAttributes.includes(code));
  }
  return left;
}

function mergeAttributes(
  first: readonly RawAttribute[],
  second: readonly RawAttribute[],
): readonly RawAttribute[] {
  const kept = first.filter(({ code }) => !second.some((attribute) => attribute.code === code));
  return [...kept, ...second].sort((x, y) => x.code - y.code);
}

const recordKinds = [
  ['largeCommunities', 12],
  ['extendedCommunities', 8],
] as const;

function mergeNumber(
  merged: Mutable<RouteEdits>,
  first: RouteEdits,
  second: RouteEdits,
  field: 'med' | 'localPref',
  addField: 'addMed' | 'addLocalPref',
): void {
  const add = second[addField];
  if (second[field] !== undefined) {
    delete merged[addField];
  } else if (add !== undefined && first[field] !== undefined) {
    // A removed number counts as one that is not there.
    const base = first[field] ?? (field === 'med' ? 0 : 100);
    merged[field] = Math.min(0xffffffff, Math.max(0, base + add));
    delete merged[addField];
  } else if (add !== undefined) {
    merged[addField] = (first[addField] ?? 0) + add;
  }
}

/** A path that the second sets is all there is; its rules hold for what the first prepended, too. */
function mergePaths(merged: Mutable<RouteEdits>, first: RouteEdits, second: RouteEdits): void {
  if (second.asPath !== undefined) {
    for (const field of ['prepend', 'prependAses', 'asRules'] as const) {
      if (second[field] === undefined) delete merged[field];
    }
    return;
  }
  const { asRules } = second;
  if (asRules === undefined) {
    mergePrepends(merged, first, second);
    return;
  }
  merged.asRules = [...(first.asRules ?? []), ...asRules];
  const kept = prependsOf(first)
    .map((as) => (as === 'self' ? as : ruledAs(as, asRules)))
    .filter((as) => as !== null);
  const together = [...prependsOf(second), ...kept];
  delete merged.prepend;
  delete merged.prependAses;
  if (together.length > 0) merged.prependAses = together;
}

function mergePrepends(merged: Mutable<RouteEdits>, first: RouteEdits, second: RouteEdits): void {
  const isBoth = prependsOf(first).length > 0 && prependsOf(second).length > 0;
  if (!isBoth) return;
  const isPlain = first.prependAses === undefined && second.prependAses === undefined;
  if (isPlain && first.prepend && second.prepend && first.prepend.as === second.prepend.as) {
    merged.prepend = { as: first.prepend.as, count: first.prepend.count + second.prepend.count };
    return;
  }
  delete merged.prepend;
  merged.prependAses = [...prependsOf(second), ...prependsOf(first)];
}

function prependsOf(edits: RouteEdits): readonly AsOrSelf[] {
  const { prepend, prependAses = [] } = edits;
  return prepend === undefined
    ? prependAses
    : [...prependAses, ...new Array<AsOrSelf>(prepend.count).fill(prepend.as)];
}

function mergeCommunities(merged: Mutable<RouteEdits>, first: RouteEdits, second: RouteEdits): void {
  if (second.setCommunities !== undefined) {
    delete merged.removeCommunities;
    delete merged.removeCommunityPatterns;
    if (second.addCommunities === undefined) delete merged.addCommunities;
    return;
  }
  const octets = new Uint8Array(4);
  const isKept = (community: number): boolean => {
    new DataView(octets.buffer).setUint32(0, community);
    return (
      second.removeCommunities?.includes(community) !== true &&
      !matchesAnyRecord(second.removeCommunityPatterns ?? [], octets, 0)
    );
  };
  if (first.setCommunities !== undefined) merged.setCommunities = first.setCommunities.filter(isKept);
  const add = [...(first.addCommunities?.filter(isKept) ?? []), ...(second.addCommunities ?? [])];
  if (first.addCommunities !== undefined || second.addCommunities !== undefined) merged.addCommunities = add;
  if (first.removeCommunities && second.removeCommunities) {
    merged.removeCommunities = [...first.removeCommunities, ...second.removeCommunities];
  }
  if (first.removeCommunityPatterns && second.removeCommunityPatterns) {
    merged.removeCommunityPatterns = [...first.removeCommunityPatterns, ...second.removeCommunityPatterns];
  }
}

function mergeRecords(first: RecordEdits, second: RecordEdits, size: number): RecordEdits {
  if (second.set !== undefined) return second;
  const kept = (list: Uint8Array | undefined): Uint8Array[] => {
    const records: Uint8Array[] = [];
    for (let at = 0; list !== undefined && at < list.length; at += size) {
      if (!matchesAnyRecord(second.remove ?? [], list, at)) records.push(list.subarray(at, at + size));
    }
    return records;
  };
  const add = joined([...kept(first.add), second.add ?? new Uint8Array(0)]);
  const remove = [...(first.remove ?? []), ...(second.remove ?? [])];
  return {
    ...(first.set !== undefined && { set: joined(kept(first.set)) }),
    ...(remove.length > 0 && { remove }),
    ...(add.length > 0 && { add }),
  };
}
