import { type AttributeEdits, ofOneShape } from '../../attributes/attribute-edits.js';
import { type Rewrite, rewriteCanonical } from '../../attributes/rewrite.js';
import { clusterListHas, countAs, SummaryFlag } from '../../attributes/summary.js';
import { SegmentType } from '../../iana/attribute-code.js';
import { WellKnownCommunity } from '../../iana/well-known-community.js';
import { parseAddress } from '../../net/address.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { isOpen } from '../../policy/defaults.js';
import {
  isAskedByPrefix,
  type Policy,
  type PolicyResult,
  type PrefixClasses,
  type RouteEdits,
} from '../../policy/policy.js';
import type { OriginValidator } from '../../ports/origin-validator.js';
import { AnswerMemo } from '../../rib/answer-memo.js';
import { type AttrId, type NextHopId, NO_ATTR, NO_NEXT_HOP, type PrefixId } from '../../rib/ids.js';
import type { FamilyTable, Rib } from '../../rib/rib.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import type { Member, MemberFamily } from '../members/member.js';
import { AS_IT_IS, type SessionRules } from '../members/session-rules.js';
import { PathView } from '../views/path-view.js';

/** Memo answer for "accepted as it is". */
const AS_RECEIVED = -1;

const LLGR_STALE: RouteEdits = Object.freeze({ addCommunities: [WellKnownCommunity.LlgrStale] });

/**
 * Judges received paths: loops and our own next hop are refused, then policy accepts, rejects or edits. What comes out
 * is the accepted attribute set (`NO_ATTR`: rejected) and next hop of the row.
 */
export class Importer {
  private readonly rib: Rib;
  private readonly routerId: number;
  private readonly clusterId: number;
  private readonly view: PathView;
  private readonly memo = new AnswerMemo();
  private readonly scratch = new ByteWriter(4096);
  private readonly scopes = new WeakMap<FamilyTable, WeakMap<Policy, number>>();
  private readonly key = createNlriKey();
  /** Filled anew for each rewriting. */
  private readonly rewrite: Omit<Rewrite, 'edits' | 'ownAs'> & {
    edits: AttributeEdits | null;
    ownAs: number;
  } = {
    ...AS_IT_IS,
    ownAs: 0,
  };
  private lastScope = 0;
  private aimed: Policy | null = null;
  private aimedTable: FamilyTable | null = null;
  private isByPrefix = false;
  private classes: PrefixClasses | null = null;
  private readsNextHop = false;
  private readsPeer = false;
  private scope = 0;
  /** What edits made of a set, for policies that are asked about each prefix. */
  private readonly editedSets = new AnswerMemo();
  private readonly editsNumbers = new WeakMap<RouteEdits, number>();
  private lastEditsNumber = 0;
  private readonly shapedEdits = new WeakMap<RouteEdits, AttributeEdits>();
  /** Outcome of the last `judge`. */
  accepted: AttrId = NO_ATTR;
  nextHop: NextHopId = NO_NEXT_HOP;

  constructor(rib: Rib, routerId: number, clusterId: number, validator: OriginValidator | null = null) {
    this.rib = rib;
    this.routerId = routerId;
    this.clusterId = clusterId;
    this.view = new PathView(rib, validator);
  }

  /** Whether the answer for one prefix holds for all with the same attributes and next hop from this member. */
  isSharedAnswer(member: Member, family: MemberFamily): boolean {
    return !isAskedByPrefix(member.importPolicy) && this.classesFor(member, family) === null;
  }

  /** Where it holds for those of the same class: the classes. */
  classesFor(member: Member, { table }: MemberFamily): PrefixClasses | null {
    const policy = member.importPolicy;
    if (policy === null) return null;
    if (policy !== this.aimed || table !== this.aimedTable) this.aim(policy, table);
    return this.classes;
  }

  judge(member: Member, family: MemberFamily, prefix: PrefixId, set: AttrId, hop: NextHopId): void {
    const classes = this.classesFor(member, family);
    if (classes !== null) family.table.prefixes.read(prefix, this.key);
    const prefixClass = classes === null ? 0 : classes.of(this.key);
    this.judgeAdmitted(member, family, prefix, prefixClass, this.admitted(member, family, set, hop), hop);
  }

  /** The set as policy is asked about it; `NO_ATTR`: it is refused before. */
  admitted(member: Member, family: MemberFamily, set: AttrId, hop: NextHopId): AttrId {
    if (this.refusal(member, family, set, hop) !== null) return NO_ATTR;
    const { rules = null } = member.peer;
    return rules === null ? set : this.prepared(rules, family, set);
  }

  /** The set with what the rules of the session add to it. */
  private prepared(rules: SessionRules, family: MemberFamily, set: AttrId): AttrId {
    const { attributes } = this.rib;
    const before = { bytes: attributes.bytes(set), start: attributes.start(set), end: attributes.end(set) };
    const after = rules.prepare(before, family.table.family);
    return after === before ? set : attributes.intern(after.bytes, after.start, after.end);
  }

