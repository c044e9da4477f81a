import type { Family } from '../../net/family.js';
import { prefixBits, wordMask } from '../../net/prefix.js';

/**
 * A prefix in one routing table: `hi` and `lo` are the words of the route distinguisher of a VPN, zero outside VPNs, and the
 * others are those of the prefix. All are unsigned.
 */
export interface FlowKey {
  hi: number;
  lo: number;
  a: number;
  b: number;
  c: number;
  d: number;
  length: number;
}

/** A key of zeros, to be filled. */
export function createFlowKey(): FlowKey {
  return { hi: 0, lo: 0, a: 0, b: 0, c: 0, d: 0, length: 0 };
}

/** In the order of tables, then of addresses, then of lengths: what a prefix covers comes right behind it. */
export function compareKeys(x: FlowKey, y: FlowKey): number {
  return (
    x.hi - y.hi || x.lo - y.lo || x.a - y.a || x.b - y.b || x.c - y.c || x.d - y.d || x.length - y.length
  );
}

/** Whether a prefix is this one, or one that it covers. */
export function isWithin(x: FlowKey, { hi, lo, a, b, c, d, length }: FlowKey): boolean {
  return (
    x.length >= length &&
    x.hi === hi &&
    x.lo === lo &&
    word(x.a, length) === a &&
    word(x.b, length - 32) === b &&
    word(x.c, length - 64) === c &&
    word(x.d, length - 96) === d
  );
}

/** Fills `out` with the prefix of that length that covers a key. */
export function cutKey({ hi, lo, a, b, c, d }: FlowKey, length: number, out: FlowKey): void {
  out.hi = hi;
  out.lo = lo;
  out.length = length;
  out.a = word(a, length);
  out.b = word(b, length - 32);
  out.c = word(c, length - 64);
  out.d = word(d, length - 96);
}

/** The covering prefix of that length as text, among those of this length. */
export function keyText({ hi, lo, a, b, c, d }: FlowKey, length: number): string {
  const plain = hi === 0 && lo === 0 ? '' : `${hi},${lo},`;
  if (length <= 32) return plain + word(a, length);
  return plain + [word(a, 32), word(b, length - 32), word(c, length - 64), word(d, length - 96)].join();
}

/** Fills the words and the length of `out` from the octets of a prefix; bits past the length are taken for zero. */
export function readWords(
  octets: Uint8Array,
  at: number,
  length: number,
  family: Family,
  out: FlowKey,
): void {
  const octetAt = (i: number): number => (8 * i < length ? (octets[at + i] ?? 0) : 0);
  const read = (n: number): number => {
    let value = 0;
    for (let i = 4 * n; i < 4 * n + 4; i++) value = (value << 8) | octetAt(i);
    return word(value, length - 32 * n);
  };
  const isLong = prefixBits(family) === 128;
  out.length = length;
  out.a = read(0);
  out.b = isLong ? read(1) : 0;
  out.c = isLong ? read(2) : 0;
  out.d = isLong ? read(3) : 0;
}

function word(value: number, bits: number): number {
  return (value & wordMask(bits)) >>> 0;
}
