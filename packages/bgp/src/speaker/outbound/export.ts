import { SummaryFlag } from '../../attributes/summary.js';
import { createNlriKey } from '../../net/nlri-key.js';
import { isOpen } from '../../policy/defaults.js';
import type { Policy, PolicyPeer, PolicyResult } from '../../policy/policy.js';
import type { OriginValidator } from '../../ports/origin-validator.js';
import type { AdjRibIn } from '../../rib/adj-rib-in.js';
import { AnswerMemo } from '../../rib/answer-memo.js';
import {
  type AttrId,
  LOCAL_PEER,
  type NextHopId,
  NO_OUT,
  NO_ROW,
  type OutId,
  type PathRow,
  type PeerIndex,
  type PrefixId,
} from '../../rib/ids.js';
import type { Rib } from '../../rib/rib.js';
import type { BlockView } from '../members/session-rules.js';
import { ALL_PATHS } from '../settings/path-options.js';
import { PathView } from '../views/path-view.js';
import { type ExportAnswer, NO_NEXT_HOP_FOR_IT, NOT_LEAVING } from './export-answer.js';
import { type GroupProfile, isSuppressed } from './group-profile.js';
import { LastAnswer } from './last-answer.js';
import { canHave, nextHopFor } from './sent-next-hop.js';
import { firstPath } from './target-path.js';
import { Treatments } from './treatments.js';

/** What the exporter asks about where a path came from. */
export interface Sources {
  policyPeer(peer: PeerIndex): PolicyPeer | null;
  /** Owner tag of a local route, and a number for it that is not 0. */
  owner(profile: GroupProfile, prefix: PrefixId): string;
  ownerNumber(profile: GroupProfile, prefix: PrefixId): number;
}

/**
 * Turns the best path into what a group advertises. In this order: session rules and well-known communities, which end
 * the search (a route that must not go there is not replaced by one that is not in use); then policy, where a rejected
 * path makes room for the next in decision order; then the treatment of RFC 4271 §5 for that kind of session.
 */
export class Exporter {
  private readonly rib: Rib;
  private readonly sources: Sources;
  private readonly view: PathView;
  private readonly memo = new AnswerMemo();
  private readonly treatments: Treatments;
  /** Outcome of the last `choose`. */
  out: OutId = NO_OUT;
  source: PeerIndex = 0 as PeerIndex;
  prefixClass = 0;
  /** Outcome of the last `chooseMany`, `count` of each. */
  readonly rows: PathRow[] = [];
  readonly outs: OutId[] = [];
  count = 0;
  private readonly looked: PathRow[] = [];
  private readonly last: LastAnswer;
  private readonly key = createNlriKey();

  /** `clusterId`: as in CLUSTER_LIST (RFC 4456 §7). */
  constructor(rib: Rib, sources: Sources, clusterId: number, validator: OriginValidator | null = null) {
    this.rib = rib;
    this.sources = sources;
    this.treatments = new Treatments(rib, clusterId);
    this.view = new PathView(rib, validator);
    this.last = new LastAnswer(rib);
  }

  /** Finds what a group with this profile advertises of a prefix. `scope` names the group in the memo. */
  choose(profile: GroupProfile, scope: number, prefix: PrefixId, best: PathRow): void {
    this.chooseNothing();
    if (best === NO_ROW || profile.isBlocked || isSuppressed(profile, prefix)) return;
    const { paths, loc } = profile.table;
    this.prefixClass = this.classOf(profile, prefix);
    if (this.last.isFor(scope, paths, best, this.prefixClass)) {
      this.out = this.last.out;
      this.source = paths.peer(best);
      return;
    }
    let row = firstPath(this.rib, profile, prefix, best);
    let rejected: PathRow[] | null = null;
    while (row !== NO_ROW && this.mayLeave(profile, row)) {
      const out = this.outOf(profile, scope, prefix, row);
      if (out !== NO_OUT) {
        this.out = profile.table.hasForms ? this.formed(profile, row, out) : out;
        if (row === best) this.last.note(profile, scope, row, this.prefixClass, out);
        this.source = profile.isToldTargets ? LOCAL_PEER : paths.peer(row);
        return;
      }
      loc.lookDeeper(prefix);
      if (paths.next(paths.head(prefix)) === NO_ROW) return;
      rejected ??= [];
      rejected.push(row);
      row = this.rib.decision.select(paths, prefix, rejected);
    }
  }

  /**
   * Whether each route with marks, set and next hop of this one, and a prefix of the class of the last one, goes out as it does, unless
   * aggregates keep it from that.
   */
  isShared(scope: number, paths: AdjRibIn, row: PathRow): boolean {
    return this.last.isFor(scope, paths, row, this.prefixClass);
  }

