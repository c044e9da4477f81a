import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import t from 'tap';
import { loadLibc } from '../../src/libc.js';
import { linuxTcpSockets } from '../../src/tcp/index.js';
import { needsRoot } from '../lab.js';

t.setTimeout(120_000);

const tcp = linuxTcpSockets();
const key = new TextEncoder().encode('a secret of the peers');
const other = new TextEncoder().encode('another secret');

interface Teardown {
  teardown(undo: () => unknown): void;
}

async function listening(t: Teardown, target: Parameters<typeof tcp.listen>[0]): Promise<[Server, number]> {
  const server = await tcp.listen(target);
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => {});
  });
  t.teardown(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return [server, (server.address() as AddressInfo).port];
}

/** Whether a connection comes about within `milliseconds`; the socket is closed with the test. */
async function connects(
  t: Teardown,
  target: Parameters<typeof tcp.connect>[0],
  milliseconds = 700,
): Promise<boolean> {
  const socket = tcp.connect(target);
  t.teardown(() => socket.destroy());
  socket.on('error', () => {});
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), milliseconds);
    const settle = (connected: boolean): void => {
      clearTimeout(timer);
      resolve(connected);
    };
    socket.once('connect', () => settle(true));
    socket.once('close', () => settle(false));
  });
}

t.test('Linux gives every feature', async (t) => {
  t.same([...tcp.features].sort(), ['device', 'localAddress', 'localPort', 'md5', 'minTtl', 'ttl']);
});

for (const [address, localAddress] of [
  ['127.0.0.1', '127.0.0.9'],
  ['::1', '::1'],
] as const) {
  t.test(`${address}: bytes go both ways and the local address is the one asked for`, async (t) => {
    const [server, port] = await listening(t, { address, port: 0 });
    const accepted = once(server, 'connection');
    const socket = tcp.connect({ address, port, localAddress });
    t.equal(socket.connecting, true);
    await once(socket, 'connect');
    const [theirs]: Socket[] = await accepted;
    t.equal(theirs?.remoteAddress, localAddress);
    t.equal(socket.localAddress, localAddress);
    socket.write('ping');
    t.equal(String((await once(theirs!, 'data'))[0]), 'ping');
    theirs!.end('pong');
    t.equal(String((await once(socket, 'data'))[0]), 'pong');
    await once(socket, 'end');
    socket.destroy();
  });
}

