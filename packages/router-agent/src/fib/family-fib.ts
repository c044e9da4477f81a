import type { PrefixWords } from '@peerage/bgp';
import type { Route, RouteOperation } from '@peerage/linux';
import { HopTrials } from './hop-trials.js';
import { type GroupId, type NextHopGroups, noGroup, otherGroup } from './next-hop-groups.js';
import { asWritten, isAtOurPlace, readDestination } from './observed-route.js';
import type { Refusals } from './refusals.js';
import { ownProtocol, type WriteFailure } from './route-kernel.js';
import { RouteTable, type Row, RowFlag } from './route-table.js';

/** What the kernel says when a next hop cannot be used. */
const hopFailures: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EINVAL',
  'ENODEV',
]);

/** Running totals of one family. */
export interface FibCounters {
  added: number;
  replaced: number;
  removed: number;
  /** Routes that an audit or an event found other than we had left them. */
  drifted: number;
}

/**
 * The learned routes of one family: what should stand in the kernel, what it acknowledged last, and what has to be
 * written. Knows no kernel and no time.
 */
export class FamilyFib {
  readonly family: 4 | 6;
  readonly table: RouteTable;
  /** What {@link take} handed out last, and the set of next hops that stands in the kernel if it works. */
  takenOperation: RouteOperation = 'create';
  takenTarget: GroupId = noGroup;
  readonly counters: FibCounters = { added: 0, replaced: 0, removed: 0, drifted: 0 };
  readonly #groups: NextHopGroups;
  readonly #refusals: Refusals;
  readonly #key: PrefixWords = { a: 0, b: 0, c: 0, d: 0, length: 0 };
  readonly #trials: HopTrials;
  #wanted = 0;
  #acked = 0;
  #looking = 0;
  #mark = 0;
  #leftoversMayGo = false;
  #hasRefused = false;

  constructor(family: 4 | 6, groups: NextHopGroups, refusals: Refusals) {
    this.family = family;
    this.table = new RouteTable(family);
    this.#groups = groups;
    this.#refusals = refusals;
    this.#trials = new HopTrials(groups);
  }

  /** Routes that should stand in the kernel. */
  get wantedCount(): number {
    return this.#wanted;
  }

  /** Routes of ours that the kernel acknowledged. */
  get ackedCount(): number {
    return this.#acked;
  }

  /** Prefixes where the kernel said that something is there. */
  get lookingCount(): number {
    return this.#looking;
  }

  /** Whether something was refused since the last retry, so that a change elsewhere may help. */
  get hasRefused(): boolean {
    return this.#hasRefused;
  }

  /** Sets what should stand at a prefix; `noGroup` for nothing. */
  want(prefix: PrefixWords, group: GroupId): void {
    const { table } = this;
    const row = group === noGroup ? table.find(prefix) : table.insert(prefix);
    if (row === 0) return;
    const before = table.wantedGroup(row);
    if (group !== noGroup) table.clear(row, RowFlag.Leftover);
    if (before !== group) {
      this.#groups.retain(group);
      this.#groups.release(before);
      table.wanted[row] = group;
      if (before === noGroup) this.#wanted++;
      if (group === noGroup) this.#wanted--;
      this.#forgetRefusal(row);
    }
    this.#consider(row);
  }

  /**
   * The next row to be written, 0 when nothing waits. What is to be done is in {@link takenOperation} and
   * {@link takenTarget}; the row is in flight until it is settled.
   */
  take(): Row {
    const { table } = this;
    for (;;) {
      const row = table.dequeue();
      if (row === 0) return row;
      const operation = this.#due(row);
      if (operation === null) {
        this.#discardIfEmpty(row);
        continue;
      }
      this.takenOperation = operation;
      this.takenTarget = operation === 'delete' ? table.ackedGroup(row) : this.#aim(row);
      table.set(row, RowFlag.InFlight);
      // The target has to stay known until the answer is there, whatever is wanted by then.
      this.#groups.retain(this.takenTarget);
      return row;
    }
  }

