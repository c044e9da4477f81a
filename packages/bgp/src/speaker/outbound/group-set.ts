import type { AdjRibOut } from '../../rib/adj-rib-out.js';
import type { FamilyTable } from '../../rib/rib.js';
import type { Member, MemberFamily } from '../members/member.js';
import { Subscriber } from '../members/subscriber.js';
import { isSameProfile, profileOf } from './group-profile.js';
import type { GroupTools } from './group-tools.js';
import { UpdateGroup } from './update-group.js';

/** All update groups: finds the one of a member, moves members between them, and dissolves those that are empty. */
export class GroupSet {
  private readonly tools: GroupTools;
  private readonly groups = new Map<FamilyTable, UpdateGroup[]>();
  private readonly dissolved: AdjRibOut[] = [];
  private lastScope = 0;

  constructor(tools: GroupTools) {
    this.tools = tools;
  }

  /** The groups of one family. */
  of(table: FamilyTable): UpdateGroup[] {
    let groups = this.groups.get(table);
    if (groups === undefined) {
      groups = [];
      this.groups.set(table, groups);
    }
    return groups;
  }

  /** A new member gets the table from now on. */
  subscribe(member: Member, family: MemberFamily): void {
    const group = this.groupFor(member, family);
    const subscriber = new Subscriber(member, group, this.tools.rib.outs);
    family.subscriber = subscriber;
    group.add(subscriber);
  }

  /** Something changed: where the profile of a member did, it moves to the group of the new one, and is sent the difference. */
  regroup(member: Member, family: MemberFamily): void {
    const { subscriber } = family;
    const present = this.of(family.table).find((group) => group === subscriber?.group);
    if (subscriber === null || !present || isSameProfile(present.profile, profileOf(member, family))) return;
    subscriber.keepAll();
    this.leave(subscriber);
    this.groupFor(member, family).add(subscriber);
  }

  /** The member is gone. */
  unsubscribe(family: MemberFamily): void {
    const { subscriber } = family;
    if (subscriber === null) return;
    family.subscriber = null;
    this.leave(subscriber);
    subscriber.dispose();
  }

  /** One step of bringing members up to date that are new or were slow. False: nobody waits. */
  step(): boolean {
    for (const [table, groups] of this.groups) {
      if (table.isDeferred) continue;
      for (const group of groups) if (group.step()) return true;
    }
    return false;
  }

  /** When announcements that are held back are due. */
  get nextRelease(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const groups of this.groups.values())
      for (const group of groups) least = Math.min(least, group.nextRelease);
    return least;
  }

  /** One step of giving up what groups without members held. True: there is more to do. */
  dissolve(): boolean {
    const last = this.dissolved.at(-1);
    if (last === undefined) return false;
    if (!last.shrink(4 * this.tools.stepSize)) this.dissolved.pop();
    return this.dissolved.length > 0;
  }

  private leave(subscriber: Subscriber): void {
    const groups = this.of(subscriber.group.table);
    const at = groups.findIndex((group) => group === subscriber.group);
    const group = groups[at]!;
    group.remove(subscriber);
    if (!group.isEmpty) return;
    groups.splice(at, 1);
    group.dissolve();
    this.dissolved.push(group.adjOut);
  }

  private groupFor(member: Member, family: MemberFamily): UpdateGroup {
    const profile = profileOf(member, family);
    const groups = this.of(family.table);
    const known = groups.find((group) => isSameProfile(group.profile, profile));
    if (known !== undefined) return known;
    this.lastScope++;
    const group = new UpdateGroup(profile, this.lastScope, this.tools);
    groups.push(group);
    return group;
  }
}
