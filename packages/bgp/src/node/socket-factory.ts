import type { AddressInfo, Server, Socket } from 'node:net';
import { BlockList, isIP } from 'node:net';
import { BgpError } from '../errors.js';
import type {
  Acceptor,
  ConnectTarget,
  Listener,
  SocketFactory,
  SocketFeature,
  SocketProtection,
  Transport,
} from '../ports/transport.js';
import { missingFeature, plainTcpSockets, type TcpSockets } from './tcp-sockets.js';
import { plainAddress, TcpTransport } from './tcp-transport.js';

/**
 * Makes a socket factory of whatever gives sockets. Default: Node's own.
 *
 * @example
 * const speaker = new BgpSpeaker(config, { ...nodePorts(), sockets: tcpSocketFactory(plainTcpSockets()) });
 */
export function tcpSocketFactory(sockets: TcpSockets = plainTcpSockets()): SocketFactory {
  return {
    features: sockets.features,
    connect: (target, signal) => dial(sockets, target, signal),
    listen: async (target, accept) => {
      requireFeatures(sockets, { ...(target.device !== undefined && { device: target.device }) });
      return new TcpListener(sockets, await sockets.listen(target), accept);
    },
  };
}

/**
 * Takes the connections of a server that somebody else made and listens on. Nothing of it is closed.
 *
 * @example
 * const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(179);
 * createSpeaker({ localAs: 64512, routerId: '192.0.2.1', listen: [{ acceptor: acceptorFromServer(server) }] });
 */
export function acceptorFromServer(server: Server): Acceptor {
  return {
    start(accept) {
      server.on('connection', (socket) => accept(new TcpTransport(socket)));
    },
  };
}

function dial(sockets: TcpSockets, target: ConnectTarget, signal: AbortSignal): Promise<Transport> {
  return new Promise((resolve, reject) => {
    requireFeatures(sockets, target);
    for (const place of ['localAddress', 'localPort'] as const) {
      if (target[place] !== undefined && !sockets.features.has(place)) throw missingFeature(place);
    }
    const socket = sockets.connect(target);
    const aborted = (): void => {
      socket.destroy();
      reject(
        new BgpError('BGP_ERR_ABORTED', `the dial to ${target.address} port ${target.port} was given up`),
      );
    };
    if (signal.aborted) {
      aborted();
      return;
    }
    signal.addEventListener('abort', aborted, { once: true });
    // Refused, unreachable, timed out: the system's own code is in the error.
    const failed = (error: Error): void => {
      signal.removeEventListener('abort', aborted);
      reject(error);
    };
    socket.once('error', failed);
    // The handshake is done; from here on the transport listens to errors.
    socket.once('connect', () => {
      signal.removeEventListener('abort', aborted);
      socket.off('error', failed);
      resolve(new TcpTransport(socket, sockets));
    });
  });
}

/** Fails closed: a protection that these sockets do not have is an error, never left out. */
function requireFeatures(sockets: TcpSockets, protection: SocketProtection): void {
  const wanted: readonly (readonly [SocketFeature, unknown])[] = [
    ['ttl', protection.ttl],
    ['minTtl', protection.minTtl],
    ['md5', protection.md5Key],
    ['tcpAo', protection.aoKeys],
    ['device', protection.device],
  ];
  for (const [feature, value] of wanted) {
    if (value !== undefined && !sockets.features.has(feature)) throw missingFeature(feature);
  }
}

interface Rule {
  readonly list: BlockList;
  /** Link-local addresses mean somebody on one interface only. */
  readonly scope: string | undefined;
  readonly prefixLength: number;
  readonly protection: SocketProtection;
}

/** A listening server with what each peer's connections must have. */
class TcpListener implements Listener {
  readonly local: { readonly address: string; readonly port: number };
  readonly #sockets: TcpSockets;
  readonly #server: Server;
  readonly #rules = new Map<string, Rule>();

