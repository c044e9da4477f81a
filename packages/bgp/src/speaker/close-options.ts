/** How a speaker is closed. */
export interface CloseOptions {
  /**
   * `hard` (the default): sessions end with Cease / Administrative Shutdown. `graceful-restart`: without a word where graceful
   * restart is agreed on, so that the peer keeps our routes until the next speaker, which is to be told by `restarting`; as
   * `hard` elsewhere.
   */
  readonly mode?: 'hard' | 'graceful-restart';
  /** Text for the operators at the other ends (RFC 9003). */
  readonly communication?: string;
  /** Most that is waited for the peers to read it. Default 3000. */
  readonly graceMilliseconds?: number;
}
