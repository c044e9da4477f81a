import { SummaryFlag } from '../attributes/summary.js';
import type { Family } from '../net/family.js';
import { RowFlag } from '../rib/adj-rib-in.js';
import { NO_ATTR, NO_ROW, type PathRow, type PeerIndex } from '../rib/ids.js';
import type { Rib } from '../rib/rib.js';
import type { Importer } from './import.js';
import type { MemberFamily } from './member.js';
import type { RowWalks } from './row-walks.js';

/** What becomes of stale rows. */
export type Aging = 'drop stale' | 'drop long-lived' | 'long-live';

const { LongLivedStale, RefreshStale, RestartStale } = RowFlag;

/**
 * The stale bits of rows, set and swept for one peer and family at a time:
 *
 * ```
 * session lost  ─▶ RestartStale ── sent again ─▶ 0        swept at End-of-RIB
 *                     └─ restart time over ─▶ + LongLivedStale
 * ```
 *
 * Bits are set at once, because the next UPDATE may clear them already: a write of one octet for each row. Rows are
 * removed and judged in steps.
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

  /** The session is lost and its routes stay. Those that were stale before go (RFC 4724 §4.2), but for long-lived ones. */
  private keep(peer: PeerIndex, family: MemberFamily): void {
    this.finish(family);
    const { paths } = family.table;
    let isAnyDoomed = false;
    for (let row = paths.peerHead(peer); row !== NO_ROW; row = paths.nextOfPeer(row)) {
      const flags = paths.flags(row);
      if ((flags & LongLivedStale) !== 0) continue;
      if ((flags & RestartStale) !== 0) {
        // The other bit names what is to be swept.
        paths.mark(row, RefreshStale);
        isAnyDoomed = true;
      } else {
        paths.refresh(row);
        paths.mark(row, RestartStale);
      }
    }
    if (isAnyDoomed) this.drop(peer, family, RefreshStale);
  }

  /** The session is lost: routes of these families stay, all others go. */
  keepOnly(peer: PeerIndex, families: Iterable<MemberFamily>, kept: readonly Family[]): void {
    for (const family of families) {
      this.keep(peer, family);
      const isKept = kept.some(({ key }) => key === family.table.family.key);
      if (!isKept) this.drop(peer, family, RestartStale);
    }
  }

  age(peer: PeerIndex, family: MemberFamily, how: Aging): void {
    if (how === 'long-live') this.longLive(peer, family);
    else this.drop(peer, family, how === 'drop stale' ? RestartStale : LongLivedStale);
  }

  /** Sweeps rows that have one of these bits. */
  drop(peer: PeerIndex, family: MemberFamily, bits: number): void {
    const { table } = family;
    const wanted = bits | (family.dropping?.bits ?? 0);
    if (family.dropping !== null) this.walks.stop(family.dropping.walk);
    const visit = (row: PathRow): void => {
      if ((table.paths.flags(row) & wanted) !== 0) table.removePath(row);
    };
    const walk = this.walks.begin(table.paths, peer, visit, () => {
      family.dropping = null;
    });
    family.dropping = { walk, bits: wanted };
  }

  /** RFC 9494 §4.2: stale rows become long-lived stale; those with NO_LLGR go. */
  private longLive(peer: PeerIndex, family: MemberFamily): void {
    if (family.aging !== null) this.walks.stop(family.aging);
    const visit = (row: PathRow): void => this.ageRow(family, row);
    family.aging = this.walks.begin(family.table.paths, peer, visit, () => {
      family.aging = null;
    });
  }

  /** The member leaves the tables. */
  forget(family: MemberFamily): void {
    if (family.dropping !== null) this.walks.stop(family.dropping.walk);
    if (family.aging !== null) this.walks.stop(family.aging);
    family.dropping = null;
    family.aging = null;
  }

  /** Walks under way must not meet bits that are set from now on. */
  private finish(family: MemberFamily): void {
    if (family.dropping !== null) this.walks.finish(family.dropping.walk);
    if (family.aging !== null) this.walks.finish(family.aging);
  }

  private ageRow(family: MemberFamily, row: PathRow): void {
    const { table } = family;
    const { paths } = table;
    if ((paths.flags(row) & (RestartStale | LongLivedStale)) !== RestartStale) return;
    const accepted = paths.accepted(row);
    if (this.refusesLongLife(paths.receivedSet(row)) || this.refusesLongLife(accepted)) {
      table.removePath(row);
      return;
    }
    const aged = accepted === NO_ATTR ? NO_ATTR : this.importer.longLived(accepted);
    table.judgePath(row, aged, paths.nextHop(row), LongLivedStale);
  }

  private refusesLongLife(set: ReturnType<Importer['longLived']>): boolean {
    if (set === NO_ATTR) return false;
    const { attributes } = this.rib;
    attributes.prepare(set);
    return (attributes.flags(set) & SummaryFlag.NoLlgr) !== 0;
  }
}
