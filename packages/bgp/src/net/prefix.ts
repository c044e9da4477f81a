import { IPv4CidrRange, IPv6CidrRange } from 'ip-num';
import { BgpError, showValue } from '../errors.js';
import { formatAddress, scanIpv4, scanIpv6 } from './address.js';
import { type Family, IPV4_UNICAST, IPV6_UNICAST } from './family.js';
import { createNlriKey, type NlriKey } from './nlri-key.js';

/** An IP prefix. `bytes` has all 4 or 16 octets; those past `length` are zero. */
export interface Prefix {
  readonly family: Family;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** Bits of an address of this family: 32 or 128. */
export function prefixBits(family: Family): number {
  return family.afi === IPV4_UNICAST.afi ? 32 : 128;
}

/** Mask of the top `bits` (0 … 32) of a word, as unsigned number. */
export function wordMask(bits: number): number {
  return bits <= 0 ? 0 : bits >= 32 ? 0xffffffff : (0xffffffff << (32 - bits)) >>> 0;
}

function refuse(text: string, reason: string): never {
  throw new BgpError('BGP_ERR_PREFIX', `bad prefix ${showValue(text)}: ${reason}`, {
    value: text,
    allowed: 'ADDRESS/LENGTH without bits set past the length, such as 192.0.2.0/24 or 2001:db8::/32',
  });
}

function refuseHostBits(text: string): never {
  const range = text.includes(':') ? IPv6CidrRange.fromCidr(text) : IPv4CidrRange.fromCidr(text);
  const first = range.getFirst().getValue();
  const size = text.includes(':') ? 16 : 4;
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = Number((first >> BigInt(8 * (size - 1 - i))) & 0xffn);
  refuse(
    text,
    `it has bits set past its length; use ${formatAddress(bytes)}${text.slice(text.indexOf('/'))}`,
  );
}

function scanLength(text: string, slash: number, most: number): number {
  const digits = text.length - slash - 1;
  let length = 0;
  for (let i = slash + 1; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    length = length * 10 + digit;
  }
  const canonical = digits === 1 || (digits > 1 && digits <= 3 && text.charCodeAt(slash + 1) !== 48);
  return canonical && length <= most ? length : -1;
}

/**
 * Reads `10.0.0.0/8` or `2001:db8::/32` into `key` (path id 0) and returns its family. Throws `BGP_ERR_PREFIX` when it is
 * no prefix or has host bits set; the message shows the right form.
 */
export function parseInto(text: string, key: NlriKey): Family {
  if (typeof text !== 'string') refuse(text, 'it must be a text');
  const slash = text.indexOf('/');
  if (slash < 0)
    refuse(text, `the length is missing; an address alone is ${text}${text.includes(':') ? '/128' : '/32'}`);
  const isV6 = text.includes(':');
  const length = scanLength(text, slash, isV6 ? 128 : 32);
  if (length < 0) refuse(text, `the length must be 0 … ${isV6 ? 128 : 32}, without leading zeros`);
  key.pathId = 0;
  key.length = length;
  if (!isV6) {
    const word = scanIpv4(text, 0, slash);
    if (word < 0) refuse(text, `${JSON.stringify(text.slice(0, slash))} is not an IPv4 address`);
    if ((word & ~wordMask(length)) !== 0) refuseHostBits(text);
    key.a = word;
    key.b = 0;
    key.c = 0;
    key.d = 0;
    return IPV4_UNICAST;
  }
  const groups = new Uint16Array(8);
  if (!scanIpv6(text, 0, slash, groups)) {
    refuse(text, `${JSON.stringify(text.slice(0, slash))} is not an IPv6 address`);
  }
  key.a = ((groups[0]! << 16) | groups[1]!) >>> 0;
  key.b = ((groups[2]! << 16) | groups[3]!) >>> 0;
  key.c = ((groups[4]! << 16) | groups[5]!) >>> 0;
  key.d = ((groups[6]! << 16) | groups[7]!) >>> 0;
  const hostBits =
    (key.a & ~wordMask(length)) |
    (key.b & ~wordMask(length - 32)) |
    (key.c & ~wordMask(length - 64)) |
    (key.d & ~wordMask(length - 96));
  if (hostBits !== 0) refuseHostBits(text);
  return IPV6_UNICAST;
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/** Octets of a key's address: 4 or 16 by its family. */
export function keyBytes(family: Family, key: NlriKey): Uint8Array {
  const bytes = new Uint8Array(prefixBits(family) / 8);
  putWord(bytes, 0, key.a);
  if (bytes.length === 16) {
    putWord(bytes, 4, key.b);
    putWord(bytes, 8, key.c);
    putWord(bytes, 12, key.d);
  }
  return bytes;
}

/**
 * `10.0.0.0/8` or `2001:db8::/32`. Throws `BGP_ERR_PREFIX`, as `parseInto` does.
 *
 * @example
 * parsePrefix('10.0.0.0/8').length; // 8
 */
export function parsePrefix(text: string): Prefix {
  const key = createNlriKey();
  const family = parseInto(text, key);
  return { family, bytes: keyBytes(family, key), length: key.length };
}

/**
 * `10.0.0.0/8` or, by RFC 5952, `2001:db8::/32`.
 *
 * @example
 * formatPrefix(parsePrefix('2001:DB8:0::/32')); // '2001:db8::/32'
 */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.bytes)}/${prefix.length}`;
}

/** Whether an address, 4 or 16 octets, is in a network. Bits of the network past its length are not looked at. */
export function covers(network: Pick<Prefix, 'bytes' | 'length'>, address: Uint8Array): boolean {
  if (network.bytes.length !== address.length) return false;
  for (let bit = 0; bit < network.length; bit += 8) {
    const bits = Math.min(8, network.length - bit);
    const mask = (0xff << (8 - bits)) & 0xff;
    if (((network.bytes[bit >> 3]! ^ address[bit >> 3]!) & mask) !== 0) return false;
  }
  return true;
}
