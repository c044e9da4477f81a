import type { PrefixWords } from '@peerage/bgp';
import { formatCidr } from '../items/ip.js';
import type { RouteTable, Row } from './route-table.js';

/** `10.48.2.0/24`. */
export function formatPrefix(bytes: Uint8Array, length: number): string {
  return formatCidr({ bytes, length });
}

/** Text of a row's prefix, for people. */
export function prefixText(table: RouteTable, row: Row): string {
  const bytes = new Uint8Array(table.family === 4 ? 4 : 16);
  table.readAddress(row, bytes);
  return formatPrefix(bytes, table.prefixLength(row));
}

/** Writes the address of a prefix into 4 or 16 octets. */
export function wordsToBytes(words: PrefixWords, into: Uint8Array): void {
  const each = [words.a, words.b, words.c, words.d];
  for (let i = 0; i < into.length; i++) into[i] = (each[i >> 2] ?? 0) >>> (24 - (i & 3) * 8);
}
