import type { AdjRibOut } from '../../rib/adj-rib-out.js';
import { NO_OUT, type PathRow, type PrefixId } from '../../rib/ids.js';
import type { OutTable } from '../../rib/out-table.js';
import type { FamilyTable } from '../../rib/rib.js';
import type { GroupProfile } from './group-profile.js';

const NEVER = Number.POSITIVE_INFINITY;

/** The group whose announcements are paced. */
export interface PacedGroup {
  readonly table: FamilyTable;
  readonly adjOut: AdjRibOut;
  readonly outs: OutTable;
  readonly profile: Pick<GroupProfile, 'addPath'>;
  /** Its members were sent this prefix, or are to be. */
  isKept(prefix: PrefixId): boolean;
  /** How many paths would be advertised. */
  countChosen(prefix: PrefixId, best: PathRow): number;
  /** Advertises what is so now. */
  tell(prefix: PrefixId, best: PathRow): void;
}

/**
 * MinRouteAdvertisementInterval (RFC 4271 §9.2.1.1) of an update group: after a burst of announcements the next ones wait, and of each prefix only
 * the newest state leaves then. Withdrawals do not wait.
 *
 *     announce ─▶ burst ─▶ all decided, or an interval long ─▶ hold ── interval over ─▶ what was held ─▶ hold …
 *
 * A prefix that is held has a best path: when it loses that, it is told, and held no more. So its id stays its own.
 */
export class Pace {
  readonly #milliseconds: number;
  readonly #now: () => number;
  readonly #group: PacedGroup;
  readonly #held = new Set<PrefixId>();
  /** End of the hold; `NEVER` when there is none. */
  #until = NEVER;
  /** Begin of the burst; `NEVER` when there is none. */
  #since = NEVER;

  constructor(milliseconds: number, now: () => number, group: PacedGroup) {
    this.#milliseconds = milliseconds;
    this.#now = now;
    this.#group = group;
  }

  /** When `release` has something to do. */
  get nextRelease(): number {
    return this.#held.size === 0 ? NEVER : this.#until;
  }

  /** Takes decided prefixes: tells them, or holds them back. */
  take(prefixes: readonly number[], best: readonly number[], count: number): void {
    const now = this.#now();
    const isHolding = this.#until !== NEVER && now < this.#until;
    for (let i = 0; i < count; i++) {
      const prefix = prefixes[i]! as PrefixId;
      const row = best[i]! as PathRow;
      if (!this.#group.isKept(prefix)) continue;
      if (isHolding && this.#group.countChosen(prefix, row) > 0) this.#held.add(prefix);
      else this.#tell(prefix, row, now);
    }
    this.#settle(now);
  }

  /** One step of telling what was held, when the interval is over. False: nothing is due. */
  release(most: number): boolean {
    const now = this.#now();
    if (now < this.nextRelease) return false;
    const { loc } = this.#group.table;
    let left = most;
    for (const prefix of this.#held) {
      // One that waits for its decision comes by itself.
      if (loc.isDirty(prefix)) this.#held.delete(prefix);
      else this.#tell(prefix, loc.best(prefix), now);
      if (--left === 0) break;
    }
    if (this.#held.size === 0) this.#settle(now);
    return true;
  }

  #tell(prefix: PrefixId, best: PathRow, now: number): void {
    this.#held.delete(prefix);
    const { adjOut, outs, profile } = this.#group;
    const before = adjOut.out(prefix);
    this.#group.tell(prefix, best);
    const after = adjOut.out(prefix);
    // With path identifiers, what is advertised is kept by slots: taken for an announcement.
    const isNews = profile.addPath > 0 || (after !== NO_OUT && !outs.isSame(after, before));
    if (isNews) this.#since = Math.min(this.#since, now);
  }

  /** A burst that is over, or long enough, is followed by a hold. */
  #settle(now: number): void {
    if (this.#since === NEVER) return;
    if (this.#group.table.loc.dirtyCount > 0 && now - this.#since < this.#milliseconds) return;
    this.#since = NEVER;
    this.#until = now + this.#milliseconds;
  }
}
