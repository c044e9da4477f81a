import type { Owner } from './advertisement.js';

/** One statement of a policy; everything given must hold, and the first statement that matches decides. */
export interface PolicyStatementItem {
  readonly name: string;
  /** Exactly these prefixes. */
  readonly prefixes?: readonly string[];
  /** These ranges, and all prefixes inside them. */
  readonly inside?: readonly string[];
  /** Routes that this node originates under one of these tags. */
  readonly owners?: readonly Owner[];
  /** Learned routes to a prefix that this node originates at that moment. Only in the first statement, to reject. */
  readonly originated?: true;
  /** Routes that this node originates, under whatever tag. */
  readonly local?: true;
  /** Routes that internal peers told, but those at these addresses: what a route reflector passes on. */
  readonly reflected?: { readonly exceptFrom: readonly string[] };
  readonly action: 'accept' | 'reject';
  /** On export: our own address as next hop. */
  readonly nextHopSelf?: true;
  /** Put in front of the AS path, before what the session puts there. */
  readonly prepend?: { readonly as: number | 'self'; readonly count: number };
  readonly addCommunities?: readonly string[];
}

/** A policy of the operator in the words of the library, with all that it may call. */
export interface DeclaredPolicy {
  readonly name: string;
  readonly policies: Readonly<Record<string, unknown>>;
  readonly sets: Readonly<Record<string, unknown>>;
}

/** A policy as data; the BGP driver compiles it. */
export interface PolicyItem {
  /** Policies with the same name are the same. */
  readonly name: string;
  readonly statements: readonly PolicyStatementItem[];
  /** For routes that no statement decides. */
  readonly otherwise: 'accept' | 'reject';
  /** On export: prefixes that are announced to some peers only are kept from the others. */
  readonly selective?: true;
  /** Asked about what the statements accept: it may reject that too, and changes it on top of what they change. */
  readonly andThen?: DeclaredPolicy;
}
