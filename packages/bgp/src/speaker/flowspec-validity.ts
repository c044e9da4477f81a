import { familyOf } from '../net/family.js';
import { type AttrId, LOCAL_PEER, NO_ROW, type PathRow, type PeerIndex, type PrefixId } from '../rib/ids.js';
import type { FamilyTable, Rib } from '../rib/rib.js';
import { FlowDestinations } from './flow-destinations.js';
import type { Member } from './member.js';

const FLOWSPEC = 133;
const UNICAST = 1;

/** Rows of a rule are judged anew by it. */
export type JudgeFlow = (table: FamilyTable, row: PathRow) => void;

/**
 * Whether a flow specification comes from whom the traffic goes to (RFC 8955 §6, RFC 9117 §4). What does not is kept as
 * rejected, and judged anew when unicast routes to its destination change. Rules of VPNs are left to their VRFs.
 */
export class FlowspecValidity {
  private readonly rib: Rib;
  private readonly stepSize: number;
  private readonly opened: FlowDestinations[] = [];
  private readonly rows: PathRow[] = [];
  /** False: no rule is watched, and unicast routes need not be noticed. */
  isWatching = false;

  constructor(rib: Rib, stepSize: number) {
    this.rib = rib;
    this.stepSize = stepSize;
  }

  applies({ peer }: Member, { family }: FamilyTable): boolean {
    const { flowspecValidation = 'none' } = peer;
    return flowspecValidation !== 'none' && family.safi === FLOWSPEC;
  }

  /** Watches what a rule depends on, and says whether it is feasible. Of members that `applies` says yes to. */
  admits(member: Member, table: FamilyTable, rule: PrefixId, set: AttrId): boolean {
    if (this.destinations(table).watch(rule)) this.isWatching = true;
    return this.refusal(member, table, rule, set) === null;
  }

  /** Why a rule is not feasible, in words; `null`: it is. */
  refusal(member: Member, table: FamilyTable, rule: PrefixId, set: AttrId): string | null {
    if (!this.applies(member, table)) return null;
    const destinations = this.destinations(table);
    const entry = destinations.of(rule);
    if (entry === undefined) {
      const isAllowed = member.peer.flowspecValidation === 'destination-optional';
      return isAllowed ? null : 'flow specification without a destination prefix (RFC 8955 §6)';
    }
    if (entry.state !== 'counted') return 'unicast routes are being looked through for its destination';
    const { attributes } = this.rib;
    attributes.prepare(set);
    const best = destinations.covering(entry);
    // RFC 9117 §4.1 b.2: without an AS but those of our confederation it is of our own domain.
    if (attributes.asPathLength(set) > 0) {
      if (best === NO_ROW) return 'no unicast route covers its destination (RFC 9117 §4.1)';
      if (!this.isSameOriginator(member, set, this.unicast(table), best)) {
        return 'the unicast route to its destination has another originator (RFC 9117 §4.1)';
      }
    }
    const neighbour = destinations.neighbour(best);
    for (const other of entry.specifics.keys()) {
      if (other !== neighbour) {
        return 'a more specific unicast route has another neighbouring AS (RFC 9117 §4.1)';
      }
    }
    const { type, isMember = false } = member.peer;
    if (type === 'internal' || isMember) return null;
    const first = attributes.neighborAs(set);
    if (first !== 0 && first + 1 === neighbour) return null;
    return 'its AS path does not begin as that of the unicast route to its destination (RFC 9117 §4.2)';
  }

  /** Prefixes were decided. To be called while `isWatching`. */
  notice(table: FamilyTable, prefixes: readonly number[], best: readonly number[], count: number): void {
    for (const destinations of this.opened) {
      if (!destinations.isEmpty && destinations.isOf(table)) destinations.notice(prefixes, best, count);
    }
  }

  /** One step of looking through unicast routes, and of judging rules anew. True: there is more to do. */
  step(judge: JudgeFlow): boolean {
    if (!this.isWatching) return false;
    let more = false;
    let left = this.stepSize;
    this.isWatching = this.opened.some((destinations) => !destinations.isEmpty);
    for (const destinations of this.opened) {
      more = destinations.walk(this.stepSize) || more;
      while (left > 0) {
        const rules = destinations.takeDue();
        if (rules === undefined) break;
        for (const rule of rules) left -= this.judgeAnew(destinations.flows, rule, judge);
      }
      const { loc, isDeferred } = destinations.flows;
      more ||= destinations.hasDue || (!isDeferred && loc.dirtyCount > 0);
    }
    return more;
  }

  private judgeAnew(table: FamilyTable, rule: PrefixId, judge: JudgeFlow): number {
    const { rows } = this;
    rows.length = 0;
    // A row that is accepted moves to the front.
    for (let row = table.paths.head(rule); row !== NO_ROW; row = table.paths.next(row)) {
      if (table.paths.peer(row) !== LOCAL_PEER) rows.push(row);
    }
    for (const row of rows) judge(table, row);
    return 1 + rows.length;
  }

  /** ORIGINATOR_ID where there is one, and otherwise the peer itself. */
  private isSameOriginator(member: Member, set: AttrId, unicast: FamilyTable, best: PathRow): boolean {
    const { attributes, peers } = this.rib;
    const from: PeerIndex = unicast.paths.peer(best);
    if (from === LOCAL_PEER) return false;
    const other = unicast.paths.receivedSet(best);
    attributes.prepare(other);
    const x = attributes.originatorId(set);
    const y = attributes.originatorId(other);
    if (x !== 0 && y !== 0) return x === y;
    if (x === 0 && y === 0) return from === member.index || peers.compareAddresses(from, member.index) === 0;
    // One came by way of a reflector: what an external peer calls itself proves nothing.
    if (x === 0) return peers.isInternal(member.index) && peers.routerId(member.index) === y;
    return peers.isInternal(from) && peers.routerId(from) === x;
  }

  private unicast({ family }: FamilyTable): FamilyTable {
    return this.rib.table(familyOf(family.afi, UNICAST))!;
  }

  private destinations(table: FamilyTable): FlowDestinations {
    for (const destinations of this.opened) if (destinations.flows === table) return destinations;
    const made = new FlowDestinations(this.rib, table, this.unicast(table));
    this.opened.push(made);
    return made;
  }
}
