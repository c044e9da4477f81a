import { SummaryFlag } from '../../attributes/summary.js';
import type { Family } from '../../net/family.js';
import { NO_ATTR, NO_ROW, type PathRow, type PeerIndex } from '../../rib/ids.js';
import { RowFlag } from '../../rib/path-rows.js';
import { ROUNDS, roundOf } from '../../rib/peer-rounds.js';
import type { Rib } from '../../rib/rib.js';
import type { MemberFamily } from '../members/member.js';
import type { RowWalks } from '../members/row-walks.js';
import type { Importer } from './import.js';

/** What becomes of the rows of a peer and family. */
export type Aging =
  | 'drop stale'
  | 'drop long-lived'
  | 'drop short-lived'
  | 'long-live'
  | 'begin refresh'
  | 'end refresh';

/**
 * Rounds in which a peer sends the routes of a family again, and what becomes of those that it does not send:
 *
 * ```
 * session lost  ─▶ a round begins ─▶ … sent again … ─▶ End-of-RIB   ─▶ the rest is swept
 *                     └─ restart time over ─▶ long-lived stale
 * Begin-of-RR   ─▶ a round begins ─▶ … sent again … ─▶ End-of-RR    ─▶ the rest is swept
 * ```
 *
 * A round begins by one write (see `AdjRibIn`); rows are swept and judged in budgeted steps. A new round may begin while rows of
 * the one before are swept: the walk spares what came since.
 */
export class StaleRoutes {
  private readonly rib: Rib;
  private readonly importer: Importer;
  private readonly walks: RowWalks;

  constructor(rib: Rib, importer: Importer, walks: RowWalks) {
    this.rib = rib;
    this.importer = importer;
    this.walks = walks;
  }

  /** The session is lost: routes of these families stay, stale, all others go. */
  keepOnly(peer: PeerIndex, families: Iterable<MemberFamily>, kept: readonly Family[]): void {
    for (const family of families) {
      // What became long-lived stale is spared, and must be known by then.
      if (family.aging !== null) this.walks.finish(family.aging);
      const { round, opened } = family;
      const isKept = kept.some(({ key }) => key === family.table.family.key);
      // Stale before already: those go (RFC 4724 §4.2), but for long-lived ones.
      const isDoubled = isKept && opened === 'restart';
      if (this.begin(peer, family, 'restart')) {
        if (isDoubled) this.sweep(peer, family, round, true);
      } else {
        if (isDoubled) this.sweep(peer, family, round, true);
        this.forgetRounds(peer, family);
        this.begin(peer, family, 'restart');
      }
      if (!isKept) this.end(peer, family);
    }
  }

  /** False: nothing of it, because no round is open, or none can begin. */
  age(peer: PeerIndex, family: MemberFamily, how: Aging): boolean {
    switch (how) {
      case 'drop stale':
        return this.end(peer, family);
      case 'begin refresh':
        return family.opened !== 'restart' && this.begin(peer, family, 'refresh');
      case 'end refresh':
        return family.opened === 'refresh' && this.end(peer, family);
      case 'drop long-lived':
        this.shed(peer, family);
        return true;
      case 'drop short-lived':
        return this.sweepShortLived(peer, family);
      case 'long-live':
        this.longLive(peer, family);
        return true;
      default:
        return assertNever(how);
    }
  }

  /** The member leaves the tables. */
  forget(peer: PeerIndex, family: MemberFamily): void {
    for (const walk of [family.sweeping?.walk, family.shedding, family.aging])
      if (walk) this.walks.stop(walk);
    family.sweeping = null;
    family.shedding = null;
    family.aging = null;
    family.opened = null;
    family.table.paths.endRound(peer);
  }

  /**
   * Numbers of rounds come again after 15, and must not be on rows any more by then: each walk of sweeping sees to it. A peer
   * that begins refreshes faster than one walk ends is refused: what it sends counts for the round that is open.
   */
  private begin(peer: PeerIndex, family: MemberFamily, what: 'restart' | 'refresh'): boolean {
    if (family.round + 1 - family.cleanFrom >= ROUNDS) return false;
    family.round++;
    family.opened = what;
    family.table.paths.beginRound(peer, numberOf(family.round));
    return true;
  }

  /** All that stays is equally old. At once, for who used up all numbers within one walk. */
  private forgetRounds(peer: PeerIndex, family: MemberFamily): void {
    const { paths } = family.table;
    if (family.sweeping !== null) this.walks.finish(family.sweeping.walk);
    for (let row = paths.peerHead(peer); row !== NO_ROW; row = paths.nextOfPeer(row)) paths.forgetRound(row);
    family.cleanFrom = family.round + 1;
  }

