import t from 'tap';
import { loadLibc } from '../../src/libc.js';
import {
  type AoKey,
  decodeAoInfo,
  decodeHeldKeys,
  encodeAoKey,
  encodeAoRemoval,
  encodeAskedKey,
  heldKeyLength,
  mostHeldKeys,
} from '../../src/tcp/ao-key.js';
import { AoSocket } from '../../src/tcp/ao-socket.js';
import { Descriptor } from '../../src/tcp/descriptor.js';
import { linuxTcpSockets } from '../../src/tcp/index.js';
import { encodeSocketAddress } from '../../src/tcp/socket-address.js';

const key: AoKey = {
  sendId: 1,
  receiveId: 2,
  algorithm: 'aes-128-cmac-96',
  secret: Uint8Array.of(7, 8, 9),
  macLength: 12,
  coversOptions: false,
};
const peer = { peer: encodeSocketAddress('192.0.2.1', 0, () => 0), prefix: 24 };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

// The kernel refuses octets behind what it knows: lengths and places are part of its interface (linux/tcp.h).
t.test('a key is laid out as struct tcp_ao_add', async (t) => {
  const option = encodeAoKey(peer, key);
  t.equal(option.length, 288);
  t.equal(hex(option.subarray(0, 8)), '02000000c0000201');
  t.equal(Buffer.from(option.subarray(128, 140)).toString(), 'cmac(aes128)');
  t.equal(hex(option.subarray(140, 202)), '0'.repeat(124));
  t.equal(hex(option.subarray(202, 212)), '1801020c020307080900');
  t.throws(() => encodeAoKey(peer, { ...key, secret: new Uint8Array(81) }), {
    message: 'a TCP-AO secret has 1 to 80 octets, got 81',
  });
  t.throws(() => encodeAoKey(peer, { ...key, sendId: 256 }), { message: 'sendId is 0 to 255, got 256' });
});

t.test('a removal is struct tcp_ao_del, with the key that takes over', async (t) => {
  t.equal(hex(encodeAoRemoval(peer, key).subarray(128)), '00000000000000000000180102000000');
  const removal = encodeAoRemoval(peer, key, { sendId: 3, receiveId: 4 });
  t.equal(removal.length, 144);
  t.equal(hex(removal.subarray(132)), '030000000000180102030400');
});

t.test('the key that is asked for, and what the kernel tells', async (t) => {
  const asked = encodeAskedKey(9);
  t.equal(hex(asked), `0200000000000009${'0'.repeat(80)}`);
  const told = new Uint8Array(48);
  told.set([5, 6], 6);
  for (const [i, offset] of [8, 16, 24, 32].entries()) told[offset] = i + 1;
  t.same(decodeAoInfo(told), { sendsWith: 5, asksFor: 6, good: 1, bad: 2, unknownKey: 3, unsigned: 4 });
});

t.test('keys that a socket holds are read, and their secrets overwritten', async (t) => {
  const option = new Uint8Array(heldKeyLength * mostHeldKeys);
  option.set(peer.peer.bytes, 0);
  option.fill(0xaa, 192, 272);
  option[272] = 1;
  option[276] = 1;
  option.set([1, 2, 24], 278);
  const mapped = `0a00${'0'.repeat(32)}ffffc000020100000000`;
  t.match(decodeHeldKeys(option.slice(), 6), [{ sendId: 1, receiveId: 2, prefix: 24, isInUse: true }]);
  t.equal(hex(decodeHeldKeys(option.slice(), 6)[0]!.peer.bytes), mapped);
  t.same(decodeHeldKeys(option, 4)[0]?.peer, peer.peer);
  t.notOk(option.includes(0xaa));
});

t.test('the feature says what the kernel does with a key', async (t) => {
  const libc = loadLibc();
  const descriptor = Descriptor.open(libc, 4);
  t.teardown(() => descriptor.close());
  const set = () => new AoSocket(libc, descriptor).replace({ address: '192.0.2.1' }, [key], []);
  if (linuxTcpSockets().features.has('tcpAo')) t.doesNotThrow(set);
  else t.throws(set, { code: 'LINUX_ERR_SOCKET_OPTION', errnoName: 'ENOPROTOOPT' });
  t.equal(new AoSocket(libc, descriptor).state() === null, !linuxTcpSockets().features.has('tcpAo'));
});
