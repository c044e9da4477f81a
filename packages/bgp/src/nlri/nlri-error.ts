import { BgpError, showValue } from '../errors.js';
import { isAddress, parseAddress } from '../net/address.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import { fromHex } from '../wire/hex.js';

/** Refuses a value of an NLRI that cannot be encoded. */
export function refuseNlri(path: string, value: unknown, wayOut: string): never {
  throw new BgpError('BGP_ERR_NLRI', `${path}: ${wayOut}, got ${showValue(value)}`, {
    path,
    value,
    allowed: wayOut,
  });
}

/** Refuses what has no fields: `what` says which are wanted. */
export function checkFields(path: string, value: unknown, what: string): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  refuseNlri(path, value, `must be an object: ${what}`);
}

/** Refuses what is not an integer 0 … `most`. */
export function checkNumber(path: string, value: unknown, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) {
    refuseNlri(path, value, `must be an integer 0 … ${most}`);
  }
  return value;
}

/** Octets of a hex text; `length` is how many there must be, when it is given. */
export function checkHex(path: string, value: unknown, length?: number): Uint8Array {
  const octets = typeof value === 'string' ? fromHex(value) : null;
  if (octets === null || (length !== undefined && octets.length !== length)) {
    refuseNlri(path, value, length === undefined ? 'must be hex digits' : `must be ${2 * length} hex digits`);
  }
  return octets;
}

/** Octets of an address of one of these lengths (4, 16). */
export function checkAddress(path: string, value: unknown, lengths: readonly number[] = [4, 16]): Uint8Array {
  if (typeof value === 'string' && isAddress(value)) {
    const octets = parseAddress(value);
    if (lengths.includes(octets.length)) return octets;
  }
  const kinds = lengths.map((length) => (length === 4 ? 'IPv4' : 'IPv6')).join(' or ');
  return refuseNlri(path, value, `must be an ${kinds} address`);
}

/** Decimal text of an unsigned number of 64 bits, appended. */
export function writeU64(path: string, value: unknown, out: ByteWriter): void {
  const number = typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : -1n;
  if (number < 0n || number > 0xffffffffffffffffn) {
    refuseNlri(path, value, 'must be decimal text of a number 0 … 18446744073709551615');
  }
  out.u32(Number(number >> 32n));
  out.u32(Number(number & 0xffffffffn));
}
