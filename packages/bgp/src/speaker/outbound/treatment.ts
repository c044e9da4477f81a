import { type AttributeEdits, ofOneShape } from '../../attributes/attribute-edits.js';
import { type Rewrite, rewriteCanonical } from '../../attributes/rewrite.js';
import { SummaryFlag } from '../../attributes/summary.js';
import { WellKnownCommunity } from '../../iana/well-known-community.js';
import { mergeEdits } from '../../policy/merge-edits.js';
import type { RouteEdits } from '../../policy/policy.js';
import type { AttributeStore } from '../../rib/attribute-store.js';
import type { AttrId, NextHopId } from '../../rib/ids.js';
import type { Treatment } from '../../rib/treatment-table.js';
import type { ByteWriter } from '../../wire/byte-writer.js';
import type { GroupProfile } from './group-profile.js';

const NO_ASES: readonly number[] = [];
/** RFC 9494 §4.6 */
const STALE: RouteEdits = Object.freeze({ localPref: 0, addCommunities: [WellKnownCommunity.NoExport] });
/** RFC 4271 §5.1.5: LOCAL_PREF goes into every UPDATE to an internal peer, also where a policy takes it away. */
const DEFAULT_LOCAL_PREF = 100;

/** What a treatment depends on beside the kind of session. */
export interface TreatmentFacts {
  /** A route of our own. */
  readonly isLocal: boolean;
  readonly edits: RouteEdits | null;
  /** Equal numbers, equal edits. */
  readonly editsNumber: number;
  readonly nextHop: NextHopId;
  /** What is added to AIGP; null: it stays here. */
  readonly aigp: number | null;
  /** Set where an internal route is passed to an internal peer (RFC 4456 §8). */
  readonly originatorId: number | null;
  readonly clusterId: number;
}

/** The rewriting of RFC 4271 §5 for one kind of session: what goes out of an accepted set. */
export class SessionTreatment implements Treatment {
  readonly key: string;
  readonly nextHop: NextHopId;
  private readonly profile: GroupProfile;
  private readonly facts: TreatmentFacts;
  private readonly isOutside: boolean;
  private readonly edits: AttributeEdits | null;
  private staleEdits: AttributeEdits | null = null;
  private readonly rewrite: { -readonly [Field in keyof Rewrite]: Rewrite[Field] };

  constructor(profile: GroupProfile, facts: TreatmentFacts) {
    const { type, isMember, localAs, rules } = profile;
    const { isLocal, originatorId, aigp, clusterId } = facts;
    this.key = keyOf(profile, facts);
    this.nextHop = facts.nextHop;
    this.profile = profile;
    this.facts = facts;
    this.isOutside = type === 'external' && !isMember;
    const { isOutside } = this;
    this.edits = facts.edits === null ? null : this.prepared(facts.edits);
    // RFC 7947 §2.2: a route server changes neither AS path, next hop nor MED of what it passes on.
    const isServed = profile.isServed && !isLocal;
    this.rewrite = {
      prepend: !isOutside || isServed ? NO_ASES : (rules?.prepend ?? [localAs]),
      localPref: 'remove',
      // RFC 4271 §5.1.4: the MED of one neighbour is not passed to another AS; our own routes have our own.
      med: !isOutside || isLocal || isServed ? 'keep' : 'remove',
      edits: null,
      markPartial: !isLocal,
      dropNonTransitiveUnknown: true,
      originatorId,
      prependCluster: originatorId === null ? null : clusterId,
      external: isOutside,
      memberAs: isMember ? localAs : null,
      aigp,
      ownAs: localAs,
      hasRole: rules?.decidesOtc(profile.table.family) === true,
    };
  }

  write(attributes: AttributeStore, set: AttrId, out: ByteWriter): void {
    const { profile, rewrite, isOutside } = this;
    const { rules } = profile;
    const flags = attributes.flags(set);
    const isStale = profile.softensStale && (flags & SummaryFlag.LlgrStale) !== 0;
    rewrite.edits = isStale ? this.ofStale() : this.edits;
    if (!isOutside)
      rewrite.localPref = (flags & SummaryFlag.HasLocalPref) !== 0 ? 'keep' : DEFAULT_LOCAL_PREF;
    const bytes = attributes.bytes(set);
    const start = attributes.start(set);
    const end = attributes.end(set);
    if (rules === null) {
      rewriteCanonical(bytes, start, end, rewrite, out);
      return;
    }
    const before = rules.beforePrepend({ bytes, start, end });
    const at = out.length;
    rewriteCanonical(before.bytes, before.start, before.end, rewrite, out);
    const written = { bytes: out.bytes, start: at, end: out.length };
    const sent = rules.finish(written, profile.table.family);
    if (sent === written) return;
    out.length = at;
    out.copy(sent.bytes, sent.start, sent.end);
  }

  withNextHop(nextHop: NextHopId): SessionTreatment {
    return new SessionTreatment(this.profile, { ...this.facts, nextHop });
  }

  /** The edits for long-lived stale routes, of which there are none as a rule. */
  private ofStale(): AttributeEdits {
    const { edits } = this.facts;
    this.staleEdits ??= this.prepared(edits === null ? STALE : mergeEdits(edits, STALE));
    return this.staleEdits;
  }

  private prepared(edits: RouteEdits): AttributeEdits {
    const isWithout = !this.isOutside && edits.localPref === null;
    return ofOneShape(isWithout ? { ...edits, localPref: DEFAULT_LOCAL_PREF } : edits);
  }
}

/** What two treatments have in common that make the same of every set. */
export function keyOf(profile: GroupProfile, facts: TreatmentFacts): string {
  const { type, isMember, isServed, softensStale, localAs, rules, table } = profile;
  const { isLocal, editsNumber, nextHop, aigp, originatorId } = facts;
  const session = [type, isMember, isServed, softensStale, localAs].join();
  const own = [isLocal, editsNumber, nextHop, aigp ?? '-', originatorId ?? '-'].join();
  return `${session};${own};${rules === null ? '' : `${table.family.safi} ${rules.key}`}`;
}

/** Sets that were rewritten already, one by one: what goes out is what they are. */
export class PlainTreatment implements Treatment {
  readonly key: string;
  readonly nextHop: NextHopId;

  constructor(nextHop: NextHopId) {
    this.key = `as it is;${nextHop}`;
    this.nextHop = nextHop;
  }

  write(attributes: AttributeStore, set: AttrId, out: ByteWriter): void {
    out.copy(attributes.bytes(set), attributes.start(set), attributes.end(set));
  }

  withNextHop(nextHop: NextHopId): PlainTreatment {
    return new PlainTreatment(nextHop);
  }
}
