import type { Server, Socket } from 'node:net';
import type { AoKey, AoState } from './ao-key.js';

/** What a TCP socket can be asked for beyond what Node gives. */
export type SocketFeature = 'localAddress' | 'localPort' | 'ttl' | 'minTtl' | 'md5' | 'tcpAo' | 'device';

/** Where to connect, and how. Addresses are text without brackets; link-local ones carry `%scope`. */
export interface ConnectTarget {
  readonly address: string;
  readonly port: number;
  readonly localAddress?: string;
  readonly localPort?: number;
  /** The interface that the connection must use (`SO_BINDTODEVICE`). */
  readonly device?: string;
  /** TTL or hop limit of what we send, 1 to 255. */
  readonly ttl?: number;
  /** Packets that arrive with less are dropped (RFC 5082), 1 to 255. */
  readonly minTtl?: number;
  /** TCP MD5 signature key (RFC 2385), 1 to 80 octets. */
  readonly md5Key?: Uint8Array;
  /** TCP-AO keys (RFC 5925); the peer is asked to send with the first. Excludes `md5Key`. */
  readonly aoKeys?: readonly AoKey[];
}

/** Where to listen. */
export interface ListenTarget {
  /** Absent: every address of both families, or of IPv4 where there is no IPv6. */
  readonly address?: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly device?: string;
  /**
   * TTL or hop limit of the first answer, and of what is accepted until {@link TcpSockets.setTtl} says otherwise.
   * 255 by default: a peer that demands it (RFC 5082) would not hear anything less.
   */
  readonly ttl?: number;
  /** `::` takes no IPv4 connections. */
  readonly ipv6Only?: boolean;
}

/** TTL limits of a connection; what is absent stays as it is. */
export interface TtlLimits {
  readonly ttl?: number;
  readonly minTtl?: number;
}

/** Makes Node's own sockets and servers, with what the kernel offers beyond Node set on them beforehand. */
export interface TcpSockets {
  /** What this kernel gives. */
  readonly features: ReadonlySet<SocketFeature>;

  /**
   * Connects. The socket emits `connect` or `error` as Node's own do; what the kernel refuses before the first
   * packet (an address that is not ours, an unknown device) throws {@link LinuxError}.
   */
  connect(target: ConnectTarget): Socket;

  /** Listens; rejects with `LINUX_ERR_SYSTEM_CALL` and `EADDRINUSE` when the port is taken. */
  listen(target: ListenTarget): Promise<Server>;

  /**
   * Demands of connections from `peer` that they are signed with `key`; `null` takes the demand back. On a server
   * for both families an IPv4 peer is meant in the form in which it will arrive there.
   */
  setMd5Key(
    server: Server,
    peer: { readonly address: string; readonly prefixLength?: number },
    key: Uint8Array | null,
  ): void;

  /**
   * Replaces the TCP-AO keys that connections from `peer` must use; `before` are those set so far. A connection that is there keeps
   * its own.
   */
  setAoKeys(
    server: Server,
    peer: { readonly address: string; readonly prefixLength?: number },
    keys: readonly AoKey[],
    before: readonly AoKey[],
  ): void;

  /**
   * Rolls the keys of a connection over: new ones are added, the peer is asked to send with the first, the others go. Refused
   * on a connection that has no TCP-AO.
   */
  changeAoKeys(socket: Socket, keys: readonly AoKey[]): void;

  /** What TCP-AO does on a connection; null without it. */
  aoState(socket: Socket): AoState | null;

  /** From now on a connection that is up lives on this interface alone (`SO_BINDTODEVICE`). */
  bindToDevice(socket: Socket, device: string): void;

  /** Sets TTL limits of a connection, an accepted one too. */
  setTtl(socket: Socket, limits: TtlLimits): void;
}
