import { encodeCanonical } from '../../attributes/canonical.js';
import { createNlriKey, type NlriKey } from '../../net/nlri-key.js';
import { formatPrefix, parsePrefix, wordMask } from '../../net/prefix.js';
import type { PolicyPeer } from '../../policy/policy.js';
import { Column8 } from '../../rib/columns.js';
import {
  type AttrId,
  LOCAL_PEER,
  NO_ROW,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from '../../rib/ids.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import {
  type Aggregate,
  type AggregateSettings,
  type AggregateStatus,
  aggregateSettings,
  changedAggregate,
} from '../settings/aggregate.js';
import { decodeSet, PathView } from '../views/path-view.js';
import { type AggregatorIdentity, briefAttributes, setAttributes } from './aggregate-attributes.js';

/** The aggregates of a speaker. They may come and go at any time. */
export interface Aggregates {
  /** Adds one, or changes the one of its prefix. Throws `BGP_ERR_CONFIG`, `BGP_ERR_PREFIX`, `BGP_ERR_ATTRIBUTE`. */
  add(config: Aggregate): void;
  /** Ends one; what it kept from peers is advertised. False: there is none of this prefix. */
  remove(prefix: string): boolean;
  list(): readonly AggregateStatus[];
}

/** Tells the row of an aggregate from that of an announcement of the same prefix, which goes before it. */
export const AGGREGATE_PATH = 1;

/** What an aggregator needs of its pipeline. */
export interface AggregatorSources {
  readonly rib: Rib;
  readonly identity: AggregatorIdentity;
  /** Prefixes that one step of a walk looks at. */
  readonly stepSize: number;
  seconds(): number;
  policyPeer(peer: PeerIndex): PolicyPeer | null;
  owner(table: FamilyTable, prefix: PrefixId): string;
}

/** One aggregate: its contributors with their attribute sets, each set referred to once. */
class Entry {
  settings: AggregateSettings;
  readonly table: FamilyTable;
  readonly id: PrefixId;
  readonly members = new Map<PrefixId, AttrId>();
  readonly sets = new Map<AttrId, number>();
  readonly origins: [number, number, number] = [0, 0, 0];
  withPath = 0;

  constructor(settings: AggregateSettings, table: FamilyTable, id: PrefixId) {
    this.settings = settings;
    this.table = table;
    this.id = id;
  }

  get status(): AggregateStatus {
    const { prefix, asSet, summaryOnly, discard } = this.settings;
    return { prefix, contributors: this.members.size, asSet, summaryOnly, discard };
  }
}

/**
 * Makes aggregates out of the routes that they cover. Nothing is scanned for a change: each decided prefix is looked up by the
 * lengths of the aggregates that may cover it, and its part in them is counted.
 *
 * ```
 * decided prefix ─▶ aggregates that cover it ─▶ members, counts ─▶ due ─▶ a path of ours, or none
 *                                            └▶ suppressed, before anybody is told
 * ```
 *
 * A table is walked only when an aggregate comes, or its `contributors` change. An aggregate is a more specific route like
 * others to those that cover it.
 */
export class Aggregator {
  private readonly sources: AggregatorSources;
  private readonly view: PathView;
  private readonly entries = new Map<string, Entry>();
  /** By table, then length, then words of the prefix. */
  private readonly index = new Map<FamilyTable, Map<number, Map<string, Entry>>>();
  private readonly due = new Set<Entry>();
  private readonly walks = new Map<FamilyTable, number>();
  private readonly key = createNlriKey();
  private readonly scratch = new ByteWriter(512);

  constructor(sources: AggregatorSources) {
    this.sources = sources;
    this.view = new PathView(sources.rib);
  }

  /** Adds an aggregate, or changes the one of its prefix. Throws what `aggregateSettings` throws. */
  add(config: Aggregate): void {
    const settings = aggregateSettings(config);
    const known = this.entries.get(settings.prefix);
    if (known !== undefined) {
      this.change(known, settings);
      return;
    }
    const table = this.sources.rib.table(settings.family)!;
    const entry = new Entry(settings, table, table.prefixes.add({ ...settings.key }));
    this.entries.set(settings.prefix, entry);
    const byLength = this.index.get(table) ?? new Map<number, Map<string, Entry>>();
    this.index.set(table, byLength);
    const { length } = settings.key;
    byLength.set(length, (byLength.get(length) ?? new Map()).set(wordsOf(settings.key, length), entry));
    table.holders.add(this);
    this.walks.set(table, 1);
    if (settings.discard) table.discards.add(entry.id);
  }

