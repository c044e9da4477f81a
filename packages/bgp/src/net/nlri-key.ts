/**
 * A destination as numbers, to be reused across calls: hot loops read into one of these. The words are unsigned 32 bit,
 * most significant first; IPv4 lies in `a`. Bits past `length` are zero.
 */
export interface NlriKey {
  /** Path identifier of RFC 7911, 0 without add-path. */
  pathId: number;
  a: number;
  b: number;
  c: number;
  d: number;
  /** Prefix length in bits. */
  length: number;
}

export function createNlriKey(): NlriKey {
  return { pathId: 0, a: 0, b: 0, c: 0, d: 0, length: 0 };
}
