import type { AttributeEdits } from '../attributes/attribute-edits.js';
import type { AttributeBlock } from '../attributes/find-attribute.js';
import type { PathAttributes } from '../attributes/path-attributes.js';
import type { Family, FamilyKey } from '../net/family.js';
import type { NlriKey } from '../net/nlri-key.js';
import type { RpkiState } from '../net/rpki-state.js';

/** What the answer of a policy depends on beside the attributes. Undeclared means all of it. `rpki` comes with `prefix`. */
export type PolicyInput = 'prefix' | 'nextHop' | 'peer' | 'rpki';

/** What a neighbour is to us, as it said in its OPEN (RFC 9234 §4.1). */
export type PeerRole = 'provider' | 'route-server' | 'route-server-client' | 'customer' | 'peer';

/** The peer that a route came from, or goes to, as a policy sees it. `null` where routes of our own are meant. */
export interface PolicyPeer {
  readonly address: string;
  readonly as: number;
  readonly type: 'internal' | 'external';
  /** Absent when the neighbour told none. */
  readonly role?: PeerRole;
}

/**
 * A route as a policy sees it: getters over ids, computed when they are read. The object is reused: keep nothing of
 * it across calls.
 */
export interface RouteView {
  readonly family: Family;
  /** Text, `10.0.0.0/8`. */
  readonly prefix: string;
  readonly prefixLength: number;
  /** Text, RFC 5952 for IPv6. On export: the next hop that the path came with. */
  readonly nextHop: string;
  /** Whom it was learned from; `null` for routes that this speaker originates. */
  readonly source: PolicyPeer | null;
  /** Whom it would go to; `null` on import. */
  readonly target: PolicyPeer | null;
  /** The owner tag of a route that this speaker originates. */
  readonly owner: string | null;
  readonly attributes: PathAttributes;
  /** The attributes as canonical octets, for matchers that make no objects. Valid during the call. */
  readonly block: AttributeBlock;
  /** The next hop as 4 or 16 octets. */
  readonly nextHopOctets: Uint8Array;
  /** Origin validation (RFC 6811); `unknown` while the speaker has no validator. A policy that looks at it reads `rpki` and `prefix`. */
  readonly rpki: RpkiState;
  hasCommunity(community: number): boolean;
  /** Length of the AS path as the decision process counts it (a set counts one). */
  readonly asPathLength: number;
  /** Raw prefix for matchers such as `prefixList`, so that no text is made: four 32-bit words, IPv4 in the first. */
  readonly words: { readonly a: number; readonly b: number; readonly c: number; readonly d: number };
}

/** What an accepting policy changes. Absent = unchanged; `null` removes. `routeEdits` makes it from text. */
export interface RouteEdits extends AttributeEdits {
  /** `self`: our own address on that session. Text: that address. */
  readonly nextHop?: 'self' | 'unchanged' | { readonly address: string };
}

/** The answer, with the name of the statement that gave it, for `explain`. */
export type PolicyResult =
  | { readonly action: 'accept'; readonly statement: string; readonly edits?: RouteEdits }
  | { readonly action: 'reject'; readonly statement: string };

/** Sorts the prefixes of a family. Pure. */
export interface PrefixClasses {
  /** A whole number of 32 bits. */
  of(key: NlriKey): number;
}

/** A policy: a pure function of a view. Equal views must get equal answers, because answers are remembered. */
export interface Policy {
  readonly name: string;
  readonly reads: readonly PolicyInput[];
  /**
   * Where `prefix` is read: classes such that prefixes of one class get the same answer when all else is equal; `null`: all prefixes
   * of that family do. Without it, each prefix is asked for by itself.
   */
  readonly prefixClasses?: (family: FamilyKey) => PrefixClasses | null;
  evaluate(route: RouteView): PolicyResult;
}

/** Whether an answer is good for one prefix only. */
export function isAskedByPrefix(policy: Policy | null): boolean {
  return policy?.reads.includes('prefix') === true && policy.prefixClasses === undefined;
}