  /** As `judge`, for a set that was admitted, and where the class of the prefix is known. */
  judgeAdmitted(
    member: Member,
    family: MemberFamily,
    prefix: PrefixId,
    prefixClass: number,
    set: AttrId,
    hop: NextHopId,
  ): void {
    this.accepted = NO_ATTR;
    this.nextHop = hop;
    if (set === NO_ATTR) return;
    const policy = member.importPolicy;
    if (policy === null || isOpen(policy)) {
      this.accepted = set;
      return;
    }
    const { attributes } = this.rib;
    if (policy !== this.aimed || family.table !== this.aimedTable) this.aim(policy, family.table);
    const { scope } = this;
    const isMemorable = !this.isByPrefix;
    const serial = attributes.serial(set);
    const hopWord = this.readsNextHop ? hop : 0;
    // Edits may say `self`, which is not the same AS on all sessions.
    const { localAs } = member.peer;
    const peerWord = this.readsPeer ? member.index : localAs | 0;
    if (isMemorable && this.memo.find(scope, set, serial, hopWord, peerWord, prefixClass)) {
      const answer = this.memo.answer;
      if (answer === AS_RECEIVED) this.accepted = set;
      if (answer === AS_RECEIVED || answer === 0) return;
      if (attributes.serial(answer as AttrId) === this.memo.answerSerial) {
        this.accepted = answer as AttrId;
        return;
      }
    }
    const result = this.evaluate(policy, member, family, prefix, set, hop);
    const edits = result.action === 'accept' ? result.edits : undefined;
    if (result.action === 'accept') {
      if (edits === undefined) this.accepted = set;
      else if (isMemorable) this.accepted = this.rewritten(set, edits, localAs);
      else this.accepted = this.edited(set, edits, localAs);
    }
    if (edits?.nextHop !== undefined) this.nextHop = this.editedNextHop(family, hop, edits);
    // An edited next hop is not remembered: rules that set one are rare on import.
    else if (isMemorable) this.remember(scope, set, serial, hopWord, peerWord, prefixClass);
  }

  /** Why a path is rejected, in words; `null` when it is accepted. For people: policy is asked anew. */
  explain(
    member: Member,
    family: MemberFamily,
    prefix: PrefixId,
    set: AttrId,
    hop: NextHopId,
  ): string | null {
    const answer = this.ask(member, family, prefix, set, hop);
    if (answer === null || typeof answer === 'string') return answer;
    return answer.action === 'reject' ? `rejected by import policy, statement ${answer.statement}` : null;
  }

  /** What the policy says of a path; a text where a rule refuses it before; `null` without a policy. */
  ask(
    member: Member,
    family: MemberFamily,
    prefix: PrefixId,
    set: AttrId,
    hop: NextHopId,
  ): PolicyResult | string | null {
    const refusal = this.refusal(member, family, set, hop);
    if (refusal !== null || member.importPolicy === null) return refusal;
    const { rules = null } = member.peer;
    const seen = rules === null ? set : this.prepared(rules, family, set);
    return this.evaluate(member.importPolicy, member, family, prefix, seen, hop);
  }

  /** The set with LLGR_STALE (RFC 9494 §4.2). */
  longLived(set: AttrId): AttrId {
    const { attributes } = this.rib;
    attributes.prepare(set);
    const isMarked = (attributes.flags(set) & SummaryFlag.LlgrStale) !== 0;
    return isMarked ? set : this.edited(set, LLGR_STALE, 0);
  }

  /** Peers or next hops were freed, whose ids the memo has. */
  forget(): void {
    this.memo.clear();
  }

  /** What no policy is asked about. */
  private refusal(member: Member, family: MemberFamily, set: AttrId, hop: NextHopId): string | null {
    const { attributes } = this.rib;
    const { peer } = member;
    const bytes = attributes.bytes(set);
    const start = attributes.start(set);
    const end = attributes.end(set);
    // RFC 4271 §9.1.2
    const { rules = null } = peer;
    const allowed = rules === null ? 0 : rules.allowOwnAs;
    const { confederationId } = peer;
    const from = confederationId === undefined ? SegmentType.Set : SegmentType.ConfedSequence;
    if (countAs(bytes, start, end, peer.localAs, from) > allowed)
      return `AS path loop: it has our AS ${peer.localAs}`;
    // RFC 5065 §5.2
    if (confederationId !== undefined && countAs(bytes, start, end, confederationId) > allowed) {
      return `AS path loop: it has the AS of our confederation, ${confederationId}`;
    }
    if (rules !== null) {
      const { speakerAs, sessionAs } = rules;
      if (speakerAs !== sessionAs && countAs(bytes, start, end, speakerAs) > allowed) {
        return `AS path loop: it has our AS ${speakerAs}`;
      }
      attributes.prepare(set);
      if (rules.refuseAsSets && (attributes.flags(set) & SummaryFlag.HasAsSet) !== 0) {
        return 'AS path has a set (RFC 9774)';
      }
      const leak = rules.ingressLeak(bytes, start, end, family.table.family);
      if (leak !== null) return leak;
    }
    if (peer.type === 'internal') {
      attributes.prepare(set);
      // RFC 4456 §8
      if (attributes.originatorId(set) === this.routerId) return 'originator id is ours';
      if (attributes.clusterListLength(set) > 0 && clusterListHas(bytes, start, end, this.clusterId)) {
        return 'cluster list has our cluster id';
      }
    }
    // RFC 4271 §5.1.3: a speaker shall not install a route with itself as the next hop.
    if (this.isOwn(hop, family.ownNextHop)) return 'next hop is our own address';
    if (peer.type === 'external' && peer.requirePolicy && member.importPolicy === null) {
      return 'no import policy is set for this external peer (RFC 8212)';
    }
    return null;
  }

