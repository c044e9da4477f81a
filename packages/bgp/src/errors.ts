/** Codes of this library are stable: a program may branch on them. All of them are in `docs/reference/errors-bgp.md`. */
export type BgpErrorCode = `BGP_ERR_${string}`;

/** What an error says beside its message. */
export interface BgpErrorDetails {
  /** Where in the caller's input: `prefixes[3]`, `attributes.med`. */
  readonly path?: string;
  /** The offending value. */
  readonly value?: unknown;
  /** What may be given instead, in words. */
  readonly allowed?: string;
  /** The error that this one follows from. */
  readonly cause?: unknown;
}

/**
 * A mistake of the caller, or lost I/O. What a peer sends never ends up here: malformed bytes are values (`Fault`).
 * The message holds the offending value and the way out.
 *
 * @example
 * try {
 *   speaker.addPeer({ address: 'router1', remoteAs: 64513 });
 * } catch (error) {
 *   if (error instanceof BgpError) console.error(error.code, error.path, error.allowed);
 * }
 */
export class BgpError extends Error {
  readonly code: BgpErrorCode;
  readonly path?: string;
  readonly value?: unknown;
  readonly allowed?: string;

  constructor(code: BgpErrorCode, message: string, details: BgpErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'BgpError';
    this.code = code;
    if (details.path !== undefined) this.path = details.path;
    if (details.value !== undefined) this.value = details.value;
    if (details.allowed !== undefined) this.allowed = details.allowed;
  }
}
