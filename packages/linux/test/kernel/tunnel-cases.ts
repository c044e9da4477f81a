import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import t, { type Test } from 'tap';
import type { GenericNetlink, IpTunnelSettings, Netlink } from '../../src/index.js';
import { openGenericNetlink, openNetlink } from '../../src/index.js';
import { exec, vethPair } from '../../src/netns/namespace.js';
import { freshNamespace } from '../lab.js';

/** Two routers with a cable, each with handles; the one is at 192.0.2.1 and 2001:db8::1, the other at .2 and ::2. */
interface End {
  readonly namespace: string;
  readonly netlink: Netlink;
  readonly generic: GenericNetlink;
}

async function twoEnds(t: Test): Promise<readonly [End, End]> {
  const [one, two] = [await freshNamespace(t), await freshNamespace(t)];
  await vethPair(
    { namespace: one, name: 'eth0', addresses: ['192.0.2.1/24', '2001:db8::1/64'] },
    { namespace: two, name: 'eth0', addresses: ['192.0.2.2/24', '2001:db8::2/64'] },
  );
  const open = async (namespace: string): Promise<End> => {
    const netlink = await openNetlink({ namespace });
    const generic = await openGenericNetlink({ namespace });
    t.teardown(() => Promise.all([netlink.close(), generic.close()]));
    return { namespace, netlink, generic };
  };
  return [await open(one), await open(two)];
}

const ip4 = (last: number): Uint8Array => Uint8Array.of(192, 0, 2, last);
const ip6 = (last: number): Uint8Array =>
  Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last);
/** 10.0.N.1 or fd00::N. */
const inner = (family: 4 | 6, n: number): Uint8Array =>
  family === 4
    ? Uint8Array.of(10, 0, n, 1)
    : Uint8Array.of(0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, n);

async function address(end: End, n: number, family: 4 | 6): Promise<void> {
  const lo = (await end.netlink.links.get('lo'))?.index ?? 0;
  const prefixLength = family === 4 ? 32 : 128;
  const address = inner(family, n);
  await end.netlink.addresses.add(lo, { family, address, prefixLength, skipDuplicateDetection: true });
}

/** Sends what is for the other's inner address through a link. */
async function routeThrough(end: End, link: string, n: number, own: number, family: 4 | 6): Promise<void> {
  const to = family === 4 ? `10.0.${n}.1/32` : `fd00::${n}/128`;
  const source = family === 4 ? `10.0.${own}.1` : `fd00::${own}`;
  await exec(end.namespace, ['ip', `-${family}`, 'route', 'add', to, 'dev', link, 'src', source]);
}

async function ping(end: End, family: 4 | 6, n: number): Promise<boolean> {
  const to = family === 4 ? `10.0.${n}.1` : `fd00::${n}`;
  return exec(end.namespace, ['ping', `-${family}`, '-c', '1', '-W', '5', to]).then(
    () => true,
    () => false,
  );
}

const kinds = [
  { kind: 'ipip', family: 4, outer: ip4, mtu: 1480, encapsulated: false },
  { kind: 'ipip', family: 4, outer: ip4, mtu: 1480, encapsulated: true },
  { kind: 'sit', family: 6, outer: ip4, mtu: 1480, encapsulated: false },
  { kind: 'ip6tnl', family: 6, outer: ip6, mtu: 1460, encapsulated: false },
  { kind: 'ip6tnl', family: 6, outer: ip6, mtu: 1460, encapsulated: true },
] as const;

