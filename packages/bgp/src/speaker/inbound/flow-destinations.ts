import { Column32 } from '../../rib/columns.js';
import { NO_PREFIX, NO_ROW, type PathRow, type PrefixId } from '../../rib/ids.js';
import type { FamilyTable, PrefixHolder, Rib } from '../../rib/rib.js';
import { createFlowKey, cutKey, type FlowKey, keyText } from './flow-key.js';
import { FlowOrder } from './flow-order.js';
import type { FlowSpace } from './flow-space.js';

const NO_COVER = -1;
/** Longer than any prefix: no rule was judged by a covering route. */
const NEVER_ASKED = 129;
/** A cursor past every prefix. */
const WALKED = 0x7fffffff;

/** One destination prefix of flow specifications, and what routes say of it. */
export class FlowDestination implements FlowKey {
  readonly hi: number;
  readonly lo: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly length: number;
  readonly rules = new Set<PrefixId>();
  /** Chosen more specific routes by what `FlowDestinations.neighbour` says of them. */
  readonly specifics = new Map<number, number>();
  /** Every route was looked at. */
  isCounted = false;
  /** Length of the shortest covering route that a rule was judged by. Shorter ones matter to none. */
  shortestCover = NEVER_ASKED;

  constructor({ hi, lo, a, b, c, d, length }: FlowKey) {
    this.hi = hi;
    this.lo = lo;
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
    this.length = length;
  }
}

/** A prefix whose route came, changed or went, while destinations below it are told of that. */
interface Spreading {
  readonly prefix: FlowKey;
  from: FlowKey;
}

/**
 * Destinations of the flow specifications of one family, beside the routes that they are held against. Prefixes of routes are
 * noticed as they are decided; a table is walked only for destinations that are new.
 *
 * ```
 * decided prefix ─▶ destinations below it    covering route may be another  ─▶ due      told in steps (`spread`)
 *               └─▶ destinations above it    more specific, by neighbour AS ─▶ due      when an AS comes or goes
 * ```
 *
 * A covering route is looked up whenever it is asked for, so that what is judged before a step came by is judged right.
 */
export class FlowDestinations implements PrefixHolder {
  readonly space: FlowSpace;
  private readonly rib: Rib;
  private readonly rules = new Map<PrefixId, FlowDestination>();
  /** By length, then words. */
  private readonly index = new Map<number, Map<string, FlowDestination>>();
  private readonly order = new FlowOrder<FlowDestination>();
  private readonly due = new Set<FlowDestination>();
  /** Rules of the destination that is being judged, and were not yet. */
  private taken: IterableIterator<PrefixId> | null = null;
  /** Prefixes whose change is to be told below them, each once, and the one that it is done for. */
  private readonly changed = new Map<string, FlowKey>();
  private spreading: Spreading | null = null;
  private waiting = new Set<FlowDestination>();
  private walking = new Set<FlowDestination>();
  private cursor = WALKED;
  /** By prefix of a route: what is counted of it. */
  private readonly noted = new Column32();
  private readonly key = createFlowKey();
  private readonly probe = createFlowKey();

  constructor(rib: Rib, space: FlowSpace) {
    this.rib = rib;
    this.space = space;
    space.flows.holders.add(this);
  }

  get flows(): FamilyTable {
    return this.space.flows;
  }

