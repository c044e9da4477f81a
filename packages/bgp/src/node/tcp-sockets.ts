import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { BgpError } from '../errors.js';
import type { AoKey, AoState, ConnectTarget, ListenTarget, SocketFeature } from '../ports/transport.js';

/**
 * Where sockets come from. Node's own can do little; `@peerage/linux/tcp` has one with TTL, TCP MD5 and devices.
 * Implementations fail closed: what they cannot give they refuse, with `BGP_ERR_SOCKET_FEATURE`.
 */
export interface TcpSockets {
  readonly features: ReadonlySet<SocketFeature>;
  /** A socket that is connecting: it will emit `connect` or `error`. */
  connect(target: ConnectTarget): Socket;
  /** A server that is listening. Rejects when the address or port cannot be had. */
  listen(target: ListenTarget & { readonly ipv6Only?: boolean }): Promise<Server>;
  /** Sets, or with `null` removes, the key that connections from `peer` must use. */
  setMd5Key(
    server: Server,
    peer: { readonly address: string; readonly prefixLength?: number },
    key: Uint8Array | null,
  ): void;
  /** Replaces the TCP-AO keys (`before`: those set so far) that connections from `peer` must use. */
  setAoKeys(
    server: Server,
    peer: { readonly address: string; readonly prefixLength?: number },
    keys: readonly AoKey[],
    before: readonly AoKey[],
  ): void;
  /** Rolls the TCP-AO keys of a connection over. */
  changeAoKeys(socket: Socket, keys: readonly AoKey[]): void;
  /** What TCP-AO does on a connection; null without it. */
  aoState(socket: Socket): AoState | null;
  /** From now on an accepted connection lives on this network interface alone. */
  bindToDevice(socket: Socket, device: string): void;
  /** Sets the TTL of what a connected socket sends, and the least that it accepts. */
  setTtl(socket: Socket, ttl: { readonly ttl?: number; readonly minTtl?: number }): void;
}

/** An error that says which protection cannot be had, and where it can. */
export function missingFeature(feature: SocketFeature): BgpError {
  return new BgpError(
    'BGP_ERR_SOCKET_FEATURE',
    `this socket factory cannot give ${feature}; use one that can, such as that of @peerage/linux/tcp, or remove it from the configuration`,
    { value: feature },
  );
}

/**
 * Node's own sockets: a source address and port, and nothing else.
 *
 * @example
 * plainTcpSockets().features.has('md5'); // false
 */
export function plainTcpSockets(): TcpSockets {
  return {
    features: new Set<SocketFeature>(['localAddress', 'localPort']),
    connect({ address, port, localAddress, localPort }) {
      return createConnection({
        host: address,
        port,
        allowHalfOpen: true,
        noDelay: true,
        ...(localAddress !== undefined && { localAddress }),
        // Node sets SO_REUSEADDR: connections that were closed lately do not hold the port.
        ...(localPort !== undefined && { localPort }),
      });
    },
    listen({ address, port, ipv6Only }) {
      return new Promise((resolve, reject) => {
        const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
        server.once('error', reject);
        server.listen(
          { port, ...(address !== undefined && { host: address }), ...(ipv6Only && { ipv6Only }) },
          () => {
            server.off('error', reject);
            resolve(server);
          },
        );
      });
    },
    setMd5Key() {
      throw missingFeature('md5');
    },
    setAoKeys() {
      throw missingFeature('tcpAo');
    },
    changeAoKeys() {
      throw missingFeature('tcpAo');
    },
    aoState: () => null,
    bindToDevice() {
      throw missingFeature('device');
    },
    setTtl(_socket, { minTtl }) {
      throw missingFeature(minTtl === undefined ? 'ttl' : 'minTtl');
    },
  };
}