for (const { kind, family, outer, mtu, encapsulated } of kinds) {
  const title = `${kind} ${encapsulated ? 'in GUE' : 'plain'}: what is made is read back, and packets pass`;
  t.test(title, async (t) => {
    const ends = await twoEnds(t);
    for (const [i, end] of ends.entries()) {
      const [own, other] = [i + 1, 2 - i];
      const settings: IpTunnelSettings = {
        kind,
        local: outer(own),
        remote: outer(other),
        ttl: 64,
        ...(encapsulated && {
          encapsulation: { kind: 'gue', sourcePort: 0, destinationPort: 5555 },
        }),
      };
      if (encapsulated) {
        const port = { family: kind === 'ip6tnl' ? 6 : 4, port: 5555, kind: 'gue' } as const;
        await end.generic.fou.add(port);
        t.same(await end.generic.fou.list(), [port]);
        await t.rejects(end.generic.fou.add(port), { code: 'LINUX_ERR_KERNEL' });
      }
      await end.netlink.links.create('tun-x', settings, { mtu: mtu - 100, up: true });
      t.match(await end.netlink.links.get('tun-x'), {
        kind,
        mtu: mtu - 100,
        up: true,
      });
      t.same((await end.netlink.links.get('tun-x'))?.settings, settings);
      await address(end, own, family);
      await routeThrough(end, 'tun-x', other, own, family);
    }
    t.ok(await ping(ends[0], family, 2));
    const [{ netlink, generic }] = ends;
    await netlink.links.change('tun-x', { mtu: mtu - 50 });
    t.match(await netlink.links.get('tun-x'), { mtu: mtu - 50 });
    await netlink.links.delete('tun-x');
    t.equal(await netlink.links.get('tun-x'), undefined);
    for (const port of await generic.fou.list()) await generic.fou.delete(port);
    t.same(await generic.fou.list(), []);
  });
}

t.test('a tunnel without MTU of its own gets what its header leaves', async (t) => {
  const [{ netlink }] = await twoEnds(t);
  await netlink.links.create('tun-4', { kind: 'ipip', local: ip4(1), remote: ip4(2) });
  await netlink.links.create('tun-6', { kind: 'ip6tnl', local: ip6(1), remote: ip6(2) });
  t.match(await netlink.links.get('tun-4'), { mtu: 1480 });
  t.match(await netlink.links.get('tun-6'), { mtu: 1460 });
  const twice = netlink.links.create('tun-5', { kind: 'ipip', local: ip4(1), remote: ip4(2) });
  await t.rejects(twice, { code: 'LINUX_ERR_KERNEL', errnoName: 'EEXIST' });
});

for (const family of [4, 6] as const) {
  t.test(`a VXLAN sends by neighbours and forwarding entries alone, IPv${family} outside`, async (t) => {
    const ends = await twoEnds(t);
    const mac = (n: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, n);
    const outer = family === 4 ? ip4 : ip6;
    for (const [i, end] of ends.entries()) {
      const [own, other] = [i + 1, 2 - i];
      const settings = { kind: 'vxlan', vni: 77, port: 4789, local: outer(own) } as const;
      await end.netlink.links.create('vx', settings, { address: mac(own), up: true });
      const link = await end.netlink.links.get('vx');
      t.same(link?.settings, settings);
      t.same(link?.address, mac(own));
      const interfaceIndex = link?.index ?? 0;
      const neighbour = { interfaceIndex, address: outer(other), hardwareAddress: mac(other) };
      const forwarding = { interfaceIndex, hardwareAddress: mac(other), remote: outer(other) };
      await end.netlink.neighbours.set(neighbour);
      await end.netlink.neighbours.set(neighbour);
      await end.netlink.neighbours.setForwarding(forwarding);
      t.same(await end.netlink.neighbours.permanent(interfaceIndex), [neighbour]);
      t.same(await end.netlink.neighbours.forwarding(interfaceIndex), [forwarding]);
      await address(end, own, family);
      const to = family === 4 ? `10.0.${other}.1/32` : `fd00::${other}/128`;
      const source = family === 4 ? `10.0.${own}.1` : `fd00::${own}`;
      const via = family === 4 ? `192.0.2.${other}` : `2001:db8::${other}`;
      const route = ['route', 'add', to, 'via', via, 'dev', 'vx', 'onlink', 'src', source];
      await exec(end.namespace, ['ip', `-${family}`, ...route]);
    }
    t.ok(await ping(ends[0], family, 2));
    const [{ netlink }] = ends;
    const interfaceIndex = (await netlink.links.get('vx'))?.index ?? 0;
    const [neighbour] = await netlink.neighbours.permanent(interfaceIndex);
    const [forwarding] = await netlink.neighbours.forwarding(interfaceIndex);
    await netlink.neighbours.delete(neighbour!);
    await netlink.neighbours.deleteForwarding(forwarding!);
    t.same(await netlink.neighbours.permanent(interfaceIndex), []);
    t.same(await netlink.neighbours.forwarding(interfaceIndex), []);
  });
}

