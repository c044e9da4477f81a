import { badPolicy } from './policy-error.js';

/** Named lists, which any list of a match or an edit may take in as `@name`. Elements are checked where they are used. */
export type PolicySets = Readonly<Record<string, readonly unknown[]>>;

export const NO_SETS: PolicySets = Object.freeze({});

/** A list with the sets that it names put in; one value alone is a list of one. */
export function listOf(path: string, value: unknown, sets: PolicySets): readonly Element[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const elements: Element[] = [];
  list.forEach((element, i) => {
    const where = Array.isArray(value) ? `${path}[${i}]` : path;
    if (typeof element !== 'string' || !element.startsWith('@')) {
      elements.push({ path: where, value: element });
      return;
    }
    const name = element.slice(1);
    const set = Object.hasOwn(sets, name) ? sets[name] : undefined;
    if (!Array.isArray(set)) {
      const known = Object.keys(sets).map((key) => `@${key}`);
      throw badPolicy(where, element, `a set that there is (${known.join(', ') || 'none is given'})`);
    }
    for (const [k, member] of set.entries()) elements.push({ path: `sets.${name}[${k}]`, value: member });
  });
  return elements;
}

/** An element of a list, with where it stands. */
export interface Element {
  readonly path: string;
  readonly value: unknown;
}
