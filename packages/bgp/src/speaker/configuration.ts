import type { PoliciesDeclaration } from '../policy/policies.js';
import type { Policy } from '../policy/policy.js';
import type { Announcement, PeerConfig } from './config.js';

/** A peer whose policies may be named. */
export interface WantedPeer extends Omit<PeerConfig, 'importPolicy' | 'exportPolicy'> {
  /** A policy, or the name of one in `policies`. */
  readonly importPolicy?: Policy | string;
  readonly exportPolicy?: Policy | string;
}

/**
 * Everything that is wanted of a speaker. A list that is given is whole: what it does not have is removed. A list that is not
 * given is left as it is.
 */
export interface WantedConfiguration extends PoliciesDeclaration {
  readonly peers?: readonly WantedPeer[];
  /** Of all owners. */
  readonly announcements?: readonly Announcement[];
}

/** What becomes of one thing. */
export interface PlanRow {
  /** `peer 192.0.2.2`, `route 203.0.113.0/24`. */
  readonly subject: string;
  /**
   * `changed-live`: at once, nobody notices; `soft-refresh`: routes are judged and advertised anew, the session stays; `reset`: the
   * session ends with Cease / Other Configuration Change, and a new one follows.
   */
  readonly change: 'added' | 'removed' | 'changed-live' | 'soft-refresh' | 'reset';
  readonly reason: string;
}
