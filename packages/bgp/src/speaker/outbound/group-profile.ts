import { SummaryFlag } from '../../attributes/summary.js';
import { isAskedByPrefix, type Policy, type PolicyPeer, type PrefixClasses } from '../../policy/policy.js';
import type { NextHopId, PrefixId } from '../../rib/ids.js';
import { NO_ZONE, type Zone } from '../../rib/next-hop-table.js';
import type { FamilyTable } from '../../rib/rib.js';
import type { Member, MemberFamily } from '../members/member.js';
import type { PipelinePeer } from '../members/pipeline-peer.js';
import type { SessionRules } from '../members/session-rules.js';
import { isConstrained, ROUTE_TARGETS, type TargetMembership } from '../members/target-membership.js';
import { type DefaultOrigin, isSameOrigin } from '../settings/default-origin.js';
import type { LinkLocalForm } from '../settings/link-local-form.js';

/** Everything that changes the bytes of an UPDATE, or the choice of what is in it. Members with equal profiles share a group. */
export interface GroupProfile {
  readonly table: FamilyTable;
  readonly type: 'internal' | 'external';
  readonly localAs: number;
  /** Of another member of our confederation (RFC 5065). */
  readonly isMember: boolean;
  readonly as4: boolean;
  readonly maxMessage: number;
  readonly nextHopSelf: boolean;
  /** Is sent AIGP (RFC 7311). */
  readonly aigp: boolean;
  /** Is sent what internal peers told (RFC 4456). */
  readonly isClient: boolean;
  /**
   * Is sent memberships of route targets as ours, its own too (RFC 4684 §3.2 i): only so does a client hear that others want the
   * targets that it wants.
   */
  readonly isToldTargets: boolean;
  /** Is sent what others told without a trace of us (RFC 7947). */
  readonly isServed: boolean;
  readonly rules: SessionRules | null;
  /** `SummaryFlag` bits of routes that are kept from it. */
  readonly barred: number;
  /** Is sent long-lived stale routes without knowing them (RFC 9494 §4.6). */
  readonly softensStale: boolean;
  readonly ownNextHop: NextHopId;
  /** May be sent IPv6 next hops although the family is of IPv4 (RFC 8950). */
  readonly extendedNextHop: boolean;
  readonly linkLocalForm: LinkLocalForm;
  /** The link, when next hops of others are passed on over it. */
  readonly zone: Zone;
  /** Most paths of a prefix that are sent with path identifiers (RFC 7911); 0 = one, without an identifier. */
  readonly addPath: number;
  readonly policy: Policy | null;
  /** What the policy reads: its answer may differ between prefixes, or classes of them, or sources, with equal attributes. */
  readonly isAskedByPrefix: boolean;
  readonly prefixClasses: PrefixClasses | null;
  readonly readsPeer: boolean;
  /** Milliseconds between bursts of announcements (RFC 4271 §9.2.1.1); 0 = none. */
  readonly advertisementInterval: number;
  /** Is sent what aggregates keep from others. */
  readonly unsuppress: boolean;
  /** A default route of its own; null: none. */
  readonly defaultOrigin: DefaultOrigin | null;
  /** RFC 8212: nothing is advertised to an external peer without a policy. */
  readonly isBlocked: boolean;
  /** Route targets that it is interested in (RFC 4684); null: routes are not held back by theirs. */
  readonly targets: TargetMembership | null;
  /** The peer itself, when the policy reads it; such a group has one member. */
  readonly target: PolicyPeer | null;
}

export function profileOf(member: Member, family: MemberFamily): GroupProfile {
  const { peer, exportPolicy } = member;
  const defaultOrigin = member.defaultOrigins[family.table.family.name] ?? null;
  const readsPeer = [exportPolicy, defaultOrigin?.policy].some((policy) => policy?.reads.includes('peer'));
  return {
    table: family.table,
    type: peer.type,
    localAs: peer.localAs,
    isMember: peer.isMember === true,
    as4: peer.as4,
    maxMessage: peer.maxMessage,
    nextHopSelf: member.nextHopSelf,
    aigp: peer.aigp ?? (peer.type === 'internal' || peer.isMember === true),
    isClient: peer.routeReflectorClient === true,
    isToldTargets: peer.routeReflectorClient === true && family.table.family.key === ROUTE_TARGETS.key,
    isServed: peer.routeServerClient === true,
    rules: peer.rules ?? null,
    barred: barredFrom(peer),
    softensStale: peer.sendLongLivedStale === true && peer.takesLongLived !== true,
    ownNextHop: family.ownNextHop,
    extendedNextHop: peer.extendedNextHop?.has(family.table.family.key) === true,
    linkLocalForm: peer.linkLocalForm ?? 'double',
    zone: peer.routeServerClient === true ? member.zone : NO_ZONE,
    addPath: peer.addPathSend?.get(family.table.family.key) ?? 0,
    policy: exportPolicy,
    isAskedByPrefix: isAskedByPrefix(exportPolicy),
    prefixClasses: exportPolicy?.prefixClasses?.(family.table.family.key) ?? null,
    readsPeer: exportPolicy?.reads.includes('peer') === true,
    advertisementInterval: peer.advertisementInterval ?? 0,
    isBlocked: peer.type === 'external' && peer.requirePolicy && exportPolicy === null,
    unsuppress: member.unsuppress,
    defaultOrigin,
    targets: isConstrained(family.table.family) ? member.targets : null,
    target: readsPeer ? member.policyPeer : null,
  };
}

function barredFrom(peer: PipelinePeer): number {
  const scope = peer.type === 'internal' ? SummaryFlag.NoAdvertise : outOf(peer.isMember === true);
  // RFC 9494 §4.3: who does not know what LLGR_STALE means would take such a route for a good one.
  return peer.takesLongLived === true || peer.sendLongLivedStale === true
    ? scope
    : scope | SummaryFlag.LlgrStale;
}

/** RFC 1997: NO_EXPORT holds at the border of a confederation, if there is one, NO_EXPORT_SUBCONFED at that of each member. */
function outOf(toMember: boolean): number {
  const always = SummaryFlag.NoAdvertise | SummaryFlag.NoExportSubconfed;
  return toMember ? always : always | SummaryFlag.NoExport;
}

/** Whether an aggregate keeps a prefix from a group. */
export function isSuppressed({ table, unsuppress }: GroupProfile, prefix: PrefixId): boolean {
  return table.suppressed !== null && !unsuppress && table.suppressed.get(prefix) > 0;
}

export function isSameProfile(a: GroupProfile, b: GroupProfile): boolean {
  return (
    a.table === b.table &&
    a.type === b.type &&
    a.localAs === b.localAs &&
    a.isMember === b.isMember &&
    a.as4 === b.as4 &&
    a.maxMessage === b.maxMessage &&
    a.nextHopSelf === b.nextHopSelf &&
    a.aigp === b.aigp &&
    a.isClient === b.isClient &&
    a.isServed === b.isServed &&
    a.rules?.key === b.rules?.key &&
    a.barred === b.barred &&
    a.softensStale === b.softensStale &&
    a.ownNextHop === b.ownNextHop &&
    a.extendedNextHop === b.extendedNextHop &&
    a.linkLocalForm === b.linkLocalForm &&
    a.zone === b.zone &&
    a.addPath === b.addPath &&
    a.policy === b.policy &&
    a.advertisementInterval === b.advertisementInterval &&
    a.unsuppress === b.unsuppress &&
    isSameOrigin(a.defaultOrigin, b.defaultOrigin) &&
    a.isBlocked === b.isBlocked &&
    a.targets === b.targets &&
    a.target === b.target
  );
}
