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
  /** Where the family's destinations are octets and not numbers: `octets[start, end)`, without path identifier. */
  octets: Uint8Array;
  start: number;
  end: number;
}

const NO_OCTETS = new Uint8Array(0);

/**
 * A key of zeros, for a codec to fill.
 *
 * @example
 * createNlriKey().length; // 0
 */
export function createNlriKey(): NlriKey {
  return { pathId: 0, a: 0, b: 0, c: 0, d: 0, length: 0, octets: NO_OCTETS, start: 0, end: 0 };
}
