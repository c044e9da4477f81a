import { parseAddress, u32ToAddress } from '../../net/address.js';
import type { Family } from '../../net/family.js';
import { supportedFamilies } from '../../nlri/nlri.js';
import type { NextHopState } from '../../ports/next-hop-tracker.js';
import { LOCAL_PEER, NO_ROW, type PeerIndex, type PrefixId } from '../../rib/ids.js';
import { type FamilyTable, Rib } from '../../rib/rib.js';
import type { Fault } from '../../wire/result.js';
import type { RouteSink } from '../feeds/route-sink.js';
import { Sinks } from '../feeds/sinks.js';
import { FlowspecValidity } from '../inbound/flowspec-validity.js';
import { Importer } from '../inbound/import.js';
import { Inbound } from '../inbound/inbound.js';
import { type Aging, StaleRoutes } from '../inbound/stale-routes.js';
import { Aggregator } from '../local/aggregator.js';
import { type Delivery, deliveryOf } from '../local/delivery.js';
import { LocalRoutes } from '../local/local-routes.js';
import { Member } from '../members/member.js';
import type {
  PeerCounts,
  PeerPolicies,
  PipelineOptions,
  PipelinePeer,
  PipelineTotals,
} from '../members/pipeline-peer.js';
import { RowWalks } from '../members/row-walks.js';
import { Exporter } from '../outbound/export.js';
import type { GroupProfile } from '../outbound/group-profile.js';
import { GroupSet } from '../outbound/group-set.js';
import { MembershipWatch } from '../outbound/membership-watch.js';
import { UpdateWriter } from '../outbound/update-writer.js';
import type { Announcement, RouteRef } from '../settings/config.js';
import type { RouteExplanation } from '../views/explanation.js';
import type { OwnedRoute, RoutePage, RouteQuery } from '../views/status.js';
import { Decisions } from './decisions.js';
import { explainRoute } from './explain.js';
import { NextHopTracking } from './next-hop-tracking.js';
import { Queries } from './queries.js';
import { countsOf, isSettled, repeat, totalsOf } from './turn-steps.js';

