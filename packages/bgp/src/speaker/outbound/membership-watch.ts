import { createNlriKey } from '../../net/nlri-key.js';
import { NO_ATTR, NO_ROW } from '../../rib/ids.js';
import type { Member } from '../members/member.js';
import { isConstrained, ROUTE_TARGETS, TargetMembership } from '../members/target-membership.js';
import type { GroupSet } from './group-set.js';

/** Octets of the origin AS in front of a route target (RFC 4684 §4). */
const AS_LENGTH = 4;

/** What the accepted routes of the constraint family of a peer come to. */
function membershipOf(member: Member): TargetMembership {
  const own = member.family(ROUTE_TARGETS);
  if (own === undefined) return TargetMembership.none;
  const { table } = own;
  const { paths } = table;
  const key = createNlriKey();
  const wanted: Uint8Array[] = [];
  for (let row = paths.peerHead(member.index); row !== NO_ROW; row = paths.nextOfPeer(row)) {
    if (paths.accepted(row) === NO_ATTR) continue;
    table.readForm(paths.prefix(row), table.form(row), key);
    const bits = Math.max(0, key.octets[key.start]! - 8 * AS_LENGTH);
    const target = key.octets.subarray(key.start + 1 + AS_LENGTH, key.end);
    wanted.push(Uint8Array.of(bits, ...target));
  }
  return new TargetMembership(wanted);
}

/** Keeps what peers are interested in, and has their groups changed with it. */
export class MembershipWatch {
  private readonly groups: GroupSet;
  private readonly changed = new Set<Member>();

  constructor(groups: GroupSet) {
    this.groups = groups;
  }

  /** Routes of the constraint family may have come from a peer. */
  note(member: Member): void {
    if (member.targets !== null) this.changed.add(member);
  }

  /** Looks at all that were noted: what they are sent is made anew where their interest is another. */
  settle(): void {
    for (const member of this.changed) {
      const targets = membershipOf(member);
      if (!member.isOpen || member.targets?.isSame(targets) !== false) continue;
      member.targets = targets;
      for (const family of member.families.values()) {
        if (isConstrained(family.table.family)) this.groups.regroup(member, family);
      }
    }
    this.changed.clear();
  }
}