  constructor(sockets: TcpSockets, server: Server, accept: (transport: Transport) => void) {
    const { address, port } = server.address() as AddressInfo;
    this.local = { address, port };
    this.#sockets = sockets;
    this.#server = server;
    server.on('connection', (socket) => {
      // What was asked for this peer cannot be set: without it the connection must not live.
      try {
        this.#protectAccepted(socket);
      } catch {
        socket.destroy();
        return;
      }
      accept(new TcpTransport(socket, sockets));
    });
    // A connection was lost before it was accepted: nobody knew of it, and the server goes on.
    server.on('error', () => {});
  }

  protect(peer: string, protection: SocketProtection | null): void {
    const [address = '', length] = peer.split('/');
    const bits = isIP(address) === 6 ? 128 : 32;
    const prefixLength = length === undefined ? bits : Number(length);
    if (protection !== null) requireFeatures(this.#sockets, protection);
    if (hasKeys(protection)) this.#refuseNamesake(peer, address);
    const before = this.#rules.get(peer)?.protection;
    const whom = length === undefined ? { address } : { address, prefixLength };
    const setMd5 = (): void => {
      const key = protection?.md5Key ?? null;
      if (key !== null || before?.md5Key !== undefined) this.#sockets.setMd5Key(this.#server, whom, key);
    };
    const setAo = (): void => {
      const [keys, had] = [protection?.aoKeys ?? [], before?.aoKeys ?? []];
      if (keys.length + had.length > 0) this.#sockets.setAoKeys(this.#server, whom, keys, had);
    };
    // The kernel takes no key of one kind while one of the other is there.
    for (const set of protection?.md5Key === undefined ? [setMd5, setAo] : [setAo, setMd5]) set();
    if (protection === null) {
      this.#rules.delete(peer);
      return;
    }
    const list = new BlockList();
    list.addSubnet(withoutScope(address), prefixLength, bits === 128 ? 'ipv6' : 'ipv4');
    const scope = address.split('%')[1];
    this.#rules.set(peer, { list, scope, prefixLength, protection });
  }

  /** The kernel finds keys by address alone: those of one peer would be taken for those of another on another link. */
  #refuseNamesake(peer: string, address: string): void {
    for (const [other, { protection }] of this.#rules) {
      const isNamesake = other !== peer && withoutScope(other) === withoutScope(address);
      if (!isNamesake || !hasKeys(protection)) continue;
      throw new BgpError(
        'BGP_ERR_SOCKET_FEATURE',
        `${peer} and ${other} cannot both have keys: the kernel finds these by the address without its interface; give one router another link-local address`,
        { value: peer },
      );
    }
  }

  /** Stops accepting. Connections that were accepted live on, so nobody waits for them. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close();
      setImmediate(resolve);
    });
  }

  #protectAccepted(socket: Socket): void {
    const { ttl, minTtl, aoKeys, device } = this.#ruleFor(plainAddress(socket.remoteAddress ?? '')) ?? {};
    // What came over another interface is heard no more.
    if (device !== undefined) this.#sockets.bindToDevice(socket, device);
    // It may have waited in the queue since before the keys were set or changed.
    if (aoKeys !== undefined) this.#sockets.changeAoKeys(socket, aoKeys);
    if (ttl === undefined && minTtl === undefined) return;
    this.#sockets.setTtl(socket, {
      ...(ttl !== undefined && { ttl }),
      ...(minTtl !== undefined && { minTtl }),
    });
  }

  /** The most specific rule that covers an address. */
  #ruleFor(address: string): SocketProtection | undefined {
    const bare = withoutScope(address);
    const kind = isIP(bare) === 6 ? 'ipv6' : 'ipv4';
    let best: Rule | undefined;
    for (const rule of this.#rules.values()) {
      if (!rule.list.check(bare, kind)) continue;
      if (rule.scope !== undefined && rule.scope !== address.split('%')[1]) continue;
      if (best === undefined || rule.prefixLength > best.prefixLength) best = rule;
    }
    return best?.protection;
  }
}

function hasKeys(protection: SocketProtection | null): boolean {
  return protection?.md5Key !== undefined || protection?.aoKeys !== undefined;
}

function withoutScope(address: string): string {
  return address.replace(/%.*$/, '');
}