  get isEmpty(): boolean {
    return this.rules.size === 0;
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
    if (!this.space.readDestination(rule, key)) return false;
    const byWords = this.index.get(key.length) ?? new Map<string, FlowDestination>();
    this.index.set(key.length, byWords);
    const words = keyText(key, key.length);
    let entry = byWords.get(words);
    if (entry === undefined) {
      entry = new FlowDestination(key);
      byWords.set(words, entry);
      this.order.add(entry);
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

  /** The best route of the longest prefix that covers a destination and that `mayCover` takes, or `NO_ROW`. */
  covering(entry: FlowDestination, mayCover: (best: PathRow) => boolean): PathRow {
    const { probe, rib, space } = this;
    for (let length = entry.length; length >= 0; length--) {
      cutKey(entry, length, probe);
      const prefix = space.find(probe);
      const best = prefix === NO_PREFIX ? NO_ROW : rib.decision.select(space.routes.paths, prefix);
      if (best === NO_ROW || !mayCover(best)) continue;
      entry.shortestCover = Math.min(entry.shortestCover, length);
      return best;
    }
    entry.shortestCover = NO_COVER;
    return NO_ROW;
  }

  /** The neighbouring AS of a route + 1: 1 for those of our own AS, 0 for none. */
  neighbour(best: PathRow): number {
    if (best === NO_ROW) return 0;
    const { attributes } = this.rib;
    const set = this.space.routes.paths.receivedSet(best);
    attributes.prepare(set);
    return Math.min(attributes.neighborAs(set) + 1, 0xffffffff);
  }

  /** Prefixes of routes were decided. */
  notice(prefixes: readonly number[], best: readonly number[], count: number): void {
    const { key } = this;
    for (let i = 0; i < count; i++) {
      const prefix = prefixes[i]! as PrefixId;
      this.space.readRoute(prefix, key);
      this.noticeBelow(key);
      const before = this.noted.get(prefix);
      const now = this.neighbour(best[i]! as PathRow);
      if (before === now) continue;
      this.noted.set(prefix, now);
      this.eachAbove(key, (entry) => {
        if (this.waiting.has(entry) || (prefix >= this.cursor && this.walking.has(entry))) return;
        const isLess = before !== 0 && countIn(entry, before, -1);
        const isMore = now !== 0 && countIn(entry, now, 1);
        if (isLess || isMore) this.due.add(entry);
      });
    }
  }

  /** Looks at `most` routes for destinations that are new, or ends that for as many of these. True: there is more to do. */
  walk(most: number): boolean {
    if (this.walking.size === 0) {
      if (this.waiting.size === 0) return false;
      [this.walking, this.waiting] = [this.waiting, this.walking];
      this.cursor = 1;
    }
    if (this.cursor === WALKED) {
      let left = most;
      for (const entry of this.walking) {
        if (left-- === 0) break;
        this.walking.delete(entry);
        entry.isCounted = true;
        this.due.add(entry);
      }
      return this.walking.size > 0 || this.waiting.size > 0;
    }
    const { noted, key, space } = this;
    const { routes } = space;
    const end = Math.min(this.cursor + most, routes.limit);
    for (let prefix = this.cursor as PrefixId; prefix < end; prefix++) {
      if (!routes.prefixes.has(prefix)) continue;
      // One that is dirty comes by itself, and takes back what was noted of it.
      if (!routes.loc.isDirty(prefix)) noted.set(prefix, this.neighbour(routes.loc.best(prefix)));
      const value = noted.get(prefix);
      if (value === 0) continue;
      space.readRoute(prefix, key);
      this.eachAbove(key, (entry) => {
        if (this.walking.has(entry)) countIn(entry, value, 1);
      });
    }
    this.cursor = end < routes.limit ? end : WALKED;
    return true;
  }

  /** Tells `most` destinations that the route of a prefix that covers them changed. True: there is more to do. */
  spread(most: number): boolean {
    if (this.spreading === null) {
      for (const [text, prefix] of this.changed) {
        this.changed.delete(text);
        this.spreading = { prefix, from: prefix };
        break;
      }
    }
    const { spreading } = this;
    if (spreading === null) return false;
    const { prefix } = spreading;
    const next = this.order.eachWithin(prefix, spreading.from, most, (entry) => {
      if (entry.shortestCover > prefix.length) return;
      entry.shortestCover = NEVER_ASKED;
      this.due.add(entry);
    });
    // The key and not the destination: that may be gone when it goes on.
    if (next === null) this.spreading = null;
    else spreading.from = next;
    return this.spreading !== null || this.changed.size > 0;
  }

  /** A rule that is to be judged anew, or `NO_PREFIX`: one after the other, so that many of one destination take many turns. */
  takeDue(): PrefixId {
    for (;;) {
      const next = this.taken?.next();
      if (next?.done === false) return next.value;
      this.taken = null;
      for (const entry of this.due) {
        this.due.delete(entry);
        this.taken = entry.rules.values();
        break;
      }
      if (this.taken === null) return NO_PREFIX;
    }
  }

  get hasDue(): boolean {
    return this.due.size > 0 || this.taken !== null;
  }

  private remove(entry: FlowDestination): void {
    const byWords = this.index.get(entry.length)!;
    byWords.delete(keyText(entry, entry.length));
    if (byWords.size === 0) this.index.delete(entry.length);
    this.order.remove(entry);
    for (const set of [this.due, this.waiting, this.walking]) set.delete(entry);
    if (!this.isEmpty) return;
    // What is noted would grow old without anybody to notice.
    this.noted.clear();
    this.changed.clear();
    this.spreading = null;
  }

  /** The route of a prefix came, changed or went: those that it covers, but for those that a longer one does, will be due. */
  private noticeBelow(key: FlowKey): void {
    if (!this.order.hasWithin(key)) return;
    const text = `${key.length}/${keyText(key, key.length)}`;
    if (!this.changed.has(text)) this.changed.set(text, { ...key });
  }

  /** Destinations that a prefix is a more specific of. */
  private eachAbove(key: FlowKey, visit: (entry: FlowDestination) => void): void {
    for (const [length, byWords] of this.index) {
      if (length >= key.length) continue;
      const entry = byWords.get(keyText(key, length));
      if (entry !== undefined) visit(entry);
    }
  }
}

/** True: the first or the last of its neighbour. */
function countIn({ specifics }: FlowDestination, neighbour: number, more: 1 | -1): boolean {
  const before = specifics.get(neighbour) ?? 0;
  if (before + more === 0) specifics.delete(neighbour);
  else specifics.set(neighbour, before + more);
  return before === 0 || before + more === 0;
}