t.test('a WireGuard link has a key, peers with ranges, and carries packets', async (t) => {
  const ends = await twoEnds(t);
  const raw = (key: KeyObject, part: 'd' | 'x'): Uint8Array =>
    new Uint8Array(Buffer.from(key.export({ format: 'jwk' })[part] ?? '', 'base64url'));
  const keys = [0, 1].map(() => generateKeyPairSync('x25519'));
  for (const [i, end] of ends.entries()) {
    const [own, other] = [i + 1, 2 - i];
    await end.netlink.links.create('wg', { kind: 'wireguard' }, { mtu: 1420 });
    await end.generic.wireguard.set('wg', { privateKey: raw(keys[i]!.privateKey, 'd'), listenPort: 51820 });
    const publicKey = raw(keys[1 - i]!.publicKey, 'x');
    const peer = {
      publicKey,
      endpoint: { address: ip4(other), port: 51820 },
      allowedIps: [{ address: inner(4, other), prefixLength: 32 }],
      keepalive: 25,
    };
    await end.generic.wireguard.setPeer('wg', peer);
    await end.netlink.links.setUp('wg');
    const device = await end.generic.wireguard.get('wg');
    // The first end calls as soon as it is up, so the second one may have shaken hands already.
    const peers = device.peers.map((known) => ({ ...known, lastHandshake: 0 }));
    t.same(
      { ...device, peers },
      {
        publicKey: raw(keys[i]!.publicKey, 'x'),
        listenPort: 51820,
        peers: [{ ...peer, lastHandshake: 0 }],
      },
    );
    await address(end, own, 4);
    await routeThrough(end, 'wg', other, own, 4);
  }
  t.ok(await ping(ends[0], 4, 2));
  const [{ generic }] = ends;
  const [peer] = (await generic.wireguard.get('wg')).peers;
  t.ok((peer?.lastHandshake ?? 0) > 0, 'they have shaken hands');
  t.equal(peer?.keepalive, 25);
  await generic.wireguard.callPeer('wg', peer!.publicKey, 20);
  t.match((await generic.wireguard.get('wg')).peers, [{ keepalive: 20, allowedIps: peer!.allowedIps }]);
  await generic.wireguard.callPeer('wg', new Uint8Array(32).fill(9), 20);
  t.equal((await generic.wireguard.get('wg')).peers.length, 1, 'nobody is called who is not there');
  const many = Array.from({ length: 900 }, (_, n) => ({
    address: Uint8Array.of(172, 16, n >> 8, n & 255),
    prefixLength: 32,
  }));
  await generic.wireguard.setPeer('wg', { publicKey: peer!.publicKey, allowedIps: many });
  t.equal((await generic.wireguard.get('wg')).peers[0]?.allowedIps.length, 900, 'ranges are replaced');
  await generic.wireguard.removePeer('wg', peer!.publicKey);
  t.same((await generic.wireguard.get('wg')).peers, []);
  await t.rejects(generic.wireguard.get('lo'), { code: 'LINUX_ERR_KERNEL' });
});

t.test('a family that the kernel lacks is told with the way out', async (t) => {
  const { GenericFamily } = await import('../../src/genl/generic-family.js');
  const { Channel } = await import('../../src/netlink/channel.js');
  const { Requester } = await import('../../src/netlink/requester.js');
  const settings = { namespace: null, eventBufferBytes: 0, eventBacklogBytes: 0, requestBufferBytes: 65536 };
  const channel = await Channel.open({ ...settings, protocol: 16 }, { events: () => {}, overrun: () => {} });
  t.teardown(() => channel.close());
  const family = new GenericFamily(new Requester(channel), 'no-such-part', 1);
  await t.rejects(
    family.change(1, 'do something', () => {}),
    { code: 'LINUX_ERR_KERNEL', message: /this kernel has no "no-such-part"; load its module with modprobe/ },
  );
});
