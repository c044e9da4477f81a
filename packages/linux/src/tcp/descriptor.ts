import { LinuxError, systemCallError } from '../errors.js';
import {
  AF_INET,
  AF_INET6,
  cInt,
  type Libc,
  readCInt,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../libc.js';
import { encodeMd5Key, TCP_MD5SIG, TCP_MD5SIG_EXT } from './md5-key.js';
import { encodeSocketAddress, type IpVersion, mapToIpv6, type SocketAddress } from './socket-address.js';
import type { TtlLimits } from './tcp-sockets.js';

export const IPPROTO_TCP = 6;
const levelOf = { 4: 0, 6: 41 } as const;
const ttlOption = { 4: 2, 6: 16 } as const;
const minTtlOption = { 4: 21, 6: 73 } as const;
const SO_REUSEADDR = 2;
const SO_BINDTODEVICE = 25;
const SO_DOMAIN = 39;
const IPV6_V6ONLY = 26;
const ENOENT = 2;
const ENOPROTOOPT = 92;

/** A TCP socket's file descriptor and what Node cannot set on it. It does not own the descriptor's life. */
export class Descriptor {
  readonly fd: number;
  readonly version: IpVersion;
  readonly #libc: Libc;

  private constructor(libc: Libc, fd: number, version: IpVersion) {
    this.#libc = libc;
    this.fd = fd;
    this.version = version;
  }

  /** A new socket. */
  static open(libc: Libc, version: IpVersion): Descriptor {
    const fd = libc.socket(version === 4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) throw systemCallError('socket', libc.errno(), `cannot open an IPv${version} TCP socket`);
    return new Descriptor(libc, fd, version);
  }

  /** The socket that an open descriptor of another owner stands for. */
  static of(libc: Libc, fd: number): Descriptor {
    const domain = new Uint8Array(4);
    if (libc.getsockopt(fd, SOL_SOCKET, SO_DOMAIN, domain, cInt(4)) < 0) {
      throw systemCallError('getsockopt', libc.errno(), 'cannot ask a socket for its family');
    }
    return new Descriptor(libc, fd, readCInt(domain) === AF_INET6 ? 6 : 4);
  }

  close(): void {
    this.#libc.close(this.fd);
  }

  bind(address: string, port: number): void {
    const { bytes } = this.encode(address, port);
    if (this.#libc.bind(this.fd, bytes, bytes.length) < 0) {
      const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
      throw systemCallError('bind', this.#libc.errno(), `cannot bind to ${place}`);
    }
  }

  allowReuse(): void {
    this.set(SOL_SOCKET, SO_REUSEADDR, cInt(1), 'SO_REUSEADDR');
  }

  setIpv6Only(only: boolean): void {
    this.set(levelOf[6], IPV6_V6ONLY, cInt(only ? 1 : 0), 'IPV6_V6ONLY');
  }

  bindToDevice(name: string): void {
    this.set(SOL_SOCKET, SO_BINDTODEVICE, new TextEncoder().encode(`${name}\0`), `bind to device ${name}`);
  }

  /** On an IPv6 socket both families' options are set, since it may carry IPv4 connections. */
  setTtl({ ttl, minTtl }: TtlLimits): void {
    for (const family of this.version === 6 ? ([6, 4] as const) : ([4] as const)) {
      if (ttl !== undefined) this.set(levelOf[family], ttlOption[family], octet('ttl', ttl), 'the TTL');
      if (minTtl !== undefined) {
        this.set(levelOf[family], minTtlOption[family], octet('minTtl', minTtl), 'the least TTL');
      }
    }
  }

  /** A peer, an address or a prefix, as options that concern it name it; the length is absent for one address. */
  encodePeer(
    address: string,
    prefixLength: number | undefined,
  ): { readonly peer: SocketAddress; readonly prefix: number; readonly most: number } {
    const peer = this.encode(address, 0);
    const mapped = peer.version === 4 && this.version === 6 ? this.encode(mapToIpv6(address), 0) : peer;
    // The kernel counts the prefix length of a mapped address within its 32 bits.
    const most = peer.version === 4 ? 32 : 128;
    if (prefixLength !== undefined) {
      if (!Number.isInteger(prefixLength) || prefixLength < 0 || prefixLength > most) {
        const message = `the prefix length of ${address} is 0 to ${most}, got ${prefixLength}`;
        throw new LinuxError('LINUX_ERR_ARGUMENT', message);
      }
    }
    return { peer: mapped, prefix: prefixLength ?? most, most };
  }

  /** Sets or removes (`null`) the key of a peer, an address or a prefix. */
  setMd5Key(address: string, prefixLength: number | undefined, key: Uint8Array | null): void {
    const { peer, prefix: length, most } = this.encodePeer(address, prefixLength);
    const prefix = length === most ? null : length;
    const name = prefix === null ? TCP_MD5SIG : TCP_MD5SIG_EXT;
    const option = encodeMd5Key(peer, prefix, key);
    if (key !== null) this.set(IPPROTO_TCP, name, option, `the TCP MD5 key of ${address}`);
    else this.#removeKey(name, option, address);
  }

  /** Whether the kernel has TCP MD5 at all. */
  knowsMd5(): boolean {
    const key = encodeMd5Key(
      this.encode(this.version === 4 ? '127.0.0.1' : '::1', 0),
      null,
      Uint8Array.of(1),
    );
    const result = this.#libc.setsockopt(this.fd, IPPROTO_TCP, TCP_MD5SIG, key, key.length);
    return result === 0 || this.#libc.errno() !== ENOPROTOOPT;
  }

  encode(address: string, port: number): SocketAddress {
    return encodeSocketAddress(address, port, (name) => this.#libc.ifNameToIndex(name));
  }

  #removeKey(name: number, option: Uint8Array, address: string): void {
    if (this.#libc.setsockopt(this.fd, IPPROTO_TCP, name, option, option.length) >= 0) return;
    const errno = this.#libc.errno();
    // There was none.
    if (errno === ENOENT) return;
    throw systemCallError('setsockopt', errno, `cannot remove the TCP MD5 key of ${address}`);
  }

  /** Sets an option; `what` completes "cannot set". */
  set(level: number, name: number, value: Uint8Array, what: string): void {
    if (this.#libc.setsockopt(this.fd, level, name, value, value.length) >= 0) return;
    const failed = systemCallError('setsockopt', this.#libc.errno(), `cannot set ${what}`);
    if (failed.code === 'LINUX_ERR_PERMISSION') throw failed;
    const { errno = 0, syscall = 'setsockopt' } = failed;
    throw new LinuxError('LINUX_ERR_SOCKET_OPTION', failed.message, { errno, syscall });
  }
}

function octet(name: string, value: number): Uint8Array {
  if (Number.isInteger(value) && value >= 1 && value <= 255) return cInt(value);
  throw new LinuxError('LINUX_ERR_ARGUMENT', `${name} is 1 to 255, got ${value}`);
}
