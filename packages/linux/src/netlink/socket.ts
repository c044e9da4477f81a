import { systemCallError } from '../errors.js';
import {
  AF_NETLINK,
  cInt,
  EINTR,
  type Libc,
  readCInt,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_SOCKET,
} from '../libc.js';
import { hostIsLittleEndian } from './layout.js';
import { portIdOffset } from './message.js';

const SOL_NETLINK = 270;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;
const sockaddrLength = 12;

/** Which part of the kernel a socket speaks to (`NETLINK_ROUTE`, `NETLINK_NETFILTER`, `NETLINK_GENERIC`). */
export const netlinkProtocol = { route: 0, netfilter: 12, generic: 16 } as const;
export type NetlinkProtocol = (typeof netlinkProtocol)[keyof typeof netlinkProtocol];

export interface NetlinkSocketOptions {
  /** Absent: routes, links and addresses. */
  readonly protocol?: NetlinkProtocol;
  /** Octets asked for; what an unprivileged process gets is capped by `net.core.rmem_max`. */
  readonly receiveBufferBytes?: number;
  readonly sendBufferBytes?: number;
}

/**
 * One netlink socket of the calling thread's network namespace, non-blocking. Extended and capped
 * acknowledgements are on, and strict checking, so that the kernel itself filters dumps.
 */
export class NetlinkSocket {
  readonly fd: number;
  /** The address the kernel gave this socket; notifications carry it in the messages that this socket caused. */
  readonly portId: number;
  /** The receive buffer that the kernel really gave, in its own accounting (twice what was asked). */
  readonly receiveBufferBytes: number;
  readonly #libc: Libc;

  constructor(libc: Libc, options: NetlinkSocketOptions = {}) {
    this.#libc = libc;
    const protocol = options.protocol ?? netlinkProtocol.route;
    this.fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (this.fd < 0) throw systemCallError('socket', libc.errno(), 'cannot open a netlink socket');
    try {
      this.#setSize(SO_RCVBUFFORCE, SO_RCVBUF, options.receiveBufferBytes);
      this.#setSize(SO_SNDBUFFORCE, SO_SNDBUF, options.sendBufferBytes);
      for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK]) {
        this.#require(libc.setsockopt(this.fd, SOL_NETLINK, option, cInt(1), 4), 'setsockopt');
      }
      const address = new Uint8Array(sockaddrLength);
      new DataView(address.buffer).setUint16(0, AF_NETLINK, hostIsLittleEndian);
      this.#require(libc.bind(this.fd, address, sockaddrLength), 'bind');
      this.#require(libc.getsockname(this.fd, address, cInt(sockaddrLength)), 'getsockname');
      this.portId = new DataView(address.buffer).getUint32(4, hostIsLittleEndian);
      const size = new Uint8Array(4);
      this.#require(libc.getsockopt(this.fd, SOL_SOCKET, SO_RCVBUF, size, cInt(4)), 'getsockopt');
      this.receiveBufferBytes = readCInt(size);
    } catch (error) {
      libc.close(this.fd);
      throw error;
    }
  }

  /** Joins a multicast group (`RTNLGRP_*`). */
  join(group: number): void {
    const result = this.#libc.setsockopt(this.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, cInt(group), 4);
    this.#require(result, 'setsockopt(NETLINK_ADD_MEMBERSHIP)');
  }

  /**
   * Keeps out what the socket with this address caused, already in the kernel: a notification that nobody waits for costs a copy and a
   * system call otherwise. Each arrives alone, so that the port id of its first header tells.
   */
  ignorePort(portId: number): void {
    const result = this.#libc.attachFilter(this.fd, ignoringPort(portId));
    this.#require(result, 'setsockopt(SO_ATTACH_FILTER)');
  }

  /** Hands messages to the kernel, which has worked through them when this returns. 0, or the error number. */
  send(bytes: Uint8Array): number {
    for (;;) {
      if (this.#libc.send(this.fd, bytes, bytes.length, 0) >= 0) return 0;
      const errno = this.#libc.errno();
      if (errno !== EINTR) return errno;
    }
  }

  /** Receives what one `recv` gives: its length, 0 when nothing is there to read, or minus the error number. */
  receive(buffer: Uint8Array): number {
    for (;;) {
      const length = this.#libc.recv(this.fd, buffer, buffer.length, 0);
      if (length >= 0) return length;
      const errno = this.#libc.errno();
      if (errno !== EINTR) return -errno;
    }
  }

  close(): void {
    this.#libc.close(this.fd);
  }

  #setSize(force: number, plain: number, bytes: number | undefined): void {
    if (bytes === undefined) return;
    if (this.#libc.setsockopt(this.fd, SOL_SOCKET, force, cInt(bytes), 4) === 0) return;
    this.#require(this.#libc.setsockopt(this.fd, SOL_SOCKET, plain, cInt(bytes), 4), 'setsockopt');
  }

  #require(result: number, syscall: string): void {
    if (result >= 0) return;
    throw systemCallError(syscall, this.#libc.errno(), 'cannot set up a netlink socket');
  }
}

/*
 * A program of the classic packet filter (`struct sock_filter`: code u16, jt u8, jf u8, k u32), which reads octets in network order:
 *
 *   ld [12]          the port id in the header
 *   jeq port, 0, 1
 *   ret 0            dropped
 *   ret all
 */
function ignoringPort(portId: number): Uint8Array {
  const asStored = new DataView(new ArrayBuffer(4));
  asStored.setUint32(0, portId, hostIsLittleEndian);
  const instructions = [
    { code: 0x20, jt: 0, jf: 0, k: portIdOffset },
    { code: 0x15, jt: 0, jf: 1, k: asStored.getUint32(0) },
    { code: 0x06, jt: 0, jf: 0, k: 0 },
    { code: 0x06, jt: 0, jf: 0, k: 0xffffffff },
  ];
  const program = new DataView(new ArrayBuffer(instructions.length * 8));
  for (const [i, { code, jt, jf, k }] of instructions.entries()) {
    program.setUint16(i * 8, code, hostIsLittleEndian);
    program.setUint8(i * 8 + 2, jt);
    program.setUint8(i * 8 + 3, jf);
    program.setUint32(i * 8 + 4, k, hostIsLittleEndian);
  }
  return new Uint8Array(program.buffer);
}
