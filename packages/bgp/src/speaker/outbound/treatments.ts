import { SummaryFlag } from '../../attributes/summary.js';
import type { RouteEdits } from '../../policy/policy.js';
import { AnswerMemo } from '../../rib/answer-memo.js';
import {
  type AttrId,
  LOCAL_PEER,
  type NextHopId,
  NO_OUT,
  NO_TREATMENT,
  type OutId,
  type PeerIndex,
  type TreatmentId,
} from '../../rib/ids.js';
import type { Rib } from '../../rib/rib.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import type { GroupProfile } from './group-profile.js';
import { canHave, nextHopFor } from './sent-next-hop.js';
import { keyOf, PlainTreatment, SessionTreatment, type TreatmentFacts } from './treatment.js';

const NO_EDITS = 1;
/** Beyond so many, what goes out is kept set by set: edits that a function makes anew for each route would be as many as these. */
const MOST_TREATMENTS = 16_384;

/** Finds the treatment of a path: which depends on the session, the next hop, the source and the edits, and not on its set. */
export class Treatments {
  private readonly rib: Rib;
  private readonly clusterId: number;
  private readonly memo = new AnswerMemo();
  private readonly scratch = new ByteWriter(4096);
  private readonly editsNumbers = new WeakMap<RouteEdits, number>();
  private lastEditsNumber = NO_EDITS;
  private lastScope = 0;
  private lastHop = 0;
  private lastPeerWord = 0;
  private lastEdits: RouteEdits | null = null;
  private last = NO_TREATMENT;
  private lastSerial = 0;

  /** `clusterId`: as in CLUSTER_LIST (RFC 4456 §7). */
  constructor(rib: Rib, clusterId: number) {
    this.rib = rib;
    this.clusterId = clusterId;
  }

  /**
   * What goes out of an accepted set with these edits; `NO_OUT` where there is no next hop for it. `peerWord` stands for all that
   * an answer depends on of the source, `scope` for the profile.
   */
  out(
    profile: GroupProfile,
    scope: number,
    set: AttrId,
    hop: NextHopId,
    peer: PeerIndex,
    peerWord: number,
    edits: RouteEdits | null,
  ): OutId {
    const { attributes, outs } = this.rib;
    // AIGP depends on the metric of the next hop, which no memo knows.
    if ((attributes.flags(set) & SummaryFlag.HasAigp) === 0) {
      const isLast =
        scope === this.lastScope &&
        hop === this.lastHop &&
        peerWord === this.lastPeerWord &&
        edits === this.lastEdits &&
        outs.treatments.serial(this.last) === this.lastSerial;
      if (!isLast) {
        this.last = this.remembered(profile, scope, hop, peer, peerWord, edits);
        this.lastSerial = outs.treatments.serial(this.last);
        this.lastScope = scope;
        this.lastHop = hop;
        this.lastPeerWord = peerWord;
        this.lastEdits = edits;
      }
      if (this.last !== NO_TREATMENT) return outs.of(set, this.last);
    }
    return this.originated(profile, set, hop, peer, edits);
  }

  /** As `out`, for one that need not be remembered. */
  originated(
    profile: GroupProfile,
    set: AttrId,
    hop: NextHopId,
    peer: PeerIndex,
    edits: RouteEdits | null,
  ): OutId {
    const { attributes, outs } = this.rib;
    const hasAigp = (attributes.flags(set) & SummaryFlag.HasAigp) !== 0;
    const facts = this.factsOf(profile, hop, peer, edits, hasAigp);
    if (!canHave(this.rib, profile, facts.nextHop)) return NO_OUT;
    const known = this.known(profile, facts);
    if (known !== NO_TREATMENT) return outs.of(set, known);
    this.scratch.reset();
    new SessionTreatment(profile, facts).write(attributes, set, this.scratch);
    const exported = attributes.intern(this.scratch.bytes, 0, this.scratch.length);
    return outs.of(exported, outs.treatments.intern(new PlainTreatment(facts.nextHop)));
  }

  /** Peers or next hops were freed, whose ids are remembered. */
  forget(): void {
    this.memo.clear();
    this.lastScope = 0;
  }

  /** `NO_TREATMENT`: it cannot have the next hop, or there are too many. */
  private remembered(
    profile: GroupProfile,
    scope: number,
    hop: NextHopId,
    peer: PeerIndex,
    peerWord: number,
    edits: RouteEdits | null,
  ): TreatmentId {
    const { memo } = this;
    const { treatments } = this.rib.outs;
    const editsNumber = this.numberOf(edits);
    if (memo.find(scope, editsNumber, 0, hop, peerWord, 0)) {
      const answer = memo.answer as TreatmentId;
      if (treatments.serial(answer) === memo.answerSerial) return answer;
    }
    const facts = this.factsOf(profile, hop, peer, edits, false);
    const answer = canHave(this.rib, profile, facts.nextHop) ? this.known(profile, facts) : NO_TREATMENT;
    memo.put(scope, editsNumber, 0, hop, peerWord, 0, answer, treatments.serial(answer));
    return answer;
  }

  /** The treatment with these facts; none when there are too many already. */
  private known(profile: GroupProfile, facts: TreatmentFacts): TreatmentId {
    const { treatments } = this.rib.outs;
    const known = treatments.find(keyOf(profile, facts));
    if (known !== NO_TREATMENT || treatments.size >= MOST_TREATMENTS) return known;
    return treatments.intern(new SessionTreatment(profile, facts));
  }

  private factsOf(
    profile: GroupProfile,
    hop: NextHopId,
    peer: PeerIndex,
    edits: RouteEdits | null,
    hasAigp: boolean,
  ): TreatmentFacts {
    const { nextHops, peers } = this.rib;
    const isLocal = peer === LOCAL_PEER;
    const nextHop = nextHopFor(this.rib, profile, hop, peer, edits);
    // RFC 7311 §3.4.3: who becomes the next hop adds the way to the one before.
    const isPassed = isLocal || !hasAigp || nextHop === hop || nextHop === nextHops.globalOf(hop);
    const isReflected = profile.type === 'internal' && peers.isInternal(peer);
    const originator = profile.isToldTargets ? LOCAL_PEER : peer; // RFC 4684 §3.2 i
    return {
      isLocal,
      edits,
      editsNumber: this.numberOf(edits),
      nextHop,
      aigp: !profile.aigp ? null : isPassed ? 0 : nextHops.metric(hop),
      originatorId: isReflected ? peers.routerId(originator) : null,
      clusterId: this.clusterId,
    };
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
}
