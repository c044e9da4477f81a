import type { AdjRibOut } from '../../rib/adj-rib-out.js';
import { Column32 } from '../../rib/columns.js';
import { IdQueue } from '../../rib/id-queue.js';
import {
  LOCAL_PEER,
  type NextHopId,
  NO_OUT,
  type OutId,
  type OutKey,
  type PeerIndex,
} from '../../rib/ids.js';
import type { OutTable } from '../../rib/out-table.js';
import type { FamilyTable } from '../../rib/rib.js';
import type { OutKeyHolder, OutKeys } from '../../rib/slot-table.js';
import type { Recipient } from './recipient.js';

/** A cursor past every prefix: the walk is done. */
export const WALKED = 0x7fffffff;

/** The update group of a subscriber, as others reach it through the subscriber. */
export interface SubscriberGroup {
  readonly table: FamilyTable;
  /** What `adjOut` is keyed by: prefixes, or slots with add-path. Comments here say prefix for both. */
  readonly keys: OutKeys;
  readonly adjOut: AdjRibOut;
  readonly profile: { readonly ownNextHop: NextHopId };
  /** Sends everything again, in place of what is not sent yet; `isMarked`: between Begin-of-RR and End-of-RR. */
  resend(subscriber: Subscriber, isMarked: boolean): void;
}

/**
 * One family of one member, as its update group sees it. In the group's stream it has been sent what the group advertises.
 * Out of it (new, slow, or after a change of policy) it has a position of its own:
 *
 * ```
 * prefixes   1 ………… cursor ………… limit
 *            │ sent,      │ not sent yet (or, with `isResent`, sent before)
 *            └ but for the dirty ones: for each, what was sent last
 * ```
 */
export class Subscriber implements OutKeyHolder {
  readonly member: Recipient;
  readonly index: PeerIndex;
  group: SubscriberGroup;
  isInStream = false;
  /** A route had this member itself as next hop: what it is sent is not what others are. */
  isApart = false;
  cursor = 1;
  /** On its first walk, with nothing sent behind the cursor: such subscribers of one group walk together. */
  isFresh = true;
  /** What lies behind the cursor was sent in an earlier life of it. */
  wasSent = false;
  /** Routes are sent again even when they did not change (ROUTE-REFRESH). */
  isResent = false;
  /** Marks of RFC 7313 around that walk: none, the first is to be sent, or the last is. */
  refreshMark: 'none' | 'begin' | 'end' = 'none';
  /** An End-of-RIB marker is sent when the walk is done. */
  owesEndOfRib = true;
  private readonly outs: OutTable;
  /** What was sent last + 1, for dirty prefixes; else 0. Holds references. */
  private readonly dirty = new Column32();
  private readonly queue = new IdQueue();
  /** Dirty prefixes. */
  dirtyCount = 0;

  constructor(member: Recipient, group: SubscriberGroup, outs: OutTable) {
    this.member = member;
    this.index = member.index;
    this.group = group;
    this.outs = outs;
  }

  holds(prefix: OutKey): boolean {
    return this.dirty.get(prefix) !== 0;
  }

  /**
   * What this member may see of what its group advertises: not its own routes, and none with itself as next hop (RFC 4271 §5.1.3).
   * Of a route of ours it gets our address in that place; one of others it knows a better way for than ours.
   */
  visible(out: OutId, source: PeerIndex): OutId {
    if (source === this.index || out === NO_OUT) return NO_OUT;
    if (this.outs.farEnd(out) !== this.index) return out;
    this.isApart = true;
    return source === LOCAL_PEER ? this.outs.withNextHop(out, this.group.profile.ownNextHop) : NO_OUT;
  }

  /** Routes that this member was sent and not withdrawn. */
  get sentCount(): number {
    const { adjOut, keys } = this.group;
    if (this.isInStream && !this.isApart) return adjOut.size - adjOut.countFrom(this.index);
    // Beyond the cursor, one that is new was sent what it holds at most.
    const isNew = !this.isInStream && !this.wasSent && this.dirtyCount === 0;
    const limit = isNew ? Math.min(this.cursor, keys.limit) : keys.limit;
    let count = 0;
    for (let key = 1 as OutKey; key < limit; key++) if (this.sent(key) !== NO_OUT) count++;
    return count;
  }

  /** What this member was sent last of a prefix. */
  sent(prefix: OutKey): OutId {
    const dirty = this.dirty.get(prefix);
    if (dirty !== 0) return (dirty - 1) as OutId;
    if (prefix >= this.cursor && !this.isInStream && !this.wasSent) return NO_OUT;
    const { adjOut } = this.group;
    return this.visible(adjOut.out(prefix), adjOut.source(prefix));
  }

  /** The group is about to change a prefix: outside the stream, keeps what was sent of it. */
  beforeChange(prefix: OutKey): void {
    if (this.dirty.get(prefix) !== 0 || (prefix >= this.cursor && !this.wasSent)) return;
    this.queue.push(prefix);
    this.keep(prefix, this.sent(prefix));
  }

  /** Keeps what was sent of a prefix, without queueing it: the walk will come by. */
  keep(prefix: OutKey, sent: OutId): void {
    this.dirty.set(prefix, sent + 1);
    this.dirtyCount++;
    if (sent !== NO_OUT) this.outs.retain(sent);
  }

  /** Keeps what was sent of every prefix: before it leaves its group, whose memory of it ends there. */
  keepAll(): void {
    const { limit } = this.group.adjOut;
    for (let prefix = 1 as OutKey; prefix < limit; prefix++) {
      if (this.holds(prefix)) continue;
      const sent = this.sent(prefix);
      if (sent !== NO_OUT) this.keep(prefix, sent);
    }
    this.isInStream = false;
    this.isFresh = false;
    this.wasSent = false;
    this.cursor = 1;
  }

  /** It has been sent all but what is dirty. */
  endWalk(): void {
    this.cursor = WALKED;
    this.isFresh = false;
    this.wasSent = false;
    this.isResent = false;
  }

  /** The next queued prefix that is still dirty, or 0. */
  takeDirty(): OutKey {
    while (this.queue.count > 0) {
      const prefix = this.queue.shift() as OutKey;
      if (this.dirty.get(prefix) !== 0) return prefix;
    }
    return 0 as OutKey;
  }

  /** The prefix was brought up to date. */
  settle(prefix: OutKey): void {
    const dirty = this.dirty.get(prefix);
    if (dirty === 0) return;
    this.dirty.set(prefix, 0);
    if (--this.dirtyCount === 0) this.dirty.clear();
    if (dirty > 1) this.outs.release((dirty - 1) as OutId);
    this.group.keys.offer(prefix);
  }

  /** Forgets all that is dirty. */
  dispose(): void {
    const { limit } = this.group.keys;
    for (let prefix = 1; prefix < limit && this.dirtyCount > 0; prefix++) this.settle(prefix as OutKey);
    this.queue.clear();
  }
}
