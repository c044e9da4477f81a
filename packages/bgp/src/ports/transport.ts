/** Where one end of a TCP connection is. Addresses are text without brackets; IPv6 link-local ones carry `%scope`. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What a transport tells its owner. No call comes before `start`, none after `closed`. */
export interface TransportHandler {
  /** Bytes arrived. The view is valid during the call only. */
  data(chunk: Uint8Array): void;
  /** The bytes that made `write` return false have gone to the kernel. */
  drain(): void;
  /** The peer sent FIN; what we write still leaves. */
  ended(): void;
  /** The connection is gone: cleanly (`null`) or with the error that ended it. Comes exactly once. */
  closed(error: Error | null): void;
}

/** One connected byte stream. Everything that can wait says so by a callback: no call here blocks or awaits. */
export interface Transport {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Starts delivery. Bytes that came earlier are kept until then. */
  start(handler: TransportHandler): void;
  /** Queues bytes, which must not change afterwards. False when the queue is over its mark: wait for `drain`. */
  write(bytes: Uint8Array): boolean;
  /** Bytes accepted by `write` that the kernel has not taken yet. */
  readonly unsentBytes: number;
  /** Stops reading from the socket, so that the peer feels it. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then FIN; closes when the peer's FIN came or `graceMilliseconds` passed. */
  end(graceMilliseconds: number): void;
  /** Drops the connection at once. */
  destroy(): void;
  /** What TCP-AO does on this connection; null without it. Absent: this transport cannot have it. */
  authentication?(): AoState | null;
  /** Rolls the keys of a connection that has TCP-AO over. Throws what the system refuses. */
  changeAoKeys?(keys: readonly AoKey[]): void;
}

/** Algorithms of TCP-AO: those of RFC 5926, and HMAC-SHA-256. */
export type AoAlgorithm = 'hmac-sha-1-96' | 'aes-128-cmac-96' | 'hmac-sha-256-128';

/** One master key tuple of TCP-AO (RFC 5925 §3.1). */
export interface AoKey {
  /** KeyID in what we send: the peer's `receiveId`. */
  readonly sendId: number;
  /** KeyID in what the peer sends with it. */
  readonly receiveId: number;
  readonly algorithm: AoAlgorithm;
  /** 1–80 octets. */
  readonly secret: Uint8Array;
  /** Octets of the authentication code, 4–16. */
  readonly macLength: number;
  /** The other TCP options are covered too. */
  readonly coversOptions: boolean;
}

/** TCP-AO on one connection. Secrets are not in it. */
export interface AoState {
  readonly keys: readonly { readonly sendId: number; readonly receiveId: number }[];
  /** Key that we send with, by its `sendId`. */
  readonly sendsWith: number;
  /** Key that the peer is asked to send with (RNextKeyID), by its `receiveId`. */
  readonly asksFor: number;
  /** Segments that came with a right code, a wrong one, a key that is not ours, and without any. */
  readonly good: number;
  readonly bad: number;
  readonly unknownKey: number;
  readonly unsigned: number;
}

/** What a socket factory may be able to give beyond a plain connection. */
export type SocketFeature = 'localAddress' | 'localPort' | 'ttl' | 'minTtl' | 'md5' | 'tcpAo' | 'device';

/** What one peer needs of its sockets, for dialled and accepted connections alike. */
export interface SocketProtection {
  /** IP TTL / hop limit of what we send, 1–255. */
  readonly ttl?: number;
  /** Least TTL that is accepted (GTSM, RFC 5082), 1–255. */
  readonly minTtl?: number;
  /** TCP MD5 key (RFC 2385), 1–80 octets. */
  readonly md5Key?: Uint8Array;
  /** TCP-AO keys (RFC 5925); the peer is asked to send with the first. Excludes `md5Key`. */
  readonly aoKeys?: readonly AoKey[];
  /** Network interface that the socket is bound to. */
  readonly device?: string;
}

/** Where to dial, from where, and with which protection. */
export interface ConnectTarget extends SocketProtection {
  readonly address: string;
  readonly port: number;
  readonly localAddress?: string;
  /** Port that is dialled from, 1–65535; absent: the system chooses. Rejects with `EADDRINUSE` while another socket has it. */
  readonly localPort?: number;
}

/** Where to listen. */
export interface ListenTarget {
  /** Absent: all addresses of both families. */
  readonly address?: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly device?: string;
}

/** A socket that accepts. */
export interface Listener {
  readonly local: Endpoint;
  /**
   * Sets what connections from `peer` (an address, or a prefix as `a/len`) must have; `null` removes it.
   * Throws `BGP_ERR_SOCKET_FEATURE` when the factory or the kernel cannot give it.
   */
  protect(peer: string, protection: SocketProtection | null): void;
  close(): Promise<void>;
}

/** Makes connections. The only way in which this library reaches a network. */
export interface SocketFactory {
  readonly features: ReadonlySet<SocketFeature>;
  /** Dials. Rejects when the connection fails or the signal aborts. */
  connect(target: ConnectTarget, signal: AbortSignal): Promise<Transport>;
  /** Listens. `accept` gets connections that are up and not started. Rejects when the address or port is taken. */
  listen(target: ListenTarget, accept: (transport: Transport) => void): Promise<Listener>;
}

/** Gives connections that somebody else accepted, for example on a server that is shared. */
export interface Acceptor {
  /** Called once by the speaker; each connection that is up goes to `accept`. */
  start(accept: (transport: Transport) => void): void;
}
