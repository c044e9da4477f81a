/** What the reading of attributes depends on: facts of the session. */
export interface AttributeContext {
  /** AS numbers have four octets (RFC 6793). */
  readonly as4: boolean;
  /** Also `internal` for other members of our confederation: they exchange what internal peers do (RFC 5065 §4). */
  readonly type: 'internal' | 'external';
  /** The peer is of another member of our confederation (RFC 5065). Default: no. */
  readonly confederation?: boolean;
  /** AIGP is taken (RFC 7311 §3.3). Default: on internal sessions. */
  readonly aigp?: boolean;
  readonly localAs: number;
  readonly peerAs: number;
}
