import { BgpError } from '../../errors.js';
import { formatAddress } from '../../net/address.js';
import type { NextHopState, NextHopTracker } from '../../ports/next-hop-tracker.js';
import { type NextHopId, NO_ROW, type PrefixId } from '../../rib/ids.js';
import { isLinkLocal } from '../../rib/next-hop-table.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';

/** Ids of one address: alone, and with link-local ones behind it. */
interface Tracked {
  readonly ids: Set<NextHopId>;
  state: NextHopState;
}

/**
 * Keeps what a tracker says in the next-hop table, and has the prefixes of a next hop that changed decided anew: in budgeted
 * steps over the tables, because paths are not chained by next hop. Unspecified and link-local addresses, which mean
 * nothing beyond a session, are not tracked.
 */
export class NextHopTracking {
  private readonly rib: Rib;
  private readonly stepSize: number;
  private readonly tracker: NextHopTracker;
  private readonly tracked = new Map<string, Tracked>();
  /** Changed since the present walk began. */
  private waiting = new Set<NextHopId>();
  private walked = new Set<NextHopId>();
  private readonly cursors = new Map<FamilyTable, PrefixId>();

  constructor(rib: Rib, stepSize: number, tracker: NextHopTracker) {
    this.rib = rib;
    this.stepSize = stepSize;
    this.tracker = tracker;
    rib.nextHops.onTake = (id) => this.take(id);
    rib.nextHops.onFree = (id) => this.free(id);
  }

  /** Throws `BGP_ERR_NEXT_HOP` for a metric that is none. */
  changed(address: string, state: NextHopState): void {
    const known = this.tracked.get(address);
    if (known === undefined) return;
    checkState(address, state);
    if (known.state.reachable === state.reachable && known.state.metric === state.metric) return;
    known.state = state;
    for (const id of known.ids) {
      this.apply(id, state);
      this.waiting.add(id);
    }
  }

  /** One step of marking prefixes. True: there is more to do. */
  step(): boolean {
    if (this.walked.size === 0) {
      if (this.waiting.size === 0) return false;
      [this.walked, this.waiting] = [this.waiting, this.walked];
      for (const table of this.rib.tables) this.cursors.set(table, 1 as PrefixId);
    }
    for (const [table, cursor] of this.cursors) {
      const end = Math.min(cursor + this.stepSize, table.limit) as PrefixId;
      for (let prefix = cursor; prefix < end; prefix++)
        if (this.touches(table, prefix)) table.loc.reconsider(prefix);
      if (end < table.limit) {
        this.cursors.set(table, end);
        return true;
      }
      this.cursors.delete(table);
    }
    this.walked.clear();
    return this.waiting.size > 0;
  }

  /** The speaker is closed: nothing is tracked any more. */
  stop(): void {
    this.rib.nextHops.onTake = null;
    this.rib.nextHops.onFree = null;
    for (const address of this.tracked.keys()) this.tracker.untrack(address);
    this.tracked.clear();
  }

  private touches(table: FamilyTable, prefix: PrefixId): boolean {
    const { paths } = table;
    for (let row = paths.head(prefix); row !== NO_ROW; row = paths.next(row)) {
      if (this.walked.has(paths.nextHop(row))) return true;
    }
    return false;
  }

  private take(id: NextHopId): void {
    const address = this.addressOf(id);
    if (address === null) return;
    let known = this.tracked.get(address);
    if (known === undefined) {
      const state = this.tracker.track(address);
      checkState(address, state);
      known = { ids: new Set(), state };
      this.tracked.set(address, known);
    }
    known.ids.add(id);
    this.apply(id, known.state);
  }

  private free(id: NextHopId): void {
    const address = this.addressOf(id);
    const known = address === null ? undefined : this.tracked.get(address);
    if (address === null || known === undefined) return;
    known.ids.delete(id);
    if (known.ids.size > 0) return;
    this.tracked.delete(address);
    this.tracker.untrack(address);
  }

  private apply(id: NextHopId, state: NextHopState): void {
    this.rib.nextHops.setReachable(id, state.reachable);
    this.rib.nextHops.setMetric(id, state.metric);
  }

  /** Null for what is not tracked. */
  private addressOf(id: NextHopId): string | null {
    const { nextHops } = this.rib;
    const gateway = nextHops.gateway(id);
    const isAddress = gateway.length === 4 || (gateway.length === 16 && !isLinkLocal(gateway, 0));
    return !isAddress || nextHops.isUnspecified(id) ? null : formatAddress(gateway);
  }
}

function checkState(address: string, { metric }: NextHopState): void {
  if (Number.isInteger(metric) && metric >= 0 && metric <= 0xffffffff) return;
  throw new BgpError(
    'BGP_ERR_NEXT_HOP',
    `metric of ${address} must be an integer 0 … 4294967295, got ${metric}`,
    {
      path: 'metric',
      value: metric,
    },
  );
}
