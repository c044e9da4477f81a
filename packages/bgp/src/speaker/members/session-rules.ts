import { addOnlyToCustomer, onlyToCustomerOf } from '../../attributes/only-to-customer-rule.js';
import { type AsReplacement, isPrivateAs, replaceAses } from '../../attributes/replace-ases.js';
import { rewriteCanonical } from '../../attributes/rewrite.js';
import type { BgpRole } from '../../capabilities/capability.js';
import type { Family } from '../../net/family.js';
import { ByteWriter } from '../../wire/byte-writer.js';
import type { PathOptions } from '../settings/path-options.js';

/** Bytes that hold a canonical block. */
export interface BlockView {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * What a session does to AS paths and next hops beyond the plain rules: own ASes, private ones, roles. Sessions without
 * any of it have no rules at all, so that it costs them nothing.
 *
 * ```
 * received ─ loop, leak ─▶ our local AS in front, OTC ─▶ import policy
 * accepted ─ leak ─▶ private and overridden ASes ─▶ policy, own ASes in front ─▶ OTC ─▶ sent
 * ```
 */
export class SessionRules {
  /** Sessions whose keys are equal are sent the same. */
  readonly key: string;
  /** The AS that the peer sees, and the one that this speaker has. */
  readonly sessionAs: number;
  readonly speakerAs: number;
  /** ASes that go in front of what is sent, front first. */
  readonly prepend: readonly number[];
  readonly allowOwnAs: number;
  /** RFC 9774 */
  readonly refuseAsSets: boolean;
  readonly nextHopUnchanged: boolean;
  private readonly peerAs: number;
  private readonly role: BgpRole | null;
  private readonly importPrepend: readonly number[];
  private readonly replacement: AsReplacement | null;
  private readonly first = new ByteWriter(256);
  private readonly second = new ByteWriter(256);

  private constructor(settings: RuleSettings, speakerAs: number, key: string) {
    const { localAs, remoteAs, role = null, removePrivateAs, asOverride } = settings;
    this.key = key;
    this.speakerAs = speakerAs;
    this.sessionAs = localAs?.as ?? speakerAs;
    this.peerAs = remoteAs;
    this.role = role;
    this.allowOwnAs = settings.allowOwnAs;
    this.refuseAsSets = settings.refuseAsSets;
    this.nextHopUnchanged = settings.nextHopUnchanged;
    const { sessionAs } = this;
    this.importPrepend = localAs === undefined || localAs.noPrepend ? [] : [sessionAs];
    this.prepend = localAs === undefined || localAs.replaceAs ? [sessionAs] : [sessionAs, speakerAs];
    const privateAs = removePrivateAs === 'replace' ? sessionAs : -1;
    this.replacement =
      removePrivateAs === undefined && !asOverride
        ? null
        : (as) => {
            if (as === remoteAs) return asOverride ? sessionAs : as;
            return removePrivateAs !== undefined && isPrivateAs(as) ? privateAs : as;
          };
  }

  /** The rules of a peer, or null when it has none. */
  static of(settings: RuleSettings, speakerAs: number): SessionRules | null {
    const { localAs, role, allowOwnAs, refuseAsSets, asOverride, removePrivateAs, nextHopUnchanged } =
      settings;
    const set = [
      localAs,
      role,
      allowOwnAs || undefined,
      refuseAsSets || undefined,
      asOverride || undefined,
      removePrivateAs,
      nextHopUnchanged || undefined,
    ];
    if (set.every((value) => value === undefined)) return null;
    const ofPeer = asOverride || removePrivateAs !== undefined ? settings.remoteAs : 0;
    return new SessionRules(settings, speakerAs, JSON.stringify([ofPeer, ...set]));
  }

  /** Whether this session has a role that says what becomes of OTC: for unicast only (RFC 9234 §5). */
  decidesOtc(family: Family): boolean {
    return this.role !== null && family.safi === 1;
  }

  /** Why a received route leaks (RFC 9234 §5, ingress 1 and 2), or null. */
  ingressLeak(bytes: Uint8Array, start: number, end: number, family: Family): string | null {
    if (this.role === null || family.safi !== 1) return null;
    const as = onlyToCustomerOf(bytes, start, end);
    if (as < 0) return null;
    if (this.role === 'provider' || this.role === 'route-server') {
      return `route leak: a ${this.role === 'provider' ? 'customer' : 'client'} sent it with OTC ${as} (RFC 9234)`;
    }
    return this.role === 'peer' && as !== this.peerAs
      ? `route leak: a peer of AS ${this.peerAs} sent it with OTC ${as} (RFC 9234)`
      : null;
  }

  /** What policy sees of a received route: our local AS in front, and OTC (ingress 3). The view holds until the next call. */
  prepare(block: BlockView, family: Family): BlockView {
    const { role } = this;
    let view = block;
    if (this.importPrepend.length > 0) {
      view = this.written(this.first, (out) =>
        rewriteCanonical(view.bytes, view.start, view.end, { ...AS_IT_IS, prepend: this.importPrepend }, out),
      );
    }
    const isFromAbove = role === 'customer' || role === 'peer' || role === 'route-server-client';
    return isFromAbove && family.safi === 1 ? this.withOtc(view, this.peerAs) : view;
  }

  /** Whether a route may be sent at all: one with OTC goes to customers and clients only (egress 2). */
  mayLeave(bytes: Uint8Array, start: number, end: number, family: Family): boolean {
    const { role } = this;
    if (role === null || role === 'provider' || role === 'route-server' || family.safi !== 1) return true;
    return onlyToCustomerOf(bytes, start, end) < 0;
  }

  /** A route before our own ASes are put in front. */
  beforePrepend(block: BlockView): BlockView {
    const { replacement } = this;
    if (replacement === null) return block;
    return this.written(this.first, (out) =>
      replaceAses(block.bytes, block.start, block.end, replacement, out),
    );
  }

  /** A route as it is sent: with OTC when it goes down or sideways (egress 1). */
  finish(block: BlockView, family: Family): BlockView {
    const { role } = this;
    const isDownward = role === 'provider' || role === 'peer' || role === 'route-server';
    return isDownward && family.safi === 1 ? this.withOtc(block, this.sessionAs) : block;
  }

  private withOtc(view: BlockView, as: number): BlockView {
    if (onlyToCustomerOf(view.bytes, view.start, view.end) >= 0) return view;
    return this.written(this.second, (out) => addOnlyToCustomer(view.bytes, view.start, view.end, as, out));
  }

  private written(out: ByteWriter, write: (out: ByteWriter) => void): BlockView {
    out.reset();
    write(out);
    return { bytes: out.bytes, start: 0, end: out.length };
  }
}

/** What rules are made of. */
export type RuleSettings = PathOptions & { readonly remoteAs: number };

/** A rewriting that changes nothing, for one that sets some of it. */
export const AS_IT_IS = {
  prepend: [],
  localPref: 'keep',
  med: 'keep',
  edits: null,
  markPartial: false,
  dropNonTransitiveUnknown: true,
  originatorId: null,
  prependCluster: null,
} as const;
