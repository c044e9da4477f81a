import { fold32, mix32 } from './hash.js';

/*
 * Siblings, the sixteen prefixes that differ in the last four bits of the same length, have neighbouring homes: one cache line
 * of the index. Tables come in runs of neighbours, which get neighbouring ids, so that lookups, growing and removing
 * meet lines that are there already.
 *
 *     hash [ 6 segment | 2 | sibling ^ 4 .. | ................ | sibling 4 ]
 *                            └▶ tells siblings apart in the tag           └▶ home
 */
const SIBLINGS = 15;
const SIBLING_TAG = 20;

/** Of a prefix of one word. `length` as stored, 1 more than that of the prefix. */
export function hash1(word: number, length: number): number {
  const shift = 33 - length;
  const sibling = (word >>> shift) & SIBLINGS;
  const block = word & ~(SIBLINGS << shift);
  return withSibling(mix32(block ^ Math.imul(length, 0x9e3779b1)), sibling);
}

/** Of a prefix of four words. */
export function hash4(a: number, b: number, c: number, d: number, length: number): number {
  const shift = (129 - length) & 31;
  const kept = ~(SIBLINGS << shift);
  // The word in which the prefix ends.
  const end = (length - 2) >> 5;
  const last = end <= 0 ? a : end === 1 ? b : end === 2 ? c : d;
  let hash = fold32(length, end <= 0 ? a & kept : a);
  hash = fold32(hash, end === 1 ? b & kept : b);
  hash = fold32(hash, end === 2 ? c & kept : c);
  hash = fold32(hash, end === 3 ? d & kept : d);
  return withSibling(mix32(hash), (last >>> shift) & SIBLINGS);
}

function withSibling(hash: number, sibling: number): number {
  return ((hash & ~SIBLINGS) | sibling) ^ (sibling << SIBLING_TAG);
}
