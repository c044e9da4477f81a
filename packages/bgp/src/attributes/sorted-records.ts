import type { ByteWriter } from '../wire/byte-writer.js';

/** Compares two records of `size` octets as unsigned numbers in network order. */
function compare(bytes: Uint8Array, a: number, b: number, size: number): number {
  for (let i = 0; i < size; i++) {
    const difference = bytes[a + i]! - bytes[b + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function swap(bytes: Uint8Array, a: number, b: number, size: number): void {
  for (let i = 0; i < size; i++) {
    const octet = bytes[a + i]!;
    bytes[a + i] = bytes[b + i]!;
    bytes[b + i] = octet;
  }
}

/** Ciura's gaps: a list that a peer made as bad as it can costs n^1.3 here, not n². */
const GAPS: readonly number[] = [10321, 4193, 1750, 701, 301, 132, 57, 23, 10, 4, 1];

/**
 * Sorts the records of `size` octets that lie in `out` from `start` to its end, and drops doubles. Lists that are in
 * order already, as nearly all are, cost one pass. Allocates nothing.
 */
export function sortTail(out: ByteWriter, start: number, size: number): void {
  const bytes = out.bytes;
  const end = out.length;
  let inOrder = true;
  for (let at = start + size; at < end && inOrder; at += size)
    inOrder = compare(bytes, at - size, at, size) < 0;
  if (inOrder) return;
  for (const gap of GAPS) {
    const step = gap * size;
    for (let at = start + step; at < end; at += size) {
      for (let to = at; to - step >= start && compare(bytes, to - step, to, size) > 0; to -= step) {
        swap(bytes, to - step, to, size);
      }
    }
  }
  let kept = start + size;
  for (let at = start + size; at < end; at += size) {
    if (compare(bytes, kept - size, at, size) === 0) continue;
    if (kept !== at) bytes.copyWithin(kept, at, at + size);
    kept += size;
  }
  out.length = kept;
}