  private isOwn(hop: NextHopId, own: NextHopId): boolean {
    const { nextHops } = this.rib;
    // Flow specifications have none.
    if (nextHops.address(hop).length === 0) return false;
    // One of the two may come with a link-local address behind (RFC 2545 §3); other sessions have addresses too.
    return nextHops.globalOf(hop) === nextHops.globalOf(own) || nextHops.isOwn(hop);
  }

  private evaluate(
    policy: Policy,
    member: Member,
    family: MemberFamily,
    prefix: PrefixId,
    set: AttrId,
    hop: NextHopId,
  ): PolicyResult {
    this.view.aim(family.table, prefix, set, hop, member.policyPeer, null, null);
    return policy.evaluate(this.view);
  }

  private remember(
    scope: number,
    set: AttrId,
    serial: number,
    hop: number,
    peer: number,
    prefixClass: number,
  ): void {
    const { accepted } = this;
    const answer = accepted === set ? AS_RECEIVED : accepted;
    const answerSerial = answer > 0 ? this.rib.attributes.serial(accepted) : 0;
    this.memo.put(scope, set, serial, hop, peer, prefixClass, answer, answerSerial);
  }

  private edited(set: AttrId, edits: RouteEdits, ownAs: number): AttrId {
    const { attributes } = this.rib;
    const { editedSets } = this;
    const number = this.numberOf(edits);
    const serial = attributes.serial(set);
    if (editedSets.find(number, set, serial, 0, ownAs | 0, 0)) {
      const known = editedSets.answer as AttrId;
      if (attributes.serial(known) === editedSets.answerSerial) return known;
    }
    const result = this.rewritten(set, edits, ownAs);
    editedSets.put(number, set, serial, 0, ownAs | 0, 0, result, attributes.serial(result));
    return result;
  }

  private rewritten(set: AttrId, edits: RouteEdits, ownAs: number): AttrId {
    const { attributes } = this.rib;
    const { scratch, rewrite } = this;
    scratch.reset();
    rewrite.edits = this.shaped(edits);
    rewrite.ownAs = ownAs;
    rewriteCanonical(attributes.bytes(set), attributes.start(set), attributes.end(set), rewrite, scratch);
    return attributes.intern(scratch.bytes, 0, scratch.length);
  }

  /** Edits come from compiled policies, which give the same object each time. */
  private numberOf(edits: RouteEdits): number {
    let number = this.editsNumbers.get(edits);
    if (number === undefined) {
      number = ++this.lastEditsNumber;
      this.editsNumbers.set(edits, number);
    }
    return number;
  }

  private shaped(edits: RouteEdits): AttributeEdits {
    let shaped = this.shapedEdits.get(edits);
    if (shaped === undefined) {
      shaped = ofOneShape(edits);
      this.shapedEdits.set(edits, shaped);
    }
    return shaped;
  }

  private editedNextHop(family: MemberFamily, hop: NextHopId, edits: RouteEdits): NextHopId {
    const { nextHop } = edits;
    if (nextHop === undefined || nextHop === 'unchanged') return hop;
    if (nextHop === 'self') return family.ownNextHop;
    const address = parseAddress(nextHop.address);
    return this.rib.nextHops.intern(address, 0, address.length);
  }

  /** Looks up what the policy reads, and its number in the memo: routes come in runs of one policy and family. */
  private aim(policy: Policy, table: FamilyTable): void {
    this.aimed = policy;
    this.aimedTable = table;
    this.isByPrefix = isAskedByPrefix(policy);
    this.classes = policy.prefixClasses?.(table.family.key) ?? null;
    this.readsNextHop = policy.reads.includes('nextHop');
    this.readsPeer = policy.reads.includes('peer');
    const known = this.scopes.get(table) ?? new WeakMap<Policy, number>();
    this.scopes.set(table, known);
    this.scope = known.get(policy) ?? ++this.lastScope;
    known.set(policy, this.scope);
  }
}
