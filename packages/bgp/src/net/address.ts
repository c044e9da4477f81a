import { Validator } from 'ip-num';
import { BgpError, showValue } from '../errors.js';

/** Value of a character as hex digit, or -1. */
function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  if (code >= 65 && code <= 70) return code - 55;
  return -1;
}

/**
 * Reads a dotted quad in `text[start, end)`: four decimal numbers 0–255 without leading zeros. Returns the unsigned
 * word, or -1. No allocation: bulk announcements come through here.
 */
export function scanIpv4(text: string, start: number, end: number): number {
  let word = 0;
  let at = start;
  for (let octet = 0; octet < 4; octet++) {
    if (octet > 0 && text.charCodeAt(at++) !== 46) return -1;
    const first = at;
    let value = 0;
    while (at < end && at - first < 3) {
      const digit = text.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at++;
    }
    if (at === first || value > 255 || (at - first > 1 && text.charCodeAt(first) === 48)) return -1;
    word = word * 256 + value;
  }
  return at === end ? word : -1;
}

/** Where `scanIpv6` puts eight groups of 16 bits. */
export type Groups = Uint16Array;

/** Reads an IPv6 address in `text[start, end)` (RFC 4291 §2.2, also with a dotted quad at its end). False when it is none. */
export function scanIpv6(text: string, start: number, end: number, groups: Groups): boolean {
  let count = 0;
  let gap = -1;
  let at = start;
  if (text.charCodeAt(at) === 58) {
    if (end - start < 2 || text.charCodeAt(at + 1) !== 58) return false;
    gap = 0;
    at += 2;
  }
  while (at < end) {
    if (count === 8) return false;
    const first = at;
    let value = 0;
    while (at < end && at - first < 5) {
      const digit = hexDigit(text.charCodeAt(at));
      if (digit < 0) break;
      value = value * 16 + digit;
      at++;
    }
    if (at < end && text.charCodeAt(at) === 46) {
      const quad = count <= 6 ? scanIpv4(text, first, end) : -1;
      if (quad < 0) return false;
      groups[count++] = quad >>> 16;
      groups[count++] = quad & 0xffff;
      at = end;
      break;
    }
    if (at === first || at - first > 4) return false;
    groups[count++] = value;
    if (at === end) break;
    if (text.charCodeAt(at) !== 58) return false;
    at++;
    if (at === end) return false;
    if (text.charCodeAt(at) === 58) {
      if (gap >= 0) return false;
      gap = count;
      at++;
    }
  }
  if (gap < 0) return count === 8;
  if (count === 8) return false;
  for (let i = 7, from = count - 1; i >= gap; i--) groups[i] = from >= gap ? groups[from--]! : 0;
  return true;
}

function reasonAgainst(text: string): string {
  if (typeof text !== 'string') return 'it must be a text';
  if (text.includes('%')) return 'a zone is not part of an address';
  const [, reasons] = text.includes(':')
    ? Validator.isValidIPv6String(text)
    : Validator.isValidIPv4String(text);
  return reasons[0] ?? 'not an IPv4 or IPv6 address';
}

/**
 * Octets of an address: 4 for IPv4, 16 for IPv6. Throws `BGP_ERR_ADDRESS`; zones (`%eth0`) are not part of an address.
 *
 * @example
 * parseAddress('192.0.2.1').length; // 4
 */
export function parseAddress(text: string): Uint8Array {
  if (typeof text === 'string' && text.includes(':')) {
    const groups = new Uint16Array(8);
    if (scanIpv6(text, 0, text.length, groups)) {
      const bytes = new Uint8Array(16);
      for (let i = 0; i < 8; i++) {
        bytes[2 * i] = groups[i]! >>> 8;
        bytes[2 * i + 1] = groups[i]! & 0xff;
      }
      return bytes;
    }
  } else if (typeof text === 'string') {
    const word = scanIpv4(text, 0, text.length);
    if (word >= 0) return Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word);
  }
  throw new BgpError('BGP_ERR_ADDRESS', `bad IP address ${showValue(text)}: ${reasonAgainst(text)}`, {
    value: text,
    allowed: 'an IPv4 or IPv6 address',
  });
}

/**
 * Whether `parseAddress` would take it.
 *
 * @example
 * isAddress('2001:db8::1'); // true
 * isAddress('router1'); // false
 */
export function isAddress(text: string): boolean {
  if (typeof text !== 'string') return false;
  return text.includes(':')
    ? scanIpv6(text, 0, text.length, new Uint16Array(8))
    : scanIpv4(text, 0, text.length) >= 0;
}

function formatIpv6(bytes: Uint8Array, start: number): string {
  const group = (i: number): number => (bytes[start + 2 * i]! << 8) | bytes[start + 2 * i + 1]!;
  let bestAt = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && group(i + run) === 0) run++;
    if (run > bestLength) {
      bestAt = i;
      bestLength = run;
    }
    if (run > 0) i += run - 1;
  }
  // RFC 5952 §5: addresses that embed IPv4 by a well-known prefix (::ffff:0:0/96) show it as a dotted quad.
  if (bestAt === 0 && bestLength === 5 && group(5) === 0xffff)
    return `::ffff:${formatIpv4(bytes, start + 12)}`;
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (i === bestAt) {
      text += '::';
      i += bestLength - 1;
    } else {
      text += (text === '' || text.endsWith(':') ? '' : ':') + group(i).toString(16);
    }
  }
  return text;
}

function formatIpv4(bytes: Uint8Array, start: number): string {
  return `${bytes[start]}.${bytes[start + 1]}.${bytes[start + 2]}.${bytes[start + 3]}`;
}

/**
 * Text of 4 or 16 octets at `start` (RFC 5952 for IPv6). Throws `BGP_ERR_ADDRESS` for any other length.
 *
 * @example
 * formatAddress(Uint8Array.of(192, 0, 2, 1)); // '192.0.2.1'
 */
export function formatAddress(bytes: Uint8Array, start = 0, length: number = bytes.length - start): string {
  if (length === 4 && start + 4 <= bytes.length) return formatIpv4(bytes, start);
  if (length === 16 && start + 16 <= bytes.length) return formatIpv6(bytes, start);
  throw new BgpError('BGP_ERR_ADDRESS', `an address has 4 or 16 octets, got ${length}`, {
    value: length,
    allowed: '4 or 16 octets',
  });
}

/**
 * Unsigned word of a dotted quad, for router ids and the like. Throws `BGP_ERR_ADDRESS`.
 *
 * @example
 * addressToU32('192.0.2.1'); // 3221225985
 */
export function addressToU32(text: string): number {
  const word = scanIpv4(text, 0, text.length);
  if (word < 0)
    throw new BgpError('BGP_ERR_ADDRESS', `bad dotted quad ${showValue(text)}: ${reasonAgainst(text)}`, {
      value: text,
      allowed: 'a dotted quad',
    });
  return word;
}

/**
 * Dotted quad of an unsigned word.
 *
 * @example
 * u32ToAddress(0xc0000201); // '192.0.2.1'
 */
export function u32ToAddress(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
}
