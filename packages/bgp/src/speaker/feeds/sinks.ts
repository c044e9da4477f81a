import { linkBandwidth } from '../../attributes/link-bandwidth.js';
import type { Family } from '../../net/family.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { supportedFamilies } from '../../nlri/nlri.js';
import type { AdjRibIn } from '../../rib/adj-rib-in.js';
import {
  LOCAL_PEER,
  type NextHopId,
  NO_ROW,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from '../../rib/ids.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import { AGGREGATE_PATH } from '../local/aggregator.js';
import { destinationOf } from '../local/route-name.js';
import type { NlriOctets, PrefixWords, RouteChanges, RouteSink } from './route-sink.js';

const WALKED = 0x7fffffff;
/** What the next hop with the most bandwidth gets: a kernel's weights have 8 bits. */
const MOST_WEIGHT = 256;

/** Hands the outcome of the decision process to one sink: first the table as it stands, then changes. */
class Feed {
  readonly sink: RouteSink;
  /** By family: prefixes below were handed over. */
  readonly cursors = new Map<FamilyTable, number>();

  constructor(sink: RouteSink, tables: readonly FamilyTable[]) {
    this.sink = sink;
    for (const table of tables) this.cursors.set(table, 1);
  }
}

/** A batch as sinks see it. One object for all batches: it is valid during the call only. */
class ChangeView implements RouteChanges {
  private readonly rib: Rib;
  private readonly address: (peer: PeerIndex) => string;
  private readonly key = createNlriKey();
  private readonly equals: PathRow[] = [];
  private equalsOf = -1;
  private readonly block: { bytes: Uint8Array; start: number; end: number } = {
    bytes: new Uint8Array(0),
    start: 0,
    end: 0,
  };
  private equalCount = 0;
  private readonly prefixes: number[] = [];
  private readonly best: number[] = [];
  length = 0;
  private table: FamilyTable;

  constructor(rib: Rib, address: (peer: PeerIndex) => string) {
    this.rib = rib;
    this.address = address;
    this.table = rib.tables[0]!;
  }

  begin(table: FamilyTable): void {
    this.table = table;
    this.length = 0;
    this.equalsOf = -1;
  }

  get family(): Family {
    return this.table.family;
  }

  /** Adds a prefix with its best path. */
  add(prefix: number, best: number): void {
    this.prefixes[this.length] = prefix;
    this.best[this.length++] = best;
  }

  readPrefix(i: number, out: PrefixWords): void {
    this.table.prefixes.read(this.prefixes[i]! as PrefixId, this.key);
    out.a = this.key.a;
    out.b = this.key.b;
    out.c = this.key.c;
    out.d = this.key.d;
    out.length = this.key.length;
  }

  readNlri(i: number, out: NlriOctets): void {
    this.table.prefixes.read(this.prefixes[i]! as PrefixId, this.key);
    const best = this.best[i]! as PathRow;
    if (best !== NO_ROW) {
      this.table.readForm(this.prefixes[i]! as PrefixId, this.table.form(best), this.key);
    }
    out.octets = this.key.octets;
    out.start = this.table.hasForms ? this.key.start : 0;
    out.end = this.table.hasForms ? this.key.end : 0;
  }

  name(i: number): string {
    this.table.prefixes.read(this.prefixes[i]! as PrefixId, this.key);
    return destinationOf(this.table, this.key);
  }

  text(i: number): string {
    this.table.prefixes.read(this.prefixes[i]! as PrefixId, this.key);
    return this.table.prefixes.codec.format(this.key);
  }

  nextHopCount(i: number): number {
    if (this.equalsOf !== i) {
      const best = this.best[i]! as PathRow;
      this.equalsOf = i;
      this.equalCount = best === NO_ROW ? 0 : this.rib.decision.equals(this.paths, best, this.equals);
    }
    return this.equalCount;
  }

  nextHopId(i: number, k: number): number {
    return k < this.nextHopCount(i) ? this.paths.nextHop(this.equals[k]!) : 0;
  }

  nextHopWeight(i: number, k: number): number {
    const count = this.nextHopCount(i);
    if (k >= count || count < 2) return 1;
    let most = 0;
    for (let n = 0; n < count; n++) {
      const bandwidth = this.bandwidth(n);
      if (bandwidth === 0) return 1;
      most = Math.max(most, bandwidth);
    }
    return Math.max(1, Math.round((MOST_WEIGHT * this.bandwidth(k)) / most));
  }

  /** Of the n-th of the equal paths that were looked up last; 0 when it tells none. */
  private bandwidth(n: number): number {
    const { attributes } = this.rib;
    const set = this.paths.accepted(this.equals[n]!);
    const { block } = this;
    block.bytes = attributes.bytes(set);
    block.start = attributes.start(set);
    block.end = attributes.end(set);
    return linkBandwidth(block);
  }

  nextHopAddress(id: number): Uint8Array {
    return this.rib.nextHops.gateway(id as NextHopId);
  }

  nextHopInterface(id: number): string | null {
    return this.rib.nextHops.interfaceOf(id as NextHopId);
  }

  bestPeer(i: number): string {
    const best = this.best[i]! as PathRow;
    return best === NO_ROW ? '' : this.address(this.paths.peer(best));
  }

  isLocal(i: number): boolean {
    const best = this.best[i]! as PathRow;
    return best !== NO_ROW && this.paths.peer(best) === LOCAL_PEER;
  }

  isDiscard(i: number): boolean {
    const { discards } = this.table;
    const isCandidate = discards.size > 0 && this.isLocal(i) && discards.has(this.prefixes[i]! as PrefixId);
    return isCandidate && this.paths.pathId(this.best[i]! as PathRow) === AGGREGATE_PATH;
  }

  private get paths(): AdjRibIn {
    return this.table.paths;
  }
}

/** All route sinks of a speaker. */
export class Sinks {
  private readonly rib: Rib;
  private readonly view: ChangeView;
  private readonly stepSize: number;
  private readonly feeds = new Set<Feed>();

  /** `stepSize`: prefix ids that one step of a snapshot looks at. */
  constructor(rib: Rib, stepSize: number, address: (peer: PeerIndex) => string) {
    this.rib = rib;
    this.stepSize = stepSize;
    this.view = new ChangeView(rib, address);
  }

  /** Without `snapshot` the present table counts as handed over. */
  add(sink: RouteSink, families?: readonly Family[], snapshot = true): () => void {
    const tables = (families ?? supportedFamilies).flatMap((family) => this.rib.open(family) ?? []);
    const feed = new Feed(sink, tables);
    if (!snapshot) for (const table of tables) feed.cursors.set(table, WALKED);
    this.feeds.add(feed);
    return () => void this.feeds.delete(feed);
  }

  /** Tells of decided prefixes; `NO_ROW` as best path: withdrawn. */
  tell(table: FamilyTable, prefixes: readonly number[], best: readonly number[], count: number): void {
    for (const feed of this.feeds) {
      const cursor = feed.cursors.get(table);
      if (cursor === undefined) continue;
      this.view.begin(table);
      for (let i = 0; i < count; i++) {
        // What the snapshot has not come to yet, it will tell by itself.
        if (prefixes[i]! >= cursor) continue;
        this.view.add(prefixes[i]!, best[i]!);
      }
      if (this.view.length > 0) feed.sink.routes(this.view);
    }
  }

  /** One step of a snapshot, if one is due. True: there is more to do. */
  step(): boolean {
    for (const feed of this.feeds) {
      if (feed.sink.isReady?.() === false) continue;
      for (const [table, cursor] of feed.cursors) {
        if (cursor === WALKED || table.isDeferred) continue;
        this.walk(feed, table, cursor);
        return true;
      }
    }
    return false;
  }

  private walk(feed: Feed, table: FamilyTable, cursor: number): void {
    const { limit } = table.prefixes;
    const end = Math.min(cursor + this.stepSize, limit);
    this.view.begin(table);
    for (let prefix = cursor as PrefixId; prefix < end; prefix++) {
      const best = table.loc.decide(prefix);
      if (best === NO_ROW) continue;
      this.view.add(prefix, best);
    }
    feed.cursors.set(table, end < limit ? end : WALKED);
    if (this.view.length > 0) feed.sink.routes(this.view);
    if (end >= limit) feed.sink.inSync(table.family);
  }
}
