import { u32ToAddress } from '../net/address.js';
import { IPV4_UNICAST } from '../net/family.js';
import type { NlriCodec } from './nlri-codec.js';

/**
 * IPv4 prefixes (RFC 4271 §4.3), with RFC 7911's path identifier where negotiated:
 *
 * ```
 * [ path id (4) ] | length in bits (1) | as many octets as hold them (0–4)
 * ```
 */
export const ipv4Unicast: NlriCodec = {
  family: IPV4_UNICAST,
  layout: 'u32',

  read(bytes, at, end, addPath, out) {
    if (addPath) {
      if (at + 4 > end) return -1;
      out.pathId =
        ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
      at += 4;
    } else {
      out.pathId = 0;
    }
    if (at >= end) return -1;
    const length = bytes[at++]!;
    const stop = at + ((length + 7) >>> 3);
    if (length > 32 || stop > end) return -1;
    let word = 0;
    if (length > 0) {
      word = bytes[at]! << 24;
      if (length > 8) word |= bytes[at + 1]! << 16;
      if (length > 16) word |= bytes[at + 2]! << 8;
      if (length > 24) word |= bytes[at + 3]!;
      word &= -1 << (32 - length);
    }
    out.a = word >>> 0;
    out.b = 0;
    out.c = 0;
    out.d = 0;
    out.length = length;
    return stop;
  },

  write(out, key, addPath) {
    out.ensure(9);
    const bytes = out.bytes;
    let at = out.length;
    if (addPath) {
      bytes[at] = key.pathId >>> 24;
      bytes[at + 1] = key.pathId >>> 16;
      bytes[at + 2] = key.pathId >>> 8;
      bytes[at + 3] = key.pathId;
      at += 4;
    }
    const { a, length } = key;
    bytes[at++] = length;
    if (length > 0) bytes[at++] = a >>> 24;
    if (length > 8) bytes[at++] = a >>> 16;
    if (length > 16) bytes[at++] = a >>> 8;
    if (length > 24) bytes[at++] = a;
    out.length = at;
  },

  size(key, addPath) {
    return (addPath ? 5 : 1) + ((key.length + 7) >>> 3);
  },

  format(key) {
    return `${u32ToAddress(key.a)}/${key.length}`;
  },
};
