import type { ByteWriter } from '../wire/byte-writer.js';
import type { Severity } from '../wire/result.js';
import type { AttributeContext } from './attribute-context.js';
import type { PathAttributes } from './path-attributes.js';

/** A `PathAttributes` that is being filled. */
export type AttributeDraft = { -readonly [K in keyof PathAttributes]: PathAttributes[K] };

/** What the text of a value depends on. */
export interface ShowOptions {
  /** AS numbers have four octets. */
  readonly as4: boolean;
  /** NLRI have path identifiers. */
  readonly addPath: boolean;
}

/** All there is to know about one attribute. Code above the table never names one for what stands here. */
export interface AttributeRow {
  readonly code: number;
  /** As IANA writes it. */
  readonly name: string;
  /** The Optional and Transitive bits that it must have (RFC 4271 §5). */
  readonly flags: number;
  /** What follows when the value is malformed (RFC 7606 §7). */
  readonly severity: Severity;
  /** What follows from wrong Optional and Transitive bits, where it is not a withdrawal (RFC 7606 §3(c)). */
  readonly flagsSeverity?: Severity;
  /**
   * Dropped, whatever it holds, when it comes from an external peer, and not sent to one (RFC 7606 §7.5, §7.9, §7.10, RFC
   * 7311 §3.3).
   */
  readonly internalOnly?: true;
  /** 0 when the value is well formed, else the subcode of an UPDATE error (RFC 4271 §6.3). Allocates nothing. */
  check(bytes: Uint8Array, start: number, end: number, context: AttributeContext): number;
  /** What follows from this value that `check` refused, where that depends on what is wrong. */
  severityOf?(bytes: Uint8Array, start: number, end: number): Severity;
  /** The value for people and JSON. Called on values that passed `check`. */
  show(bytes: Uint8Array, start: number, end: number, options: ShowOptions): unknown;
  /** Canonical value → object. Absent for attributes that a canonical block does not have. */
  decode?(bytes: Uint8Array, start: number, end: number, into: AttributeDraft): void;
  /** Object → canonical value. True when there is one. Throws `BGP_ERR_ATTRIBUTE` with path and value. */
  encode?(attributes: PathAttributes, out: ByteWriter): boolean;
}

/** `check` of an attribute whose value has exactly this many octets. */
export function exactLength(length: number, subcode: number): AttributeRow['check'] {
  return (_bytes, start, end) => (end - start === length ? 0 : subcode);
}

/** `check` of a list of records of `size` octets that must not be empty. */
export function nonEmptyMultipleOf(size: number, subcode: number): AttributeRow['check'] {
  return (_bytes, start, end) => (end > start && (end - start) % size === 0 ? 0 : subcode);
}

export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