  /** What is given to the user of a speaker, which is to be woken after each change. */
  door(wake: () => void): Aggregates {
    return {
      add: (config) => {
        this.add(config);
        wake();
      },
      remove: (prefix) => {
        const isGone = this.remove(formatPrefix(parsePrefix(prefix)));
        wake();
        return isGone;
      },
      list: () => this.list(),
    };
  }

  /** Ends an aggregate; what it suppressed is advertised. False: there is none of this prefix. */
  remove(prefix: string): boolean {
    const entry = this.entries.get(prefix);
    if (entry === undefined) return false;
    const { table, settings, id } = entry;
    this.entries.delete(prefix);
    const byLength = this.index.get(table)!;
    const byWords = byLength.get(settings.key.length)!;
    byWords.delete(wordsOf(settings.key, settings.key.length));
    if (byWords.size === 0) byLength.delete(settings.key.length);
    if (settings.summaryOnly) this.suppressAll(entry, -1);
    for (const set of entry.sets.keys()) this.sources.rib.attributes.release(set);
    this.due.delete(entry);
    this.withdraw(entry);
    table.discards.delete(id);
    table.offer(id);
    if (byLength.size > 0) return true;
    this.index.delete(table);
    table.holders.delete(this);
    table.suppressed = null;
    return true;
  }

  list(): readonly AggregateStatus[] {
    return [...this.entries.values()].map((entry) => entry.status);
  }

  settings(): readonly AggregateSettings[] {
    return [...this.entries.values()].map((entry) => entry.settings);
  }

  /** Of the aggregate with this prefix; undefined when there is none. */
  status(table: FamilyTable, prefix: PrefixId): AggregateStatus | undefined {
    for (const entry of this.entries.values())
      if (entry.table === table && entry.id === prefix) return entry.status;
    return undefined;
  }

  /** The aggregate that keeps a prefix from being advertised; undefined when there is none. */
  suppressor(table: FamilyTable, prefix: PrefixId): string | undefined {
    return this.covering(table, prefix).find(
      ({ settings, members }) => settings.summaryOnly && members.has(prefix),
    )?.settings.prefix;
  }

  /** As a holder of the prefixes of aggregates. */
  holds(prefix: PrefixId): boolean {
    for (const entry of this.entries.values()) if (entry.id === prefix) return true;
    return false;
  }

  /** Takes decided prefixes of a table, before anybody is told of them. */
  notice(table: FamilyTable, prefixes: readonly number[], best: readonly number[], count: number): void {
    if (!this.index.has(table)) return;
    for (let i = 0; i < count; i++) this.judge(table, prefixes[i]! as PrefixId, best[i]! as PathRow);
  }

  /** One step of looking at what was there before, and of making what is due. True: prefixes are to be decided, or looked at. */
  step(): boolean {
    if (this.entries.size === 0) return false;
    for (const [table, cursor] of this.walks) this.walk(table, cursor);
    for (const entry of this.due) {
      // A set changes with each contributor: it is made when there are no more changes for now.
      const mayWait = entry.settings.asSet && entry.members.size > 0 && entry.table.loc.dirtyCount > 0;
      if (mayWait) continue;
      this.due.delete(entry);
      if (entry.members.size === 0) this.withdraw(entry);
      else this.originate(entry);
    }
    return (
      this.walks.size > 0 ||
      [...this.index.keys()].some(({ loc, isDeferred }) => !isDeferred && loc.dirtyCount > 0)
    );
  }

  private change(entry: Entry, settings: AggregateSettings): void {
    const changed = changedAggregate(entry.settings, settings);
    const before = entry.settings;
    entry.settings = settings;
    if (before.summaryOnly !== settings.summaryOnly) this.suppressAll(entry, settings.summaryOnly ? 1 : -1);
    if (changed.includes('contributors')) this.walks.set(entry.table, 1);
    if (before.discard !== settings.discard) {
      if (settings.discard) entry.table.discards.add(entry.id);
      else entry.table.discards.delete(entry.id);
      entry.table.loc.markDirty(entry.id);
    }
    if (changed.length > 0) this.due.add(entry);
  }

  private walk(table: FamilyTable, cursor: number): void {
    const end = Math.min(cursor + this.sources.stepSize, table.limit);
    for (let prefix = cursor as PrefixId; prefix < end; prefix++) {
      // One that is dirty comes by itself.
      if (!table.prefixes.has(prefix) || table.loc.isDirty(prefix)) continue;
      if (this.judge(table, prefix, table.loc.best(prefix))) table.loc.markDirty(prefix);
    }
    if (end < table.limit) this.walks.set(table, end);
    else this.walks.delete(table);
  }

