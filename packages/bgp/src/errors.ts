/** Codes of this library are stable: a program may branch on them. All of them are in `docs/reference/errors-bgp.md`. */
export type BgpErrorCode = `BGP_ERR_${string}`;

/**
 * A value as it stands in the message of an error: whatever a caller may have given, cut where it is long.
 */
export function showValue(value: unknown, most = 80): string {
  const text = textOf(value);
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

function textOf(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (value instanceof Uint8Array) return `${value.length} octets`;
  try {
    const text = JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'bigint' ? `${inner}n` : inner,
    );
    return text ?? String(value);
  } catch {
    // It refers to itself, or does not want to be shown.
    return Object.prototype.toString.call(value);
  }
}

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
