import { createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { LinuxError, systemCallError } from '../errors.js';
import { type Libc, loadLibc } from '../libc.js';
import { AoSocket } from './ao-socket.js';
import { Descriptor } from './descriptor.js';
import { versionOf } from './socket-address.js';
import type { ConnectTarget, ListenTarget, SocketFeature, TcpSockets } from './tcp-sockets.js';

const EAFNOSUPPORT = 97;

/**
 * TCP sockets with the kernel's options. Each is made and set up by system calls that do not wait, and then handed
 * to Node, which connects, accepts, reads and writes as with any other. Throws `LINUX_ERR_PLATFORM` off Linux.
 *
 * @example
 * const tcp = linuxTcpSockets();
 * const socket = tcp.connect({ address: '192.0.2.1', port: 179, ttl: 255, minTtl: 255 });
 */
export function linuxTcpSockets(): TcpSockets {
  const libc = loadLibc();
  return {
    features: featuresOf(libc),
    connect: (target) => connect(libc, target),
    listen: (target) => listen(libc, target),
    setMd5Key: (server, peer, key) => {
      Descriptor.of(libc, descriptorOf(server)).setMd5Key(peer.address, peer.prefixLength, key);
    },
    setAoKeys: (server, peer, keys, before) => {
      new AoSocket(libc, Descriptor.of(libc, descriptorOf(server))).replace(peer, keys, before);
    },
    changeAoKeys: (socket, keys) => {
      const { remoteAddress: address = '' } = socket;
      new AoSocket(libc, Descriptor.of(libc, descriptorOf(socket))).rollOver(plain(address), keys);
    },
    aoState: (socket) => new AoSocket(libc, Descriptor.of(libc, descriptorOf(socket))).state(),
    bindToDevice: (socket, device) => Descriptor.of(libc, descriptorOf(socket)).bindToDevice(device),
    setTtl: (socket, limits) => Descriptor.of(libc, descriptorOf(socket)).setTtl(limits),
  };
}

function featuresOf(libc: Libc): ReadonlySet<SocketFeature> {
  const features = new Set<SocketFeature>(['localAddress', 'localPort', 'ttl', 'minTtl', 'device']);
  const probe = Descriptor.open(libc, 4);
  if (probe.knowsMd5()) features.add('md5');
  if (new AoSocket(libc, probe).isKnown()) features.add('tcpAo');
  probe.close();
  return features;
}

function connect(libc: Libc, target: ConnectTarget): Socket {
  const version = versionOf(target.address);
  const { localAddress, localPort, device, md5Key, aoKeys } = target;
  if (localAddress !== undefined && versionOf(localAddress) !== version) {
    const message = `cannot connect to ${target.address} from ${localAddress}: they are of different families`;
    throw new LinuxError('LINUX_ERR_ARGUMENT', message);
  }
  const descriptor = Descriptor.open(libc, version);
  try {
    if (device !== undefined) descriptor.bindToDevice(device);
    descriptor.setTtl(target);
    if (md5Key !== undefined) descriptor.setMd5Key(target.address, undefined, md5Key);
    if (aoKeys !== undefined) new AoSocket(libc, descriptor).replace(target, aoKeys, []);
    if (localPort !== undefined) descriptor.allowReuse();
    if (localAddress !== undefined || localPort !== undefined) {
      descriptor.bind(localAddress ?? (version === 4 ? '0.0.0.0' : '::'), localPort ?? 0);
    }
    // Node takes these as text; encoding them here makes a bad port or scope throw like the rest.
    descriptor.encode(target.address, target.port);
  } catch (error) {
    descriptor.close();
    throw error;
  }
  // Without `manualStart` Node would read at once, and find the socket not connected.
  const options: SocketConstructorOpts & { readonly manualStart: boolean } = {
    fd: descriptor.fd,
    readable: true,
    writable: true,
    manualStart: true,
  };
  return new Socket(options).connect({ host: target.address, port: target.port });
}

async function listen(libc: Libc, target: ListenTarget): Promise<Server> {
  const descriptor = openListener(libc, target);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    // Node has closed the descriptor when it tells of a failure.
    const refuse = (error: NodeJS.ErrnoException): void => {
      const place = `port ${target.port}`;
      reject(systemCallError('listen', Math.abs(error.errno ?? 0), `cannot listen on ${place}`));
    };
    server.once('error', refuse);
    server.listen({ fd: descriptor.fd }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  return server;
}

function openListener(libc: Libc, target: ListenTarget): Descriptor {
  const descriptor = openFor(libc, target.address);
  try {
    descriptor.allowReuse();
    descriptor.setTtl({ ttl: target.ttl ?? 255 });
    if (descriptor.version === 6) descriptor.setIpv6Only(target.ipv6Only ?? false);
    if (target.device !== undefined) descriptor.bindToDevice(target.device);
    descriptor.bind(target.address ?? (descriptor.version === 4 ? '0.0.0.0' : '::'), target.port);
    return descriptor;
  } catch (error) {
    descriptor.close();
    throw error;
  }
}

/** Without an address: IPv6, which takes IPv4 too, unless the system has none. */
function openFor(libc: Libc, address: string | undefined): Descriptor {
  if (address !== undefined) return Descriptor.open(libc, versionOf(address));
  try {
    return Descriptor.open(libc, 6);
  } catch (error) {
    if (error instanceof LinuxError && error.errno === EAFNOSUPPORT) return Descriptor.open(libc, 4);
    throw error;
  }
}

/** An IPv4 peer of an IPv6 socket, as IPv4. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** The descriptor below a socket or server. Node has no public way to it, but has kept this one for ten years. */
function descriptorOf(holder: Socket | Server): number {
  const handle: unknown = '_handle' in holder ? holder._handle : null;
  if (typeof handle === 'object' && handle !== null && 'fd' in handle && typeof handle.fd === 'number') {
    if (handle.fd >= 0) return handle.fd;
  }
  throw new LinuxError('LINUX_ERR_CLOSED', 'this socket is closed, or not open yet');
}
