import { encodeRouteRefresh } from '../../message/route-refresh.js';
import { type Family, IPV4_UNICAST } from '../../net/family.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { nlriReading } from '../../nlri/opaque-nlri-codec.js';
import { isSpanCodec } from '../../nlri/span-codec.js';
import type { PrefixClasses } from '../../policy/policy.js';
import { type AttrId, type NextHopId, NO_ATTR, NO_FORM, NO_ROW, type PathRow } from '../../rib/ids.js';
import { RowFlag } from '../../rib/path-rows.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import type { Fault } from '../../wire/result.js';
import type { Member, MemberFamily } from '../members/member.js';
import type { RowWalks } from '../members/row-walks.js';
import type { TableLimits } from '../settings/config.js';
import { DEFAULT_TABLE_LIMITS } from '../settings/table-limits.js';
import { ClassRuns } from './class-runs.js';
import type { FlowspecValidity } from './flowspec-validity.js';
import type { Importer } from './import.js';
import { TableGuard } from './table-guard.js';

/** What the inbound side shares with the rest of its pipeline. */
export interface InboundTools {
  readonly rib: Rib;
  readonly importer: Importer;
  readonly flowspecs: FlowspecValidity;
  readonly walks: RowWalks;
  readonly limits: Required<TableLimits> | undefined;
  /** Rows that one step goes through. */
  readonly stepSize: number;
  seconds(): number;
  /** Also sessions that are gone, while they have rows. */
  member(index: number): Member | undefined;
}

/** From UPDATE bytes to rows of the adj-RIB-in: received and judged, withdrawn, judged anew, swept. */
export class Inbound {
  private readonly tables: Rib;
  private readonly importer: Importer;
  private readonly stepSize: number;
  private readonly guard: TableGuard;
  private readonly tools: InboundTools;
  private readonly key = createNlriKey();
  private readonly canonical = new ByteWriter(4096);
  private readonly runs = new ClassRuns();

  constructor(tools: InboundTools) {
    this.tools = tools;
    this.tables = tools.rib;
    this.importer = tools.importer;
    this.stepSize = tools.stepSize;
    this.guard = new TableGuard(tools.limits ?? DEFAULT_TABLE_LIMITS, tools.rib.attributes);
  }

  /** Takes the body of one UPDATE of an open member. */
  receive(member: Member, bytes: Uint8Array, start: number, end: number): Fault | null {
    const { reader } = member;
    const outcome = reader.read(bytes, start, end);
    if (outcome === 'reset') return reader.fault;
    this.withdrawField(member, IPV4_UNICAST, bytes, reader.withdrawnStart, reader.withdrawnEnd, true);
    if (reader.unreachFamily !== null) {
      const { unreachFamily, unreachNlriStart, unreachNlriEnd } = reader;
      this.withdrawField(member, unreachFamily, bytes, unreachNlriStart, unreachNlriEnd, true);
    }
    const hasPlain = reader.nlriStart < reader.nlriEnd;
    const { reachFamily } = reader;
    const hasReach = reachFamily !== null && reader.reachNlriStart < reader.reachNlriEnd;
    if (outcome === 'withdraw') {
      // RFC 7606 §2: treat-as-withdraw
      if (hasPlain) this.withdrawField(member, IPV4_UNICAST, bytes, reader.nlriStart, reader.nlriEnd, false);
      if (hasReach)
        this.withdrawField(member, reachFamily, bytes, reader.reachNlriStart, reader.reachNlriEnd, false);
    } else if (hasPlain || hasReach) {
      const full = this.guard.check(member.family(hasPlain ? IPV4_UNICAST : reachFamily!)?.table);
      if (full !== null) return full;
      const set = this.setOf(member);
      if (hasPlain) {
        const { nextHopStart } = reader;
        this.announceField(
          member,
          IPV4_UNICAST,
          bytes,
          reader.nlriStart,
          reader.nlriEnd,
          set,
          nextHopStart,
          nextHopStart + 4,
        );
      }
      if (hasReach) {
        const { reachNextHopStart, reachNextHopEnd, reachNlriStart, reachNlriEnd } = reader;
        this.announceField(
          member,
          reachFamily,
          bytes,
          reachNlriStart,
          reachNlriEnd,
          set,
          reachNextHopStart,
          reachNextHopEnd,
        );
      }
    }
    return reader.fault;
  }

