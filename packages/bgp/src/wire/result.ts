/**
 * What follows from a malformed part of a message, weakest first (RFC 7606 §2): the attribute is dropped, its routes
 * are withdrawn, the session is reset. Header and OPEN errors always reset.
 */
export type Severity = 'discard' | 'withdraw' | 'reset';

/** One mistake of the peer, with what a NOTIFICATION needs (RFC 4271 §4.5, §6). */
export interface Fault {
  readonly severity: Severity;
  /** Error code of RFC 4271 §4.5. */
  readonly code: number;
  readonly subcode: number;
  /** Data field of the NOTIFICATION. */
  readonly data: Uint8Array;
  /** Where in the bytes that were given: the first octet that is wrong. */
  readonly offset: number;
  readonly message: string;
}

/** Outcome of decoding: bytes never throw. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

const NO_DATA = new Uint8Array(0);

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail(fault: Fault): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault };
}

/** Builds a fault that resets the session. */
export function resetFault(
  code: number,
  subcode: number,
  offset: number,
  message: string,
  data: Uint8Array = NO_DATA,
): Fault {
  return { severity: 'reset', code, subcode, data, offset, message };
}

const RANK: Readonly<Record<Severity, number>> = { discard: 1, withdraw: 2, reset: 3 };

/** The stronger of two faults; the earlier one when they are equal (RFC 7606 §3(h): the strongest action wins). */
export function strongerFault(first: Fault | null, second: Fault): Fault {
  return first === null || RANK[second.severity] > RANK[first.severity] ? second : first;
}
