import { type Rewrite, rewriteCanonical } from '../../attributes/rewrite.js';
import { SummaryFlag } from '../../attributes/summary.js';
import { WellKnownCommunity } from '../../iana/well-known-community.js';
import { mergeEdits } from '../../policy/merge-edits.js';
import type { Policy, PolicyPeer, PolicyResult, RouteEdits } from '../../policy/policy.js';
import type { OriginValidator } from '../../ports/origin-validator.js';
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
import { ByteWriter } from '../../wire/byte-writer.js';
import type { BlockView } from '../members/session-rules.js';
import { ALL_PATHS } from '../settings/path-options.js';
import { PathView } from '../views/path-view.js';
import { type ExportAnswer, NO_NEXT_HOP_FOR_IT, NOT_LEAVING } from './export-answer.js';
import { type GroupProfile, isSuppressed } from './group-profile.js';
import { LastAnswer } from './last-answer.js';
import { canHave, nextHopFor } from './sent-next-hop.js';
import { firstPath } from './target-path.js';

/** What the exporter asks about where a path came from. */
export interface Sources {
  policyPeer(peer: PeerIndex): PolicyPeer | null;
  /** Owner tag of a local route, and a number for it that is not 0. */
  owner(profile: GroupProfile, prefix: PrefixId): string;
  ownerNumber(profile: GroupProfile, prefix: PrefixId): number;
}

const NO_ASES: readonly number[] = [];
/** In the memo, in place of the number of edits: the policy is asked when the answer is not known. */
const NOT_ASKED = 0;
const NO_EDITS = 1;
/** RFC 9494 §4.6 */
const STALE: RouteEdits = Object.freeze({ localPref: 0, addCommunities: [WellKnownCommunity.NoExport] });
/** RFC 4271 §5.1.5: LOCAL_PREF goes into every UPDATE to an internal peer, also where a policy takes it away. */
const DEFAULT_LOCAL_PREF = 100;

/**
 * Turns the best path into what a group advertises. In this order: session rules and well-known communities, which end
 * the search (a route that must not go there is not replaced by one that is not in use); then policy, where a rejected
 * path makes room for the next in decision order; then the rewriting of RFC 4271 §5 for that kind of session.
 */
export class Exporter {
  private readonly rib: Rib;
  private readonly sources: Sources;
  private readonly clusterId: number;
  private readonly view: PathView;
  private readonly memo = new AnswerMemo();
  private readonly scratch = new ByteWriter(4096);
  /** Filled anew for each rewriting. */
  private readonly rewrite: { -readonly [Field in keyof Rewrite]: Rewrite[Field] } = {
    prepend: NO_ASES,
    localPref: 'keep',
    med: 'keep',
    edits: null,
    markPartial: false,
    dropNonTransitiveUnknown: true,
    originatorId: null,
    prependCluster: null,
    external: false,
    memberAs: null,
    aigp: null,
    ownAs: 0,
    hasRole: false,
  };
  private ownPath: readonly number[] = NO_ASES;
  private lastScope = 0;
  private lastSet = 0;
  private lastSerial = 0;
  private lastHop = 0;
  private lastPeerWord = 0;
  private lastEditsWord = 0;
  private readonly editsNumbers = new WeakMap<RouteEdits, number>();
  private lastEditsNumber = NO_EDITS;
  private lastAnswer = NO_OUT;
  private lastAnswerSerial = 0;
  /** Outcome of the last `choose`. */
  out: OutId = NO_OUT;
  source: PeerIndex = 0 as PeerIndex;
  /** Outcome of the last `chooseMany`, `count` of each. */
  readonly rows: PathRow[] = [];
  readonly outs: OutId[] = [];
  count = 0;
  private readonly looked: PathRow[] = [];
  private readonly last: LastAnswer;

  /** `clusterId`: as in CLUSTER_LIST (RFC 4456 §7). */
  constructor(rib: Rib, sources: Sources, clusterId: number, validator: OriginValidator | null = null) {
    this.rib = rib;
    this.clusterId = clusterId;
    this.sources = sources;
    this.view = new PathView(rib, validator);
    this.last = new LastAnswer(rib);
  }

