import { formatAddress } from '../net/address.js';
import { type Family, familyOf } from '../net/family.js';
import { readU32 } from '../wire/octets.js';
import { BITS, framedRead, wholeKey } from './framing.js';
import { checkAddress, checkNumber } from './nlri-error.js';
import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { addressBits } from './prefix-octets.js';

/** A candidate path of a segment routing policy (RFC 9830 §2.1); what it does is in the tunnel encapsulation attribute. */
export interface SrPolicyNlri {
  readonly distinguisher: number;
  readonly color: number;
  /** `0.0.0.0` or `::` for any. */
  readonly endpoint: string;
}

/**
 * SR policies (RFC 9830 §2.1):
 *
 * ```
 * length in bits (1): 96 or 192 | distinguisher (4) | color (4) | endpoint (4 or 16)
 * ```
 */
function srPolicy(family: Family): OpaqueNlriCodec<SrPolicyNlri> {
  const octets = addressBits(family.afi) / 8;
  const bits = 64 + 8 * octets;
  const wrongLength = `the length must be ${bits} bits`;
  return {
    family,
    layout: 'bytes',
    nextHopLengths: [4, 16, 32],
    malformed: 'withdraw', // RFC 9830 §5
    read: framedRead(BITS),
    check: (bytes, start) => (bytes[start] === bits ? null : wrongLength),
    writeKey: wholeKey,
    decode: (bytes, start) => ({
      distinguisher: readU32(bytes, start + 1),
      color: readU32(bytes, start + 5),
      endpoint: formatAddress(bytes, start + 9, octets),
    }),
    encode(value, out) {
      out.u8(bits);
      out.u32(checkNumber('nlri.distinguisher', value.distinguisher, 0xffffffff));
      out.u32(checkNumber('nlri.color', value.color, 0xffffffff));
      out.copy(checkAddress('nlri.endpoint', value.endpoint, [octets]));
    },
    format: ({ distinguisher, color, endpoint }) =>
      `color ${color} endpoint ${endpoint} distinguisher ${distinguisher}`,
  };
}

export const ipv4SrPolicy = srPolicy(familyOf(1, 73));
export const ipv6SrPolicy = srPolicy(familyOf(2, 73));
