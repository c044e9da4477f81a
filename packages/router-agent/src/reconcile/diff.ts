import type { Change, ItemKind } from '../items/item.js';

export interface DiffOptions {
  /**
   * Whether things that are not wanted may go. False while the source has not listed every kind once: then nothing
   * is deleted because of what is not known yet.
   */
  readonly mayDelete: boolean;
}

/** The difference between what should be and what is, in the order of `wanted`, deletions after it. */
export function diff<T>(
  kind: ItemKind<T>,
  wanted: readonly T[],
  actual: readonly T[],
  options: DiffOptions = { mayDelete: true },
): readonly Change<T>[] {
  const present = new Map(actual.map((item) => [kind.key(item), item]));
  const changes: Change<T>[] = [];
  const named = new Set<string>();
  for (const item of wanted) {
    const key = kind.key(item);
    if (named.has(key)) continue;
    named.add(key);
    const before = present.get(key);
    if (before === undefined) changes.push({ verb: 'create', key, after: item });
    else if (!kind.equal(before, item)) changes.push({ verb: 'replace', key, before, after: item });
  }
  if (!options.mayDelete) return changes;
  for (const [key, before] of present) {
    if (!named.has(key)) changes.push({ verb: 'delete', key, before });
  }
  return changes;
}
