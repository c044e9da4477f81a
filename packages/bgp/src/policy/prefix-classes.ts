import type { FamilyKey } from '../net/family.js';
import type { NlriKey } from '../net/nlri-key.js';
import type { PolicyInput, PrefixClasses } from './policy.js';
import { type PrefixList, rulesOfList } from './prefix-list.js';
import { PrefixRanges, type PrefixRules } from './prefix-ranges.js';

/** Each list is a bit of a class. */
const MOST_LISTS = 31;

/**
 * What the answers of a policy depend on beside the attributes, as it is found while its statements are compiled.
 *
 * Prefixes that match the same lists get the same answers. So where lists are all that is read of a prefix, answers can be
 * remembered, and a table is judged a run at a time, although it is judged by prefix.
 */
export class PolicyReads {
  private readonly inputs = new Set<PolicyInput>();
  private readonly lists = new Set<PrefixList>();
  /** The prefix is read by lists alone. */
  private isByList = true;

  /** With `prefix`: more of it is read than which lists match. */
  add(input: PolicyInput): void {
    this.inputs.add(input);
    if (input === 'prefix') this.isByList = false;
  }

  addList(list: PrefixList): void {
    this.inputs.add('prefix');
    this.lists.add(list);
  }

  addAll(other: PolicyReads): void {
    for (const input of other.inputs) this.inputs.add(input);
    for (const list of other.lists) this.lists.add(list);
    this.isByList &&= other.isByList;
  }

  get names(): readonly PolicyInput[] {
    return Object.freeze([...this.inputs]);
  }

  /** Undefined where the prefix is not read, or otherwise than by lists, or by too many of them. */
  get prefixClasses(): ((family: FamilyKey) => PrefixClasses | null) | undefined {
    if (this.lists.size === 0 || !this.isByList) return undefined;
    const byFamily = new Map<FamilyKey, PrefixRules[]>();
    for (const list of this.lists) {
      const rules = rulesOfList(list);
      if (rules === undefined) return undefined;
      for (const [family, one] of rules) addDistinct(byFamily, family, one);
    }
    const classes = new Map<FamilyKey, PrefixClasses>();
    for (const [family, rules] of byFamily) {
      if (rules.length > MOST_LISTS) return undefined;
      const ranges = new PrefixRanges(rules);
      classes.set(family, { of: (key: NlriKey) => ranges.matching(key, key.length) });
    }
    return (family) => classes.get(family) ?? null;
  }
}

/** A set that several statements name is one list. */
function addDistinct(lists: Map<FamilyKey, PrefixRules[]>, family: FamilyKey, rules: PrefixRules): void {
  const known = lists.get(family);
  if (known === undefined) lists.set(family, [rules]);
  else if (!known.some((one) => isSameRules(one, rules))) known.push(rules);
}

function isSameRules(one: PrefixRules, other: PrefixRules): boolean {
  return (
    isSameColumn(one.words, other.words) &&
    isSameColumn(one.lengths, other.lengths) &&
    isSameColumn(one.least, other.least) &&
    isSameColumn(one.most, other.most)
  );
}

function isSameColumn(one: Uint32Array | Uint8Array, other: Uint32Array | Uint8Array): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}
