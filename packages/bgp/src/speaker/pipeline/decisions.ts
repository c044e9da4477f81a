import { NO_ROW, type PrefixId } from '../../rib/ids.js';
import type { FamilyTable } from '../../rib/rib.js';
import type { Sinks } from '../feeds/sinks.js';
import type { FlowspecValidity } from '../inbound/flowspec-validity.js';
import type { Aggregator } from '../local/aggregator.js';
import type { GroupSet } from '../outbound/group-set.js';

/** A step is shared out among groups, but never smaller than this: messages would not be filled. */
const LEAST_DECISIONS = 64;

/** Who is told of decided prefixes, in this order. */
export interface DecisionTools {
  readonly aggregates: Aggregator;
  readonly flowspecs: FlowspecValidity;
  readonly groups: GroupSet;
  readonly sinks: Sinks;
  readonly stepSize: number;
}

/** Decides dirty prefixes, and tells aggregates, groups and sinks. */
export class Decisions {
  private readonly tools: DecisionTools;
  private readonly prefixes: number[] = [];
  private readonly best: number[] = [];
  private readonly told: boolean[] = [];

  constructor(tools: DecisionTools) {
    this.tools = tools;
  }

  /** Decides some of the dirty prefixes of a table, and tells of them. */
  step(table: FamilyTable): void {
    const { loc } = table;
    const { stepSize, sinks, aggregates, flowspecs } = this.tools;
    const groups = this.tools.groups.of(table);
    const { prefixes, best, told: known } = this;
    const share = Math.floor((2 * stepSize) / Math.max(1, groups.length));
    const most = Math.max(Math.min(LEAST_DECISIONS, stepSize), share);
    const count = Math.min(most, loc.dirtyCount);
    for (let i = 0; i < count; i++) {
      prefixes[i] = loc.decideNext();
      best[i] = loc.bestPath;
      known[i] = loc.hadBest;
    }
    aggregates.notice(table, prefixes, best, count);
    if (flowspecs.isWatching) flowspecs.notice(table, prefixes, best, count);
    for (const group of groups) group.update(prefixes, best, count);
    let told = 0;
    for (let i = 0; i < count; i++) {
      const prefix = prefixes[i]! as PrefixId;
      const row = best[i]!;
      if (row === NO_ROW) table.offer(prefix);
      // What nobody heard of need not be withdrawn.
      if (row === NO_ROW && known[i] === false) continue;
      prefixes[told] = prefix;
      best[told++] = row;
    }
    sinks.tell(table, prefixes, best, told);
  }
}
