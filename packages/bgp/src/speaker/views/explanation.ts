import type { PathStatus } from './status.js';

/** What one policy made of one path. */
export interface PolicyExplanation {
  /** Whom the path was learned from: an address, or `local`. */
  readonly peer: string;
  readonly action: 'accept' | 'reject';
  /** Name of the policy; absent where none was asked. */
  readonly policy?: string;
  /** Name of the statement that decided; absent where a rule of the session did. */
  readonly statement?: string;
  /** In words. */
  readonly reason: string;
  /** What is changed, one phrase each: `local preference 80`. */
  readonly edits: readonly string[];
}

/** Whether and why a peer is sent a destination. */
export interface ExportExplanation {
  readonly peer: string;
  /** What the present tables and policies come to; a change may still be on its way. */
  readonly advertised: boolean;
  readonly reason: string;
  /** The paths that were asked for, in decision order, until one was accepted. */
  readonly paths: readonly PolicyExplanation[];
}

/** Why a destination is as it is: what import policies said, which rule decided, and what a peer is sent. */
export interface RouteExplanation {
  readonly family: string;
  readonly prefix: string;
  /** Learned paths, as their import policies judge them now. */
  readonly imports: readonly PolicyExplanation[];
  /** All paths, the best one first; `reason` is the rule that a path won or lost by. */
  readonly decision: readonly PathStatus[];
  /** Present when a peer was named. */
  readonly export?: ExportExplanation;
}
