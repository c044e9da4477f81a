/** What the reading of attributes depends on: facts of the session. */
export interface AttributeContext {
  /** AS numbers have four octets (RFC 6793). */
  readonly as4: boolean;
  readonly type: 'internal' | 'external';
  readonly localAs: number;
  readonly peerAs: number;
}
