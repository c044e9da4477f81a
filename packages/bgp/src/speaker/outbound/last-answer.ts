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
  private accepted = NO_ATTR;
  private prefixClass = 0;
  private serial = 0;
  private hop = NO_NEXT_HOP;
  private outSerial = 0;
  out: OutId = NO_OUT;

  constructor(rib: Rib) {
    this.rib = rib;
  }

  /** Whether `out` is what the group of this scope advertises of a path. */
  isFor(scope: number, paths: AdjRibIn, row: PathRow, prefixClass: number): boolean {
    return (
      scope === this.scope &&
      prefixClass === this.prefixClass &&
      paths.isAs(row, this.marks, this.set, this.accepted, this.hop) &&
      this.rib.attributes.serial(this.accepted) === this.serial &&
      this.rib.outs.serial(this.out) === this.outSerial
    );
  }

  /** Remembers an answer, if it depends on nothing but what `isFor` compares. */
  note(profile: GroupProfile, scope: number, row: PathRow, prefixClass: number, out: OutId): void {
    const { attributes, outs } = this.rib;
    const { table } = profile;
    const { paths } = table;
    const accepted: AttrId = paths.accepted(row);
    const isShared =
      !profile.isAskedByPrefix &&
      !table.hasForms &&
      profile.rules === null &&
      profile.targets === null &&
      paths.peer(row) !== LOCAL_PEER &&
      (attributes.flags(accepted) & SummaryFlag.HasAigp) === 0;
    this.scope = isShared ? scope : 0;
    this.marks = paths.marks(row);
    this.set = paths.receivedSet(row);
    this.accepted = accepted;
    this.prefixClass = prefixClass;
    this.serial = attributes.serial(accepted);
    this.hop = paths.nextHop(row);
    this.out = out;
    this.outSerial = outs.serial(out);
  }

  /** Peers or next hops were freed. */
  forget(): void {
    this.scope = 0;
  }
}
