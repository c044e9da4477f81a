import { systemCallError } from '../errors.js';
import {
  AF_INET6,
  cInt,
  EAGAIN,
  EINTR,
  type Libc,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_SOCKET,
} from '../libc.js';
import { hostIsLittleEndian } from '../netlink/layout.js';
import { encodeSocketAddress } from '../tcp/socket-address.js';

const IPPROTO_IPV6 = 41;
const IPPROTO_ICMPV6 = 58;
const SO_BINDTODEVICE = 25;
const ICMP6_FILTER = 1;
const IPV6_UNICAST_HOPS = 16;
const IPV6_MULTICAST_IF = 17;
const IPV6_MULTICAST_HOPS = 18;
const IPV6_MULTICAST_LOOP = 19;
const IPV6_ADD_MEMBERSHIP = 20;

/** Message types of RFC 4861 §4.1 and §4.2. */
export const routerMessage = { solicitation: 133, advertisement: 134 } as const;

/** A message that was heard, from a link-local address. */
export interface HeardMessage {
  readonly type: number;
  /** As eight groups of hex digits. */
  readonly source: string;
}

/**
 * RFC 4861 §6.1: what did not come with a hop limit of 255 made a hop, and is none of this link. A filter in the kernel drops it:
 *
 *     load octet 7 of the IPv6 header; 255? take all : take nothing
 */
const hopLimitFilter = instructions([
  [0x30, 0, 0, 0xfff00007],
  [0x15, 0, 1, 255],
  [0x06, 0, 0, 0xffffffff],
  [0x06, 0, 0, 0],
]);

/** A raw socket on one interface, for router solicitations and advertisements only. It never blocks. */
export class RouterSocket {
  readonly index: number;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #buffer = new Uint8Array(1500);
  readonly #from = new Uint8Array(28);

  private constructor(libc: Libc, fd: number, index: number) {
    this.#libc = libc;
    this.#fd = fd;
    this.index = index;
  }

  /** Throws `LINUX_ERR_PERMISSION` when the process may not have raw sockets. */
  static check(libc: Libc): void {
    libc.close(openRaw(libc));
  }

  /** A socket on this interface; null when it has gone meanwhile. */
  static open(libc: Libc, name: string, index: number): RouterSocket | null {
    const fd = openRaw(libc);
    const set = (level: number, option: number, value: Uint8Array): boolean =>
      libc.setsockopt(fd, level, option, value, value.length) >= 0;
    const allRouters = new Uint8Array(20);
    allRouters.set([0xff, 2], 0);
    allRouters[15] = 2;
    allRouters.set(cInt(index), 16);
    const isSet =
      set(SOL_SOCKET, SO_BINDTODEVICE, new TextEncoder().encode(`${name}\0`)) &&
      set(IPPROTO_ICMPV6, ICMP6_FILTER, typesFilter()) &&
      set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, cInt(255)) &&
      set(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, cInt(255)) &&
      set(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, cInt(0)) &&
      set(IPPROTO_IPV6, IPV6_MULTICAST_IF, cInt(index)) &&
      set(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, allRouters) &&
      libc.attachFilter(fd, hopLimitFilter) >= 0;
    if (isSet) return new RouterSocket(libc, fd, index);
    libc.close(fd);
    return null;
  }

  /** To all nodes of the link. False: not now, for example because the address is still being checked for doubles. */
  advertise(): boolean {
    // Hop limit 64, router lifetime 0: we are no default router (RFC 4861 §4.2).
    const message = new Uint8Array(16);
    message[0] = routerMessage.advertisement;
    message[4] = 64;
    return this.#send(message, 'ff02::1');
  }

  /** Asks the routers of the link to advertise themselves at once. */
  solicit(): boolean {
    const message = new Uint8Array(8);
    message[0] = routerMessage.solicitation;
    return this.#send(message, 'ff02::2');
  }

  /** The next message; null when there is none at the moment. */
  receive(): HeardMessage | null {
    for (;;) {
      const size = cInt(this.#from.length);
      const { length } = this.#buffer;
      const got = this.#libc.recvfrom(this.#fd, this.#buffer, length, 0, this.#from, size);
      if (got < 0) {
        if (this.#libc.errno() === EINTR) continue;
        return null;
      }
      const isLinkLocal = this.#from[8] === 0xfe && ((this.#from[9] ?? 0) & 0xc0) === 0x80;
      const type = this.#buffer[0] ?? 0;
      // An advertisement has 16 octets at least, a solicitation may come from an address that is not checked yet.
      const isWhole = got >= (type === routerMessage.advertisement ? 16 : 8) && this.#buffer[1] === 0;
      if (isWhole && (isLinkLocal || type === routerMessage.solicitation)) {
        return { type, source: sourceText(this.#from) };
      }
    }
  }

  close(): void {
    this.#libc.close(this.#fd);
  }

  #send(message: Uint8Array, group: string): boolean {
    const { bytes } = encodeSocketAddress(`${group}%${this.index}`, 0, () => this.index);
    for (;;) {
      const sent = this.#libc.sendto(this.#fd, message, message.length, 0, bytes, bytes.length);
      if (sent >= 0) return true;
      const errno = this.#libc.errno();
      if (errno !== EINTR) return errno === EAGAIN;
    }
  }
}

function openRaw(libc: Libc): number {
  const fd = libc.socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
  if (fd < 0) throw systemCallError('socket', libc.errno(), 'cannot open a raw socket for ICMPv6');
  return fd;
}

/** A bit for each type; those that are set are kept away. */
function typesFilter(): Uint8Array {
  const words = new Uint32Array(8).fill(0xffffffff);
  for (const type of Object.values(routerMessage)) words[type >> 5]! &= ~(1 << (type & 31));
  return new Uint8Array(words.buffer);
}

/** `struct sock_filter`: code u16, two jumps, operand u32. */
function instructions(program: readonly (readonly [number, number, number, number])[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, [code, whenTrue, whenFalse, operand]] of program.entries()) {
    view.setUint16(i * 8, code, hostIsLittleEndian);
    view.setUint8(i * 8 + 2, whenTrue);
    view.setUint8(i * 8 + 3, whenFalse);
    view.setUint32(i * 8 + 4, operand, hostIsLittleEndian);
  }
  return bytes;
}

function sourceText(socketAddress: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((socketAddress[8 + 2 * at]! << 8) | socketAddress[9 + 2 * at]!).toString(16),
  );
  return groups.join(':');
}
