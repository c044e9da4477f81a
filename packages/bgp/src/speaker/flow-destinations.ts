import { createNlriKey, type NlriKey } from '../net/nlri-key.js';
import { prefixBits, wordMask } from '../net/prefix.js';
import { bodyAt } from '../nlri/flowspec.js';
import { Column32 } from '../rib/columns.js';
import { NO_PREFIX, NO_ROW, type PathRow, type PrefixId } from '../rib/ids.js';
import type { FamilyTable, PrefixHolder, Rib } from '../rib/rib.js';

const DESTINATION_PREFIX = 1;
/** The length of the covering route is not known: it is to be looked up. */
const NOT_LOOKED_UP = -2;
const NO_COVER = -1;

/** One destination prefix of flow specifications, and what unicast routes say of it. */
export class FlowDestination {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly length: number;
  readonly rules = new Set<PrefixId>();
  /** Chosen more specific routes by what `FlowDestinations.neighbour` says of them. */
  readonly specifics = new Map<number, number>();
  state: 'waiting' | 'walking' | 'counted' = 'waiting';
  coverLength = NOT_LOOKED_UP;
  cover: PrefixId = NO_PREFIX;

  constructor({ a, b, c, d, length }: NlriKey) {
    this.a = a >>> 0;
    this.b = b >>> 0;
    this.c = c >>> 0;
    this.d = d >>> 0;
    this.length = length;
  }
}

/**
 * Destinations of the flow specifications of one family, beside the unicast routes that they are held against. Unicast
 * prefixes are noticed as they are decided; a table is walked only for destinations that are new.
 *
 * ```
 * decided prefix ─▶ destinations below it    covering route may be another  ─▶ due
 *               └─▶ destinations above it    more specific, by neighbour AS ─▶ due when an AS comes or goes
 * ```
 */
export class FlowDestinations implements PrefixHolder {
  readonly flows: FamilyTable;
  private readonly unicast: FamilyTable;
  private readonly rib: Rib;
  private readonly rules = new Map<PrefixId, FlowDestination>();
  /** By length, then words. */
  private readonly index = new Map<number, Map<string, FlowDestination>>();
  /** By words, then length; out of order after a destination came, until it is needed. */
  private sorted: FlowDestination[] = [];
  private isSorted = true;
  private readonly due = new Set<FlowDestination>();
  private waiting = new Set<FlowDestination>();
  private walking = new Set<FlowDestination>();
  private cursor = 1;
  /** By unicast prefix: what is counted of it. */
  private readonly noted = new Column32();
  private readonly key = createNlriKey();
  private readonly probe = createNlriKey();

  constructor(rib: Rib, flows: FamilyTable, unicast: FamilyTable) {
    this.rib = rib;
    this.flows = flows;
    this.unicast = unicast;
    flows.holders.add(this);
  }

  get isEmpty(): boolean {
    return this.rules.size === 0;
  }

  isOf(unicast: FamilyTable): boolean {
    return this.unicast === unicast;
  }

  /** Asked for a rule without paths only: nothing of it is kept. */
  holds(rule: PrefixId): boolean {
    const entry = this.rules.get(rule);
    if (entry === undefined) return false;
    this.rules.delete(rule);
    entry.rules.delete(rule);
    if (entry.rules.size === 0) this.remove(entry);
    return false;
  }

  /** Watches the destination of a rule. False: it has none. */
  watch(rule: PrefixId): boolean {
    if (this.rules.has(rule)) return true;
    const { key } = this;
    if (!this.readDestination(rule, key)) return false;
    const byWords = this.index.get(key.length) ?? new Map<string, FlowDestination>();
    this.index.set(key.length, byWords);
    const words = wordsOf(key, key.length);
    let entry = byWords.get(words);
    if (entry === undefined) {
      entry = new FlowDestination(key);
      byWords.set(words, entry);
      this.sorted.push(entry);
      this.isSorted = false;
      this.waiting.add(entry);
    }
    entry.rules.add(rule);
    this.rules.set(rule, entry);
    return true;
  }