  /** Counts a prefix in, or out. True: whether it is suppressed changed. */
  private judge(table: FamilyTable, prefix: PrefixId, best: PathRow): boolean {
    let isNews = false;
    for (const entry of this.covering(table, prefix)) {
      const before = entry.members.get(prefix);
      const set =
        best === NO_ROW || !this.contributes(entry, prefix, best) ? null : table.paths.accepted(best);
      if (set === (before ?? null)) continue;
      if (set !== null) this.countIn(entry, set);
      if (before !== undefined) this.countOut(entry, before);
      if (set === null) entry.members.delete(prefix);
      else entry.members.set(prefix, set);
      if (entry.settings.summaryOnly && (before === undefined || set === null)) {
        this.suppress(table, prefix, set === null ? -1 : 1);
        isNews = true;
      }
    }
    return isNews;
  }

  private contributes({ settings, table }: Entry, prefix: PrefixId, best: PathRow): boolean {
    const { contributors } = settings;
    if (contributors === null) return true;
    const { paths } = table;
    const peer = paths.peer(best);
    const owner = peer === LOCAL_PEER ? this.sources.owner(table, prefix) : null;
    const source = this.sources.policyPeer(peer);
    this.view.aim(table, prefix, paths.accepted(best), paths.nextHop(best), source, null, owner);
    return contributors.evaluate(this.view).action === 'accept';
  }

  /** Aggregates that a prefix is a more specific of. */
  private covering(table: FamilyTable, prefix: PrefixId): readonly Entry[] {
    const found: Entry[] = [];
    const { key } = this;
    table.prefixes.read(prefix, key);
    for (const [length, byWords] of this.index.get(table) ?? []) {
      if (length >= key.length) continue;
      const entry = byWords.get(wordsOf(key, length));
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  private countIn(entry: Entry, set: AttrId): void {
    const { attributes } = this.sources.rib;
    const count = entry.sets.get(set) ?? 0;
    entry.sets.set(set, count + 1);
    if (count > 0) return;
    attributes.retain(set);
    attributes.prepare(set);
    entry.origins[originOf(attributes.origin(set))]++;
    if (attributes.asPathLength(set) > 0) entry.withPath++;
    this.due.add(entry);
  }

  private countOut(entry: Entry, set: AttrId): void {
    const { attributes } = this.sources.rib;
    const count = entry.sets.get(set)!;
    if (count > 1) {
      entry.sets.set(set, count - 1);
      return;
    }
    entry.sets.delete(set);
    entry.origins[originOf(attributes.origin(set))]--;
    if (attributes.asPathLength(set) > 0) entry.withPath--;
    attributes.release(set);
    this.due.add(entry);
  }

  private suppress(table: FamilyTable, prefix: PrefixId, more: number): void {
    table.suppressed ??= new Column8();
    table.suppressed.set(prefix, table.suppressed.get(prefix) + more);
  }

  private suppressAll({ table, members }: Entry, more: number): void {
    for (const prefix of members.keys()) {
      this.suppress(table, prefix, more);
      table.loc.markDirty(prefix);
    }
  }

  private originate(entry: Entry): void {
    const { rib, identity } = this.sources;
    const { table, settings } = entry;
    const made = settings.asSet
      ? setAttributes(
          [...entry.sets.keys()].map((set) => decodeSet(rib, set)),
          entry,
          identity,
        )
      : briefAttributes(entry, identity);
    this.scratch.reset();
    encodeCanonical({ ...made, ...settings.attributes }, this.scratch);
    const set = rib.attributes.intern(this.scratch.bytes, 0, this.scratch.length);
    const unspecified = new Uint8Array(settings.family.afi === 1 ? 4 : 16);
    const hop = rib.nextHops.intern(unspecified, 0, unspecified.length);
    table.setPath(entry.id, LOCAL_PEER, AGGREGATE_PATH, set, hop, set, hop, this.sources.seconds());
  }

  private withdraw({ table, id }: Entry): void {
    const row = table.paths.find(id, LOCAL_PEER, AGGREGATE_PATH);
    if (row !== NO_ROW) table.removePath(row);
  }
}

function originOf(origin: number): 0 | 1 | 2 {
  return origin === 0 ? 0 : origin === 1 ? 1 : 2;
}

/** The words of a prefix, cut to a length, as the key of a map. */
function wordsOf({ a, b, c, d }: NlriKey, length: number): string {
  const word = (value: number, bits: number): number => (value & wordMask(bits)) >>> 0;
  if (length <= 32) return String(word(a, length));
  return [word(a, 32), word(b, length - 32), word(c, length - 64), word(d, length - 96)].join();
}
