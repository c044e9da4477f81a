import { formatAddress } from '../net/address.js';
import { IPV6_UNICAST } from '../net/family.js';
import { keyBytes } from '../net/prefix.js';
import type { NlriCodec } from './nlri-codec.js';

/**
 * One 32-bit word of a prefix: the octets of `bits` (≤ 0 … ≥ 32) remaining bits at `at`, host bits zeroed. Octets that
 * the length does not cover are not read.
 */
function readWord(bytes: Uint8Array, at: number, bits: number): number {
  if (bits <= 0) return 0;
  let word = bytes[at]! << 24;
  if (bits > 8) word |= bytes[at + 1]! << 16;
  if (bits > 16) word |= bytes[at + 2]! << 8;
  if (bits > 24) word |= bytes[at + 3]!;
  if (bits < 32) word &= -1 << (32 - bits);
  return word >>> 0;
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/** IPv6 prefixes (RFC 4760 §5, RFC 2545), with RFC 7911's path identifier where negotiated; layout as for IPv4, 0–16 octets. */
export const ipv6Unicast: NlriCodec = {
  family: IPV6_UNICAST,
  layout: 'u128',

  read(bytes, at, end, addPath, out) {
    if (addPath) {
      if (at + 4 > end) return -1;
      out.pathId = readWord(bytes, at, 32);
      at += 4;
    } else {
      out.pathId = 0;
    }
    if (at >= end) return -1;
    const length = bytes[at++]!;
    const stop = at + ((length + 7) >>> 3);
    if (length > 128 || stop > end) return -1;
    out.a = readWord(bytes, at, length);
    out.b = readWord(bytes, at + 4, length - 32);
    out.c = readWord(bytes, at + 8, length - 64);
    out.d = readWord(bytes, at + 12, length - 96);
    out.length = length;
    return stop;
  },

  write(out, key, addPath) {
    out.ensure(21);
    const bytes = out.bytes;
    let at = out.length;
    if (addPath) {
      writeWord(bytes, at, key.pathId);
      at += 4;
    }
    bytes[at++] = key.length;
    // All 16 octets are written where there is room for them; only those that the length covers are counted.
    writeWord(bytes, at, key.a);
    writeWord(bytes, at + 4, key.b);
    writeWord(bytes, at + 8, key.c);
    writeWord(bytes, at + 12, key.d);
    out.length = at + ((key.length + 7) >>> 3);
  },

  size(key, addPath) {
    return (addPath ? 5 : 1) + ((key.length + 7) >>> 3);
  },

  format(key) {
    return `${formatAddress(keyBytes(IPV6_UNICAST, key))}/${key.length}`;
  },
};
