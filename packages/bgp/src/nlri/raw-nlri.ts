import type { Family } from '../net/family.js';
import { toHex } from '../wire/hex.js';
import { type Framing, framedRead } from './framing.js';
import { checkHex, refuseNlri } from './nlri-error.js';
import { createNlriSpan, type OpaqueNlriCodec } from './opaque-nlri-codec.js';

/** An NLRI of which only its octets are known: all of them, length included, path identifier excluded. */
export interface RawNlri {
  readonly hex: string;
}

/**
 * A codec for a family that is not known, so that it can be relayed by its octets. Only where each NLRI ends must be known:
 * that is its framing. All octets are taken for the
 * key, or so many behind the length (`keyBytes`).
 *
 * @example
 * ```ts
 * import { familyOf, rawNlriCodec } from '@peerage/bgp/codec';
 * // VPLS (RFC 4761 §3.2.2): a length of two octets
 * const vpls = rawNlriCodec(familyOf(25, 65), { lengthAt: 0, lengthSize: 2, unit: 'octets' });
 * ```
 */
export function rawNlriCodec(family: Family, framing: Framing, keyBytes?: number): OpaqueNlriCodec<RawNlri> {
  const read = framedRead(framing);
  const body = framing.lengthAt + framing.lengthSize;
  return {
    family,
    layout: 'bytes',
    nextHopLengths: Array.from({ length: 256 }, (_, length) => length),
    malformed: 'reset',
    read,
    check: () => null,
    writeKey(bytes, start, end, out) {
      if (keyBytes === undefined) {
        out.copy(bytes, start, end);
        return;
      }
      out.copy(bytes, start, start + framing.lengthAt);
      out.copy(bytes, start + body, Math.min(end, start + body + keyBytes));
    },
    decode: (bytes, start, end) => ({ hex: toHex(bytes, start, end) }),
    encode(value, out) {
      const octets = checkHex('nlri.hex', value.hex);
      if (read(octets, 0, octets.length, false, createNlriSpan()) !== octets.length) {
        refuseNlri('nlri.hex', value.hex, 'must be one whole NLRI with its length');
      }
      out.copy(octets);
    },
    format: ({ hex }) => hex,
  };
}
