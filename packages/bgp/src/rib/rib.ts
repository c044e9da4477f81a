import type { Family } from '../net/family.js';
import type { NlriKey } from '../net/nlri-key.js';
import { builtFamilies, type FamilyCodecs } from '../nlri/family-codecs.js';
import { AdjRibIn } from './adj-rib-in.js';
import { Arrivals } from './arrivals.js';
import { AttributeStore } from './attribute-store.js';
import type { Column8 } from './columns.js';
import { Decision, type DecisionOptions } from './decision.js';
import { Departures } from './departures.js';
import { FormTable } from './form-table.js';
import { IdPages } from './id-pages.js';
import {
  type AttrId,
  type FormId,
  type NextHopId,
  NO_FORM,
  NO_ROW,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from './ids.js';
import { LocRib } from './loc-rib.js';
import { NextHopTable } from './next-hop-table.js';
import { OutTable } from './out-table.js';
import { PeerColumns, type PeerFacts } from './peer-columns.js';
import { type PrefixTable, prefixTable } from './prefix-table.js';
import { PrefixTableBytes } from './prefix-table-bytes.js';
import { RowForms } from './row-forms.js';
import { type OutKeys, SlotTable } from './slot-table.js';

/** Somebody who may hold the id of a prefix over turns. Who lets go of one tells it by `FamilyTable.offer`. */
export interface PrefixHolder {
  holds(prefix: PrefixId): boolean;
}

/** The tables of one family. */
export class FamilyTable implements OutKeys {
  readonly family: Family;
  readonly prefixes: PrefixTable;
  readonly paths: AdjRibIn;
  readonly loc: LocRib;
  readonly arrivals: Arrivals;
  private readonly departures: Departures;
  readonly holders = new Set<PrefixHolder>();
  /** By prefix: how many aggregates keep it from being advertised. Null: none keeps any. */
  suppressed: Column8 | null = null;
  /** Aggregates for which sinks are to drop what no more specific route takes. */
  readonly discards = new Set<PrefixId>();
  /** Destinations are octets, and paths may come with others than the destination is kept with. */
  readonly hasForms: boolean;
  private readonly forms: FormTable;
  private readonly rowForms: RowForms;
  /** Route selection waits (RFC 4724 §4.1): paths are taken, nothing is chosen, told or advertised. */
  isDeferred = false;
  private readonly offered = new IdPages();
  private ownSlots: SlotTable | null = null;
  private readonly offerPrefix = (prefix: PrefixId): void => this.offer(prefix);

  constructor(family: Family, prefixes: PrefixTable, paths: AdjRibIn, decision: Decision, forms: FormTable) {
    this.family = family;
    this.forms = forms;
    this.rowForms = new RowForms(forms);
    this.prefixes = prefixes;
    this.hasForms = prefixes.codec.layout === 'bytes';
    this.paths = paths;
    this.loc = new LocRib(paths, decision);
    this.arrivals = new Arrivals(paths, this.loc, decision);
    this.departures = new Departures(paths, this.loc);
  }

  /** Highest prefix id in use + 1. */
  get limit(): number {
    return this.prefixes.limit;
  }

  /** Destinations of add-path groups; made when the first of them comes. */
  get slots(): SlotTable {
    if (this.ownSlots === null) {
      this.ownSlots = new SlotTable();
      this.holders.add(this.ownSlots);
    }
    return this.ownSlots;
  }

  /**
   * Adds or changes the path of a peer. `accepted` and `hop` are what policy made of it (`NO_ATTR`: rejected). A path that
   * is there already as it is changes nothing.
   */
  setPath(
    prefix: PrefixId,
    peer: PeerIndex,
    pathId: number,
    received: AttrId,
    receivedHop: NextHopId,
    accepted: AttrId,
    hop: NextHopId,
    time: number,
  ): void {
    const { paths, loc } = this;
    const known = paths.find(prefix, peer, pathId);
    if (known !== NO_ROW) {
      const isSame =
        paths.receivedSet(known) === received &&
        paths.accepted(known) === accepted &&
        paths.nextHop(known) === hop &&
        paths.receivedNextHop(known) === receivedHop;
      if (isSame) {
        paths.refresh(known);
        return;
      }
      loc.beforeChange(known);
    }
    const row = known === NO_ROW ? paths.add(prefix, peer, pathId) : known;
    paths.fill(row, received, receivedHop, accepted, hop, time);
    loc.afterChange(row);
  }

  /** A path is judged anew: what was received, its time and its age stay, and `bits` are set as well. */
  judgePath(row: PathRow, accepted: AttrId, hop: NextHopId, bits = 0): void {
    const { paths, loc } = this;
    const flags = paths.flags(row);
    if (paths.accepted(row) === accepted && paths.nextHop(row) === hop && (bits & ~flags) === 0) return;
    loc.beforeChange(row);
    paths.fill(row, paths.receivedSet(row), paths.receivedNextHop(row), accepted, hop, paths.time(row));
    paths.setAge(row, flags | bits);
    loc.afterChange(row);
  }

  /** As `setPath`, of a family whose destinations are octets: `form` is what `formOf` said of those that came. */
  setFormedPath(
    prefix: PrefixId,
    peer: PeerIndex,
    pathId: number,
    form: FormId,
    received: AttrId,
    receivedHop: NextHopId,
    accepted: AttrId,
    hop: NextHopId,
    time: number,
  ): void {
    const { paths, loc } = this;
    const known = paths.find(prefix, peer, pathId);
    if (known !== NO_ROW && this.rowForms.get(known) !== form) {
      loc.beforeChange(known);
      this.rowForms.set(known, form);
      loc.afterChange(known);
    }
    this.setPath(prefix, peer, pathId, received, receivedHop, accepted, hop, time);
    if (known === NO_ROW && form !== NO_FORM) this.rowForms.set(paths.find(prefix, peer, pathId), form);
  }

  /** What a path of this destination has of its own when it came with these octets. */
  formOf(prefix: PrefixId, key: NlriKey): FormId {
    const { prefixes } = this;
    if (!(prefixes instanceof PrefixTableBytes) || prefixes.isAs(prefix, key)) return NO_FORM;
    return this.forms.intern(key.octets, key.start, key.end);
  }

  /** The form of a path; `NO_FORM`: it came with what its destination is kept with. */
  form(row: PathRow): FormId {
    return this.rowForms.get(row);
  }

  /** Fills `out` with the octets of a destination, or with those of the form that a path of it has. */
  readForm(prefix: PrefixId, form: FormId, out: NlriKey): void {
    this.prefixes.read(prefix, out);
    if (form !== NO_FORM) this.forms.read(form, out);
  }

  removePath(row: PathRow): void {
    const prefix = this.paths.prefix(row);
    this.loc.beforeChange(row);
    if (this.rowForms.count > 0) this.rowForms.set(row, NO_FORM);
    this.paths.remove(row);
    // One that is to be decided is offered after that.
    if (!this.loc.isDirty(prefix)) this.offer(prefix);
  }

  /** As `removePath`, of one among many: nobody else may touch the table before `endRemoval`. */
  removeNext(row: PathRow): void {
    const prefix = this.paths.prefix(row);
    if (this.rowForms.count === 0 && this.departures.take(row)) {
      if (!this.loc.isDirty(prefix)) this.offer(prefix);
      return;
    }
    this.endRemoval();
    this.removePath(row);
  }

  endRemoval(): void {
    this.departures.end();
  }

  /** Says that a prefix may have lost its last user. */
  offer(prefix: PrefixId): void {
    if (this.paths.head(prefix) === NO_ROW) this.offered.push(prefix);
  }

  /**
   * Releases prefixes without paths that nobody holds, in steps: of at most so many: when it `isQuiet`, since what is withdrawn is to be told first, and often comes
   * again; or when there are many beside the paths. Those that wait for a decision are offered again after it. True: there are more.
   */
  collect(isQuiet: boolean, most: number): boolean {
    const more = this.ownSlots?.collect(this.offerPrefix) ?? false;
    if (isQuiet || this.offered.count > MOST_OFFERED + 2 * this.paths.size) this.release(most);
    return more || this.offered.count > 0;
  }

  private release(most: number): void {
    if (this.offered.count === 0) return;
    const holders = [...this.holders];
    for (let n = 0; n < most && this.offered.count > 0; n++) {
      const prefix = this.offered.shift() as PrefixId;
      // An id may be offered twice, and may be in use again.
      if (!this.prefixes.has(prefix) || this.paths.head(prefix) !== NO_ROW || this.loc.isDirty(prefix))
        continue;
      let isHeld = false;
      for (let k = 0; k < holders.length && !isHeld; k++) isHeld = holders[k]!.holds(prefix);
      if (isHeld) continue;
      this.loc.forget(prefix);
      this.prefixes.release(prefix);
    }
  }
}

/** So many prefixes may wait in any case. */
const MOST_OFFERED = 65_536;

/** All tables of a speaker: what families share, and one `FamilyTable` for each that is in use. */
export class Rib {
  readonly attributes = new AttributeStore();
  readonly nextHops = new NextHopTable();
  readonly forms = new FormTable();
  readonly outs = new OutTable(this.attributes, this.nextHops, this.forms);
  readonly peers: PeerColumns;
  readonly decision: Decision;
  readonly codecs: FamilyCodecs;
  private readonly opened: FamilyTable[] = [];

  /** `families`: there from the start. */
  constructor(
    families: readonly Family[],
    local: PeerFacts,
    options: DecisionOptions,
    codecs: FamilyCodecs = builtFamilies,
  ) {
    this.peers = new PeerColumns(local);
    this.decision = new Decision(this.attributes, this.nextHops, this.peers, options);
    this.codecs = codecs;
    for (const family of families) this.open(family);
  }

  /** In the order in which they were opened. */
  get tables(): readonly FamilyTable[] {
    return this.opened;
  }

  /** The table of a family, made when there is none; undefined for a family that cannot be carried. */
  open(family: Family): FamilyTable | undefined {
    const known = this.table(family);
    if (known !== undefined) return known;
    const codec = this.codecs.codec(family);
    if (codec === undefined) return undefined;
    const paths = new AdjRibIn(this.attributes, this.nextHops);
    const table = new FamilyTable(codec.family, prefixTable(codec), paths, this.decision, this.forms);
    this.opened.push(table);
    return table;
  }

  table(family: Family): FamilyTable | undefined {
    for (const table of this.opened) if (table.family.key === family.key) return table;
    return undefined;
  }

  /**
   * Ends an epoch: frees what nobody refers to. Next hops wait until sinks were told of every change, because those hold
   * their ids. `isQuiet`: nothing has changed in this epoch. `most`: prefixes
   * of a family that are looked at. True when there is more to do.
   */
  collect(isQuiet = true, most = Number.POSITIVE_INFINITY): boolean {
    let isSettled = true;
    let more = false;
    for (const table of this.tables) {
      more = table.collect(isQuiet, most) || more;
      isSettled &&= table.loc.dirtyCount === 0;
    }
    this.outs.collect();
    this.forms.collect();
    more = this.attributes.collect() || more;
    this.outs.treatments.collect();
    if (isSettled) this.nextHops.collect();
    return more;
  }
}