  /** Finds what a group with this profile advertises of a prefix. `scope` names the group in the memo. */
  choose(profile: GroupProfile, scope: number, prefix: PrefixId, best: PathRow): void {
    this.chooseNothing();
    if (best === NO_ROW || profile.isBlocked || isSuppressed(profile, prefix)) return;
    const { paths, loc } = profile.table;
    if (this.last.isFor(scope, paths, best)) {
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
        if (row === best) this.last.note(profile, scope, row, out);
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
   * Finds what a group with add-path (RFC 7911) advertises of a prefix: of all usable paths, or the first of them in decision
   * order, those that session rules and policy let go there. Each path is judged by itself.
   */
  chooseMany(profile: GroupProfile, scope: number, prefix: PrefixId, best: PathRow): void {
    this.count = 0;
    if (best === NO_ROW || profile.isBlocked || isSuppressed(profile, prefix)) return;
    const { paths, loc } = profile.table;
    const { decision } = this.rib;
    loc.lookDeeper(prefix);
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
    return this.compute(profile, prefix, set, hop, LOCAL_PEER);
  }

  chooseNothing(): void {
    this.out = NO_OUT;
    this.source = 0 as PeerIndex;
  }

  /** Peers or next hops were freed, whose ids the memo has. */
  forget(): void {
    this.memo.clear();
    this.lastScope = 0;
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
    const { attributes, outs } = this.rib;
    const { paths } = profile.table;
    const set = paths.accepted(row);
    const hop = paths.nextHop(row);
    const peer = paths.peer(row);
    // AIGP depends on the metric of the next hop, which no memo knows.
    if ((attributes.flags(set) & SummaryFlag.HasAigp) !== 0)
      return this.compute(profile, prefix, set, hop, peer);
    let edits: RouteEdits | null = null;
    let editsWord = NOT_ASKED;
    if (profile.readsPrefix) {
      const result = this.askPolicy(profile, prefix, set, hop, peer);
      if (result?.action === 'reject') return NO_OUT;
      edits = result?.edits ?? null;
      editsWord = this.numberOf(edits);
    }
    const serial = attributes.serial(set);
    const peerWord = this.peerWord(profile, prefix, peer);
    if (
      scope === this.lastScope &&
      set === this.lastSet &&
      serial === this.lastSerial &&
      hop === this.lastHop &&
      peerWord === this.lastPeerWord &&
      editsWord === this.lastEditsWord &&
      (this.lastAnswer === NO_OUT || outs.serial(this.lastAnswer) === this.lastAnswerSerial)
    ) {
      return this.lastAnswer;
    }
    let out = NO_OUT;
    const isKnown =
      this.memo.find(scope, set, serial, hop, peerWord, editsWord) &&
      (this.memo.answer === NO_OUT || outs.serial(this.memo.answer as OutId) === this.memo.answerSerial);
    if (isKnown) {
      out = this.memo.answer as OutId;
    } else {
      out =
        editsWord === NOT_ASKED
          ? this.compute(profile, prefix, set, hop, peer)
          : this.written(profile, set, hop, peer, edits);
      this.memo.put(scope, set, serial, hop, peerWord, editsWord, out, outs.serial(out));
    }
    this.lastScope = scope;
    this.lastSet = set;
    this.lastSerial = serial;
    this.lastHop = hop;
    this.lastPeerWord = peerWord;
    this.lastEditsWord = editsWord;
    this.lastAnswer = out;
    this.lastAnswerSerial = outs.serial(out);
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

  /** The same edits have the same number: statements give one object for all routes. */
  private numberOf(edits: RouteEdits | null): number {
    if (edits === null) return NO_EDITS;
    const known = this.editsNumbers.get(edits);
    if (known !== undefined) return known;
    this.lastEditsNumber = (this.lastEditsNumber + 1) | 0;
    this.editsNumbers.set(edits, this.lastEditsNumber);
    return this.lastEditsNumber;
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

  private compute(
    profile: GroupProfile,
    prefix: PrefixId,
    set: AttrId,
    hop: NextHopId,
    peer: PeerIndex,
  ): OutId {
    const result = this.askPolicy(profile, prefix, set, hop, peer);
    if (result?.action === 'reject') return NO_OUT;
    return this.written(profile, set, hop, peer, result?.edits ?? null);
  }

  /** What goes out of an accepted path with these edits. */
  private written(
    profile: GroupProfile,
    set: AttrId,
    hop: NextHopId,
    peer: PeerIndex,
    policyEdits: RouteEdits | null,
  ): OutId {
    let edits = policyEdits;
    const isLocal = peer === LOCAL_PEER;
    const nextHop = nextHopFor(this.rib, profile, hop, peer, edits);
    if (!canHave(this.rib, profile, nextHop)) return NO_OUT;
    const { attributes } = this.rib;
    if (profile.softensStale && (attributes.flags(set) & SummaryFlag.LlgrStale) !== 0)
      edits = edits === null ? STALE : mergeEdits(edits, STALE);
    const isInternal = profile.type === 'internal';
    const isOutside = !isInternal && !profile.isMember;
    if (!isOutside && edits?.localPref === null) edits = { ...edits, localPref: DEFAULT_LOCAL_PREF };
    const hasLocalPref = (attributes.flags(set) & SummaryFlag.HasLocalPref) !== 0;
    const { rewrite, scratch } = this;
    const { rules } = profile;
    // RFC 7947 §2.2: a route server changes neither AS path, next hop nor MED of what it passes on.
    const isServed = profile.isServed && !isLocal;
    rewrite.prepend = !isOutside || isServed ? NO_ASES : (rules?.prepend ?? this.ownAs(profile.localAs));
    rewrite.localPref = isOutside ? 'remove' : hasLocalPref ? 'keep' : DEFAULT_LOCAL_PREF;
    // RFC 4271 §5.1.4: the MED of one neighbour is not passed to another AS; our own routes have our own.
    rewrite.med = !isOutside || isLocal || isServed ? 'keep' : 'remove';
    rewrite.edits = edits;
    rewrite.ownAs = profile.localAs;
    rewrite.hasRole = rules?.decidesOtc(profile.table.family) === true;
    rewrite.markPartial = !isLocal;
    rewrite.external = isOutside;
    rewrite.memberAs = profile.isMember ? profile.localAs : null;
    // RFC 7311 §3.4.3: who becomes the next hop adds the way to the one before.
    const isPassed = isLocal || nextHop === hop || nextHop === this.rib.nextHops.globalOf(hop);
    rewrite.aigp = profile.aigp ? (isPassed ? 0 : this.rib.nextHops.metric(hop)) : null;
    const isReflected = isInternal && this.rib.peers.isInternal(peer);
    const originator = profile.isToldTargets ? LOCAL_PEER : peer; // RFC 4684 §3.2 i
    rewrite.originatorId = isReflected ? this.rib.peers.routerId(originator) : null;
    rewrite.prependCluster = isReflected ? this.clusterId : null;
    scratch.reset();
    const accepted = this.blockOf(set);
    const { bytes, start, end } = rules === null ? accepted : rules.beforePrepend(accepted);
    rewriteCanonical(bytes, start, end, rewrite, scratch);
    const written = { bytes: scratch.bytes, start: 0, end: scratch.length };
    const sent = rules === null ? written : rules.finish(written, profile.table.family);
    const exported = attributes.intern(sent.bytes, sent.start, sent.end);
    return this.rib.outs.intern(exported, nextHop);
  }

  private blockOf(set: AttrId): BlockView {
    const { attributes } = this.rib;
    return { bytes: attributes.bytes(set), start: attributes.start(set), end: attributes.end(set) };
  }

  private ownAs(localAs: number): readonly number[] {
    if (this.ownPath[0] !== localAs) this.ownPath = [localAs];
    return this.ownPath;
  }
}
