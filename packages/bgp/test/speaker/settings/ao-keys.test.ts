import t from 'tap';
import { planProtection } from '../../../src/speaker/connections/protection.js';
import type { PeerConfig } from '../../../src/speaker/settings/config.js';
import { peerChange } from '../../../src/speaker/settings/peer-change.js';
import { peerSettings } from '../../../src/speaker/settings/peer-settings.js';
import type { TcpAoKey } from '../../../src/speaker/settings/tcp-ao-key.js';

const peer = (more: Partial<PeerConfig>) =>
  peerSettings({ address: '192.0.2.2', remoteAs: 64_513, ...more }, 64_512);
const key = (sendId: number, more: Partial<TcpAoKey> = {}): TcpAoKey => ({
  sendId,
  receiveId: sendId + 100,
  secret: 'swordfish',
  ...more,
});
const keyed = (...keys: readonly TcpAoKey[]) => peer({ authentication: { tcpAo: { keys } } });

t.test('keys get the defaults of their algorithm', async (t) => {
  const { aoKeys } = keyed(key(1), key(2, { algorithm: 'hmac-sha-256-128' }), key(3, { macLength: 4 }));
  t.match(aoKeys, [
    { sendId: 1, receiveId: 101, algorithm: 'hmac-sha-1-96', macLength: 12, coversOptions: true },
    { sendId: 2, macLength: 16 },
    { sendId: 3, macLength: 4 },
  ]);
  t.same(aoKeys?.[0]?.secret, new TextEncoder().encode('swordfish'));
});

t.test('a peer may have 16 keys', async (t) => {
  t.equal(keyed(...Array.from({ length: 16 }, (_, i) => key(i))).aoKeys?.length, 16);
});

t.test('what cannot be is refused with its place, and no secret is in the error', async (t) => {
  const rows: readonly [unknown, RegExp][] = [
    ['swordfish', /authentication must be an object, got "string"/],
    [{ tcpAo: 'swordfish' }, /authentication\.tcpAo must be an object/],
    [{ tcpAo: {} }, /authentication\.tcpAo\.keys must be a list of 1 … 16 keys/],
    [{ tcpAo: { keys: [] } }, /a list of 1 … 16 keys, the preferred one first, got "0 keys"/],
    [{ tcpAo: { keys: Array(17).fill(key(1)) } }, /got "17 keys"/],
    [{ tcpAo: { keys: ['swordfish'] } }, /keys\[0\] must be an object/],
    [{ tcpAo: { keys: [['swordfish']] } }, /keys\[0\] must be an object, got "list"/],
    [{ tcpAo: { keys: [key(1, { secret: '' })] } }, /keys\[0\]\.secret must be a text of 1 … 80 octets/],
    [{ tcpAo: { keys: [key(1, { secret: 'swordfish'.repeat(9) })] } }, /got "81 octets"/],
    [{ tcpAo: { keys: [key(156)] } }, /keys\[0\]\.receiveId must be an integer 0 … 255, got 256/],
    [{ tcpAo: { keys: [key(1, { macLength: 17 })] } }, /macLength must be an integer 4 … 16, got 17/],
    [{ tcpAo: { keys: [{ ...key(1), algorithm: 'md5' }] } }, /algorithm must be one of hmac-sha-1-96, /],
    [{ tcpAo: { keys: [{ ...key(1), keyId: 1 }] } }, /has no field "keyId"/],
    [{ tcpAo: { keys: [key(1), key(1)] } }, /keys\[1\]\.sendId must be a number that no other key/],
    [{ tcpAo: { keys: [key(1), key(2, { receiveId: 101 })] } }, /keys\[1\]\.receiveId must be a number/],
  ];
  for (const [authentication, message] of rows) {
    const error = t.throws(() => peer({ authentication: authentication as never }), {
      code: 'BGP_ERR_CONFIG',
      message,
    });
    t.notMatch(JSON.stringify(error), /swordfish/);
  }
});

t.test('MD5 and TCP-AO exclude one another', async (t) => {
  const both = { password: 'swordfish', authentication: { tcpAo: { keys: [key(1)] } } };
  t.throws(() => peer(both), { message: /TCP MD5 and TCP-AO exclude one another/ });
});

t.test('keys roll over live as long as one stays and none changes under its numbers', async (t) => {
  const [one, two] = [key(1), key(2)];
  const rows = [
    [keyed(one), keyed(one, two), 'live'],
    [keyed(one, two), keyed(two, one), 'live'],
    [keyed(one, two), keyed(two), 'live'],
    [keyed(one), keyed(one), 'unchanged'],
    [keyed(one), keyed(two), 'reset'],
    [keyed(one), peer({}), 'reset'],
    [peer({}), keyed(one), 'reset'],
    [keyed(one), keyed(key(1, { secret: 'other' })), 'reset'],
    [keyed(one), keyed(key(1, { macLength: 8 }), two), 'reset'],
  ] as const;
  for (const [before, after, change] of rows) t.equal(peerChange(before, after), change);
});

t.test('without TCP-AO in the kernel the peer is refused', async (t) => {
  const settings = keyed(key(1));
  t.match(planProtection(settings, new Set(['ttl', 'md5'])), {
    ok: false,
    missing: ['tcpAo'],
    message: /cannot give authentication\.tcpAo \(TCP-AO, RFC 5925: in Linux from 6\.7 on/,
  });
  t.match(planProtection(settings, new Set(['tcpAo'])), {
    ok: true,
    protection: { aoKeys: settings.aoKeys },
  });
});