  /** The kernel's answer to a write; true when it was refused in a way that has to be told. */
  settle(row: Row, operation: RouteOperation, target: GroupId, failure: WriteFailure | null): boolean {
    const { table } = this;
    table.clear(row, RowFlag.InFlight);
    table.mark[row] = this.#mark;
    let told = false;
    if (failure === null) this.#worked(row, operation, target);
    else told = this.#refused(row, operation, target, failure);
    if (!this.#trials.idle && this.#standsInPart(row)) told = this.#note(row, this.#shortfall(row));
    this.#groups.release(target);
    this.#consider(row);
    return told && table.has(row);
  }

  /** Begins an audit: what is not seen before its end is gone. */
  beginAudit(): void {
    this.#mark = (this.#mark % 255) + 1;
  }

  /** A route of ours that stands in the kernel, seen by an audit. Ones with a metric that we never write are passed over. */
  observe(route: Route): void {
    if (!isAtOurPlace(route) || route.protocol !== ownProtocol) return;
    const { table } = this;
    const row = table.insert(readDestination(route, this.#key));
    if (table.mark[row] === this.#mark) return;
    table.mark[row] = this.#mark;
    if (table.isSet(row, RowFlag.InFlight)) return;
    const fresh = table.wantedGroup(row) === noGroup && table.ackedGroup(row) === noGroup;
    if (fresh) table.set(row, RowFlag.Leftover);
    else if (this.#groupOf(route) !== table.ackedGroup(row)) this.counters.drifted++;
    this.#setAcked(row, this.#groupOf(route));
    if (table.ackedGroup(row) === table.wantedGroup(row)) this.#forgetRefusal(row);
    this.#consider(row);
  }

  /** Ends an audit: what was not seen is not in the kernel any more. */
  endAudit(): void {
    const { table } = this;
    for (let row = 1; row < table.top; row++) {
      if (!table.has(row) || table.acked[row] === 0 || table.mark[row] === this.#mark) continue;
      if (table.isSet(row, RowFlag.InFlight)) continue;
      this.counters.drifted++;
      this.#lost(row);
    }
  }

  /**
   * Something that others did to a route of the kernel. True when it met a write of ours under way, so that only an
   * audit can tell what stands there now.
   */
  event(route: Route, action: 'new' | 'delete'): boolean {
    if (!isAtOurPlace(route)) return false;
    const { table } = this;
    const row = table.find(readDestination(route, this.#key));
    if (row === 0) return false;
    if (table.isSet(row, RowFlag.InFlight)) return true;
    const ours = route.protocol === ownProtocol;
    if (ours && action === 'new') {
      this.#setAcked(row, this.#groupOf(route));
      this.#consider(row);
    } else if (ours || (action === 'new' && !table.isSet(row, RowFlag.Foreign))) {
      // Ours went, or another's came and may have taken its place: a create-exclusive write will tell.
      if (table.ackedGroup(row) !== noGroup) this.counters.drifted++;
      this.#lost(row);
    } else if (action === 'delete' && table.isSet(row, RowFlag.Foreign)) {
      this.#forgetRefusal(row);
      this.#consider(row);
    }
    return false;
  }

  /** Whether it has to be known what stands at a destination. */
  isLookedAt(destination: PrefixWords): boolean {
    const row = this.table.find(destination);
    return row !== 0 && this.table.isSet(row, RowFlag.Looking);
  }

  /** A route of the main table, of any protocol, seen while looking at what stands in our way. */
  look(route: Route): void {
    if (!isAtOurPlace(route)) return;
    const { table } = this;
    const row = table.find(readDestination(route, this.#key));
    if (row === 0 || !table.isSet(row, RowFlag.Looking)) return;
    if (route.protocol === ownProtocol) this.#setAcked(row, this.#groupOf(route));
    else table.set(row, RowFlag.Foreign);
  }

  /** Ends looking. Answers with the prefixes at which a foreign route was found that was not known of. */
  endLook(): readonly Row[] {
    const { table } = this;
    const foreign: Row[] = [];
    for (let row = 1; row < table.top && this.#looking > 0; row++) {
      if (!table.has(row) || !table.isSet(row, RowFlag.Looking)) continue;
      this.#stopLooking(row);
      const wanted = table.wantedGroup(row) !== noGroup;
      if (table.isSet(row, RowFlag.Foreign)) {
        const isNews = this.#note(row, "EEXIST: somebody else's route stands here and is left alone");
        if (wanted && isNews) foreign.push(row);
      } else if (table.ackedGroup(row) === noGroup && wanted) {
        // It went in between. When it comes back each time, trying at once would never end: the next retry does.
        table.set(row, RowFlag.Failed);
        this.#note(row, 'EEXIST: another route came and went');
      }
      this.#consider(row);
    }
    return foreign;
  }

  /** Tries again what was refused, and with `foreign` also where others' routes stood. */
  retry(foreign: boolean): void {
    const { table } = this;
    const flags = foreign ? RowFlag.Failed | RowFlag.Foreign : RowFlag.Failed;
    this.#trials.forget();
    this.#hasRefused = false;
    for (let row = 1; row < table.top; row++) {
      if (!table.has(row) || !table.isSet(row, flags | RowFlag.Partial)) continue;
      if (table.isSet(row, RowFlag.Failed | RowFlag.Partial)) this.#hasRefused = true;
      if (table.isSet(row, RowFlag.InFlight)) continue;
      table.clear(row, flags);
      this.#consider(row);
    }
  }

  /** From now on, routes of an earlier life that nobody announces any more are deleted. */
  releaseLeftovers(): void {
    if (this.#leftoversMayGo) return;
    this.#leftoversMayGo = true;
    const { table } = this;
    for (let row = 1; row < table.top; row++) {
      if (table.has(row) && table.isSet(row, RowFlag.Leftover)) this.#consider(row);
    }
  }

  /** Rows with one of these flags, at most `limit`. */
  flagged(flags: number, limit: number): readonly Row[] {
    const rows: Row[] = [];
    for (let row = 1; row < this.table.top && rows.length < limit; row++) {
      if (this.table.has(row) && this.table.isSet(row, flags)) rows.push(row);
    }
    return rows;
  }

  /** What to write at a row that should stand: all its next hops, unless the kernel does not take them all. */
  #aim(row: Row): GroupId {
    const wanted = this.table.wantedGroup(row);
    return this.#trials.idle ? wanted : this.#trials.aim(wanted, this.table.ackedGroup(row));
  }

  /** Why a row was refused, or in part; empty when it was not. */
  refusalText(row: Row): string {
    return this.#refusals.text(this.table.error[row] ?? 0);
  }

  #due(row: Row): RouteOperation | null {
    const { table } = this;
    const wanted = table.wantedGroup(row);
    const acked = table.ackedGroup(row);
    if (wanted === acked || table.isSet(row, RowFlag.InFlight)) return null;
    // One that is not known to stand in part is written once more as it stands, so that it is told of.
    if (table.isSet(row, RowFlag.Partial) && this.#standsInPart(row)) return null;
    if (wanted === noGroup) {
      const kept = table.isSet(row, RowFlag.Leftover) && !this.#leftoversMayGo;
      return kept || table.isSet(row, RowFlag.Failed) ? null : 'delete';
    }
    if (table.isSet(row, RowFlag.Foreign | RowFlag.Failed | RowFlag.Looking)) return null;
    if (acked === noGroup) return 'create';
    return this.#groups.replaces(this.family, acked, wanted) ? 'replace' : 'delete';
  }

  #consider(row: Row): void {
    const { table } = this;
    const operation = this.#due(row);
    if (operation === null) this.#discardIfEmpty(row);
    else if (operation === 'replace' && this.#groups.grows(table.ackedGroup(row), table.wantedGroup(row)))
      table.hold(row);
    else table.enqueue(row);
  }

  #discardIfEmpty(row: Row): void {
    const { table } = this;
    if (table.wanted[row] !== 0 || table.acked[row] !== 0) return;
    if (table.isSet(row, RowFlag.Queued | RowFlag.Held | RowFlag.InFlight)) return;
    if (table.isSet(row, RowFlag.Looking)) this.#looking--;
    table.remove(row);
  }

  #worked(row: Row, operation: RouteOperation, target: GroupId): void {
    const { counters, table } = this;
    if (!this.#trials.idle) this.#trials.worked(target);
    if (operation === 'delete') counters.removed++;
    else if (operation === 'create') counters.added++;
    else if (target !== table.ackedGroup(row)) counters.replaced++;
    this.#setAcked(row, operation === 'delete' ? noGroup : target);
    if (operation === 'delete' || target === table.wantedGroup(row)) this.#forgetRefusal(row);
  }

  /** Whether what stands is all that can stand of several next hops. */
  #standsInPart(row: Row): boolean {
    const acked = this.table.ackedGroup(row);
    if (acked === this.table.wantedGroup(row) || !this.#trials.takes(acked)) return false;
    return this.#aim(row) === acked;
  }

  #shortfall(row: Row): string {
    this.table.set(row, RowFlag.Partial);
    return this.#trials.shortfall(this.table.wantedGroup(row));
  }

  #refused(row: Row, operation: RouteOperation, target: GroupId, failure: WriteFailure): boolean {
    const { table } = this;
    if (operation === 'delete' && failure.code === 'ESRCH') {
      this.#setAcked(row, noGroup);
      return false;
    }
    if (operation === 'create' && failure.code === 'EEXIST') {
      table.set(row, RowFlag.Looking);
      this.#looking++;
      return false;
    }
    this.#hasRefused = true;
    const { code, message } = failure;
    const wanted = table.wantedGroup(row);
    // Another set is wanted by now: what was refused says nothing of it.
    if ((operation === 'delete' ? noGroup : target) !== wanted && !this.#isPart(target, wanted)) return false;
    const several = this.#groups.hops(wanted).length > 1 && hopFailures.has(code);
    if (several && this.#trials.refused(target, wanted, `${code}: ${message}`)) return false;
    table.set(row, RowFlag.Failed);
    return this.#note(row, `${code}: ${message}`);
  }

  /** Whether a set of next hops is part of one that has several. */
  #isPart(target: GroupId, wanted: GroupId): boolean {
    const hops = this.#groups.keys(wanted);
    return hops.length > 1 && this.#groups.keys(target).every((hop) => hops.includes(hop));
  }

  /** Keeps why a row could not be written; true when that is news. */
  #note(row: Row, text: string): boolean {
    const { error } = this.table;
    const reason = this.#refusals.intern(text);
    const isNews = error[row] !== reason;
    error[row] = reason;
    return isNews;
  }

  /** The kernel does not have, or may not have, our route any more. */
  #lost(row: Row): void {
    this.#setAcked(row, noGroup);
    this.#forgetRefusal(row);
    this.#consider(row);
  }

  #forgetRefusal(row: Row): void {
    this.table.clear(row, RowFlag.Failed | RowFlag.Foreign | RowFlag.Partial);
    this.table.error[row] = 0;
  }

  #stopLooking(row: Row): void {
    this.table.clear(row, RowFlag.Looking);
    this.#looking--;
  }

  #setAcked(row: Row, group: GroupId): void {
    const { table } = this;
    const before = table.ackedGroup(row);
    if (before === group) return;
    this.#groups.retain(group);
    this.#groups.release(before);
    table.acked[row] = group;
    if (before === noGroup) this.#acked++;
    if (group === noGroup) this.#acked--;
  }

  /** The set of next hops that a route of the kernel has. Not retained. */
  #groupOf(route: Route): GroupId {
    const hops = asWritten(route);
    return hops === null ? otherGroup : this.#groups.intern(hops);
  }
}
