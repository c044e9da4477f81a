import { encodeRouteRefresh, RefreshSubtype } from '../../message/route-refresh.js';
import { isOpen } from '../../policy/defaults.js';
import { AdjRibOut } from '../../rib/adj-rib-out.js';
import {
  NO_OUT,
  NO_PREFIX,
  NO_ROW,
  type OutId,
  type OutKey,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from '../../rib/ids.js';
import type { OutTable } from '../../rib/out-table.js';
import type { FamilyTable } from '../../rib/rib.js';
import type { OutKeyHolder, OutKeys } from '../../rib/slot-table.js';
import { type Subscriber, type SubscriberGroup, WALKED } from '../members/subscriber.js';
import { DefaultRoute } from './default-route.js';
import type { Exporter } from './export.js';
import type { GroupProfile } from './group-profile.js';
import type { GroupTools } from './group-tools.js';
import { type Audience, allBut, isIn, type OutBatch, OutBatches } from './out-batch.js';
import { Pace } from './pace.js';
import { PathSlots } from './path-slots.js';
import { RouteRun } from './route-run.js';
import { Stream } from './stream.js';
import type { UpdateWriter } from './update-writer.js';

/**
 * Members that are sent the same: policy runs, the adj-RIB-out is held and messages are packed once for all of them.
 *
 * Members in the stream have been sent what `adjOut` says, but for routes whose source they are. The others are served one by one, or together
 * while their cursors are at the same place, until they have caught up.
 *
 * With add-path, `adjOut` is keyed by slots (a prefix with a path identifier) in place of prefixes: a change of a prefix is one of each of its slots.
 */
export class UpdateGroup implements SubscriberGroup, OutKeyHolder {
  readonly profile: GroupProfile;
  readonly table: FamilyTable;
  readonly keys: OutKeys;
  readonly adjOut: AdjRibOut;
  /** Null without add-path. */
  private readonly slots: PathSlots | null;
  readonly scope: number;
  readonly outs: OutTable;
  readonly exporter: Exporter;
  private readonly writer: UpdateWriter;
  private readonly stepSize: number;
  readonly stream = new Stream();
  private readonly detached = new Set<Subscriber>();
  readonly batches = new OutBatches();
  /** Prefixes below were put into `adjOut` once, and are kept up to date since. */
  private filled = 1;
  /**
   * The only member, or 0. Its own routes are left out of `adjOut`, because nobody would get them: a table that comes from
   * one peer costs no second export. When another member comes, its walk puts them in, from `refilled` on.
   */
  private sole = 0 as PeerIndex;
  private readonly defaultRoute: DefaultRoute | null;
  private readonly defaultPrefix: PrefixId;
  private refilled = WALKED;
  /** No far end of a session is the next hop of this, as long as a step lasts. */
  private lastUnparted: OutId = NO_OUT;
  private readonly pace: Pace | null;
  private readonly run: RouteRun;

  /** `scope` is a number of its own, by which answers of its policy are remembered. */
  constructor(profile: GroupProfile, scope: number, tools: GroupTools) {
    this.profile = profile;
    this.table = profile.table;
    this.scope = scope;
    this.exporter = tools.exporter;
    this.writer = tools.writer;
    this.stepSize = tools.stepSize;
    this.outs = tools.rib.outs;
    this.adjOut = new AdjRibOut(this.outs);
    this.run = new RouteRun(this);
    const { slots } = this.table;
    this.slots = profile.addPath > 0 ? new PathSlots(slots, this.table, tools.exporter) : null;
    this.keys = this.slots?.table ?? this.table;
    this.slots?.table.holders.add(this);
    const { defaultOrigin: origin, advertisementInterval: interval } = profile;
    this.defaultRoute = origin === null ? null : new DefaultRoute(profile, origin, tools.rib, tools.exporter);
    this.defaultPrefix = this.defaultRoute?.prefix ?? NO_PREFIX;
    this.pace = interval > 0 ? new Pace(interval, tools.now, this) : null;
  }

  /** When announcements that are held back are due. */
  get nextRelease(): number {
    return this.pace?.nextRelease ?? Number.POSITIVE_INFINITY;
  }

  /** As a holder of slots. */
  holds(key: OutKey): boolean {
    return this.adjOut.out(key) !== NO_OUT;
  }

  /** The last member is gone: its slots are no longer held. */
  dissolve(): void {
    this.defaultRoute?.dissolve();
    if (this.slots === null) return;
    const { table } = this.slots;
    table.holders.delete(this);
    for (let key = 1 as OutKey; key < this.adjOut.limit; key++) if (this.holds(key)) table.offer(key);
  }

  get isEmpty(): boolean {
    return this.stream.size + this.detached.size === 0;
  }

  /** Adds a subscriber, whose cursor and dirty prefixes say what it has. */
  add(subscriber: Subscriber): void {
    subscriber.group = this;
    subscriber.isInStream = false;
    this.detached.add(subscriber);
    this.keys.holders.add(subscriber);
    if (this.stream.size + this.detached.size === 1) {
      this.sole = subscriber.index;
    } else {
      if (this.sole !== 0) this.refilled = 1;
      this.sole = 0 as PeerIndex;
    }
  }

  remove(subscriber: Subscriber): void {
    this.stream.delete(subscriber.index);
    this.detached.delete(subscriber);
    this.keys.holders.delete(subscriber);
  }

  /** Sends everything again, in place of what is not sent yet. */
  resend(subscriber: Subscriber, isMarked: boolean): void {
    // RFC 7313 §4.1: no Begin-of-RR before End-of-RIB. Until then the first walk is begun anew, without a mark.
    if (isMarked && !subscriber.owesEndOfRib) subscriber.refreshMark = 'begin';
    if (subscriber.isResent && subscriber.cursor === 1) return;
    if (subscriber.isInStream) {
      this.detach(subscriber);
      subscriber.wasSent = true;
    } else if (!subscriber.wasSent) {
      subscriber.keepAll();
    }
    subscriber.cursor = 1;
    subscriber.isFresh = false;
    subscriber.isResent = true;
  }

  /** Takes decided prefixes: updates `adjOut`, tells the members. */
  update(prefixes: readonly number[], best: readonly number[], count: number): void {
    this.lastUnparted = NO_OUT;
    for (const one of this.stream.values()) if (!one.member.isWritable) this.detach(one);
    if (this.pace !== null) this.pace.take(prefixes, best, count);
    else this.run.tellAll(prefixes, best, count);
    this.batches.drain((audience, batch) => this.send(audience, batch));
    this.defaultRoute?.watch(prefixes, count);
  }

  get isSteady(): boolean {
    const isPlain = this.slots === null && this.defaultRoute === null && this.table.suppressed === null;
    return isPlain && this.detached.size === 0 && this.stream.size > 0;
  }

  /** One step for one that is not in the stream and can take something. False: there is none. */
  step(): boolean {
    this.lastUnparted = NO_OUT;
    if (this.pace?.release(this.stepSize)) {
      this.batches.drain((audience, batch) => this.send(audience, batch));
      return true;
    }
    for (const subscriber of this.detached) {
      if (!subscriber.member.isWritable) continue;
      this.serve(subscriber);
      return true;
    }
    return false;
  }

  /** As a group whose announcements are paced. */
  isKept(prefix: PrefixId): boolean {
    return prefix < this.filled;
  }

  countChosen(prefix: PrefixId, best: PathRow): number {
    if (this.slots !== null) this.chooseMany(prefix, best);
    else this.choose(prefix, best);
    return this.slots !== null ? this.exporter.count : Number(this.exporter.out !== NO_OUT);
  }

  tell(prefix: PrefixId, best: PathRow): void {
    if (this.slots === null) {
      this.choose(prefix, best);
      this.put(prefix, this.exporter.out, this.exporter.source);
    } else {
      this.chooseMany(prefix, best);
      this.slots.change(prefix, this);
    }
  }

  /** What is advertised of a key from now on: tells the members. */
  put(prefix: OutKey, out: OutId, source: PeerIndex): void {
    const { adjOut } = this;
    const oldOut = adjOut.out(prefix);
    const oldSource = adjOut.source(prefix);
    if (out === NO_OUT && oldOut === NO_OUT) return;
    const isSame = this.outs.isSame(out, oldOut);
    if (isSame && source === oldSource) {
      // Nobody is told, and the set from which the same came before is not kept for it.
      if (out !== oldOut) adjOut.set(prefix, out, source);
      return;
    }
    if (this.stream.size > 0) {
      this.part(out, source);
      this.part(oldOut, oldSource);
    }
    if (this.detached.size > 0) for (const subscriber of this.detached) subscriber.beforeChange(prefix);
    if (this.stream.size > 0) {
      const before = this.stream.among(oldSource);
      this.batches.change(prefix, out, oldOut, isSame, before, this.stream.among(source));
    }
    adjOut.set(prefix, out, source);
  }

  /** A member that is told something else than the others, because it is the next hop, leaves the stream before a change. */
  private part(out: OutId, source: PeerIndex): void {
    if (out === NO_OUT || out === this.lastUnparted) return;
    const end = this.outs.farEnd(out);
    const member = this.stream.get(end);
    if (end === 0) this.lastUnparted = out;
    if (member === undefined || end === source) return;
    this.batches.drain((audience, batch) => this.send(audience, batch));
    this.detach(member);
  }

  /** Packs a batch once and sends it to the members in the stream that it is for. */
  private send(audience: Audience, batch: OutBatch): void {
    const { stream, writer } = this;
    writer.pack(this.profile, batch);
    if (audience < 0) {
      const only = stream.get(-audience as PeerIndex);
      if (only !== undefined) writer.sendTo(only.member);
      return;
    }
    for (const { index, member } of stream.values()) if (index !== audience) writer.sendTo(member);
  }

  private detach(subscriber: Subscriber): void {
    this.stream.delete(subscriber.index);
    this.detached.add(subscriber);
    this.keys.holders.add(subscriber);
    subscriber.isInStream = false;
    subscriber.endWalk();
  }

  private serve(subscriber: Subscriber): void {
    if (this.slots !== null && this.filled !== WALKED) {
      this.fillPaths(this.slots);
      if (this.filled !== WALKED) return;
    }
    const { limit } = this.keys;
    if (subscriber.isFresh) this.walkTogether(subscriber.cursor, limit);
    else if (subscriber.cursor < limit) this.walkAlone(subscriber, limit);
    else this.catchUp(subscriber, limit);
  }

  /** One step of new members that are at the same place: packed once for all, of which there may be a thousand in a mesh. */
  private walkTogether(cursor: number, limit: number): void {
    const walkers = [...this.detached].filter(
      (one) => one.isFresh && one.cursor === cursor && one.member.isWritable,
    );
    const byIndex = new Map(walkers.map((walker) => [walker.index, walker]));
    const end = Math.min(cursor + this.stepSize, limit);
    for (let prefix = cursor as OutKey; prefix < end; prefix++) {
      this.fill(prefix);
      const out = this.adjOut.out(prefix);
      if (out === NO_OUT) continue;
      const source = this.adjOut.source(prefix);
      const isTheirs = byIndex.has(source);
      const end = this.outs.farEnd(out);
      const apart = end === 0 || end === source ? undefined : byIndex.get(end);
      this.batches.to(allBut(isTheirs ? source : 0, apart?.index ?? 0)).add(prefix, out);
      const other = apart?.visible(out, source) ?? NO_OUT;
      if (other !== NO_OUT) this.batches.to(-end).add(prefix, other);
    }
    this.batches.drain((audience, batch) => {
      this.writer.pack(this.profile, batch);
      for (const walker of walkers) if (isIn(audience, walker.index)) this.writer.sendTo(walker.member);
    });
    for (const walker of walkers) {
      walker.cursor = end;
      if (end >= limit) this.endWalk(walker);
    }
  }

  private walkAlone(subscriber: Subscriber, limit: number): void {
    if (subscriber.refreshMark === 'begin') this.sendRefreshMark(subscriber, RefreshSubtype.Begin);
    const end = Math.min(subscriber.cursor + this.stepSize, limit);
    const batch = this.batches.all;
    for (let prefix = subscriber.cursor as OutKey; prefix < end; prefix++) {
      this.fill(prefix);
      const sent = subscriber.sent(prefix);
      const out = subscriber.visible(this.adjOut.out(prefix), this.adjOut.source(prefix));
      if (!this.outs.isSame(out, sent) || (subscriber.isResent && out !== NO_OUT)) batch.add(prefix, out);
      subscriber.settle(prefix);
    }
    subscriber.cursor = end;
    this.sendAlone(subscriber);
    if (end >= limit) this.endWalk(subscriber);
  }

  /** Sends what became dirty since; then it is back in the stream. */
  private catchUp(subscriber: Subscriber, limit: number): void {
    if (subscriber.cursor !== WALKED) this.endWalk(subscriber);
    const batch = this.batches.all;
    for (let n = 0; n < this.stepSize; n++) {
      const prefix = subscriber.takeDirty();
      if (prefix === 0) break;
      const sent = subscriber.sent(prefix);
      const out = subscriber.visible(this.adjOut.out(prefix), this.adjOut.source(prefix));
      if (!this.outs.isSame(out, sent)) batch.add(prefix, out);
      subscriber.settle(prefix);
    }
    this.sendAlone(subscriber);
    if (subscriber.dirtyCount > 0 || !subscriber.member.isWritable || this.filled < limit) return;
    this.detached.delete(subscriber);
    this.keys.holders.delete(subscriber);
    this.stream.add(subscriber);
    subscriber.isInStream = true;
  }

  private sendAlone(subscriber: Subscriber): void {
    const { all } = this.batches;
    if (all.length > 0) this.writer.pack(this.profile, all);
    if (all.length > 0) this.writer.sendTo(subscriber.member);
    all.clear();
  }

  private endWalk(subscriber: Subscriber): void {
    subscriber.endWalk();
    // From now on every new prefix comes through `update`.
    this.filled = WALKED;
    if (subscriber.refreshMark === 'begin') this.sendRefreshMark(subscriber, RefreshSubtype.Begin);
    if (subscriber.refreshMark === 'end') this.sendRefreshMark(subscriber, RefreshSubtype.End);
    if (!subscriber.owesEndOfRib) return;
    subscriber.owesEndOfRib = false;
    this.writer.sendEndOfRib(this.table.family, subscriber.member);
  }

  private sendRefreshMark(subscriber: Subscriber, subtype: number): void {
    subscriber.refreshMark = subtype === RefreshSubtype.Begin ? 'end' : 'none';
    subscriber.member.sendRouteRefresh(encodeRouteRefresh({ family: this.table.family, subtype }));
  }

  /** With add-path: one step of putting in what was there before the group. Nobody is in the stream, or was sent any of it. */
  private fillPaths(slots: PathSlots): void {
    const { limit, loc } = this.table;
    const end = Math.min(this.filled + this.stepSize, limit);
    for (let prefix = this.filled as PrefixId; prefix < end; prefix = ++this.filled as PrefixId) {
      if (loc.isDirty(prefix)) continue;
      this.chooseMany(prefix, loc.best(prefix));
      slots.fill(prefix, this.adjOut);
    }
    if (end >= limit) this.filled = WALKED;
  }

  private choose(prefix: PrefixId, best: PathRow): void {
    if (prefix === this.defaultPrefix && this.defaultRoute!.choose()) return;
    const { paths } = this.table;
    // Where a policy rejects the own path, one behind it comes into question.
    const isSkipped =
      this.sole !== 0 &&
      !this.profile.isToldTargets &&
      best !== NO_ROW &&
      paths.peer(best) === this.sole &&
      (isOpen(this.profile.policy) || paths.next(paths.head(prefix)) === NO_ROW);
    if (isSkipped) this.exporter.chooseNothing();
    else this.exporter.choose(this.profile, this.scope, prefix, best);
  }

  private chooseMany(prefix: PrefixId, best: PathRow): void {
    if (prefix === this.defaultPrefix && this.defaultRoute!.choose()) return;
    this.exporter.chooseMany(this.profile, this.scope, prefix, best);
  }

  /** Puts a prefix into `adjOut` that was there before the group. One that waits for its decision comes through `update`. */
  private fill(key: OutKey): void {
    if (this.slots !== null) return;
    const prefix = key as PrefixId;
    const isRefill = prefix === this.refilled;
    if (isRefill) this.refilled++;
    if (prefix >= this.filled) this.filled = prefix + 1;
    else if (!isRefill || this.adjOut.out(prefix) !== NO_OUT) return;
    if (this.table.loc.isDirty(prefix)) return;
    const best = this.table.loc.best(prefix);
    if (best === NO_ROW && prefix !== this.defaultPrefix) return;
    this.choose(prefix, best);
    if (this.exporter.out !== NO_OUT) this.adjOut.set(prefix, this.exporter.out, this.exporter.source);
  }
}
