import koffi from 'koffi';
import { LinuxError } from './errors.js';

/**
 * The C functions this package calls. None of them is ever called so that it can block, except `poll`, which only
 * the netlink worker's thread does. Buffers are passed by address: the kernel reads and writes them in place.
 */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  send(fd: number, buffer: Uint8Array, length: number, flags: number): number;
  recv(fd: number, buffer: Uint8Array, length: number, flags: number): number;
  sendto(
    fd: number,
    buffer: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: number,
  ): number;
  recvfrom(
    fd: number,
    buffer: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: Uint8Array,
  ): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** `SO_ATTACH_FILTER` with a program of so many instructions, each of 8 octets. */
  attachFilter(fd: number, program: Uint8Array): number;
  read(fd: number, buffer: Uint8Array, length: number): number;
  write(fd: number, buffer: Uint8Array, length: number): number;
  poll(set: Uint8Array, count: number, timeoutMilliseconds: number): number;
  eventfd(initial: number, flags: number): number;
  setns(fd: number, type: number): number;
  close(fd: number): number;
  ifNameToIndex(name: string): number;
  /** The calling thread's error number; valid right after a call that returned -1. */
  errno(): number;
}

/** Binds the functions from the running process, so that any C library will do. Throws on what is not Linux. */
export function loadLibc(): Libc {
  if (process.platform !== 'linux') {
    throw new LinuxError('LINUX_ERR_PLATFORM', `@peerage/linux needs Linux, this is ${process.platform}`);
  }
  const library = koffi.load(null);
  const program = koffi.struct({ len: 'uint16', filter: 'void *' });
  const attach = library.func('setsockopt', 'int', [
    ...['int', 'int', 'int'],
    koffi.pointer(program),
    'unsigned int',
  ]);
  return {
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, const void *, unsigned int)'),
    getsockname: library.func('int getsockname(int, void *, void *)'),
    setsockopt: library.func('int setsockopt(int, int, int, const void *, unsigned int)'),
    getsockopt: library.func('int getsockopt(int, int, int, void *, void *)'),
    send: library.func('long send(int, const void *, unsigned long, int)'),
    recv: library.func('long recv(int, void *, unsigned long, int)'),
    sendto: library.func('long sendto(int, const void *, unsigned long, int, const void *, unsigned int)'),
    recvfrom: library.func('long recvfrom(int, void *, unsigned long, int, void *, void *)'),
    ioctl: library.func('int ioctl(int, unsigned long, void *)'),
    attachFilter: (fd, filter) =>
      attach(fd, SOL_SOCKET, SO_ATTACH_FILTER, { len: filter.length / 8, filter }, 16),
    read: library.func('long read(int, void *, unsigned long)'),
    write: library.func('long write(int, const void *, unsigned long)'),
    poll: library.func('int poll(void *, unsigned long, int)'),
    eventfd: library.func('int eventfd(unsigned int, int)'),
    setns: library.func('int setns(int, int)'),
    close: library.func('int close(int)'),
    ifNameToIndex: library.func('unsigned int if_nametoindex(const char *)'),
    errno: () => koffi.errno(),
  };
}

/** `AF_INET`, `AF_INET6`, `AF_NETLINK` and the flags of `socket(2)`. */
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const SOCK_STREAM = 1;
export const SOCK_RAW = 3;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;
export const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;

export const EINTR = 4;
export const EAGAIN = 11;
export const ENOBUFS = 105;

/** A C `int` in the host's byte order. */
export function cInt(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}

/** The C `int` that the first four bytes hold, in the host's byte order. */
export function readCInt(bytes: Uint8Array): number {
  return new Int32Array(bytes.slice(0, 4).buffer)[0]!;
}