  /** By what answers for prefixes with equal attributes differ. */
  classOf(profile: GroupProfile, prefix: PrefixId): number {
    if (profile.prefixClasses === null) return 0;
    profile.table.prefixes.read(prefix, this.key);
    return profile.prefixClasses.of(this.key);
  }

  /**
   * Finds what a group with add-path (RFC 7911) advertises of a prefix: of all usable paths, or the first of them in decision
   * order, those that session rules and policy let go there. Each path is judged by itself.
   */
  chooseMany(profile: GroupProfile, scope: number, prefix: PrefixId, best: PathRow): void {
    this.count = 0;
    if (best === NO_ROW || profile.isBlocked || isSuppressed(profile, prefix)) return;
    const { paths, loc } = profile.table;
    const { decision } = this.rib;
    loc.lookDeeper(prefix);
    this.prefixClass = this.classOf(profile, prefix);
    if (profile.addPath === ALL_PATHS) {
      for (let row = paths.head(prefix); row !== NO_ROW; row = paths.next(row)) {
        if (decision.isUsable(paths, row)) this.consider(profile, scope, prefix, row);
      }
      return;
    }
    const { looked } = this;
    looked.length = 0;
    for (let row = best; row !== NO_ROW && this.count < profile.addPath; ) {
      this.consider(profile, scope, prefix, row);
      looked.push(row);
      row = decision.select(paths, prefix, looked);
    }
  }

  private consider(profile: GroupProfile, scope: number, prefix: PrefixId, row: PathRow): void {
    if (!this.mayLeave(profile, row)) return;
    const out = this.outOf(profile, scope, prefix, row);
    if (out === NO_OUT) return;
    this.rows[this.count] = row;
    this.outs[this.count++] = profile.table.hasForms ? this.formed(profile, row, out) : out;
  }

  /** The answer with the NLRI octets that the path came with. */
  private formed(profile: GroupProfile, row: PathRow, out: OutId): OutId {
    return this.rib.outs.withForm(out, profile.table.form(row));
  }

  /** As `choose`, for people: each path that is asked for, and what is said of it. A text: a rule that ends the search. */
  ask(profile: GroupProfile, prefix: PrefixId, best: PathRow): readonly ExportAnswer[] {
    const { paths } = profile.table;
    const [answers, asked]: [ExportAnswer[], PathRow[]] = [[], []];
    let left = Math.max(1, profile.addPath === ALL_PATHS ? Number.POSITIVE_INFINITY : profile.addPath);
    for (let row = best; row !== NO_ROW; row = this.rib.decision.select(paths, prefix, asked)) {
      const mayLeave = this.mayLeave(profile, row);
      const { policy } = profile;
      const said = policy === null || !mayLeave ? null : this.evaluate(profile, prefix, row, policy);
      const nextHop = this.nextHopOf(profile, row, said);
      const hasNextHop = canHave(this.rib, profile, nextHop);
      const refusal = !mayLeave ? NOT_LEAVING : hasNextHop ? null : NO_NEXT_HOP_FOR_IT;
      answers.push({ row, nextHop, answer: refusal ?? said });
      if (!mayLeave && profile.addPath === 0) break;
      if (refusal === null && said?.action !== 'reject' && --left === 0) break;
      asked.push(row);
    }
    return answers;
  }

  private nextHopOf(profile: GroupProfile, row: PathRow, said: PolicyResult | null): NextHopId {
    const { paths } = profile.table;
    const peer = paths.peer(row);
    const edits = said?.action === 'accept' ? (said.edits ?? null) : null;
    return nextHopFor(this.rib, profile, paths.nextHop(row), peer, edits);
  }

  private evaluate(profile: GroupProfile, prefix: PrefixId, row: PathRow, policy: Policy): PolicyResult {
    const { paths } = profile.table;
    const peer = paths.peer(row);
    const source = this.sources.policyPeer(peer);
    const owner = peer === LOCAL_PEER ? this.sources.owner(profile, prefix) : null;
    const { target } = profile;
    this.view.aim(profile.table, prefix, paths.accepted(row), paths.nextHop(row), source, target, owner);
    return policy.evaluate(this.view);
  }

  /** What a group with this profile advertises of a route of ours that is in no table. The set must be prepared. */
  originate(profile: GroupProfile, prefix: PrefixId, set: AttrId, hop: NextHopId): OutId {
    const result = this.askPolicy(profile, prefix, set, hop, LOCAL_PEER);
    if (result?.action === 'reject') return NO_OUT;
    return this.treatments.originated(profile, set, hop, LOCAL_PEER, result?.edits ?? null);
  }

