import { formatAddress, isAddress, parseAddress } from './address.js';

/**
 * The one text of an address by which peers are found: RFC 5952, an IPv4-mapped address (as dual-stack sockets show
 * it) as IPv4, the zone only where it tells something. What is no address stays as it is.
 */
export function canonicalAddress(text: string): string {
  const percent = text.indexOf('%');
  const address = percent < 0 ? text : text.slice(0, percent);
  if (!isAddress(address)) return text;
  const plain = formatAddress(parseAddress(address));
  if (plain.startsWith('::ffff:') && plain.includes('.')) return plain.slice('::ffff:'.length);
  return percent < 0 || !/^fe[89ab]/.test(plain) ? plain : plain + text.slice(percent);
}