  private end(peer: PeerIndex, family: MemberFamily): boolean {
    if (family.opened === null) return false;
    // What would be aged still is swept now; a later round has other stale rows.
    if (family.aging !== null) this.walks.stop(family.aging);
    family.aging = null;
    family.opened = null;
    this.sweep(peer, family, family.round, false);
    return true;
  }

  /** What is stale goes but for long-lived routes, for which the round stays open. */
  private sweepShortLived(peer: PeerIndex, family: MemberFamily): boolean {
    if (family.opened !== 'restart') return false;
    // What becomes long-lived is spared, and must be known by then.
    if (family.aging !== null) this.walks.finish(family.aging);
    this.sweep(peer, family, family.round, true);
    return true;
  }

  /** Sweeps what was not sent in this round or since. */
  private sweep(peer: PeerIndex, family: MemberFamily, from: number, sparesLongLived: boolean): void {
    const before = family.sweeping;
    // The new walk sweeps what the old one would, unless that one spares less.
    if (before !== null && sparesLongLived && !before.sparesLongLived) this.walks.finish(before.walk);
    else if (before !== null) this.walks.stop(before.walk);
    const { paths } = family.table;
    const visit = (row: PathRow): void => {
      if (isDoomed(family, row)) family.table.removePath(row);
      else if (isOlder(family, row, from)) paths.forgetRound(row);
    };
    const walk = this.walks.begin(paths, peer, visit, () => {
      family.sweeping = null;
      family.cleanFrom = from;
      if (family.opened === null) paths.endRound(peer);
    });
    family.sweeping = { walk, from, sparesLongLived };
  }

  private shed(peer: PeerIndex, family: MemberFamily): void {
    const { table } = family;
    if (family.aging !== null) this.walks.finish(family.aging);
    if (family.shedding !== null) this.walks.stop(family.shedding);
    const visit = (row: PathRow): void => {
      if (isLongLived(family, row)) table.removePath(row);
    };
    family.shedding = this.walks.begin(table.paths, peer, visit, () => {
      family.shedding = null;
    });
  }

  /** RFC 9494 §4.2: stale rows become long-lived stale; those with NO_LLGR go. */
  private longLive(peer: PeerIndex, family: MemberFamily): void {
    if (family.aging !== null) this.walks.stop(family.aging);
    // It would take what is aged from now on.
    if (family.shedding !== null) this.walks.finish(family.shedding);
    const visit = (row: PathRow): void => this.ageRow(family, row);
    family.aging = this.walks.begin(family.table.paths, peer, visit, () => {
      family.aging = null;
    });
  }

  private ageRow(family: MemberFamily, row: PathRow): void {
    const { table } = family;
    const { paths } = table;
    if (!paths.isStale(row) || isLongLived(family, row) || isDoomed(family, row)) return;
    const accepted = paths.accepted(row);
    if (this.refusesLongLife(paths.receivedSet(row)) || this.refusesLongLife(accepted)) {
      table.removePath(row);
      return;
    }
    const aged = accepted === NO_ATTR ? NO_ATTR : this.importer.longLived(accepted);
    table.judgePath(row, aged, paths.nextHop(row), RowFlag.LongLivedStale);
  }

  private refusesLongLife(set: ReturnType<Importer['longLived']>): boolean {
    if (set === NO_ATTR) return false;
    const { attributes } = this.rib;
    attributes.prepare(set);
    return (attributes.flags(set) & SummaryFlag.NoLlgr) !== 0;
  }
}

function numberOf(round: number): number {
  return 1 + ((round - 1) % ROUNDS);
}

/** It was not sent in round `from` or since: 0 to 14 rounds ago, or before all rounds. */
function isOlder(family: MemberFamily, row: PathRow, from: number): boolean {
  const number = roundOf(family.table.paths.flags(row));
  const ago = (numberOf(family.round) - number + ROUNDS) % ROUNDS;
  return number === 0 || ago > family.round - from;
}

function isLongLived({ table }: MemberFamily, row: PathRow): boolean {
  return (table.paths.flags(row) & RowFlag.LongLivedStale) !== 0;
}

/** The walk of sweeping that is under way will remove it. */
function isDoomed(family: MemberFamily, row: PathRow): boolean {
  const { sweeping } = family;
  if (sweeping === null || (sweeping.sparesLongLived && isLongLived(family, row))) return false;
  return isOlder(family, row, sweeping.from);
}

function assertNever(value: never): never {
  throw new TypeError(`unexpected aging ${JSON.stringify(value)}`);
}
