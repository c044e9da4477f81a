import { BgpError } from '../errors.js';
import { formatAddress } from '../net/address.js';
import { IPV4_UNICAST } from '../net/family.js';
import { parsePrefix } from '../net/prefix.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { refuseNlri } from './nlri-error.js';

/** Bits of an address of an AFI: 32 or 128. */
export function addressBits(afi: number): number {
  return afi === IPV4_UNICAST.afi ? 32 : 128;
}

/** `10.0.0.0/8` of the octets that `bits` need at `at`; bits past the length are taken for zero. */
export function showPrefix(bytes: Uint8Array, at: number, bits: number, afi: number): string {
  const address = new Uint8Array(addressBits(afi) / 8);
  address.set(bytes.subarray(at, at + ((bits + 7) >>> 3)));
  const whole = bits >>> 3;
  if ((bits & 7) !== 0) address[whole] = address[whole]! & (0xff << (8 - (bits & 7)));
  return `${formatAddress(address)}/${bits}`;
}

/** The prefix of a text of this AFI. Throws `BGP_ERR_PREFIX`, or `BGP_ERR_NLRI` when it is of the other one. */
export function checkPrefix(path: string, text: unknown, afi: number): { bytes: Uint8Array; length: number } {
  if (typeof text !== 'string') refuseNlri(path, text, 'must be a prefix');
  const prefix = parsedAt(path, text);
  if (prefix.family.afi !== afi) refuseNlri(path, text, `must be an IPv${afi === 1 ? 4 : 6} prefix`);
  return prefix;
}

/** A prefix, whose refusal names the place. */
function parsedAt(path: string, text: string): ReturnType<typeof parsePrefix> {
  try {
    return parsePrefix(text);
  } catch (error) {
    if (!(error instanceof BgpError)) throw error;
    const allowed = 'a prefix such as 10.0.0.0/8 or 2001:db8::/32';
    throw new BgpError(error.code, `${path}: ${error.message}`, { path, value: text, allowed, cause: error });
  }
}

/** Appends the octets that a prefix needs, without its length. */
export function writePrefixOctets(prefix: { bytes: Uint8Array; length: number }, out: ByteWriter): void {
  out.copy(prefix.bytes, 0, (prefix.length + 7) >>> 3);
}

/** Appends a length octet and the octets of it at `at`, with bits past the length zeroed: one form for each prefix. */
export function writePrefixKey(bytes: Uint8Array, at: number, bits: number, out: ByteWriter): void {
  out.u8(bits);
  const stop = at + ((bits + 7) >>> 3);
  out.copy(bytes, at, stop);
  if ((bits & 7) !== 0) out.patch8(out.length - 1, bytes[stop - 1]! & (0xff << (8 - (bits & 7))));
}
