/** How a speaker is closed. */
export interface CloseOptions {
  /**
   * `hard` (the default): sessions end with Cease / Administrative Shutdown. `graceful-restart`: without a word where graceful
   * restart is agreed on, so that the peer keeps our routes until the next speaker, which is to be told by `restarting`; as
   * `hard` elsewhere. `drain`: all routes are advertised with GRACEFUL_SHUTDOWN first (RFC 8326), withdrawn after
   * `drainMilliseconds`, and when the peers have taken that, sessions end as with `hard`. Another `close` cuts that short.
   */
  readonly mode?: 'hard' | 'graceful-restart' | 'drain';
  /** How long peers have to choose other ways. Default 10000. */
  readonly drainMilliseconds?: number;
  /** Text for the operators at the other ends (RFC 9003). */
  readonly communication?: string;
  /** Most that is waited for the peers to read it. Default 3000. */
  readonly graceMilliseconds?: number;
}
