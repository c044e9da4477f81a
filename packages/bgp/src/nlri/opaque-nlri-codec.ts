import type { Family } from '../net/family.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import type { Severity } from '../wire/result.js';

/** Where one NLRI lies: `[start, end)` is all of it but its path identifier. Mutable, to be reused. */
export interface NlriSpan {
  /** Path identifier of RFC 7911, 0 without add-path. */
  pathId: number;
  start: number;
  end: number;
}

/** How NLRI of a family are read: those that are withdrawn, or those that are announced. */
export function nlriReading<V>(codec: OpaqueNlriCodec<V>, isWithdrawn: boolean): NlriReading<V> {
  return isWithdrawn && codec.withdrawn !== undefined ? codec.withdrawn : codec;
}

/**
 * A span for a codec to fill.
 *
 * @example
 * createNlriSpan().end; // 0
 */
export function createNlriSpan(): NlriSpan {
  return { pathId: 0, start: 0, end: 0 };
}

/** What is told of one NLRI whose span is known. */
export interface NlriReading<V = unknown> {
  /** What is wrong with one NLRI, null when it is well formed. Allocates nothing. */
  check(bytes: Uint8Array, start: number, end: number): string | null;
  /** Appends the octets by which one route is told from another: without labels and other properties of a path. */
  writeKey(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void;
  /** A value that JSON can hold. */
  decode(bytes: Uint8Array, start: number, end: number): V;
}

/**
 * How a family is read and written whose destinations are not numbers of a fixed width: tables keep their octets. The
 * families with words for keys have a `NlriCodec` instead.
 *
 * Reading goes in steps, so that a relay pays for what it needs only:
 *
 * ```
 * read ─▶ span of octets ─▶ check ─▶ writeKey    which route it is (a withdrawal may differ in labels)
 *                              └───▶ decode ─▶ value ─▶ format, encode
 * ```
 *
 * `writeKey` and `decode` are for octets that passed `check`. None reads past what it was given.
 */
export interface OpaqueNlriCodec<V = unknown> extends NlriReading<V> {
  readonly family: Family;
  readonly layout: 'bytes';
  /** Octets that a next hop of this family may have (RFC 4760 §3 leaves it to the family). */
  readonly nextHopLengths: readonly number[];
  /**
   * What a next hop of our own is made of: an address (absent), a route distinguisher of zero and an address (RFC 4364
   * §4.3.2), or nothing.
   */
  readonly nextHop?: 'vpn' | 'none';
  /**
   * What follows from an NLRI that `read` could part from the next one, and that `check` refuses. Where it is `discard`,
   * that NLRI alone is to be skipped.
   */
  readonly malformed: Severity;
  /**
   * Finds the NLRI at `at`, and returns the offset after it; -1 when it runs over `end`, which leaves the rest of the field
   * unreadable too (RFC 7606 §5.3). Allocates nothing.
   */
  read(bytes: Uint8Array, at: number, end: number, addPath: boolean, out: NlriSpan): number;
  /** How one that is withdrawn is read once `read` found it: in MP_UNREACH_NLRI. Absent where both are read the same. */
  readonly withdrawn?: NlriReading<V>;
  /** Appends the NLRI as a withdrawal has it, not longer than as it was announced. Absent where both are the same. */
  writeWithdrawn?(bytes: Uint8Array, start: number, end: number, out: ByteWriter): void;
  /** Appends one NLRI without path identifier. Throws `BGP_ERR_NLRI` with path and value for what cannot be one. */
  encode(value: V, out: ByteWriter): void;
  /** One line for people. */
  format(value: V): string;
}
