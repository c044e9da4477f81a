/** What an error of ours points at. */
export interface BgpErrorDetails {
  /** Field that is wrong, as in `peers[1].holdTime`. */
  readonly path?: string;
  readonly value?: unknown;
  readonly allowed?: string;
  readonly cause?: unknown;
}

/** A mistake of the caller, or lost I/O. `code` is stable; mistakes of a BGP peer are `Fault`s, never thrown. */
export class BgpError extends Error {
  readonly code: string;
  readonly path: string | undefined;
  readonly value: unknown;
  readonly allowed: string | undefined;

  constructor(code: string, message: string, details: BgpErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'BgpError';
    this.code = code;
    this.path = details.path;
    this.value = details.value;
    this.allowed = details.allowed;
  }
}
