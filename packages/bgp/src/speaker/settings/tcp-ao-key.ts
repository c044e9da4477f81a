import type { AoAlgorithm } from '../../ports/transport.js';

/** One key of TCP-AO, a master key tuple (RFC 5925 §3.1). Both sides have the same secret, with the numbers crossed. */
export interface TcpAoKey {
  /** KeyID in what we send, 0 … 255: the peer's `receiveId`. */
  readonly sendId: number;
  /** KeyID in what the peer sends, 0 … 255. */
  readonly receiveId: number;
  /** Default `hmac-sha-1-96`. */
  readonly algorithm?: AoAlgorithm;
  /** 1–80 octets of UTF-8. Never logged, never in a status. */
  readonly secret: string;
  /** Octets of the authentication code, 4 … 16. Default 12, for `hmac-sha-256-128` 16. */
  readonly macLength?: number;
  /** Other TCP options are covered too. Default true. */
  readonly coversOptions?: boolean;
}