/** Rows or prefixes that one step of a turn goes through. */
const STEP = 1024;

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
  private readonly importer: Importer;
  private readonly exporter: Exporter;
  private readonly inbound: Inbound;
  private readonly groups: GroupSet;
  private readonly memberships: MembershipWatch;
  private readonly walks: RowWalks;
  private readonly stale: StaleRoutes;
  readonly locals: LocalRoutes;
  readonly aggregates: Aggregator;
  private readonly sinks: Sinks;
  private readonly queries: Queries;
  private readonly tracking: NextHopTracking | null;
  private readonly members: (Member | undefined)[] = [];
  private readonly lost: Member[] = [];
  private readonly decisions: Decisions;
  private readonly flowspecs: FlowspecValidity;
  private readonly stepSize: number;
  private nextHopGeneration = 0;

  constructor(options: PipelineOptions) {
    this.stepSize = options.stepSize ?? STEP;
    const local = {
      internal: false,
      routerId: options.routerId,
      address: parseAddress(u32ToAddress(options.routerId)),
    };
    const rib = new Rib(supportedFamilies, local, options, options.codecs);
    const seconds = (): number => Math.floor(options.now() / 1000);
    const locals = new LocalRoutes(rib, seconds);
    const clusterId = options.clusterId ?? options.routerId;
    const validator = options.validator ?? null;
    const importer = new Importer(rib, options.routerId, clusterId, validator);
    this.tables = rib;
    const { nextHopTracker: tracker } = options;
    this.tracking = tracker === undefined ? null : new NextHopTracking(rib, this.stepSize, tracker);
    this.locals = locals;
    this.importer = importer;
    const sources = {
      policyPeer: (peer: PeerIndex) => this.members[peer]?.policyPeer ?? null,
      owner: (profile: GroupProfile, prefix: PrefixId) => locals.owner(profile.table, prefix),
      ownerNumber: (profile: GroupProfile, prefix: PrefixId) => locals.ownerNumber(profile.table, prefix),
    };
    this.exporter = new Exporter(rib, sources, clusterId, validator);
    const { stepSize } = this;
    const member = (index: number): Member | undefined => this.members[index];
    const walks = new RowWalks();
    this.walks = walks;
    this.stale = new StaleRoutes(rib, importer, walks);
    const { limits } = options;
    const flowspecs = new FlowspecValidity(rib, stepSize);
    this.flowspecs = flowspecs;
    this.inbound = new Inbound({ rib, importer, flowspecs, walks, limits, stepSize, seconds, member });
    const { exporter } = this;
    this.groups = new GroupSet({ rib, exporter, writer: new UpdateWriter(rib), stepSize, now: options.now });
    this.memberships = new MembershipWatch(this.groups);
    this.sinks = new Sinks(rib, this.stepSize, (peer) =>
      peer === LOCAL_PEER ? 'local' : (this.members[peer]?.peer.address ?? ''),
    );
    this.aggregates = new Aggregator({
      ...{ rib, stepSize, seconds, policyPeer: sources.policyPeer },
      identity: { as: options.aggregatorAs ?? options.localAs, address: u32ToAddress(options.routerId) },
      owner: (table, prefix) => locals.owner(table, prefix),
    });
    const { groups, sinks, aggregates } = this;
    this.decisions = new Decisions({ groups, sinks, aggregates, flowspecs, stepSize });
    this.queries = new Queries({ rib, importer, flowspecs, locals, aggregates, seconds, member });
  }

  /** A session is Established. What is in the tables goes out in the next turns, then End-of-RIB for each family. */
  openPeer(peer: PipelinePeer, kept: PeerIndex | null = null): PeerIndex {
    // What is kept of an earlier session is taken over, if it is the same peer still.
    const known = kept === null ? null : this.member(kept);
    const isBack = known?.reopen(this.tables, peer) === true;
    if (kept !== null && !isBack) this.closePeer(kept);
    const member = known !== null && isBack ? known : new Member(this.tables, peer);
    this.members[member.index] = member;
    for (const [key, family] of member.families) {
      if (peer.families.some((one) => one.key === key)) this.groups.subscribe(member, family);
    }
    return member.index;
  }

  /** The session is gone, or what was kept of it is: its routes are swept in budgeted turns. The index is not valid afterwards. */
  closePeer(peer: PeerIndex): void {
    const member = this.member(peer);
    this.detach(member);
    for (const family of member.families.values()) {
      this.inbound.stopJudging(family);
      this.stale.forget(peer, family);
    }
    this.lost.push(member);
  }

  /** The session is gone; routes of these families stay, stale, for its return. The index stays valid. */
  keepPeer(peer: PeerIndex, kept: readonly Family[]): void {
    const member = this.member(peer);
    this.detach(member);
    member.isKept = true;
    this.stale.keepOnly(peer, member.families.values(), kept);
  }

  /** While it is deferred, routes of a family are taken, and nothing is selected (RFC 4724 §4.1). */
  defer(family: Family, isDeferred: boolean): void {
    const table = this.tables.open(family);
    if (table !== undefined) table.isDeferred = isDeferred;
  }

  /** Sweeps the stale routes of a peer, or makes them long-lived (RFC 9494 §4.2); begins and ends a refresh of them. */
  age(peer: PeerIndex, family: Family, how: Aging): boolean {
    const own = this.member(peer).family(family);
    return own !== undefined && this.stale.age(peer, own, how);
  }

  /** The outbox that said false takes more. */
  writable(peer: PeerIndex): void {
    this.member(peer).isWritable = true;
  }

  /** Takes the body of one UPDATE. A fault of severity `reset` must end the session; weaker ones were dealt with. */
  receive(peer: PeerIndex, bytes: Uint8Array, start: number, end: number): Fault | null {
    const member = this.member(peer);
    const fault = this.inbound.receive(member, bytes, start, end);
    this.memberships.note(member);
    const { endOfRib } = member.reader;
    const own = endOfRib === null || fault?.severity === 'reset' ? undefined : member.family(endOfRib);
    if (own !== undefined) {
      own.endOfRib = true;
      this.onEndOfRib?.(peer, own.table.family);
    }
    return fault;
  }

  /** Judges what was received anew, and what is advertised, in budgeted turns; the session stays. */
  setPolicies(peer: PeerIndex, policies: PeerPolicies): void {
    const member = this.member(peer);
    const isImportNew = policies.importPolicy !== member.importPolicy;
    Object.assign(member, policies);
    for (const family of member.families.values()) {
      if (isImportNew) this.inbound.judgeAnew(member, family);
      this.groups.regroup(member, family);
    }
  }

  /** Origin validation has other answers: what policies that read them decided is judged and advertised anew, in turns. */
  revalidate(): void {
    const tables = new Set<FamilyTable>();
    for (const member of this.members) {
      if (member?.isOpen !== true) continue;
      for (const family of member.families.values()) {
        if (member.importPolicy?.reads.includes('rpki')) this.inbound.judgeAnew(member, family);
        if (member.exportPolicy?.reads.includes('rpki')) tables.add(family.table);
      }
    }
    for (const table of tables) {
      for (let prefix = 1 as PrefixId; prefix < table.prefixes.limit; prefix++) {
        if (table.prefixes.has(prefix)) table.loc.markDirty(prefix);
      }
    }
  }

  /** Sends everything again (ROUTE-REFRESH, RFC 2918); `isMarked`: between marks of begin and end (RFC 7313). */
  refreshOut(peer: PeerIndex, family: Family, isMarked = false): void {
    const subscriber = this.member(peer).family(family)?.subscriber;
    if (subscriber) subscriber.group.resend(subscriber, isMarked);
  }

  /** Originates routes: all of the announcement, or none of it when it throws `BgpError`. */
  announce(announcement: Announcement): void {
    this.locals.announce(announcement);
  }

  /** Whether a peer was given our own route for a prefix, as it is now. */
  delivery(peer: PeerIndex, prefix: string): Delivery {
    return deliveryOf(this.tables, this.member(peer), prefix);
  }

  /** Families that can be carried. */
  get families(): readonly Family[] {
    return this.tables.codecs.families;
  }

  /** Throws what `announce` would throw, and does nothing else. */
  checkAnnouncement(announcement: Announcement): void {
    this.locals.check(announcement);
  }

  /** Withdraws routes of our own; with an owner, only those that are its own. */
  withdraw(prefixes: readonly RouteRef[], owner?: string): void {
    this.locals.withdraw(prefixes, owner);
  }

  withdrawOwner(owner: string): void {
    this.locals.withdrawOwner(owner);
  }

  owned(owner?: string): readonly OwnedRoute[] {
    return this.locals.owned(owner);
  }

  /** Adds a sink, which gets the whole table first. Returns the function that removes it. */
  addSink(sink: RouteSink, families?: readonly Family[], snapshot = true): () => void {
    return this.sinks.add(sink, families, snapshot);
  }

  /** The way to a next hop changed: its prefixes are decided anew, in budgeted turns. */
  nextHopChanged(address: string, state: NextHopState): void {
    this.tracking?.changed(address, state);
  }

  /** Nothing is tracked any more. */
  stopTracking(): void {
    this.tracking?.stop();
  }

  /** One turn: each kind of work makes at least one step, and goes on until `isOver` says so. True: there is more to do. */
  work(isOver: () => boolean): boolean {
    const isQuiet = this.isQuiet();
    let more = repeat(() => this.lost.some((member) => this.inbound.sweepStep(member)), isOver);
    more = repeat(() => this.walks.step(this.stepSize), isOver) || more;
    if (this.tracking !== null) more = repeat(() => this.tracking!.step(), isOver) || more;
    this.memberships.settle();
    more = this.drain(isOver) || more;
    more = this.aggregates.step() || more;
    more = this.flowspecs.step((table, row) => this.inbound.judgeFlow(table, row)) || more;
    more = repeat(() => this.sinks.step(), isOver) || more;
    more = repeat(() => this.groups.step(), isOver) || more;
    more = this.groups.dissolve() || more;
    return this.collect(isQuiet && !more) || more;
  }

  /** When held announcements are due. */
  get nextRelease(): number {
    return this.groups.nextRelease;
  }

  /** How many prefixes a peer has in a table; 0 of a family that is not negotiated. */
  receivedCount(peer: PeerIndex, family: Family): number {
    return this.member(peer).family(family)?.table.paths.receivedCount(peer) ?? 0;
  }

  counts(peer: PeerIndex, family: Family): PeerCounts {
    return countsOf(peer, this.member(peer).family(family));
  }

  /** The peer was given all that it is to be sent, as far as is decided. */
  isSettled(peer: PeerIndex): boolean {
    return isSettled(this.member(peer).families.values());
  }

  totals(): PipelineTotals {
    return totalsOf(this.tables);
  }

  rib(query: RouteQuery): RoutePage {
    return this.queries.rib(query);
  }

  /** Why a destination is as it is; `peer`: and what that one is sent. Undefined when there is none. */
  explain(route: RouteRef, peer: PeerIndex | null): RouteExplanation | undefined {
    const target = peer === null ? null : this.member(peer);
    const found = this.queries.find(route, target);
    if (found === undefined) return undefined;
    const member = (index: number): Member | undefined => this.members[index];
    const { tables: rib, importer, exporter, aggregates, flowspecs } = this;
    const sources = { rib, importer, exporter, aggregates, flowspecs, member };
    return explainRoute(sources, found, target);
  }

  received(peer: PeerIndex, query: RouteQuery): RoutePage {
    return this.queries.received(this.member(peer), query);
  }

  advertised(peer: PeerIndex, query: RouteQuery): RoutePage {
    return this.queries.advertised(this.member(peer), query);
  }

  private member(peer: PeerIndex): Member {
    const member = this.members[peer];
    if (member?.isOpen === true || member?.isKept === true) return member;
    throw new RangeError(`peer index ${peer} is not open`);
  }

  /** Nothing is received from, or sent to, a session that is gone. */
  private detach(member: Member): void {
    member.close(this.tables);
    for (const family of member.families.values()) this.groups.unsubscribe(family);
  }

  /** Decides dirty prefixes and tells groups and sinks. */
  private drain(isOver: () => boolean): boolean {
    return repeat(() => {
      let more = false;
      for (const table of this.tables.tables) {
        if (table.loc.dirtyCount === 0 || table.isDeferred) continue;
        this.decisions.step(table);
        more ||= table.loc.dirtyCount > 0;
      }
      return more;
    }, isOver);
  }

  /** No change waits to be decided. */
  private isQuiet(): boolean {
    return this.tables.tables.every(({ loc, isDeferred }) => loc.dirtyCount === 0 || isDeferred);
  }

  /** Ends the turn: frees ids that nobody holds any more, of lost peers too. */
  private collect(isQuiet: boolean): boolean {
    const isSettled = this.tables.tables.every((table) => table.loc.dirtyCount === 0);
    if (isSettled && this.lost.length > 0) this.forgetLost();
    const more = this.tables.collect(isQuiet, 4 * this.stepSize);
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
