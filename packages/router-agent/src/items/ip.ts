/** 4 or 16 octets. */
export type AddressBytes = Uint8Array;

/** An address range in bits; host bits are zero. */
export interface Cidr {
  readonly bytes: AddressBytes;
  readonly length: number;
}

/** Octets of an address, or null when the text is none. IPv4 in IPv6 clothes (`::ffff:192.0.2.1`) is IPv4. */
export function parseIp(text: string): AddressBytes | null {
  if (!text.includes(':')) return parseIpv4(text);
  const bytes = parseIpv6(text);
  if (bytes === null) return null;
  const mapped =
    bytes.subarray(0, 10).every((octet) => octet === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? bytes.slice(12) : bytes;
}

/** A range, or null; host bits are cleared, as Kubernetes accepts them set. */
export function parseCidr(text: string): Cidr | null {
  const [addressText, lengthText, ...rest] = text.split('/');
  if (addressText === undefined || lengthText === undefined || rest.length > 0) return null;
  const address = parseIp(addressText);
  if (address === null || !/^\d{1,3}$/.test(lengthText)) return null;
  const length = Number(lengthText);
  if (length > address.length * 8) return null;
  return { bytes: masked(address, length), length };
}

/** Canonical text (RFC 5952 for IPv6). */
export function formatIp(bytes: AddressBytes): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const gap = longestZeroRun(groups);
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  return gap === null ? text(0, 8) : `${text(0, gap.from)}::${text(gap.to, 8)}`;
}

export function formatCidr(cidr: Cidr): string {
  return `${formatIp(cidr.bytes)}/${cidr.length}`;
}

/** Text of a range that is given in octets. */
export function cidrText(bytes: AddressBytes, length: number): string {
  return `${formatIp(bytes)}/${length}`;
}

/** The range of exactly one address. */
export function hostCidr(bytes: AddressBytes): Cidr {
  return { bytes, length: bytes.length * 8 };
}

export function cidrContains(cidr: Cidr, address: AddressBytes): boolean {
  if (cidr.bytes.length !== address.length) return false;
  return masked(address, cidr.length).every((octet, i) => octet === cidr.bytes[i]);
}

export function isIpv4(bytes: AddressBytes): boolean {
  return bytes.length === 4;
}

/** Whether two texts name the same address; false when one of them is none. */
export function sameIp(a: string, b: string): boolean {
  const left = parseIp(a);
  const right = parseIp(b);
  return (
    left !== null &&
    right !== null &&
    left.length === right.length &&
    left.every((octet, i) => octet === right[i])
  );
}

function masked(address: AddressBytes, length: number): AddressBytes {
  return address.map((octet, i) => octet & ~(0xff >> Math.min(8, Math.max(0, length - i * 8))));
}

function parseIpv4(text: string): AddressBytes | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  const octets = match.slice(1).map(Number);
  // Go and Kubernetes refuse leading zeros, which some programs read as octal.
  const plain = match.slice(1).every((part) => part === String(Number(part)));
  return plain && octets.every((octet) => octet <= 255) ? Uint8Array.from(octets) : null;
}

function parseIpv6(text: string): AddressBytes | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groupsOf(halves[0] ?? '');
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '') : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): number[] | null {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.') && i === parts.length - 1) {
      const v4 = parseIpv4(part);
      if (v4 === null) return null;
      groups.push(((v4[0] ?? 0) << 8) | (v4[1] ?? 0), ((v4[2] ?? 0) << 8) | (v4[3] ?? 0));
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(part)) return null;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

function longestZeroRun(groups: readonly number[]): { from: number; to: number } | null {
  let best: { from: number; to: number } | null = null;
  let from = -1;
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0) {
      if (from < 0) from = i;
      continue;
    }
    if (from >= 0 && i - from > 1 && (best === null || i - from > best.to - best.from))
      best = { from, to: i };
    from = -1;
  }
  return best;
}
