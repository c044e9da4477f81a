import type { AdjRibOut } from '../../rib/adj-rib-out.js';
import type { OutId, PathRow, PeerIndex, PrefixId } from '../../rib/ids.js';
import { type AttrId, type NextHopId, NO_ATTR, NO_NEXT_HOP, NO_OUT, NO_ROW } from '../../rib/ids.js';
import type { OutTable } from '../../rib/out-table.js';
import type { FamilyTable } from '../../rib/rib.js';
import type { Exporter } from './export.js';
import type { GroupProfile } from './group-profile.js';
import type { OutBatch, OutBatches } from './out-batch.js';
import type { Stream } from './stream.js';

/** What a run asks of its group. */
export interface RunGroup {
  readonly profile: GroupProfile;
  /** By which answers of its policy are remembered. */
  readonly scope: number;
  readonly table: FamilyTable;
  readonly adjOut: AdjRibOut;
  readonly outs: OutTable;
  readonly exporter: Exporter;
  readonly stream: Stream;
  readonly batches: OutBatches;
  /** Nothing is to be done of a change but telling it to members, and all of them keep up. */
  readonly isSteady: boolean;
  isKept(prefix: PrefixId): boolean;
  tell(prefix: PrefixId, best: PathRow): void;
}

/**
 * Prefixes that follow each other in a step, change from the same to the same, and are told to the same members: what a table is made of when it
 * comes, changes or goes. All but the prefixes themselves is looked up, and counted, once for the run.
 */
export class RouteRun {
  private readonly group: RunGroup;
  private isGone = false;
  /** Of best paths: on these alone it depends what is advertised of them. */
  private marks = 0;
  private set: AttrId = NO_ATTR;
  private accepted: AttrId = NO_ATTR;
  private hop: NextHopId = NO_NEXT_HOP;
  private prefixClass = 0;
  private oldOut: OutId = NO_OUT;
  private oldSource = 0 as PeerIndex;
  private out: OutId = NO_OUT;
  private source = 0 as PeerIndex;
  /** Null: there is no run. */
  private batch: OutBatch | null = null;
  private count = 0;

  constructor(group: RunGroup) {
    this.group = group;
  }

  /** Tells decided prefixes: the first of a run as the group does it, those after it in few words. */
  tellAll(prefixes: readonly number[], best: readonly number[], count: number): void {
    const { group } = this;
    const { adjOut } = group;
    for (let i = 0; i < count; i++) {
      const prefix = prefixes[i]! as PrefixId;
      const row = best[i]! as PathRow;
      if (!group.isKept(prefix) || this.take(prefix, row)) continue;
      this.end();
      this.oldOut = adjOut.out(prefix);
      this.oldSource = adjOut.source(prefix);
      group.tell(prefix, row);
      this.begin(prefix, row);
    }
    this.end();
  }

  /** What was told of this prefix holds for those after it as well, if it depends on nothing that is its own. */
  private begin(prefix: PrefixId, best: PathRow): void {
    const { group, oldOut } = this;
    const { exporter, table, outs } = group;
    const { out, source } = exporter;
    this.isGone = best === NO_ROW;
    if (!group.isSteady || group.adjOut.out(prefix) !== out || (out === NO_OUT) !== this.isGone) return;
    if (outs.isSame(out, oldOut) || !(this.isGone || exporter.isShared(group.scope, table.paths, best)))
      return;
    const batch = this.batchFor(out, source);
    if (batch === null) return;
    this.batch = batch;
    this.out = out;
    this.source = source;
    if (this.isGone) return;
    this.marks = table.paths.marks(best);
    this.set = table.paths.receivedSet(best);
    this.accepted = table.paths.accepted(best);
    this.hop = table.paths.nextHop(best);
    this.prefixClass = exporter.prefixClass;
  }

  /** For a change that is told in one batch: that batch; null for others. */
  private batchFor(out: OutId, source: PeerIndex): OutBatch | null {
    const { oldOut, oldSource } = this;
    const { stream, batches, outs } = this.group;
    // A member that is the next hop of what goes out is told something else.
    if (out !== NO_OUT && outs.farEnd(out) !== 0) return null;
    if (oldOut !== NO_OUT && outs.farEnd(oldOut) !== 0) return null;
    const before = stream.among(oldSource);
    const now = stream.among(source);
    if (out === NO_OUT) return batches.to(before);
    return now !== 0 && oldOut !== NO_OUT && now !== before ? null : batches.to(now);
  }

  /** Changes what is advertised of a prefix, if it is one of the run; false: nothing was done. */
  private take(prefix: PrefixId, best: PathRow): boolean {
    const { batch } = this;
    if (batch === null || this.isGone !== (best === NO_ROW)) return false;
    const { adjOut, exporter, profile, table } = this.group;
    if (adjOut.out(prefix) !== this.oldOut || adjOut.source(prefix) !== this.oldSource) return false;
    if (!this.isGone) {
      const { marks, set, accepted, hop } = this;
      if (!table.paths.isAs(best, marks, set, accepted, hop)) return false;
      if (exporter.classOf(profile, prefix) !== this.prefixClass) return false;
    }
    adjOut.move(prefix, this.out, this.source);
    batch.add(prefix, this.out);
    this.count++;
    return true;
  }

  private end(): void {
    this.batch = null;
    if (this.count === 0) return;
    this.group.adjOut.moved(this.oldOut, this.oldSource, this.out, this.source, this.count);
    this.count = 0;
  }
}