  /** The destination of a rule that is watched. */
  of(rule: PrefixId): FlowDestination | undefined {
    return this.rules.get(rule);
  }

  /** The best route of the longest prefix that covers a destination, or `NO_ROW`. */
  covering(entry: FlowDestination): PathRow {
    const { unicast, rib } = this;
    if (entry.coverLength === NOT_LOOKED_UP) this.lookUp(entry);
    return entry.coverLength === NO_COVER ? NO_ROW : rib.decision.select(unicast.paths, entry.cover);
  }

  /** The neighbouring AS of a route + 1: 1 for those of our own AS, 0 for none. */
  neighbour(best: PathRow): number {
    if (best === NO_ROW) return 0;
    const { attributes } = this.rib;
    const set = this.unicast.paths.receivedSet(best);
    attributes.prepare(set);
    return Math.min(attributes.neighborAs(set) + 1, 0xffffffff);
  }

  /** Unicast prefixes were decided. */
  notice(prefixes: readonly number[], best: readonly number[], count: number): void {
    const { key } = this;
    for (let i = 0; i < count; i++) {
      const prefix = prefixes[i]! as PrefixId;
      this.unicast.prefixes.read(prefix, key);
      this.noticeBelow(key);
      const before = this.noted.get(prefix);
      const now = this.neighbour(best[i]! as PathRow);
      if (before === now) continue;
      this.noted.set(prefix, now);
      this.eachAbove(key, (entry) => {
        if (entry.state === 'waiting' || (entry.state === 'walking' && prefix >= this.cursor)) return;
        const isLess = before !== 0 && countIn(entry, before, -1);
        const isMore = now !== 0 && countIn(entry, now, 1);
        if (isLess || isMore) this.due.add(entry);
      });
    }
  }

  /** Looks at `most` unicast prefixes for destinations that are new. True: there is more to do. */
  walk(most: number): boolean {
    const { unicast, noted, key } = this;
    if (this.walking.size === 0) {
      if (this.waiting.size === 0) return false;
      [this.walking, this.waiting] = [this.waiting, this.walking];
      this.cursor = 1;
      for (const entry of this.walking) entry.state = 'walking';
    }
    const end = Math.min(this.cursor + most, unicast.limit);
    for (let prefix = this.cursor as PrefixId; prefix < end; prefix++) {
      if (!unicast.prefixes.has(prefix)) continue;
      // One that is dirty comes by itself, and takes back what was noted of it.
      if (!unicast.loc.isDirty(prefix)) noted.set(prefix, this.neighbour(unicast.loc.best(prefix)));
      const value = noted.get(prefix);
      if (value === 0) continue;
      unicast.prefixes.read(prefix, key);
      this.eachAbove(key, (entry) => {
        if (entry.state === 'walking') countIn(entry, value, 1);
      });
    }
    this.cursor = end;
    if (end < unicast.limit) return true;
    for (const entry of this.walking) {
      entry.state = 'counted';
      this.due.add(entry);
    }
    this.walking.clear();
    return this.waiting.size > 0;
  }

  /** Rules of a destination of which something changed; undefined when there is none. */
  takeDue(): ReadonlySet<PrefixId> | undefined {
    for (const entry of this.due) {
      this.due.delete(entry);
      return entry.rules;
    }
    return undefined;
  }

  get hasDue(): boolean {
    return this.due.size > 0;
  }

  private remove(entry: FlowDestination): void {
    const byWords = this.index.get(entry.length)!;
    byWords.delete(wordsOf(entry, entry.length));
    if (byWords.size === 0) this.index.delete(entry.length);
    this.sorted.splice(this.sorted.indexOf(entry), 1);
    for (const set of [this.due, this.waiting, this.walking]) set.delete(entry);
    // What is noted would grow old without anybody to notice.
    if (this.isEmpty) this.noted.clear();
  }

