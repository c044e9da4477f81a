import { formatAddress } from '../net/address.js';
import { type Family, familyOf } from '../net/family.js';
import { BITS, framedRead, wholeKey } from './framing.js';
import { checkAddress } from './nlri-error.js';
import type { OpaqueNlriCodec } from './opaque-nlri-codec.js';
import { addressBits } from './prefix-octets.js';

/** A router that tells how it may be reached through tunnels (RFC 5512 §3, which RFC 9012 replaced). */
export interface EncapsulationEndpoint {
  readonly endpoint: string;
}

/**
 * Encapsulation (RFC 5512 §3):
 *
 * ```
 * length in bits (1): 32 or 128 | endpoint (4 or 16)
 * ```
 */
function encapsulation(family: Family): OpaqueNlriCodec<EncapsulationEndpoint> {
  const bits = addressBits(family.afi);
  const wrongLength = `the length must be ${bits} bits`;
  return {
    family,
    layout: 'bytes',
    nextHopLengths: [4, 16, 32],
    malformed: 'reset', // RFC 7606 §5.3
    read: framedRead(BITS),
    check: (bytes, start) => (bytes[start] === bits ? null : wrongLength),
    writeKey: wholeKey,
    decode: (bytes, start) => ({ endpoint: formatAddress(bytes, start + 1, bits / 8) }),
    encode(value, out) {
      out.u8(bits);
      out.copy(checkAddress('nlri.endpoint', value.endpoint, [bits / 8]));
    },
    format: ({ endpoint }) => endpoint,
  };
}

export const ipv4Encapsulation = encapsulation(familyOf(1, 7));
export const ipv6Encapsulation = encapsulation(familyOf(2, 7));
