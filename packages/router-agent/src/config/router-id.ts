import { isIPv4, isIPv6 } from 'node:net';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * The BGP identifier that `--router-id=generate` stands for: FNV-1a (32 bits) over the 16 octets of the primary address
 * (an IPv4 address in its mapped form `::ffff:a.b.c.d`), as a dotted quad in network order. A hash of 0 is not a BGP
 * identifier (RFC 6286 §2.1) and becomes 0.0.0.1.
 *
 * @throws TypeError when `primaryAddress` is not an IP address.
 */
export function generateRouterId(primaryAddress: string): string {
  let hash = FNV_OFFSET;
  for (const octet of mappedOctets(primaryAddress)) hash = Math.imul(hash ^ octet, FNV_PRIME) >>> 0;
  if (hash === 0) hash = 1;
  return [hash >>> 24, (hash >>> 16) & 255, (hash >>> 8) & 255, hash & 255].join('.');
}

function mappedOctets(address: string): number[] {
  if (isIPv4(address)) return [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...address.split('.').map(Number)];
  const [plain = ''] = address.split('%', 1);
  if (!isIPv6(plain))
    throw new TypeError(`the primary address must be an IP address, got ${JSON.stringify(address)}`);
  const [head = '', tail] = dottedTailAsGroups(plain).split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 255]);
}

/** `::ffff:192.0.2.1` as `::ffff:c000:201`. */
function dottedTailAsGroups(address: string): string {
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const high = (Number(a) << 8) | Number(b);
    const low = (Number(c) << 8) | Number(d);
    return `${high.toString(16)}:${low.toString(16)}`;
  });
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
