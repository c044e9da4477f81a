import type { AttributeBlock } from '../../attributes/find-attribute.js';
import {
  type AttrId,
  LOCAL_PEER,
  NO_PREFIX,
  NO_ROW,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from '../../rib/ids.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import type { Member } from '../members/member.js';
import { hasAllTargets } from '../members/route-targets.js';
import type { FlowspecValidation } from '../settings/flowspec-validation.js';
import { FlowDestinations } from './flow-destinations.js';
import { FlowSpace, flowKind, routesOf } from './flow-space.js';

/** Rows of a rule are judged anew by it. */
export type JudgeFlow = (table: FamilyTable, row: PathRow) => void;

/**
 * Whether a flow specification comes from whom the traffic goes to (RFC 8955 §6 with steps b and the AS path as RFC 9117 §4 has
 * them). What does not is kept as rejected, and judged anew when routes to its destination change, which §6 demands.
 *
 * Those of VPNs are judged in the same way (RFC 8955 §8, RFC 8956 §4) by VPN routes with their route distinguisher. A route
 * covers one only when it has all of its route targets: whoever imports the flow specification imports that route beside it.
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

  applies(member: Member, { family }: FamilyTable): boolean {
    return modeOf(member, flowKind(family)) !== 'none';
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
    const { space } = destinations;
    const entry = destinations.of(rule);
    if (entry === undefined) {
      // RFC 8955 §6: rule a may be relaxed, and without a destination rules b and c are moot.
      const isAllowed = modeOf(member, flowKind(table.family)) === 'destination-optional';
      return isAllowed ? null : 'flow specification without a destination prefix (RFC 8955 §6)';
    }
    if (!entry.isCounted) return 'unicast routes are being looked through for its destination';
    const { attributes } = this.rib;
    attributes.prepare(set);
    const best = destinations.covering(entry, (route) => !space.isVpn || this.hasTargets(space, route, set));
    // RFC 9117 §4.1 b.2: with an AS path that is empty, or has confederation segments only, it is of the local domain (§1), and
    // b.1 is not asked. Such a path has no length. An external peer of ours does not get far with one: §4.2 refuses it below.
    if (attributes.asPathLength(set) > 0) {
      if (best === NO_ROW) return 'no unicast route covers its destination (RFC 9117 §4.1)';
      // RFC 9117 §4.1 b.1
      if (!this.isSameOriginator(member, set, space.routes, best)) {
        return 'the unicast route to its destination has another originator (RFC 9117 §4.1)';
      }
    }
    // RFC 8955 §6 c, which RFC 9117 leaves as it is: it holds for b.2 too. Routes of our own domain have one neighbouring AS.
    const neighbour = destinations.neighbour(best);
    for (const other of entry.specifics.keys()) {
      if (other !== neighbour) {
        return 'a more specific unicast route has another neighbouring AS (RFC 8955 §6)';
      }
    }
    const { type, isMember = false } = member.peer;
    if (type === 'internal' || isMember) return null;
    // RFC 9117 §4.2, in place of the comparison with the AS of the peer: a route server need not be in the path. A path without
    // a leftmost AS, being empty or beginning with a set, matches nothing.
    const first = attributes.neighborAs(set);
    if (first !== 0 && first + 1 === neighbour) return null;
    return 'its AS path does not begin as that of the unicast route to its destination (RFC 9117 §4.2)';
  }

  /** Prefixes were decided. To be called while `isWatching`. */
  notice(table: FamilyTable, prefixes: readonly number[], best: readonly number[], count: number): void {
    for (const destinations of this.opened) {
      if (!destinations.isEmpty && destinations.space.routes === table)
        destinations.notice(prefixes, best, count);
    }
  }

  /**
   * One step of looking through routes, of finding what they are the covering ones of, and of judging rules anew: of each as much
   * as a step takes, or one rule with all its paths. True: there is more to do.
   */
  step(judge: JudgeFlow): boolean {
    if (!this.isWatching) return false;
    let more = false;
    this.isWatching = this.opened.some((destinations) => !destinations.isEmpty);
    for (const destinations of this.opened) {
      more = destinations.walk(this.stepSize) || more;
      more = destinations.spread(this.stepSize) || more;
      for (let left = this.stepSize; left > 0; ) {
        const rule = destinations.takeDue();
        if (rule === NO_PREFIX) break;
        left -= this.judgeAnew(destinations.flows, rule, judge);
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

  /** RFC 8955 §6: the originator is ORIGINATOR_ID, or the peer itself where there is none. */
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

  /** Whether a route of a VPN has all route targets of a rule. */
  private hasTargets({ routes }: FlowSpace, route: PathRow, set: AttrId): boolean {
    return hasAllTargets(this.blockOf(routes.paths.receivedSet(route)), this.blockOf(set));
  }

  private blockOf(set: AttrId): AttributeBlock {
    const { attributes } = this.rib;
    return { bytes: attributes.bytes(set), start: attributes.start(set), end: attributes.end(set) };
  }

  private destinations(table: FamilyTable): FlowDestinations {
    for (const destinations of this.opened) if (destinations.flows === table) return destinations;
    const routes = this.rib.open(routesOf(table.family))!;
    const made = new FlowDestinations(this.rib, new FlowSpace(table, routes));
    this.opened.push(made);
    return made;
  }
}

/** How a peer is asked. RFC 8955 §8: of VPNs, remote PEs are believed unless the configuration says otherwise. */
function modeOf({ peer }: Member, kind: 'plain' | 'vpn' | null): FlowspecValidation {
  if (kind === null) return 'none';
  return (kind === 'vpn' ? peer.vpnFlowspecValidation : peer.flowspecValidation) ?? 'none';
}
