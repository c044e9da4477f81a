import type { PoliciesDeclaration } from '../../policy/policies.js';
import type { Policy } from '../../policy/policy.js';
import type { Aggregate } from './aggregate.js';
import type {
  Announcement,
  DefaultOriginate,
  GroupedPeer,
  PeerConfig,
  PeerGroup,
  PeerRange,
} from './config.js';

/** Policies of a peer, which may be named. */
export interface WithPolicies {
  /** A policy, or the name of one in `policies`. */
  readonly importPolicy?: Policy | string;
  readonly exportPolicy?: Policy | string;
  readonly defaultOriginate?:
    | boolean
    | (Omit<DefaultOriginate, 'policy'> & { readonly policy?: Policy | string });
}

/** A peer whose policies may be named. */
export type WantedPeer =
  | (Omit<PeerConfig, keyof WithPolicies> & WithPolicies)
  | (Omit<GroupedPeer, keyof WithPolicies> & WithPolicies);

/** A range whose policies may be named. */
export type WantedRange = Omit<PeerRange, keyof WithPolicies> & WithPolicies;

/** A group whose policies may be named. */
export type WantedGroup = Omit<PeerGroup, keyof WithPolicies> & WithPolicies;

/** An aggregate whose policy may be named. */
export interface WantedAggregate extends Omit<Aggregate, 'contributors'> {
  readonly contributors?: Policy | string;
}

/**
 * Everything that is wanted of a speaker. A list that is given is whole: what it does not have is removed. A list that is not
 * given is left as it is.
 */
export interface WantedConfiguration extends PoliciesDeclaration {
  readonly peers?: readonly WantedPeer[];
  /** Groups in place of those that are there; peers and ranges that are configured follow, each as its own fields change. */
  readonly peerGroups?: Readonly<Record<string, WantedGroup>>;
  /** Peers by prefix. One that goes ends the sessions of its peers. */
  readonly ranges?: readonly WantedRange[];
  /** Of all owners. */
  readonly announcements?: readonly Announcement[];
  readonly aggregates?: readonly WantedAggregate[];
}

/** What becomes of one thing. */
export interface PlanRow {
  /** `peer 192.0.2.2`, `range 192.0.2.0/24`, `route 203.0.113.0/24`, `aggregate 198.51.100.0/22`. */
  readonly subject: string;
  /**
   * `changed-live`: at once, nobody notices; `soft-refresh`: routes are judged and advertised anew, the session stays; `reset`: the
   * session ends with Cease / Other Configuration Change, and a new one follows.
   */
  readonly change: 'added' | 'removed' | 'changed-live' | 'soft-refresh' | 'reset';
  readonly reason: string;
}