  /** The import policy changed: what was received is judged again, step by step. */
  judgeAnew(member: Member, family: MemberFamily): void {
    const { walks } = this.tools;
    // What was rejected before is not there to be judged: the peer is asked for it (RFC 2918).
    if (member.peer.dropsRejected === true) {
      member.sendRouteRefresh(encodeRouteRefresh({ family: family.table.family }));
    }
    if (family.judging !== null) walks.stop(family.judging);
    const visit = (row: PathRow): void => this.judgeRow(family, row);
    family.judging = walks.begin(family.table.paths, member.index, visit, () => {
      family.judging = null;
    });
  }

  /** A member leaves: nothing of it is judged any more. */
  stopJudging(family: MemberFamily): void {
    if (family.judging !== null) this.tools.walks.stop(family.judging);
    family.judging = null;
  }

  /** Unicast routes to the destination of a flow specification changed. */
  judgeFlow(table: FamilyTable, row: PathRow): void {
    const family = this.tools.member(table.paths.peer(row))?.family(table.family);
    if (family !== undefined) this.judgeRow(family, row);
  }

  /** One step of withdrawing the rows of a peer that is gone. True: there are more. */
  sweepStep(member: Member): boolean {
    for (const { table } of member.families.values()) {
      for (let n = 0; n < this.stepSize; n++) {
        const row = table.paths.peerHead(member.index);
        if (row === NO_ROW) break;
        table.removeNext(row);
      }
      table.endRemoval();
      if (table.paths.peerHead(member.index) !== NO_ROW) return true;
    }
    return false;
  }

  /** The interned attributes of the UPDATE that was read. */
  private setOf(member: Member): AttrId {
    const { reader } = member;
    if (reader.sameAttributes && member.lastSet !== NO_ATTR) return member.lastSet;
    this.canonical.reset();
    reader.canonical(this.canonical);
    const set = this.tables.attributes.intern(this.canonical.bytes, 0, this.canonical.length);
    member.keepLastSet(this.tables, set);
    return set;
  }

  private announceField(
    member: Member,
    family: Family,
    bytes: Uint8Array,
    start: number,
    end: number,
    set: AttrId,
    hopStart: number,
    hopEnd: number,
  ): void {
    const own = member.family(family);
    if (own === undefined) return;
    const { importer, key } = this;
    const { table } = own;
    const { codec } = table.prefixes;
    const addPath = member.peer.context.addPath(family);
    const { nextHops } = this.tables;
    const hop = table.hasForms
      ? nextHops.intern(bytes, hopStart, hopEnd)
      : nextHops.learn(bytes, hopStart, hopEnd, member.zone, member.isOnLink);
    const time = this.tools.seconds();
    const isShared = importer.isSharedAnswer(member, own);
    let isJudged = false;
    const { flowspecs } = this.tools;
    const isChecked = flowspecs.applies(member, table);
    // What is not feasible now may be later.
    if (member.peer.dropsRejected === true && !isChecked) {
      this.announceSparing(member, own, bytes, start, end, set, hop);
      return;
    }
    if (isSpanCodec(codec)) {
      for (let at = start; at < end; ) {
        at = codec.read(bytes, at, end, addPath, key);
        // What is malformed alone was told by the reader, and is left out.
        if (codec.opaque.check(bytes, key.start, key.end) !== null) continue;
        const prefix = table.prefixes.add(key);
        const form = table.formOf(prefix, key);
        if (!isShared || !isJudged) importer.judge(member, own, prefix, set, hop);
        isJudged = true;
        const { nextHop } = importer;
        const isFeasible =
          !isChecked || importer.accepted === NO_ATTR || flowspecs.admits(member, table, prefix, set);
        const accepted = isFeasible ? importer.accepted : NO_ATTR;
        table.setFormedPath(prefix, member.index, key.pathId, form, set, hop, accepted, nextHop, time);
      }
      return;
    }
    const classes = importer.classesFor(member, own);
    if (classes !== null) {
      this.announceByClass(member, own, classes, bytes, start, end, set, hop, time);
      return;
    }
    const { arrivals } = table;
    for (let at = start; at < end; ) {
      at = codec.read(bytes, at, end, addPath, key);
      const prefix = table.prefixes.add(key);
      if (!isShared || !isJudged) {
        importer.judge(member, own, prefix, set, hop);
        if (!isJudged || !arrivals.isAs(importer.accepted, importer.nextHop)) {
          arrivals.end();
          arrivals.begin(member.index, set, hop, importer.accepted, importer.nextHop, time);
        }
        isJudged = true;
      }
      if (key.pathId === 0 && arrivals.take(prefix)) continue;
      arrivals.end();
      table.setPath(prefix, member.index, key.pathId, set, hop, importer.accepted, importer.nextHop, time);
    }
    arrivals.end();
  }

