import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { eventually } from '@peerage/test-fixtures';
import t from 'tap';
import { openNetlink } from '../../src/index.js';
import { exec, spawn, vethPair } from '../../src/netns/namespace.js';
import { linuxTcpSockets } from '../../src/tcp/index.js';
import { freshNamespace, needsRoot } from '../lab.js';

const tcp = linuxTcpSockets();

/** A cable from this namespace into a fresh one. */
async function cable(
  t: Parameters<typeof freshNamespace>[0],
): Promise<{ device: string; namespace: string }> {
  const namespace = await freshNamespace(t);
  const device = `lx${randomBytes(4).toString('hex')}`;
  const third = randomBytes(1)[0];
  await vethPair(
    { name: device, addresses: [`198.18.${third}.1/30`] },
    { namespace, name: 'far', addresses: [`198.18.${third}.2/30`] },
  );
  return { device, namespace };
}

/** The link-local address of a device, once it may be used. */
async function linkLocal(device: string, namespace?: string): Promise<string> {
  const netlink = await openNetlink(namespace === undefined ? {} : { namespace });
  try {
    const index = (await netlink.links.get(device))?.index;
    const found = await eventually(async () => {
      const all = await netlink.addresses.dump(6);
      return all.find((one) => one.interfaceIndex === index && one.address[0] === 0xfe && !one.tentative);
    });
    const groups = Array.from({ length: 8 }, (_, at) => {
      return ((found.address[at * 2]! << 8) | found.address[at * 2 + 1]!).toString(16);
    });
    return groups.join(':');
  } finally {
    await netlink.close();
  }
}

t.test('a link-local address with its scope is dialled, bound and listened on', needsRoot, async (t) => {
  const { device, namespace } = await cable(t);
  const ours = `${await linkLocal(device)}%${device}`;
  const theirs = `${await linkLocal('far', namespace)}%${device}`;
  const program = `
    const server = require('node:net').createServer((socket) => socket.end(socket.remoteAddress));
    server.listen({ port: 0, host: '::' }, () => console.log(server.address().port));`;
  const child = spawn(namespace, [process.execPath, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => void child.kill());
  const port = Number((await once(child.stdout!, 'data'))[0]);
  const socket = tcp.connect({ address: theirs, port, localAddress: ours, device });
  t.teardown(async () => void socket.destroy());
  const [told] = await once(socket, 'data');
  t.match(String(told), /^fe80:/);
  const server = await tcp.listen({ address: ours, port: 0 });
  t.teardown(async () => void server.close());
  t.match((server.address() as AddressInfo).address, /^fe80:/);
  const dialled: Socket = connect({ host: ours, port: (server.address() as AddressInfo).port });
  await once(dialled, 'connect');
  dialled.destroy();
});

t.test(
  'an answer over a router is dropped by the least TTL, and one from the link is not',
  needsRoot,
  async (t) => {
    const { device, namespace } = await cable(t);
    const beyond = await freshNamespace(t);
    await vethPair(
      { namespace, name: 'down', addresses: ['198.19.0.1/30'] },
      { namespace: beyond, name: 'up', addresses: ['198.19.0.2/30'] },
    );
    await exec(namespace, ['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
    await exec(beyond, ['ip', 'route', 'add', 'default', 'via', '198.19.0.1']);
    const { stdout } = await exec(namespace, ['ip', '-4', '-o', 'address', 'show', 'dev', 'far']);
    const near = /inet (\S+)\//.exec(stdout)?.[1] ?? '';
    const netlink = await openNetlink();
    t.teardown(() => netlink.close());
    await exec(namespace, ['sysctl', '-qw', 'net.ipv4.ip_default_ttl=255']);
    await exec(beyond, ['sysctl', '-qw', 'net.ipv4.ip_default_ttl=255']);
    const { RouteBatch } = await import('../../src/index.js');
    const batch = new RouteBatch();
    batch.create({
      family: 4,
      destination: Uint8Array.of(198, 19, 0, 0),
      prefixLength: 30,
      table: 254,
      protocol: 17,
      metric: 0,
      nextHops: [{ gateway: Uint8Array.from(near.split('.').map(Number)) }],
    });
    t.same(await netlink.routes.apply(batch), []);
    const program = `require('node:net').createServer().listen(4179, '0.0.0.0', () => console.log('ready'));`;
    for (const place of [namespace, beyond]) {
      const child = spawn(place, [process.execPath, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
      t.teardown(() => void child.kill());
      await once(child.stdout!, 'data');
    }
    t.equal(await answers(near, 255), true, `${near} on ${device}`);
    t.equal(await answers('198.19.0.2', 255), false, 'one router away');
    t.equal(await answers('198.19.0.2', 254), true, 'one router away is allowed');
  },
);

t.test('an accepted connection that is bound to another interface is heard no more', needsRoot, async (t) => {
  const { device } = await cable(t);
  const server = await tcp.listen({ address: '127.0.0.1', port: 0 });
  t.teardown(async () => void server.close());
  const { port } = server.address() as AddressInfo;
  const heard: string[] = [];
  for (const [name, bound] of [
    ['right', 'lo'],
    ['wrong', device],
  ] as const) {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const dialled = connect({ host: '127.0.0.1', port });
    dialled.on('error', () => {});
    const [socket] = await accepted;
    socket.on('error', () => {});
    socket.on('data', (chunk) => heard.push(String(chunk)));
    tcp.bindToDevice(socket, bound);
    dialled.write(name);
    t.teardown(async () => {
      dialled.destroy();
      socket.destroy();
    });
  }
  await eventually(() => heard.length > 0, { timeout: 30_000 });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  t.same(heard, ['right']);
});

function answers(address: string, minTtl: number): Promise<boolean> {
  const socket = tcp.connect({ address, port: 4179, minTtl });
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.destroy(), 1000);
    socket.on('error', () => {});
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
