import { parseAddress, u32ToAddress } from '../net/address.js';
import { type Family, IPV4_UNICAST } from '../net/family.js';
import { createNlriKey } from '../net/nlri-key.js';
import { supportedFamilies } from '../nlri/nlri.js';
import type { AdjRibOut } from '../rib/adj-rib-out.js';
import {
  type AttrId,
  LOCAL_PEER,
  NO_ATTR,
  NO_ROW,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from '../rib/ids.js';
import { type FamilyTable, Rib } from '../rib/rib.js';
import { ByteWriter } from '../wire/byte-writer.js';
import type { Fault } from '../wire/result.js';
import type { Announcement } from './config.js';
import { Exporter } from './export.js';
import { isSameProfile, profileOf } from './group-profile.js';
import { Importer } from './import.js';
import { LocalRoutes } from './local-routes.js';
import { Member, type MemberFamily } from './member.js';
import type {
  PeerCounts,
  PeerPolicies,
  PipelineOptions,
  PipelinePeer,
  PipelineTotals,
} from './pipeline-peer.js';
import { Queries } from './queries.js';
import type { RouteSink } from './route-sink.js';
import { Sinks } from './sinks.js';
import type { OwnedRoute, RoutePage, RouteQuery } from './status.js';
import { Subscriber } from './subscriber.js';
import { type GroupTools, UpdateGroup } from './update-group.js';
import { UpdateWriter } from './update-writer.js';

/** Rows or prefixes that one step of a turn goes through. */
const STEP = 1024;
/** A step is shared out among groups, but never smaller than this: messages would not be filled. */
const LEAST_DECISIONS = 64;

/**
 * The seam between sessions and tables: UPDATE bytes in, decisions to sinks, packed UPDATEs to outboxes.
 *
 * ```
 * receive ─▶ row, import policy ─▶ prefix dirty          (at once)
 * work    ─▶ sweep, judge anew ─▶ decide ─▶ groups ─▶ outboxes
 *                                       └─▶ sinks         (in turns, bounded by the caller's clock)
 * ```
 *
 * It knows no sockets and no timers. `work` is to be called as long as it says that there is more to do, and after anything
 * else was called.
 */
export class Pipeline {
  /** The peer's End-of-RIB came (RFC 4724 §2). */
  onEndOfRib: ((peer: PeerIndex, family: Family) => void) | null = null;
  private readonly tables: Rib;
  private readonly options: PipelineOptions;
  private readonly importer: Importer;
  private readonly exporter: Exporter;
  private readonly tools: GroupTools;
  private readonly locals: LocalRoutes;
  private readonly sinks: Sinks;
  private readonly queries: Queries;
  private readonly members: (Member | undefined)[] = [];
  private readonly groups = new Map<FamilyTable, UpdateGroup[]>();
  private readonly lost: Member[] = [];
  private readonly judged = new Set<MemberFamily>();
  private readonly dissolved: AdjRibOut[] = [];
  private readonly key = createNlriKey();
  private readonly canonical = new ByteWriter(4096);
  private readonly stepPrefixes: number[] = [];
  private readonly stepBest: number[] = [];
  private readonly stepTold: boolean[] = [];
  private readonly stepSize: number;
  private lastScope = 0;
  private nextHopGeneration = 0;

  constructor(options: PipelineOptions) {
    this.options = options;
    this.stepSize = options.stepSize ?? STEP;
    const local = {
      internal: false,
      routerId: options.routerId,
      address: parseAddress(u32ToAddress(options.routerId)),
    };
    const rib = new Rib(supportedFamilies, local, options);
    const seconds = (): number => Math.floor(options.now() / 1000);
    const locals = new LocalRoutes(rib, seconds);
    const importer = new Importer(rib, options.routerId);
    this.tables = rib;
    this.locals = locals;
    this.importer = importer;
    this.exporter = new Exporter(rib, {
      policyPeer: (peer) => this.members[peer]?.policyPeer ?? null,
      owner: (profile, prefix) => locals.owner(profile.table, prefix),
      ownerNumber: (profile, prefix) => locals.ownerNumber(profile.table, prefix),
    });
    this.tools = { rib, exporter: this.exporter, writer: new UpdateWriter(rib), stepSize: this.stepSize };
    this.sinks = new Sinks(rib, this.stepSize, (peer) =>
      peer === LOCAL_PEER ? 'local' : (this.members[peer]?.peer.address ?? ''),
    );
    this.queries = new Queries({ rib, importer, locals, seconds, member: (index) => this.members[index] });
    for (const table of rib.tables) this.groups.set(table, []);
  }

  /** A session is Established. What is in the tables goes out in the next turns, then End-of-RIB for each family. */
  openPeer(peer: PipelinePeer): PeerIndex {
    const member = new Member(this.tables, peer);
    this.members[member.index] = member;
    for (const family of member.families.values()) this.subscribe(member, family);
    return member.index;
  }

  /** The session is gone: its routes are swept in budgeted turns. The index is not valid afterwards. */
  closePeer(peer: PeerIndex): void {
    const member = this.member(peer);
    member.isOpen = false;
    for (const family of member.families.values()) {
      const { subscriber } = family;
      family.subscriber = null;
      this.judged.delete(family);
      if (subscriber === null) continue;
      this.leave(subscriber);
      subscriber.dispose(family.table.prefixes.limit);
    }
    this.lost.push(member);
  }

  /** The outbox that said false takes more. */
  writable(peer: PeerIndex): void {
    this.member(peer).isWritable = true;
  }

  /** Takes the body of one UPDATE. A fault of severity `reset` must end the session; weaker ones were dealt with. */
  receive(peer: PeerIndex, bytes: Uint8Array, start: number, end: number): Fault | null {
    const member = this.member(peer);
    const { reader } = member;
    const outcome = reader.read(bytes, start, end);
    if (outcome === 'reset') return reader.fault;
    this.withdrawField(member, IPV4_UNICAST, bytes, reader.withdrawnStart, reader.withdrawnEnd);
    if (reader.unreachFamily !== null) {
      this.withdrawField(member, reader.unreachFamily, bytes, reader.unreachNlriStart, reader.unreachNlriEnd);
    }
    const hasPlain = reader.nlriStart < reader.nlriEnd;
    const { reachFamily } = reader;
    const hasReach = reachFamily !== null && reader.reachNlriStart < reader.reachNlriEnd;
    if (outcome === 'withdraw') {
      // RFC 7606 §2: treat-as-withdraw
      if (hasPlain) this.withdrawField(member, IPV4_UNICAST, bytes, reader.nlriStart, reader.nlriEnd);
      if (hasReach)
        this.withdrawField(member, reachFamily, bytes, reader.reachNlriStart, reader.reachNlriEnd);
    } else if (hasPlain || hasReach) {
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
    if (reader.endOfRib !== null) this.noteEndOfRib(member, reader.endOfRib);
    return reader.fault;
  }

  /** Judges what was received anew, and what is advertised, in budgeted turns; the session stays. */
  setPolicies(peer: PeerIndex, policies: PeerPolicies): void {
    const member = this.member(peer);
    const isImportNew = policies.importPolicy !== member.importPolicy;
    const { nextHopSelf = member.nextHopSelf } = policies;
    const isExportNew = policies.exportPolicy !== member.exportPolicy || nextHopSelf !== member.nextHopSelf;
    member.importPolicy = policies.importPolicy;
    member.exportPolicy = policies.exportPolicy;
    member.nextHopSelf = nextHopSelf;
    for (const family of member.families.values()) {
      if (isImportNew) this.judgeAnew(member, family);
      if (isExportNew) this.regroup(member, family);
    }
  }

  /** Sends everything again (ROUTE-REFRESH, RFC 2918). */
  refreshOut(peer: PeerIndex, family: Family): void {
    const subscriber = this.member(peer).family(family)?.subscriber;
    if (subscriber) subscriber.group.resend(subscriber);
  }

  /** Originates routes: all of the announcement, or none of it when it throws `BgpError`. */
  announce(announcement: Announcement): void {
    this.locals.announce(announcement);
  }

  /** Throws what `announce` would throw, and does nothing else. */
  checkAnnouncement(announcement: Announcement): void {
    this.locals.check(announcement);
  }

  /** Withdraws routes of our own; with an owner, only those that are its own. */
  withdraw(prefixes: readonly string[], owner?: string): void {
    this.locals.withdraw(prefixes, owner);
  }

  withdrawOwner(owner: string): void {
    this.locals.withdrawOwner(owner);
  }

  owned(owner?: string): readonly OwnedRoute[] {
    return this.locals.owned(owner);
  }

  /** Adds a sink, which gets the whole table first. Returns the function that removes it. */
  addSink(sink: RouteSink, families?: readonly Family[]): () => void {
    return this.sinks.add(sink, families);
  }

  /** One turn: each kind of work makes at least one step, and goes on until `isOver` says so. True: there is more to do. */
  work(isOver: () => boolean): boolean {
    let more = this.sweep(isOver);
    more = this.judge(isOver) || more;
    more = this.drain(isOver) || more;
    more = repeat(() => this.sinks.step(), isOver) || more;
    more = this.serve(isOver) || more;
    more = this.dissolve() || more;
    more = this.collect() || more;
    return more;
  }

  counts(peer: PeerIndex, family: Family): PeerCounts {
    const own = this.member(peer).family(family);
    if (own === undefined) return { received: 0, accepted: 0, advertised: 0, endOfRib: false };
    const { subscriber, table } = own;
    return {
      received: table.paths.receivedCount(peer),
      accepted: table.paths.acceptedCount(peer),
      advertised: subscriber === null ? 0 : subscriber.group.sentCount(subscriber),
      endOfRib: own.endOfRib,
    };
  }

  totals(): PipelineTotals {
    return {
      families: this.tables.tables.map((table) => ({
        family: table.family.name,
        prefixes: table.prefixes.size,
        paths: table.paths.size,
      })),
      attributeSets: this.tables.attributes.size,
      nextHops: this.tables.nextHops.size,
    };
  }

  rib(query: RouteQuery): RoutePage {
    return this.queries.rib(query);
  }

  received(peer: PeerIndex, query: RouteQuery): RoutePage {
    return this.queries.received(this.member(peer), query);
  }

  advertised(peer: PeerIndex, query: RouteQuery): RoutePage {
    return this.queries.advertised(this.member(peer), query);
  }

  private member(peer: PeerIndex): Member {
    const member = this.members[peer];
    if (member?.isOpen !== true) throw new RangeError(`peer index ${peer} is not open`);
    return member;
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
    const hop = this.tables.nextHops.intern(bytes, hopStart, hopEnd);
    const time = Math.floor(this.options.now() / 1000);
    const isShared = importer.isSharedAnswer(member);
    let isJudged = false;
    for (let at = start; at < end; ) {
      at = codec.read(bytes, at, end, addPath, key);
      const prefix = table.prefixes.add(key);
      if (!isShared || !isJudged) importer.judge(member, own, prefix, set, hop);
      isJudged = true;
      table.setPath(prefix, member.index, key.pathId, set, hop, importer.accepted, importer.nextHop, time);
    }
  }

  private withdrawField(member: Member, family: Family, bytes: Uint8Array, start: number, end: number): void {
    if (start >= end) return;
    const own = member.family(family);
    if (own === undefined) return;
    const { key } = this;
    const { table } = own;
    const { codec } = table.prefixes;
    const addPath = member.peer.context.addPath(family);
    for (let at = start; at < end; ) {
      at = codec.read(bytes, at, end, addPath, key);
      const row = table.paths.find(table.prefixes.find(key), member.index, key.pathId);
      if (row !== NO_ROW) table.removePath(row);
    }
  }

  private noteEndOfRib(member: Member, family: Family): void {
    const own = member.family(family);
    if (own === undefined) return;
    own.endOfRib = true;
    this.onEndOfRib?.(member.index, family);
  }

  private subscribe(member: Member, family: MemberFamily): void {
    const group = this.groupFor(member, family);
    const subscriber = new Subscriber(member, group, this.tables.outs);
    family.subscriber = subscriber;
    group.add(subscriber);
  }

  /** The policy changed: the member moves to the group of its new profile, and is sent the difference. */
  private regroup(member: Member, family: MemberFamily): void {
    const { subscriber } = family;
    if (subscriber === null) return;
    subscriber.keepAll();
    this.leave(subscriber);
    this.groupFor(member, family).add(subscriber);
  }

  private leave(subscriber: Subscriber): void {
    const { group } = subscriber;
    group.remove(subscriber);
    if (!group.isEmpty) return;
    const groups = this.groups.get(group.table)!;
    groups.splice(groups.indexOf(group), 1);
    this.dissolved.push(group.adjOut);
  }

  private groupFor(member: Member, family: MemberFamily): UpdateGroup {
    const profile = profileOf(member, family);
    const groups = this.groups.get(family.table)!;
    const known = groups.find((group) => isSameProfile(group.profile, profile));
    if (known !== undefined) return known;
    this.lastScope++;
    const group = new UpdateGroup(profile, this.lastScope, this.tools);
    groups.push(group);
    return group;
  }

  /** Withdraws the rows of lost peers. */
  private sweep(isOver: () => boolean): boolean {
    return repeat(() => {
      for (const member of this.lost) {
        for (const { table } of member.families.values()) {
          for (let n = 0; n < this.stepSize; n++) {
            const row = table.paths.peerHead(member.index);
            if (row === NO_ROW) break;
            table.removePath(row);
          }
          if (table.paths.peerHead(member.index) !== NO_ROW) return true;
        }
      }
      return false;
    }, isOver);
  }

  private judgeAnew(member: Member, family: MemberFamily): void {
    const { table } = family;
    family.judging = table.paths.peerHead(member.index);
    this.judged.add(family);
    table.paths.onRemove = (row) => {
      const other = this.members[table.paths.peer(row)]?.family(table.family);
      if (other?.judging === row) other.judging = table.paths.nextOfPeer(row);
    };
  }

  private judge(isOver: () => boolean): boolean {
    return repeat(() => {
      for (const family of this.judged) {
        this.judgeStep(family);
        if (family.judging !== NO_ROW) return true;
        this.judged.delete(family);
      }
      return this.judged.size > 0;
    }, isOver);
  }

  private judgeStep(family: MemberFamily): void {
    const { paths } = family.table;
    for (let n = 0; n < this.stepSize && family.judging !== NO_ROW; n++) {
      const row = family.judging;
      family.judging = paths.nextOfPeer(row);
      this.judgeRow(family, row);
    }
  }

  private judgeRow(family: MemberFamily, row: PathRow): void {
    const { table } = family;
    const { paths } = table;
    const peer = paths.peer(row);
    const received = paths.receivedSet(row);
    const hop = paths.receivedNextHop(row);
    const prefix = paths.prefix(row);
    this.importer.judge(this.members[peer]!, family, prefix, received, hop);
    const { accepted, nextHop } = this.importer;
    table.setPath(prefix, peer, paths.pathId(row), received, hop, accepted, nextHop, paths.time(row));
  }

  /** Decides dirty prefixes and tells groups and sinks. */
  private drain(isOver: () => boolean): boolean {
    return repeat(() => {
      let more = false;
      for (const table of this.tables.tables) {
        if (table.loc.dirtyCount > 0) this.drainStep(table);
        more ||= table.loc.dirtyCount > 0;
      }
      return more;
    }, isOver);
  }

  private drainStep(table: FamilyTable): void {
    const { loc } = table;
    const groups = this.groups.get(table)!;
    const { stepPrefixes, stepBest } = this;
    const share = Math.floor((2 * this.stepSize) / Math.max(1, groups.length));
    const most = Math.max(Math.min(LEAST_DECISIONS, this.stepSize), share);
    const count = Math.min(most, loc.dirtyCount);
    for (let i = 0; i < count; i++) {
      const prefix = loc.takeDirty();
      this.stepTold[i] = loc.wasChosen(prefix);
      stepPrefixes[i] = prefix;
      stepBest[i] = loc.decide(prefix);
    }
    for (const group of groups) group.update(stepPrefixes, stepBest, count);
    let told = 0;
    for (let i = 0; i < count; i++) {
      const prefix = stepPrefixes[i]! as PrefixId;
      const best = stepBest[i]!;
      if (best === NO_ROW) table.offer(prefix);
      // What nobody heard of need not be withdrawn.
      if (best === NO_ROW && this.stepTold[i] === false) continue;
      stepPrefixes[told] = prefix;
      stepBest[told++] = best;
    }
    this.sinks.tell(table, stepPrefixes, stepBest, told);
  }

  /** Brings members up to date that are new or were slow. */
  private serve(isOver: () => boolean): boolean {
    return repeat(() => {
      for (const groups of this.groups.values()) {
        for (const group of groups) if (group.step()) return true;
      }
      return false;
    }, isOver);
  }

  /** Gives up what groups without members held. */
  private dissolve(): boolean {
    const last = this.dissolved.at(-1);
    if (last === undefined) return false;
    if (!last.shrink(4 * this.stepSize)) this.dissolved.pop();
    return this.dissolved.length > 0;
  }

  /** Ends the turn: frees ids that nobody holds any more, of lost peers too. */
  private collect(): boolean {
    const isSettled = this.tables.tables.every((table) => table.loc.dirtyCount === 0);
    if (isSettled && this.lost.length > 0) this.forgetLost();
    const more = this.tables.collect();
    if (this.tables.nextHops.generation !== this.nextHopGeneration) {
      this.nextHopGeneration = this.tables.nextHops.generation;
      this.importer.forget();
      this.exporter.forget();
    }
    return more;
  }

  /** A peer index is free when its rows are gone and no group names it as a source any more. */
  private forgetLost(): void {
    for (let i = this.lost.length - 1; i >= 0; i--) {
      const member = this.lost[i]!;
      const families = [...member.families.values()];
      if (families.some(({ table }) => table.paths.peerHead(member.index) !== NO_ROW)) continue;
      this.lost.splice(i, 1);
      this.members[member.index] = undefined;
      member.dispose(this.tables);
      this.importer.forget();
      this.exporter.forget();
    }
  }
}

/** Makes steps until there is nothing to do or the turn is over; at least one. True: there is more. */
function repeat(step: () => boolean, isOver: () => boolean): boolean {
  while (step()) if (isOver()) return true;
  return false;
}