t.test('a local port can be chosen, again right after', async (t) => {
  const [, port] = await listening(t, { address: '127.0.0.1', port: 0 });
  const [free, localPort] = await listening(t, { address: '127.0.0.8', port: 0 });
  free.close();
  for (let round = 0; round < 2; round++) {
    const socket = tcp.connect({ address: '127.0.0.1', port, localAddress: '127.0.0.8', localPort });
    await once(socket, 'connect');
    t.equal(socket.localPort, localPort);
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
});

t.test('a local port that a listener has is an error that says so', async (t) => {
  const [, port] = await listening(t, { address: '127.0.0.1', port: 0 });
  const [, localPort] = await listening(t, { address: '127.0.0.8', port: 0 });
  const target = { address: '127.0.0.1', port, localAddress: '127.0.0.8', localPort };
  t.throws(() => tcp.connect(target), { code: 'LINUX_ERR_SYSTEM_CALL', message: /EADDRINUSE/ });
});

t.test('a refused connection is an error event, as with any socket', async (t) => {
  const [server, port] = await listening(t, { address: '127.0.0.1', port: 0 });
  server.close();
  const [error] = await once(tcp.connect({ address: '127.0.0.1', port }), 'error');
  t.match(error, { code: 'ECONNREFUSED' });
});

t.test('listening without an address takes both families, and only one when asked', async (t) => {
  const [, both] = await listening(t, { port: 0 });
  t.equal(await connects(t, { address: '127.0.0.1', port: both }), true);
  t.equal(await connects(t, { address: '::1', port: both }), true);
  const [, six] = await listening(t, { address: '::', port: 0, ipv6Only: true });
  t.equal(await connects(t, { address: '127.0.0.1', port: six }), false);
  t.equal(await connects(t, { address: '::1', port: six }), true);
});

t.test('a port in use is said with the port', async (t) => {
  const [, port] = await listening(t, { address: '127.0.0.1', port: 0 });
  await t.rejects(tcp.listen({ address: '127.0.0.1', port }), {
    code: 'LINUX_ERR_SYSTEM_CALL',
    errnoName: 'EADDRINUSE',
    message: new RegExp(`127.0.0.1:${port}: .*EADDRINUSE`),
  });
});

for (const [listen, address] of [
  ['127.0.0.1', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['::', '::1'],
] as const) {
  t.test(`a listener on ${listen} demands MD5 of ${address}: only the right key connects`, async (t) => {
    const [server, port] = await listening(t, { address: listen, port: 0 });
    tcp.setMd5Key(server, { address }, key);
    t.equal(await connects(t, { address, port, md5Key: key }), true, 'the right key');
    t.equal(await connects(t, { address, port, md5Key: other }), false, 'a wrong key');
    t.equal(await connects(t, { address, port }), false, 'no key');
    tcp.setMd5Key(server, { address }, other);
    t.equal(await connects(t, { address, port, md5Key: other }), true, 'the key after a change');
    tcp.setMd5Key(server, { address }, null);
    tcp.setMd5Key(server, { address }, null);
    t.equal(await connects(t, { address, port }), true, 'no key once none is demanded');
  });
}

for (const [listen, address, localAddress, prefixLength] of [
  ['0.0.0.0', '127.7.0.0', '127.7.1.2', 16],
  ['::', '127.7.0.0', '127.7.1.2', 16],
  ['::', '::', '::1', 64],
] as const) {
  t.test(`a listener on ${listen} demands MD5 of ${address}/${prefixLength}`, async (t) => {
    const [server, port] = await listening(t, { address: listen, port: 0 });
    tcp.setMd5Key(server, { address, prefixLength }, key);
    const to = localAddress.includes(':') ? '::1' : '127.0.0.1';
    t.equal(await connects(t, { address: to, port, localAddress, md5Key: key }), true, 'the right key');
    t.equal(await connects(t, { address: to, port, localAddress }), false, 'no key');
    if (to === '127.0.0.1')
      t.equal(await connects(t, { address: to, port }), true, 'who is not in the prefix');
    tcp.setMd5Key(server, { address, prefixLength }, null);
    t.equal(await connects(t, { address: to, port, localAddress }), true, 'no key once none is demanded');
  });
}

t.test('a key that only we have never connects', async (t) => {
  const [, port] = await listening(t, { address: '127.0.0.1', port: 0 });
  t.equal(await connects(t, { address: '127.0.0.1', port, md5Key: key }), false);
});

for (const address of ['127.0.0.1', '::1']) {
  t.test(`${address}: TTL limits are set on what we dial and on what we accept`, async (t) => {
    const [server, port] = await listening(t, { port: 0 });
    const accepted = once(server, 'connection');
    const socket = tcp.connect({ address, port, ttl: 255, minTtl: 254 });
    await once(socket, 'connect');
    t.teardown(() => socket.destroy());
    const [theirs]: Socket[] = await accepted;
    const six = address === '::1';
    t.same(ttlOf(socket, six), { ttl: 255, minTtl: 254 });
    tcp.setTtl(theirs!, { ttl: 255, minTtl: 255 });
    t.same(ttlOf(theirs!, six), { ttl: 255, minTtl: 255 });
    if (!six)
      t.same(ttlOf(theirs!, true), { ttl: 255, minTtl: 255 }, 'an IPv4 connection of a listener for both');
    theirs!.write('x');
    t.equal(String((await once(socket, 'data'))[0]), 'x');
  });

  t.test(`${address}: packets with less than the least TTL are dropped`, async (t) => {
    const [server, port] = await listening(t, { port: 0 });
    const [, low] = await listening(t, { port: 0, ttl: 254 });
    t.equal(await connects(t, { address, port, minTtl: 255 }), true, 'a listener answers with 255');
    t.equal(await connects(t, { address, port: low, minTtl: 255 }), false, 'unless told otherwise');
    const accepted = once(server, 'connection');
    const socket = tcp.connect({ address, port, ttl: 64 });
    await once(socket, 'connect');
    t.teardown(() => socket.destroy());
    const [theirs]: Socket[] = await accepted;
    tcp.setTtl(theirs!, { minTtl: 255 });
    socket.write('lost');
    const heard = once(theirs!, 'data').then(() => 'heard');
    t.equal(await Promise.race([heard, pause(300)]), 'silence');
    tcp.setTtl(socket, { ttl: 255 });
    socket.write('!');
    t.equal(await Promise.race([heard, pause(3000)]), 'heard');
  });
}

t.test('a socket bound to a device reaches only what is there', async (t) => {
  const [, port] = await listening(t, { address: '127.0.0.1', port: 0, device: 'lo' });
  t.equal(await connects(t, { address: '127.0.0.1', port, device: 'lo' }), true);
  t.throws(() => tcp.connect({ address: '127.0.0.1', port, device: 'lx-none' }), {
    code: 'LINUX_ERR_SOCKET_OPTION',
    message: /bind to device lx-none.*ENODEV/,
  });
});

t.test('what the kernel or we refuse at once throws', async (t) => {
  const port = 179;
  t.throws(() => tcp.connect({ address: '127.0.0.1', port, localAddress: '203.0.113.9' }), {
    code: 'LINUX_ERR_SYSTEM_CALL',
    errnoName: 'EADDRNOTAVAIL',
  });
  t.throws(() => tcp.connect({ address: '127.0.0.1', port, localAddress: '::1' }), {
    message: /different families/,
  });
  t.throws(() => tcp.connect({ address: 'localhost', port }), {
    message: /"localhost" is not an IP address/,
  });
  t.throws(() => tcp.connect({ address: '127.0.0.1', port: 70000 }), {
    message: /a port is 0 to 65535, got 70000/,
  });
  t.throws(() => tcp.connect({ address: '127.0.0.1', port, ttl: 0 }), { message: /ttl is 1 to 255, got 0/ });
  t.throws(() => tcp.connect({ address: '127.0.0.1', port, md5Key: new Uint8Array(81) }), {
    code: 'LINUX_ERR_ARGUMENT',
    message: /1 to 80 octets, got 81/,
  });
  t.throws(() => tcp.connect({ address: 'fe80::1%lx-none', port }), { message: /no interface lx-none/ });
  const [server] = await listening(t, { address: '127.0.0.1', port: 0 });
  t.throws(() => tcp.setMd5Key(server, { address: '10.0.0.0', prefixLength: 33 }, key), {
    message: /0 to 32, got 33/,
  });
  const closed = tcp.connect({ address: '127.0.0.1', port: 1 });
  closed.destroy();
  t.throws(() => tcp.setTtl(closed, { ttl: 1 }), { code: 'LINUX_ERR_CLOSED' });
});

t.test('sockets are closed with their streams: no descriptor is left', needsRoot, async (t) => {
  const { readdirSync } = await import('node:fs');
  const [, port] = await listening(t, { address: '127.0.0.1', port: 0 });
  await connects(t, { address: '127.0.0.1', port });
  const before = readdirSync('/proc/self/fd').length;
  for (let round = 0; round < 20; round++) {
    t.throws(() => tcp.connect({ address: '127.0.0.1', port, localAddress: '203.0.113.9' }));
    const socket = tcp.connect({ address: '127.0.0.1', port });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.resetAndDestroy();
    await once(socket, 'close');
  }
  await pause(50);
  t.ok(readdirSync('/proc/self/fd').length <= before + 2);
});

function pause(milliseconds: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('silence'), milliseconds));
}

function ttlOf(socket: Socket, six: boolean): { ttl: number; minTtl: number } {
  const libc = loadLibc();
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  const read = (name: number): number => {
    const value = new Int32Array(1);
    const length = new Uint8Array(Int32Array.of(4).buffer);
    libc.getsockopt(fd, six ? 41 : 0, name, new Uint8Array(value.buffer), length);
    return value[0]!;
  };
  return six ? { ttl: read(16), minTtl: read(73) } : { ttl: read(2), minTtl: read(21) };
}