  /** RFC 8956 §5: a pattern with an offset is no destination prefix. */
  private readDestination(rule: PrefixId, out: NlriKey): boolean {
    this.flows.prefixes.read(rule, out);
    const { octets } = out;
    const bits = prefixBits(this.unicast.family);
    let at = bodyAt(octets, out.start);
    if (octets[at] !== DESTINATION_PREFIX) return false;
    const length = octets[at + 1]!;
    at += 2;
    if (bits === 128 && octets[at++] !== 0) return false;
    const word = (n: number): number => {
      let value = 0;
      for (let i = 4 * n; i < 4 * n + 4; i++)
        value = (value << 8) | (8 * i < length ? (octets[at + i] ?? 0) : 0);
      return (value & wordMask(length - 32 * n)) >>> 0;
    };
    out.length = length;
    out.a = word(0);
    out.b = word(1);
    out.c = word(2);
    out.d = word(3);
    return true;
  }

  private lookUp(entry: FlowDestination): void {
    const { probe, unicast } = this;
    entry.coverLength = NO_COVER;
    for (let length = entry.length; length >= 0; length--) {
      cut(entry, length, probe);
      const prefix = unicast.prefixes.find(probe);
      if (prefix === NO_PREFIX || this.rib.decision.select(unicast.paths, prefix) === NO_ROW) continue;
      entry.coverLength = length;
      entry.cover = prefix;
      return;
    }
  }

  /** The route of a prefix came, changed or went: those that it covers, but for those that a longer one does, are due. */
  private noticeBelow(key: NlriKey): void {
    if (!this.isSorted) {
      this.sorted.sort(compare);
      this.isSorted = true;
    }
    const { sorted } = this;
    let at = 0;
    for (let end = sorted.length; at < end; ) {
      const middle = (at + end) >>> 1;
      if (compare(sorted[middle]!, key) < 0) at = middle + 1;
      else end = middle;
    }
    for (; at < sorted.length && isWithin(sorted[at]!, key); at++) {
      const entry = sorted[at]!;
      if (entry.coverLength > key.length) continue;
      entry.coverLength = NOT_LOOKED_UP;
      this.due.add(entry);
    }
  }

  /** Destinations that a prefix is a more specific of. */
  private eachAbove(key: NlriKey, visit: (entry: FlowDestination) => void): void {
    for (const [length, byWords] of this.index) {
      if (length >= key.length) continue;
      const entry = byWords.get(wordsOf(key, length));
      if (entry !== undefined) visit(entry);
    }
  }
}

type Words = Pick<NlriKey, 'a' | 'b' | 'c' | 'd' | 'length'>;

/** True: the first or the last of its neighbour. */
function countIn({ specifics }: FlowDestination, neighbour: number, more: 1 | -1): boolean {
  const before = specifics.get(neighbour) ?? 0;
  if (before + more === 0) specifics.delete(neighbour);
  else specifics.set(neighbour, before + more);
  return before === 0 || before + more === 0;
}

function cut({ a, b, c, d }: Words, length: number, out: NlriKey): void {
  out.length = length;
  out.a = (a & wordMask(length)) >>> 0;
  out.b = (b & wordMask(length - 32)) >>> 0;
  out.c = (c & wordMask(length - 64)) >>> 0;
  out.d = (d & wordMask(length - 96)) >>> 0;
}

function compare(x: Words, y: Words): number {
  return x.a - y.a || x.b - y.b || x.c - y.c || x.d - y.d || x.length - y.length;
}

function isWithin(x: Words, { a, b, c, d, length }: Words): boolean {
  return (
    x.length >= length &&
    (x.a & wordMask(length)) >>> 0 === a &&
    (x.b & wordMask(length - 32)) >>> 0 === b &&
    (x.c & wordMask(length - 64)) >>> 0 === c &&
    (x.d & wordMask(length - 96)) >>> 0 === d
  );
}

function wordsOf({ a, b, c, d }: Words, length: number): string {
  const word = (value: number, bits: number): number => (value & wordMask(bits)) >>> 0;
  if (length <= 32) return String(word(a, length));
  return [word(a, 32), word(b, length - 32), word(c, length - 64), word(d, length - 96)].join();
}
