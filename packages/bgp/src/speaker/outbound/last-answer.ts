import { SummaryFlag } from '../../attributes/summary.js';
import type { AdjRibIn } from '../../rib/adj-rib-in.js';
import {
  type AttrId,
  LOCAL_PEER,
  NO_ATTR,
  NO_NEXT_HOP,
  NO_OUT,
  type OutId,
  type PathRow,
} from '../../rib/ids.js';
import type { Rib } from '../../rib/rib.js';
import type { GroupProfile } from './group-profile.js';

/** What was advertised last, and of which kind of path: a table comes in runs that have attributes, next hop and source in common. */
export class LastAnswer {
  private readonly rib: Rib;
  /** 0: the answer holds for no other path. */
  private scope = 0;
  private marks = 0;
  private set = NO_ATTR;
  private serial = 0;
  private hop = NO_NEXT_HOP;
  private outSerial = 0;
  out: OutId = NO_OUT;

  constructor(rib: Rib) {
    this.rib = rib;
  }

  /** Whether `out` is what the group of this scope advertises of a path. */
  isFor(scope: number, paths: AdjRibIn, row: PathRow): boolean {
    return (
      scope === this.scope &&
      paths.receivedSet(row) === this.set &&
      paths.marks(row) === this.marks &&
      paths.nextHop(row) === this.hop &&
      this.rib.attributes.serial(this.set) === this.serial &&
      this.rib.outs.serial(this.out) === this.outSerial
    );
  }

  /** Remembers an answer, if it depends on nothing but what `isFor` compares. */
  note(profile: GroupProfile, scope: number, row: PathRow, out: OutId): void {
    const { attributes, outs } = this.rib;
    const { table } = profile;
    const { paths } = table;
    const set: AttrId = paths.receivedSet(row);
    const isShared =
      !profile.readsPrefix &&
      !table.hasForms &&
      profile.rules === null &&
      profile.targets === null &&
      paths.peer(row) !== LOCAL_PEER &&
      paths.accepted(row) === set &&
      (attributes.flags(set) & SummaryFlag.HasAigp) === 0;
    this.scope = isShared ? scope : 0;
    this.marks = paths.marks(row);
    this.set = set;
    this.serial = attributes.serial(set);
    this.hop = paths.nextHop(row);
    this.out = out;
    this.outSerial = outs.serial(out);
  }

  /** Peers or next hops were freed. */
  forget(): void {
    this.scope = 0;
  }
}