  /** As `announceField`, where prefixes of one class get the same answer. */
  private announceByClass(
    member: Member,
    own: MemberFamily,
    classes: PrefixClasses,
    bytes: Uint8Array,
    start: number,
    end: number,
    set: AttrId,
    hop: NextHopId,
    time: number,
  ): void {
    const { importer, key, runs } = this;
    const { table } = own;
    const { arrivals } = table;
    const { codec } = table.prefixes;
    const addPath = member.peer.context.addPath(table.family);
    runs.begin();
    for (let at = start; at < end; ) {
      at = codec.read(bytes, at, end, addPath, key);
      runs.add(table.prefixes.add(key), key.pathId, classes.of(key));
    }
    const admitted = importer.admitted(member, own, set, hop);
    let isBegun = false;
    let last = 0;
    while (runs.next()) {
      const { prefix, pathId, prefixClass } = runs;
      if (!isBegun || prefixClass !== last) {
        arrivals.end();
        importer.judgeAdmitted(member, own, prefix, prefixClass, admitted, hop);
        arrivals.begin(member.index, set, hop, importer.accepted, importer.nextHop, time);
        isBegun = true;
        last = prefixClass;
      }
      if (pathId === 0 && arrivals.take(prefix)) continue;
      arrivals.end();
      table.setPath(prefix, member.index, pathId, set, hop, importer.accepted, importer.nextHop, time);
    }
    arrivals.end();
  }

  /** As `announceField`, for a peer of which nothing is kept that import policy rejects. */
  private announceSparing(
    member: Member,
    own: MemberFamily,
    bytes: Uint8Array,
    start: number,
    end: number,
    set: AttrId,
    hop: NextHopId,
  ): void {
    const { importer, key } = this;
    const { table } = own;
    const { codec } = table.prefixes;
    const addPath = member.peer.context.addPath(table.family);
    const time = this.tools.seconds();
    for (let at = start; at < end; ) {
      at = codec.read(bytes, at, end, addPath, key);
      if (isSpanCodec(codec) && codec.opaque.check(bytes, key.start, key.end) !== null) continue;
      const prefix = table.prefixes.add(key);
      importer.judge(member, own, prefix, set, hop);
      const { accepted, nextHop } = importer;
      if (accepted === NO_ATTR) {
        const row = table.paths.find(prefix, member.index, key.pathId);
        if (row === NO_ROW) table.offer(prefix);
        else table.removePath(row);
        continue;
      }
      const form = table.hasForms ? table.formOf(prefix, key) : NO_FORM;
      table.setFormedPath(prefix, member.index, key.pathId, form, set, hop, accepted, nextHop, time);
    }
  }

  /** `isWithdrawn`: the field is one of withdrawals, and not of announcements that are treated as such. */
  private withdrawField(
    member: Member,
    family: Family,
    bytes: Uint8Array,
    start: number,
    end: number,
    isWithdrawn: boolean,
  ): void {
    if (start >= end) return;
    const own = member.family(family);
    if (own === undefined) return;
    const { key } = this;
    const { table } = own;
    const { codec } = table.prefixes;
    const addPath = member.peer.context.addPath(family);
    const reading = isSpanCodec(codec) ? nlriReading(codec.opaque, isWithdrawn) : undefined;
    for (let at = start; at < end; ) {
      at = codec.read(bytes, at, end, addPath, key);
      if (reading !== undefined && reading.check(bytes, key.start, key.end) !== null) continue;
      const row = table.paths.find(table.prefixes.find(key, isWithdrawn), member.index, key.pathId);
      if (row !== NO_ROW) table.removeNext(row);
    }
    table.endRemoval();
  }

  private judgeRow(family: MemberFamily, row: PathRow): void {
    const { table } = family;
    const { paths } = table;
    const peer = paths.peer(row);
    const received = paths.receivedSet(row);
    const hop = paths.receivedNextHop(row);
    const prefix = paths.prefix(row);
    this.importer.judge(this.tools.member(peer)!, family, prefix, received, hop);
    const member = this.tools.member(peer)!;
    const { nextHop } = this.importer;
    let { accepted } = this.importer;
    if (accepted === NO_ATTR && member.peer.dropsRejected === true) {
      table.removePath(row);
      return;
    }
    const { flowspecs } = this.tools;
    if (accepted !== NO_ATTR && flowspecs.applies(member, table)) {
      if (!flowspecs.admits(member, table, prefix, received)) accepted = NO_ATTR;
    }
    const isAged = (paths.flags(row) & RowFlag.LongLivedStale) !== 0 && accepted !== NO_ATTR;
    table.judgePath(row, isAged ? this.importer.longLived(accepted) : accepted, nextHop);
  }
}
