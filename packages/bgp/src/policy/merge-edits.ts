import { matchesAnyRecord, type RecordEdits } from '../attributes/record-pattern.js';
import { joined } from './edits.js';
import type { RouteEdits } from './policy.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * What two statements change together, the second after the first: single values of the later one win, additions to numbers add
 * up, ASes are prepended to what the first prepended, and communities are removed from what the first one left.
 */
export function mergeEdits(first: RouteEdits, second: RouteEdits): RouteEdits {
  const merged: Mutable<RouteEdits> = { ...first, ...second };
  mergeNumber(merged, first, second, 'med', 'addMed');
  mergeNumber(merged, first, second, 'localPref', 'addLocalPref');
  mergePrepends(merged, first, second);
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

function prependsOf(edits: RouteEdits): readonly number[] {
  const { prepend, prependAses = [] } = edits;
  return prepend === undefined
    ? prependAses
    : [...prependAses, ...new Array<number>(prepend.count).fill(prepend.as)];
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
