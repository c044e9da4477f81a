import { isIPv4, isIPv6 } from 'node:net';
import { LinuxError } from '../errors.js';
import { AF_INET, AF_INET6 } from '../libc.js';
import { hostIsLittleEndian } from '../netlink/layout.js';

/*
 * sockaddr_in                      sockaddr_in6
 *
 *    0      2    4       8           0      2    4        8          24      28
 *   +------+----+-------+           +------+----+--------+----------+-------+
 *   |family|port|address|           |family|port|flowinfo| address  | scope |
 *   +------+----+-------+           +------+----+--------+----------+-------+
 *
 * Family and scope are in the host's byte order, the rest in the network's.
 */
export type IpVersion = 4 | 6;

/** An address as the kernel takes it. */
export interface SocketAddress {
  readonly version: IpVersion;
  readonly bytes: Uint8Array;
}

/** 4 or 6; throws on what is no address. */
export function versionOf(address: string): IpVersion {
  if (isIPv4(address)) return 4;
  if (isIPv6(address)) return 6;
  throw new LinuxError('LINUX_ERR_ARGUMENT', `"${address}" is not an IP address`);
}

/** Encodes address text; `interfaceIndex` finds the number of a `%scope` that is a name (0: there is none). */
export function encodeSocketAddress(
  address: string,
  port: number,
  interfaceIndex: (name: string) => number,
): SocketAddress {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new LinuxError('LINUX_ERR_ARGUMENT', `a port is 0 to 65535, got ${port}`);
  }
  const version = versionOf(address);
  const bytes = new Uint8Array(version === 4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, version === 4 ? AF_INET : AF_INET6, hostIsLittleEndian);
  view.setUint16(2, port);
  if (version === 4) {
    bytes.set(parseIpv4(address), 4);
    return { version, bytes };
  }
  const [digits = '', scope] = address.split('%');
  bytes.set(parseIpv6(digits), 8);
  if (scope !== undefined) view.setUint32(24, scopeIndex(address, scope, interfaceIndex), hostIsLittleEndian);
  return { version, bytes };
}

/** The 4 or 16 octets of an address without `%scope`. */
export function parseIpAddress(address: string): Uint8Array {
  return versionOf(address) === 4 ? Uint8Array.from(parseIpv4(address)) : parseIpv6(address);
}

function scopeIndex(address: string, scope: string, interfaceIndex: (name: string) => number): number {
  const index = /^\d+$/.test(scope) ? Number(scope) : interfaceIndex(scope);
  if (index === 0) throw new LinuxError('LINUX_ERR_ARGUMENT', `"${address}": there is no interface ${scope}`);
  return index;
}

function parseIpv4(text: string): number[] {
  return text.split('.').map(Number);
}

/** The 16 octets of an address that `net.isIPv6` accepts. */
function parseIpv6(text: string): Uint8Array {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let groups = text;
  if (dotted !== null) {
    const [a = 0, b = 0, c = 0, d = 0] = parseIpv4(dotted[2]!);
    groups = `${dotted[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [before = '', after] = groups.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  head.forEach((group, at) => {
    view.setUint16(at * 2, Number.parseInt(group, 16));
  });
  tail.forEach((group, at) => {
    view.setUint16(16 - (tail.length - at) * 2, Number.parseInt(group, 16));
  });
  return bytes;
}

/** `::ffff:a.b.c.d`: how an IPv4 peer appears on an IPv6 socket. */
export function mapToIpv6(address: string): string {
  return `::ffff:${address}`;
}
