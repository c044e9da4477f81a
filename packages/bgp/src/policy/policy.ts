import type { Origin, PathAttributes } from '../attributes/path-attributes.js';
import type { Family } from '../net/family.js';

/** What the answer of a policy depends on beside the attributes. Undeclared means all of it. */
export type PolicyInput = 'prefix' | 'nextHop' | 'peer';

/** The peer that a route came from, or goes to, as a policy sees it. `null` where routes of our own are meant. */
export interface PolicyPeer {
  readonly address: string;
  readonly as: number;
  readonly type: 'internal' | 'external';
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
  hasCommunity(community: number): boolean;
  /** Length of the AS path as the decision process counts it (a set counts one). */
  readonly asPathLength: number;
  /** Raw prefix for matchers such as `prefixList`, so that no text is made: four 32-bit words, IPv4 in the first. */
  readonly words: { readonly a: number; readonly b: number; readonly c: number; readonly d: number };
}

/** What an accepting policy changes. Absent = unchanged; `null` removes. */
export interface RouteEdits {
  readonly origin?: Origin;
  readonly med?: number | null;
  readonly localPref?: number | null;
  /** Prepended in front of what the session itself prepends. */
  readonly prepend?: { readonly as: number; readonly count: number };
  readonly addCommunities?: readonly number[];
  readonly removeCommunities?: readonly number[];
  readonly setCommunities?: readonly number[];
  readonly addLargeCommunities?: readonly string[];
  /** `self`: our own address on that session. Text: that address. */
  readonly nextHop?: 'self' | 'unchanged' | { readonly address: string };
}

/** The answer, with the name of the statement that gave it, for `explain`. */
export type PolicyResult =
  | { readonly action: 'accept'; readonly statement: string; readonly edits?: RouteEdits }
  | { readonly action: 'reject'; readonly statement: string };

/** A policy: a pure function of a view. Equal views must get equal answers, because answers are remembered. */
export interface Policy {
  readonly name: string;
  readonly reads: readonly PolicyInput[];
  evaluate(route: RouteView): PolicyResult;
}