  chooseNothing(): void {
    this.out = NO_OUT;
    this.source = 0 as PeerIndex;
  }

  /** Peers or next hops were freed, whose ids the memo has. */
  forget(): void {
    this.memo.clear();
    this.treatments.forget();
    this.last.forget();
  }

  private mayLeave(profile: GroupProfile, row: PathRow): boolean {
    const { paths } = profile.table;
    const peer = paths.peer(row);
    const isInternal = profile.type === 'internal';
    // RFC 4271 §9.2: what an internal peer told is not passed to another, unless one of them is a client (RFC 4456 §6).
    const { peers } = this.rib;
    if (isInternal && peers.isInternal(peer) && !profile.isClient && !peers.isClient(peer)) return false;
    const set = paths.accepted(row);
    this.rib.attributes.prepare(set);
    const isBarred = (this.rib.attributes.flags(set) & profile.barred) !== 0;
    if (isBarred || profile.targets?.admits(this.blockOf(set)) === false) return false;
    if (profile.rules === null) return true;
    const { attributes } = this.rib;
    const start = attributes.start(set);
    const end = attributes.end(set);
    return profile.rules.mayLeave(attributes.bytes(set), start, end, profile.table.family);
  }

  private outOf(profile: GroupProfile, scope: number, prefix: PrefixId, row: PathRow): OutId {
    const { paths } = profile.table;
    const set = paths.accepted(row);
    const hop = paths.nextHop(row);
    const peer = paths.peer(row);
    const peerWord = this.peerWord(profile, prefix, peer);
    if (isOpen(profile.policy)) return this.treatments.out(profile, scope, set, hop, peer, peerWord, null);
    // AIGP depends on the metric of the next hop, which no memo knows.
    const isAsked = profile.isAskedByPrefix || (this.rib.attributes.flags(set) & SummaryFlag.HasAigp) !== 0;
    if (!isAsked) return this.answered(profile, scope, prefix, set, hop, peer, peerWord);
    const result = this.askPolicy(profile, prefix, set, hop, peer);
    if (result?.action === 'reject') return NO_OUT;
    return this.treatments.out(profile, scope, set, hop, peer, peerWord, result?.edits ?? null);
  }

  /** As `outOf`, where the policy says the same for all prefixes of the class with these attributes, and is asked once. */
  private answered(
    profile: GroupProfile,
    scope: number,
    prefix: PrefixId,
    set: AttrId,
    hop: NextHopId,
    peer: PeerIndex,
    peerWord: number,
  ): OutId {
    const { memo } = this;
    const { attributes, outs } = this.rib;
    const serial = attributes.serial(set);
    if (memo.find(scope, set, serial, hop, peerWord, this.prefixClass)) {
      const known = memo.answer as OutId;
      if (known === NO_OUT || outs.serial(known) === memo.answerSerial) return known;
    }
    const result = this.askPolicy(profile, prefix, set, hop, peer);
    const isRejected = result?.action === 'reject';
    const edits = isRejected ? null : (result?.edits ?? null);
    const out = isRejected ? NO_OUT : this.treatments.out(profile, scope, set, hop, peer, peerWord, edits);
    memo.put(scope, set, serial, hop, peerWord, this.prefixClass, out, outs.serial(out));
    return out;
  }

  /** What an answer depends on of the source: for local routes the owner, else the peer or only its type. */
  private peerWord(profile: GroupProfile, prefix: PrefixId, peer: PeerIndex): number {
    if (peer === LOCAL_PEER) return -this.sources.ownerNumber(profile, prefix);
    if (profile.readsPeer) return peer;
    if (!this.rib.peers.isInternal(peer)) return 2;
    // What is reflected may get the identifier of its source.
    return profile.type === 'internal' ? peer + 2 : 1;
  }

  private askPolicy(
    profile: GroupProfile,
    prefix: PrefixId,
    set: AttrId,
    hop: NextHopId,
    peer: PeerIndex,
  ): PolicyResult | null {
    if (profile.policy === null) return null;
    const owner = peer === LOCAL_PEER ? this.sources.owner(profile, prefix) : null;
    this.view.aim(profile.table, prefix, set, hop, this.sources.policyPeer(peer), profile.target, owner);
    return profile.policy.evaluate(this.view);
  }

  private blockOf(set: AttrId): BlockView {
    const { attributes } = this.rib;
    return { bytes: attributes.bytes(set), start: attributes.start(set), end: attributes.end(set) };
  }
}
